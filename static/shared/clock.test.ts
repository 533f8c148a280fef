import { expect, test } from "vitest";
import { careTime, millis } from "./clock";

const clock = { care_at: "2026-11-20T10:00:00Z", wall_at: "2026-11-20T12:00:00Z", speed: 1 };

test("at speed 1 care time runs with the wall", () => {
  expect(careTime(clock, millis("2026-11-20T12:30:00Z"))).toBe(millis("2026-11-20T10:30:00Z"));
});

test("at speed 1440 a minute is a day", () => {
  expect(careTime({ ...clock, speed: 1440 }, millis("2026-11-20T12:01:00Z"))).toBe(millis("2026-11-21T10:00:00Z"));
});

test("without a bundle care time is wall time", () => {
  expect(careTime(undefined, 5)).toBe(5);
});
