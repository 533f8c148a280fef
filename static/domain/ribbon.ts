/** The day ribbon: a healing window as a row of cells, near days one by one, far ones gathered. */

import type { AgendaItem, LocalDate, PatientEvent, Plan } from "../shared/api";
import { millis, type Millis } from "../shared/clock";
import { dayNumber, phaseOn } from "./today";

export type Phase = Plan["phases"][number]["phase"];

export interface Cell {
  first: number; // day numbers, both included
  last: number;
  phase: Phase;
  today: boolean;
  past: boolean;
  marked: boolean; // something was done then
  label: "today" | Phase | null; // what stands under it; labels never touch each other
}

const MOST_CELLS = 60;
const NEAR = 10; // days around today that always stand alone

/** At most 60 cells: single days while they fit, then weeks, then months, never across a phase and never hiding today. */
export function ribbon(plan: Plan, today: number, marks: ReadonlySet<number>): Cell[] {
  const days = daysOf(plan, today);
  for (const size of [1, 7, 30, 90]) {
    const cells = gathered(plan, days, today, size);
    if (cells.length <= MOST_CELLS || size === 90) return labelled(cells).map((cell) => withMarks(cell, marks));
  }
  return [];
}

function daysOf(plan: Plan, today: number): number[] {
  const first = Math.min(today, plan.phases.find(({ phase }) => phase !== "before")?.first ?? 0);
  const last = Math.max(today, plan.last_day);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function gathered(plan: Plan, days: number[], today: number, size: number): Cell[] {
  const cells: Cell[] = [];
  let bucket = "";
  for (const day of days) {
    const span = phaseOn(plan, day);
    const phase = span?.phase ?? (day < 0 ? "before" : "protection");
    const alone = phase === "acute" || Math.abs(day - today) <= NEAR;
    const key = alone ? `${day}` : `${phase} ${Math.floor((day - (span?.first ?? 0)) / size)}`;
    const before = cells.at(-1);
    if (before && key === bucket) {
      cells[cells.length - 1] = { ...before, last: day };
    } else {
      cells.push({ first: day, last: day, phase, today: day === today, past: day < today, marked: false, label: null });
    }
    bucket = key;
  }
  return cells;
}

/** A phase is named at its first cell that has room: a name is as wide as four days. */
function labelled(cells: Cell[]): Cell[] {
  const named = new Set<Phase>();
  const labels: Cell["label"][] = [];
  cells.forEach(({ today, phase }, at) => {
    const crowded = labels.slice(-3).some(Boolean) || cells.slice(at + 1, at + 4).some((cell) => cell.today);
    const label = today ? "today" : named.has(phase) || crowded ? null : phase;
    if (label === phase) named.add(phase);
    labels.push(label);
  });
  return cells.map((cell, at) => ({ ...cell, label: labels[at]! }));
}

/** The day numbers on which this phone knows of something done. */
export function doneDays(
  plan: Plan, items: AgendaItem[], events: PatientEvent[], dateOf: (at: Millis) => LocalDate,
): Set<number> {
  const done = events.filter((event) => event.kind === "outcome" && event.value === "done");
  const undone = new Set(events.flatMap((event) =>
    event.kind === "outcome" && event.value === "undone" ? event.occurrence_ids : []));
  const kept = done.filter((event) => event.kind === "outcome" && !event.occurrence_ids.some((id) => undone.has(id)));
  return new Set([
    ...items.filter((item) => item.outcome === "done" && item.plan_ids.includes(plan.id)).map((item) => item.day_number),
    ...kept.map((event) => dayNumber(plan, dateOf(millis(event.tapped_at)))),
  ]);
}

function withMarks(cell: Cell, marks: ReadonlySet<number>): Cell {
  for (let day = cell.first; day <= cell.last; day += 1) if (marks.has(day)) return { ...cell, marked: true };
  return cell;
}
