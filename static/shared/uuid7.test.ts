import { expect, test } from "vitest";
import { uuid7 } from "./uuid7";

test("an id is a version 7 UUID with the RFC variant", () => {
  expect(uuid7(Date.now())).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("its first 48 bits are the milliseconds", () => {
  expect(uuid7(0x017f22e279b0).slice(0, 13)).toBe("017f22e2-79b0"); // RFC 9562, appendix A.6
});

test("ids sort by time and never repeat", () => {
  const ids = Array.from({ length: 1000 }, (_, at) => uuid7(1_700_000_000_000 + at));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
