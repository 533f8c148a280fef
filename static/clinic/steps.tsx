/** Three marks that a phone can be reached, and what to do about the one that is not green. */

import { millis } from "../shared/clock";
import { Icon } from "../ui/icons";
import type { PatientRow } from "./api";
import { isPast, type Stage } from "./progress";
import { when } from "./moments";
import { serverNow, zone } from "./store";
import { clinicWords } from "./words";

type Shown = { stage: Stage; row: PatientRow | undefined; name: string };
type Step = { of: Stage[]; done: boolean; line: string };

export function Steps({ stage, row, name }: Shown) {
  return (
    <div class="progress">
      <ol class="checks">
        {stepsOf(stage, row).map(({ of, done, line }) => (
          <li key={of[0]} class={done ? "is-done" : of.includes(stage) ? "is-now" : "is-later"}>
            {done ? <Icon name="tick" /> : <i class="ring" />}
            <div>
              <span>{line}</span>
              {of.includes(stage) && <Help stage={stage} />}
            </div>
          </li>
        ))}
      </ol>
      {stage === "ready" && <p class="good">{clinicWords().ready(name)}</p>}
    </div>
  );
}

/** The one line that says where somebody stands. */
export function lineOf(stage: Stage, row: PatientRow | undefined, name: string): string {
  if (stage === "ready") return clinicWords().ready(name);
  return stepsOf(stage, row).find(({ of }) => of.includes(stage))!.line;
}

function stepsOf(stage: Stage, row: PatientRow | undefined): Step[] {
  const words = clinicWords();
  const at = (instant: string | null | undefined) => (instant ? when(millis(instant), serverNow.value, zone.value) : "");
  const device = row?.device ?? "";
  const first = {
    join: words.join_waits, confirm: words.confirm_waits(device), left: words.left_waits,
  }[stage as string] ?? words.joined(at(row?.joined_at), device);
  const reminders = isPast("reminders", stage);
  return [
    { of: ["join", "confirm", "left"], done: isPast("confirm", stage), line: first },
    {
      of: ["reminders"], done: reminders,
      line: reminders ? words.reminders_on : stage === "reminders" ? words.reminders_wait : words.reminders_later,
    },
    {
      of: ["test"], done: stage === "ready",
      line: stage === "ready" ? words.test_seen(at(row?.shown_at)) : stage === "test" ? words.test_waits : words.test_later,
    },
  ];
}

function Help({ stage }: { stage: Stage }) {
  const words = clinicWords();
  if (stage === "ready") return null;
  return <ul class="help">{words[`${stage}_help`].map((line) => <li key={line}>{line}</li>)}</ul>;
}
