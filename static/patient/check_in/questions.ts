/** What a check-in of one day asks, whether or not there are rules, and the clinical words for it. */

import { phaseOn } from "../../domain/triage";
import type { Plan, Text } from "../../shared/api";
import { bundle } from "../store";

export type Asked = Pick<Plan["phases"][number], "items" | "safety">;

/** Null when this phone's plan is older than check-ins are. */
export function askedOn(plan: Plan, day: number): Asked | null {
  const phase = phaseOn(plan, day);
  return phase.safety ? phase : null;
}

/** What is asked besides the two taps. */
export const detailsOf = ({ items, safety }: Asked): string[] => items.filter((item) => item !== "overall" && !safety.includes(item));

export function hasDetails(plan: Plan, day: number): boolean {
  const asked = askedOn(plan, day);
  return !!asked && detailsOf(asked).length > 0;
}

/** A sentence about the day, with its quotation when it stands there alone. */
const ABOUT_DAY = /[^".]*"[^".]*\{day\}[^".]*\." ?|[^".]*\{day\}[^".]*\. ?/g;

/** With its braces filled; before the treatment there is no day to name. A text that this phone lacks is empty. */
export function textOf(id: string, day = 0): Text {
  const { words = {}, clinic } = bundle.value!;
  const fill = (text = "") => (day < 0 ? text.replace(ABOUT_DAY, "") : text).replaceAll("{emergency}", clinic.emergency_number).replaceAll("{day}", String(day));
  const { title, body, why } = words[id] ?? {};
  return { title: fill(title), body: fill(body), why: fill(why) };
}

/** Better a bare name than a question without words. */
const nameOf = (item: string): string => item.replaceAll("_", " ");

export const signTitle = (item: string): string => textOf(`sign.${item}`).title || nameOf(item);
export const symptomTitle = (item: string): string => textOf(`symptom.${item}`).title || signTitle(item);
export const questionTitle = (item: string): string => textOf(`ask.${item}`).title || symptomTitle(item);
export const choiceTitle = (item: string, value: string): string => textOf(`choice.${item}.${value}`).title || nameOf(value);
