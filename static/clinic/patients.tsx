/** The clinic's patients, newest first: who, which day, whether their phone can be reached, what they tapped last. */

import { useSignal } from "@preact/signals";
import { localDate } from "../domain/days";
import { millis } from "../shared/clock";
import { dateWords } from "../shared/strings";
import { newCode } from "./acts";
import type { PatientRow, RecentOutcome } from "./api";
import { clockWithSeconds, when } from "./moments";
import { stageOf } from "./progress";
import { careNow, lastCheck, overview, serverNow, zone } from "./store";
import { clinicWords } from "./words";
import { Icon } from "../ui/icons";

const FIND_FROM = 9; // fewer fit on a screen
const OUTCOMES_SHOWN = 3;

export function Patients() {
  const words = clinicWords();
  const find = useSignal("");
  const all = overview.value!.patients;
  const text = find.value.trim().toLocaleLowerCase();
  const rows = all.filter(({ first_name }) => first_name.toLocaleLowerCase().includes(text));
  return (
    <section class="card" aria-labelledby="patients">
      <header class="patients-top">
        <h2 id="patients">{words.patients}</h2>
        {lastCheck.value !== null && <span class="quiet">{words.last_check(clockWithSeconds(lastCheck.value, zone.value))}</span>}
      </header>
      {(all.length >= FIND_FROM || text) && (
        <label class="field find">
          {words.find}
          <input type="search" autocomplete="off" value={find.value} onInput={(event) => (find.value = event.currentTarget.value)} />
        </label>
      )}
      {all.length > 0 && !rows.length && <p>{words.nobody_named(find.value.trim())}</p>}
      {!all.length && <div><p><strong>{words.nobody}</strong></p><p class="quiet">{words.nobody_help}</p></div>}
      {rows.length > 0 && <ul class="list patients">{rows.map((row) => <Patient key={row.id} row={row} />)}</ul>}
    </section>
  );
}

function Patient({ row }: { row: PatientRow }) {
  const words = clinicWords();
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const again = async () => {
    if (busy.value) return;
    busy.value = true;
    problem.value = await newCode(row.id);
    busy.value = false;
  };
  return (
    <li class="patient">
      <div>
        <h3>{row.first_name}</h3>
        <p><strong>{dayWords(row)}</strong></p>
        <p class="quiet">{row.procedure}</p>
        {row.day_number !== 0 && <p class="quiet">{words.treatment_on(dateWords(row.treated_on))}</p>}
      </div>
      <Reach row={row} />
      <Latest row={row} />
      <button onClick={again} aria-label={words.new_code_for(row.first_name)}>{busy.value ? words.making : words.new_code}</button>
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
    </li>
  );
}

function dayWords({ day_number }: PatientRow): string {
  const words = clinicWords();
  return day_number < 0 ? words.before(-day_number) : words.day(day_number);
}

/** Words first; the mark and the colour repeat them. */
function Reach({ row }: { row: PatientRow }) {
  const words = clinicWords();
  const stage = stageOf(row);
  const at = (instant: string) => when(millis(instant), serverNow.value, zone.value);
  const line = (good: boolean, text: string, warn = false) => (
    <li class={good ? "is-done" : warn ? "is-warning" : "is-later"}>{good ? <Icon name="tick" /> : <i class="ring" />}<span>{text}</span></li>
  );
  if (stage === "join") return <ul class="checks">{line(false, words.not_joined)}</ul>;
  if (stage === "left") return <ul class="checks">{line(false, words.has_left, true)}</ul>;
  if (stage === "confirm") return <ul class="checks">{line(false, words.not_confirmed)}</ul>;
  return (
    <ul class="checks">
      {line(true, words.joined(at(row.joined_at!), row.device ?? ""))}
      {row.reminders_on ? line(true, words.reminders_on) : line(false, words.off, true)}
      {row.shown_at ? line(true, words.seen(at(row.shown_at))) : line(false, words.never_seen)}
    </ul>
  );
}

function Latest({ row }: { row: PatientRow }) {
  const words = clinicWords();
  if (!row.joined_at) return null;
  if (!row.outcomes.length) return <p class="latest quiet">{words.no_outcomes}</p>;
  return (
    <ul class="latest" aria-label={words.latest}>
      {row.outcomes.slice(0, OUTCOMES_SHOWN).map((one) => <Outcome key={one.title + one.day + one.tapped_at} outcome={one} />)}
    </ul>
  );
}

function Outcome({ outcome: { title, value, day, tapped_at } }: { outcome: RecentOutcome }) {
  const words = clinicWords();
  const at = millis(tapped_at);
  const late = localDate(at, zone.value) !== day;
  return (
    <li>
      <strong>{words.values[value]} {when(at, careNow.value, zone.value)}</strong> {title}
      {late && <span class="quiet"> {words.for_day(dateWords(day))}</span>}
    </li>
  );
}
