import { expect, test } from "vitest";
import { qrPath, qrSide, QUIET_ZONE } from "./qr_path";

const ROWS = ["1011", "0000", "1111", "0110"];

/** Fills the rectangles of a path again, quiet zone included. */
function drawn(path: string, side: number): string[] {
  const grid = Array.from({ length: side }, () => Array<string>(side).fill("0"));
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let at = Number(x); at < Number(x) + Number(width); at += 1) grid[Number(y)]![at] = "1";
  }
  return grid.map((row) => row.join(""));
}

test("the path draws every dark module and no other", () => {
  const all = drawn(qrPath(ROWS), qrSide(ROWS));
  const inner = all.slice(QUIET_ZONE, -QUIET_ZONE).map((row) => row.slice(QUIET_ZONE, -QUIET_ZONE));
  expect(inner).toEqual(ROWS);
});

test("four modules on every side stay white", () => {
  const all = drawn(qrPath(ROWS), qrSide(ROWS));
  const dark = all.flatMap((row, y) => [...row].flatMap((cell, x) => (cell === "1" ? [[x, y]] : []))).flat();
  expect(QUIET_ZONE).toBe(4);
  expect(Math.min(...dark)).toBe(4);
  expect(Math.max(...dark)).toBe(qrSide(ROWS) - 5);
});

test("neighbours in a row are one rectangle, so that no seam shows between them", () => {
  expect(qrPath(["111"])).toBe("M4 4h3v1h-3z");
});
