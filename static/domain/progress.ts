/** A patient's own course, item by item, beside the one that is expected. */

import type { Plan } from "../shared/api";
import type { CheckIn } from "./check_ins";
import { GRADED } from "./items";

export interface Point {
  day: number;
  value: number;
  most: number | null; // expected on that day at most; null where no course is known
}

export interface Series {
  item: string;
  top: number; // of its scale
  first: number; // days shown, both included
  last: number;
  points: Point[]; // the latest answer of each day
  band: [first: number, last: number, most: number][]; // of the days shown
}

const MEASURED = ["pain", ...GRADED];
const SHORTEST = 7; // days; fewer make a jump look like a slope

/** Every item that was answered on two days or more, or once above nothing. */
export function seriesOf({ rules, heal_days }: Plan, checkIns: CheckIn[], today: number): Series[] {
  const days = checkIns.map(({ day }) => day);
  const first = Math.min(0, ...days);
  const last = Math.max(first + SHORTEST, today, heal_days.max, ...days);
  return MEASURED.flatMap((item): Series[] => {
    const bounds = rules?.bounds[item];
    const latest = new Map(checkIns.flatMap(({ day, answers: { [item]: value } }) =>
      (typeof value === "number" ? [[day, value] as const] : [])));
    if (latest.size < 2 && ![...latest.values()].some(Boolean)) return [];
    const mostOn = (day: number) => bounds && (bounds.find(([from, to]) => day >= from && day <= to)?.[2] ?? 0);
    const points = [...latest].map(([day, value]) => ({ day, value, most: mostOn(day) ?? null }));
    const band = (bounds ?? []).filter(([from, to]) => to >= first && from <= last);
    return [{ item, top: item === "pain" ? 10 : 3, first, last, points, band }];
  });
}
