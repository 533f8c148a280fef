/** Words of the sun strip, "Is this expected?" and "When may I ...?". */

import type { FactName } from "../api";
import { catalogue } from "../strings";

export const questionWords = catalogue({
  en: {
    sun: "Sun today",
    sun_table: "Show the sun by the hour",
    sun_time: "Time",
    sun_strength: "Sun",
    sun_levels: ["Weak", "Medium", "High", "Very high", "Extreme"],
    sun_note: "Clear sky. Clouds and windows let much of it through.",
    expected: "Is this expected?",
    expected_none: "There is nothing listed for today.",
    expected_lead: "Many people notice today:",
    expected_call: "Much worse, or worried? Call your clinic.",
    may: "When may I ...?",
    may_wait: (date: string, days: string) => `From ${date}, ${days}`,
    may_and: (fact: string) => `and only once ${fact}`,
    may_fact: (fact: string) => `Once ${fact}`,
    may_ask: "Not until your clinic says",
    may_never: "Do not",
    may_free: "You may again",
    may_later: (date: string) => `Stop from ${date}`,
    facts: {
      skin_closed: "your skin has closed",
      scabs_gone: "the scabs are gone",
      bruise_gone: "the bruise is gone",
    } satisfies Record<FactName, string>,
    facts_and: " and ",
    may_opens: (what: string, and: string) => (and ? `${what}, ${and}` : what),
    answered: (yes: boolean, date: string) => `${yes ? "Yes" : "Not yet"}, said on ${date}`,
    not_after_all: {
      skin_closed: "Not closed after all",
      scabs_gone: "Not all off after all",
      bruise_gone: "Not gone after all",
    } satisfies Record<FactName, string>,
  },
});

/** "your skin has closed and the bruise is gone" */
export const factsWords = (facts: FactName[]): string =>
  facts.map((fact) => questionWords().facts[fact]).join(questionWords().facts_and);
