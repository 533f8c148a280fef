/** The one next thing, or that there is none. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { AgendaItem } from "../../shared/api";
import { dayAndTime, timeOf } from "../../shared/strings";
import { todayWords } from "../../shared/words/today";
import { asksAt, isQuestion } from "../../domain/today";
import { done, later, skip } from "../actions";
import { changed } from "../calm";
import { lazy } from "../lazy";
import { dateOf, today } from "../store";

const CoolingTimer = lazy((later) => later.CoolingTimer);

interface Props {
  item: AgendaItem | null;
  next: AgendaItem | null;
  opened: boolean;
}

export function NextThing({ item, next, opened }: Props) {
  const words = todayWords();
  const id = item?.occurrence_ids[0];
  const before = useRef(id);
  if (before.current !== id) changed();
  before.current = id;
  if (item) return <Thing key={item.occurrence_ids[0]} item={item} opened={opened} />;
  const when = next && (dateOf(asksAt(next)) === today.value ? timeOf(asksAt(next)) : dayAndTime(asksAt(next)));
  return (
    <section class="card next is-empty">
      <h2>{words.nothing_now}</h2>
      <p>{next ? <>{words.next} <strong>{when}</strong> {next.title}</> : words.no_next}</p>
    </section>
  );
}

function Thing({ item, opened }: { item: AgendaItem; opened: boolean }) {
  const words = todayWords();
  return (
    <section class="card next">
      <p class="over">{opened ? words.from_reminder : words.now} · {timeOf(asksAt(item))}</p>
      <h2>{item.title}</h2>
      <HowTo item={item} />
      <Choices item={item} />
      {item.why && <details class="why"><summary>{words.why}</summary><p>{item.why}</p></details>}
    </section>
  );
}

export const HowTo = ({ item }: { item: AgendaItem }) =>
  item.timer_seconds === null ? <p>{item.body}</p> : <CoolingTimer item={item} />;

/** Done, Later, Skip. Shared with the list of today. */
export function Choices({ item }: { item: AgendaItem }) {
  const words = todayWords();
  const choosing = useSignal(false);
  const choose = (value: boolean) => {
    changed();
    choosing.value = value;
  };
  if (choosing.value) {
    return (
      <div class="choices" role="group" aria-label={words.later}>
        {[30, 60, 120].map((minutes) => (
          <button key={minutes} onClick={() => void later(item, minutes)}>{words.later_in[minutes]}</button>
        ))}
        <button class="plain" onClick={() => choose(false)}>{words.back}</button>
      </div>
    );
  }
  return (
    <div class="choices">
      {isQuestion(item)
        ? <a class="button main" href="/check-in">{words.check_in}</a>
        : <button class="main" onClick={() => void done(item)}>{words.done}</button>}
      <button onClick={() => choose(true)}>{words.later}</button>
      <button onClick={() => void skip(item)}>{words.skip}</button>
    </div>
  );
}
