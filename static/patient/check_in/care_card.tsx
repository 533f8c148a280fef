/** The care card: whom to call, what to say, what to do until then, and where the entry is. In that order. */

import type { ComponentChildren } from "preact";
import { tickedOf, type CheckIn } from "../../domain/check_ins";
import { opennessAt } from "../../domain/hours";
import { urgencyOf } from "../../domain/standing";
import { rankOf } from "../../domain/triage";
import { dayAndTime } from "../../shared/strings";
import { adviceWords } from "../../shared/words/advice";
import { bundle, now } from "../store";
import { adviceOf } from "./advice";
import { Calls } from "./calls";
import { FollowUp } from "./follow_up";
import { signTitle, symptomTitle } from "./questions";
import { isUnseen, WhereItIs } from "./where_it_is";

interface Props {
  checkIn: CheckIn;
  main?: boolean; // the screen's own card, and not one among others
  look?: (() => void) | undefined; // to the picture list that was left out
  children?: ComponentChildren;
}

export function CareCard({ checkIn, main, look, children }: Props) {
  const words = adviceWords();
  const { level, isRaised } = checkIn;
  const { title, body, why } = adviceOf(checkIn);
  const isEmergency = level === "emergency";
  const calls = <Calls clinic={bundle.value!.clinic} level={level} calm={!isPressing(checkIn)} />;
  const waiting = <Waiting checkIn={checkIn} />;
  const [Heading, Below] = main ? ["h1", "h2"] as const : ["h2", "h3"] as const;
  const ticked = <Names title={<Below>{words.you_ticked}</Below>} names={tickedOf(checkIn.answers).map(signTitle)} />;
  const part = (name: string, text: string) => text && <div key={name}>{isPressing(checkIn) && <Below>{name}</Below>}<p>{text}</p></div>;
  const [say, meanwhile] = [part(words.say, why), part(words.meanwhile, body)];
  return (
    <section class={`card care is-${level ?? "leaflet"}`} role={main || isUnseen(checkIn) ? "alert" : undefined}>
      {!isEmergency && waiting}
      <Heading>{title}</Heading>
      {level === null && ticked}
      {level === "not_complete" && look && <button class="main" onClick={look}>{words.look}</button>}
      {isPressing(checkIn) && calls}
      {isRaised && <p><strong>{words.raised}</strong></p>}
      {isPressing(checkIn) ? [say, level !== null && ticked, meanwhile] : [meanwhile, calls, say]}
      {level !== null && <Names title={<Below>{words.above}</Below>} names={(checkIn.result?.above_expected ?? []).map(symptomTitle)} />}
      {isEmergency && waiting}
      <WhereItIs checkIn={checkIn} />
      <FollowUp checkIn={checkIn} />
      {children}
    </section>
  );
}

const isPressing = (checkIn: CheckIn): boolean => urgencyOf(checkIn) <= rankOf("tell_clinic");

function Names({ title, names }: { title: ComponentChildren; names: string[] }) {
  if (names.length === 0) return null;
  return <div>{title}<ul class="signs">{names.map((name) => <li key={name}>{name}</li>)}</ul></div>;
}

/** Nobody may wait for a clinic that is closed, or for one that has not looked in time. */
function Waiting({ checkIn }: { checkIn: CheckIn }) {
  const words = adviceWords();
  const { clinic } = bundle.value!;
  const { open, changes_at } = opennessAt(clinic, now.value);
  const isToday = isPressing(checkIn) && checkIn.level !== "tell_clinic";
  if (open) return isUnseen(checkIn) ? <p class="urgent"><strong>{words.unseen}</strong></p> : null;
  return (
    <p class="urgent">
      <strong>{changes_at ? words.nobody_before(dayAndTime(changes_at)) : words.nobody_now}</strong>
      {isToday && checkIn.level !== "emergency" && <> {words.do_not_wait(clinic.night_phone)}</>}
    </p>
  );
}
