import { beforeEach, expect, test, vi } from "vitest";
import { sampleBundle } from "../../dev/sample";
import type { Bundle } from "../../shared/api";
import { freshPhone } from "../../shared/testing";

const NOW = Date.parse("2026-11-20T11:00:00Z");

beforeEach(() => {
  freshPhone();
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("location", { pathname: "/progress", hash: "" });
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("history", { state: null });
});

/** A phone on that day of a plan whose skin closes by day 14. */
async function phoneOn(day: number) {
  const bundle: Bundle = sampleBundle({ now: NOW, day });
  const plan = { ...bundle.plans[0]!, heal_days: { min: 5, typical: 9, max: 14 }, last_day: 180 };
  const { change } = await import("../../shared/db");
  const { reload } = await import("../store");
  await change(["bundle"], (store) => store("bundle").put({ bundle: { ...bundle, plans: [plan] }, etag: null, asked_at: NOW }, "bundle"));
  await reload();
  return plan;
}

test.each([[-5, "5 days to go"], [0, "Day of treatment"], [6, "Day 6 of 14"], [14, "Day 14 of 14"], [15, "Day 15 of 180"]])(
  "day %i is told against the healing, and only after it against the plan", async (day, said) => {
    const plan = await phoneOn(day);
    const { Heading } = await import("../today/heading");
    expect(JSON.stringify(Heading({ plan, main: true }))).toContain(`"${said}"`);
  });

test("no chart speaks of a day below zero", async () => {
  await phoneOn(-2);
  const { Chart } = await import("./chart");
  const series = { item: "redness", top: 3, first: -5, last: 14, points: [{ day: -5, value: 1, most: null }, { day: -1, value: 2, most: null }], band: [] };
  const said = JSON.stringify(Chart({ series, today: -1 }));
  expect(said).toContain("1 day before treatment");
  expect(said).not.toMatch(/day -/i);
});
