import { describe, expect, test } from "vitest";
import { countdown, isSilent } from "./countdown";

const END = Date.parse("2026-11-20T10:30:00Z");

describe("the time a code still works", () => {
  test.each([
    [30 * 60_000, "30:00"],
    [29 * 60_000 + 41_000, "29:41"],
    [61_000, "1:01"],
    [9_000, "0:09"],
    [1, "0:01"],
    [24 * 3600_000, "1440:00"],
  ])("%i ms before its end reads %s", (left, words) => {
    expect(countdown(END, END - left)).toBe(words);
  });

  test("at its end and after it there is none", () => {
    expect(countdown(END, END)).toBeNull();
    expect(countdown(END, END + 5000)).toBeNull();
  });
});

describe("updates that stop", () => {
  test("are told of after 60 seconds, not before", () => {
    expect(isSilent(END + 59_999, END, END - 1000)).toBe(false);
    expect(isSilent(END + 60_000, END, END - 1000)).toBe(true);
  });

  test("a page that was hidden for an hour has a minute to ask again", () => {
    const shown = END + 3600_000;
    expect(isSilent(shown + 1000, END, shown)).toBe(false);
    expect(isSilent(shown + 60_000, END, shown)).toBe(true);
  });
});
