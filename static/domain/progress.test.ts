import { expect, test } from "vitest";
import { sampleBundle } from "../dev/sample";
import type { CheckIn } from "./check_ins";
import type { Answers, RuleSet } from "./rules";
import { seriesOf } from "./progress";

const rules = { bounds: { pain: [[0, 1, 7], [2, 3, 5]], redness: [[0, 14, 3]] } } as unknown as RuleSet;
const [plan] = sampleBundle({ now: Date.now(), day: 6 }).plans;
const ours = { ...plan!, rules, heal_days: { min: 5, typical: 9, max: 14 } };
const on = (day: number, answers: Answers, at = day): CheckIn =>
  ({ id: `${day} ${at}`, day, at, answers, level: null, result: null, isRaised: false, isTold: true, since: at });

test("each item that was answered has its days in order, with what is expected on each", () => {
  const [pain] = seriesOf(ours, [on(0, { pain: 6 }), on(2, { pain: 6 }), on(5, { pain: 1 })], 6);
  expect(pain!.points).toEqual([{ day: 0, value: 6, most: 7 }, { day: 2, value: 6, most: 5 }, { day: 5, value: 1, most: 0 }]);
});

test("of two check-ins of one day the later counts", () => {
  const [pain] = seriesOf(ours, [on(1, { pain: 5 }, 1), on(1, { pain: 2 }, 2)], 6);
  expect(pain!.points).toEqual([{ day: 1, value: 2, most: 7 }]);
});

test("what was never there has no chart, and no sign is drawn", () => {
  expect(seriesOf(ours, [on(1, { itching: 0, fever: true, blisters: "few" })], 6)).toEqual([]);
  expect(seriesOf(ours, [on(1, { itching: 0 }), on(2, { itching: 0 })], 6).map(({ item }) => item)).toEqual(["itching"]);
});

test("the healing window is shown whole, and days before the treatment where there are any", () => {
  expect(seriesOf(ours, [on(1, { pain: 5 })], 6)[0]).toMatchObject({ first: 0, last: 14 });
  expect(seriesOf(ours, [on(-2, { redness: 1 }), on(40, { redness: 1 })], 41)[0]).toMatchObject({ first: -2, last: 41 });
});

test("without rules there is no band, and nothing is called expected", () => {
  const [pain] = seriesOf({ ...ours, rules: null }, [on(1, { pain: 5 })], 6);
  expect(pain).toMatchObject({ band: [], points: [{ day: 1, value: 5, most: null }] });
});
