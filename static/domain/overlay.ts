/** The bundle as the patient left it: what was tapped since the server last spoke, laid over what it said. */

import type { AgendaItem, Bundle, PatientEvent } from "../shared/api";
import type { Answered, KeptBundle } from "../shared/db";

/** Events the kept bundle cannot know yet: still waiting, or acknowledged after the bundle was asked for. */
export function newsFor(kept: KeptBundle, outbox: PatientEvent[], shadow: Answered[]): PatientEvent[] {
  const late = shadow.filter(({ at }) => at >= kept.asked_at).map(({ event }) => event);
  const byId = new Map([...late, ...outbox].map((event) => [event.id, event]));
  return [...byId.values()].sort((a, b) => a.seq - b.seq);
}

export function overlay(bundle: Bundle, news: PatientEvent[]): Bundle {
  return news.reduce(standing, []).reduce(laid, bundle);
}

/** As on the server: an undo takes back the tap before it, so that a "later" holds again, and the same twice is one. */
function standing(taps: PatientEvent[], tap: PatientEvent): PatientEvent[] {
  if (tap.kind !== "outcome") return [...taps, tap];
  const before = taps.flatMap((one) => (one.kind === "outcome" && isOneOf(one, tap) ? one : [])).at(-1);
  if (!before || (tap.value !== "undone" && tap.value !== before.value)) return [...taps, tap];
  const rest = taps.filter((one) => one !== before);
  return tap.value === "undone" ? rest : [...rest, tap];
}

function laid(bundle: Bundle, event: PatientEvent): Bundle {
  switch (event.kind) {
    case "outcome":
      return { ...bundle, agenda: bundle.agenda.map((day) => ({ ...day, items: day.items.map((item) => settled(item, event)) })) };
    case "fact":
      return { ...bundle, plans: bundle.plans.map((plan) => (plan.id === event.plan_id ? withFact(plan, event) : plan)) };
    case "settings":
      return { ...bundle, settings: event.settings };
    default:
      return bundle; // an event of a later version, left by a newer app
  }
}

type Of<K> = Extract<PatientEvent, { kind: K }>;
type Occurrences = Pick<AgendaItem, "occurrence_ids">;

const isOneOf = (one: Occurrences, other: Occurrences): boolean =>
  one.occurrence_ids.some((id) => other.occurrence_ids.includes(id));

function settled(item: AgendaItem, event: Of<"outcome">): AgendaItem {
  if (!isOneOf(item, event)) return item;
  const { value, until } = event;
  return {
    ...item,
    outcome: value === "undone" ? null : value,
    snoozed_until: value === "snoozed" ? (until ?? null) : null,
  };
}

function withFact(plan: Bundle["plans"][number], { name, value, tapped_at }: Of<"fact">): Bundle["plans"][number] {
  return {
    ...plan,
    facts: plan.facts.map((fact) => (fact.name === name ? { ...fact, value, recorded_at: tapped_at } : fact)),
  };
}
