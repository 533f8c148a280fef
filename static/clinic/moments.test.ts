import { beforeAll, expect, test } from "vitest";
import { speak } from "../shared/strings";
import { clockWithSeconds, placeOf, when } from "./moments";

const ZONE = "Europe/London";
beforeAll(() => speak({ language: "en", country: "GB", zone: ZONE }));
const at = (text: string) => Date.parse(text);

test("a moment of today is a time alone", () => {
  expect(when(at("2026-07-20T09:41:00Z"), at("2026-07-20T20:00:00Z"), ZONE)).toBe("10:41");
});

test("yesterday's has its day, and the clinic's zone says which day that is", () => {
  expect(when(at("2026-07-20T22:59:00Z"), at("2026-07-20T23:01:00Z"), ZONE)).toMatch(/^Mon,? 20 Jul 23:59$/);
});

test("the last check shows seconds, so that a page that stands still is seen to", () => {
  expect(clockWithSeconds(at("2026-11-20T14:02:10Z"), ZONE)).toBe("14:02:10");
  expect(clockWithSeconds(at("2026-11-20T00:00:05Z"), ZONE)).toBe("00:00:05");
});

test("a zone is called by its place", () => {
  expect(placeOf("America/New_York")).toBe("New York");
});
