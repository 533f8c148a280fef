/** Everything of today in one folded list, what is done included. */

import type { AgendaDay, AgendaItem } from "../../shared/api";
import { millis } from "../../shared/clock";
import { timeOf } from "../../shared/strings";
import { belowWords } from "../../shared/words/below";
import { todayWords } from "../../shared/words/today";
import { isSettled } from "../../domain/today";
import { Fold } from "../../ui/card";
import { Icon } from "../../ui/icons";
import { reopen } from "../actions";
import { Choices, HowTo } from "./next_thing";

export function Rest({ day }: { day: AgendaDay }) {
  const words = belowWords();
  const done = day.items.filter(({ outcome }) => outcome === "done").length;
  return (
    <Fold title={words.rest} hint={words.rest_count(done, day.items.length)}>
      <ul class="list">{day.items.map((item) => <li key={item.occurrence_ids[0]}><Row item={item} /></li>)}</ul>
    </Fold>
  );
}

function Row({ item }: { item: AgendaItem }) {
  const words = belowWords();
  return (
    <details class={`row ${isSettled(item) ? "is-settled" : ""}`}>
      <summary>
        <time>{timeOf(millis(item.due_at))}</time>
        <span>{item.title}<Outcome item={item} /></span>
      </summary>
      {isSettled(item)
        ? <div><button onClick={() => void reopen(item)}>{words.mark_open}</button></div>
        : <div class="stack"><HowTo item={item} /><Choices item={item} /></div>}
    </details>
  );
}

function Outcome({ item }: { item: AgendaItem }) {
  const words = belowWords();
  if (item.outcome === "done") return <em class="done"><Icon name="tick" />{todayWords().done}</em>;
  if (item.outcome === "skipped") return <em>{words.was_skipped}</em>;
  if (item.outcome === "snoozed" && item.snoozed_until) return <em>{words.was_later(timeOf(millis(item.snoozed_until)))}</em>;
  return null;
}
