/** Whom to call: the number that somebody answers now stands first. */

import type { Clinic } from "../../shared/api";
import { dayAndTime, timeOf } from "../../shared/strings";
import { todayWords } from "../../shared/words/today";
import { opennessAt } from "../../domain/hours";
import { Card } from "../../ui/card";
import { Icon } from "../../ui/icons";
import { now } from "../store";

export function CallCard({ clinic }: { clinic: Clinic }) {
  const words = todayWords();
  const { open, changes_at } = opennessAt(clinic, now.value);
  const day = <Call key="day" number={clinic.day_phone} words={words.call_clinic} kind={open ? "main" : ""} />;
  const night = <Call key="night" number={clinic.night_phone} words={words.call_night} kind={open ? "" : "main"} />;
  return (
    <Card title={words.call}>
      <p>
        {open && changes_at ? words.open_until(timeOf(changes_at)) : null}
        {!open && (changes_at ? words.closed_until(dayAndTime(changes_at)) : words.closed)}
        {!open && ` ${words.call_closed}`}
      </p>
      <div class="calls">
        {open ? [day, night] : [night, day]}
        <Call number={clinic.emergency_number} words={words.call_emergency} kind="emergency" />
      </div>
    </Card>
  );
}

export function Call({ number, words, kind }: { number: string; words: string; kind: string }) {
  return (
    <a class={`button ${kind}`} href={`tel:${number.replace(/[^+\d*#]/g, "")}`}>
      <Icon name="call" />
      <span>{words} <bdi class="number">{number}</bdi></span>
    </a>
  );
}
