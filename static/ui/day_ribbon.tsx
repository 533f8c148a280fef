/** The day ribbon, the app's signature: the healing window as a row of days. One sentence for a screen reader. */

import { useEffect, useRef } from "preact/hooks";
import type { Plan } from "../shared/api";
import { todayWords } from "../shared/words/today";
import { ribbon, type Cell } from "../domain/ribbon";
import { phaseOn } from "../domain/today";

interface Props {
  plan: Plan;
  today: number;
  marks: ReadonlySet<number>;
  label: string;
}

export function DayRibbon({ plan, today, marks, label }: Props) {
  const words = todayWords();
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => centre(row.current), [today]);
  const phase = words.phases[phaseOn(plan, today)?.phase ?? "protection"];
  return (
    <div class="ribbon" ref={row} role="group" aria-label={words.ribbon_scroll} tabIndex={0}>
      <div class="cells" role="img" aria-label={words.ribbon(label, phase, marks.size)}>
        {ribbon(plan, today, marks).map((cell) => <Day key={cell.first} cell={cell} />)}
      </div>
    </div>
  );
}

function Day({ cell }: { cell: Cell }) {
  const words = todayWords();
  const { phase, first, last, today, past, marked, label } = cell;
  const kind = `${phase}${today ? " is-today" : ""}${past ? " is-past" : ""}${first < last ? " is-many" : last > 99 ? " is-wide" : ""}`;
  const under = label && (label === "today" ? words.today : words.phases[label]);
  return (
    <div class={`cell ${kind}`}>
      <span class="bar">{marked && <i class="mark-done" />}{first < last ? `${first}–${last}` : first}</span>
      <span class="under">{under}</span>
    </div>
  );
}

/** Sideways only: scrollIntoView would move the page too. Works in both directions of writing. */
function centre(row: HTMLElement | null): void {
  const cell = row?.querySelector<HTMLElement>(".is-today");
  if (row && cell) row.scrollLeft = cell.offsetLeft + cell.offsetWidth / 2 - row.clientWidth / 2;
}
