import { describe, expect, test } from "vitest";
import type { PatientRow } from "./api";
import { isPast, stageOf } from "./progress";
import { lineOf } from "./steps";

const AT = "2026-11-20T10:41:00.000Z";

const row = (more: Partial<PatientRow> = {}): PatientRow => ({
  id: "a", first_name: "Alice", procedure: "Vascular laser", day_number: 0, treated_on: "2026-11-20", state: "joined",
  device: "Safari on iPhone", joined_at: AT, reminders_on: true, shown_at: AT, outcomes: [], ...more,
});
const fresh = row({ state: "enrolled", device: null, joined_at: null, reminders_on: false, shown_at: null });

describe("how far a phone has come", () => {
  test.each([
    ["nobody has joined", fresh, "join"],
    ["the link is open and nobody has said that it is theirs", row({ state: "enrolled", reminders_on: false, shown_at: null }), "confirm"],
    ["joined without reminders", row({ reminders_on: false, shown_at: null }), "reminders"],
    ["reminders on, nothing shown", row({ shown_at: null }), "test"],
    ["a reminder was seen", row(), "ready"],
    ["reminders were turned off after one was seen", row({ reminders_on: false }), "reminders"],
    ["the phone has left", row({ state: "left" }), "left"],
  ])("%s", (_, patient, stage) => {
    expect(stageOf(patient)).toBe(stage);
  });

  test("a patient the list does not have yet has not joined", () => {
    expect(stageOf(undefined)).toBe("join");
  });

  test("the phone from before a new code does not count as joined by it", () => {
    expect(stageOf(row(), AT)).toBe("join");
    expect(stageOf(row({ joined_at: "2026-11-20T11:00:00.000Z" }), AT)).toBe("ready");
  });

  test("a step is past only once a later one is reached", () => {
    expect(isPast("join", "confirm")).toBe(true);
    expect(isPast("reminders", "reminders")).toBe(false);
    expect(isPast("reminders", "left")).toBe(false);
  });
});

describe("the words for it", () => {
  test.each([
    [fresh, "Not joined yet"],
    [row({ state: "enrolled" }), "Open in Safari on iPhone, not confirmed"],
    [row({ reminders_on: false }), "Reminders not on yet"],
    [row({ shown_at: null }), "Test reminder not seen yet"],
    [row(), "Reminders reach Alice's phone."],
    [row({ state: "left" }), "Has left the plan on this phone"],
  ])("say in one line where somebody stands", (patient, line) => {
    expect(lineOf(stageOf(patient), patient, "Alice")).toBe(line);
  });
});
