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

/** With its braces filled. A text that this phone lacks is empty. */
export function textOf(id: string, day = 0): Text {
  const { words = {}, clinic } = bundle.value!;
  const fill = (text = "") => text.replaceAll("{emergency}", clinic.emergency_number).replaceAll("{day}", String(day));
  const { title, body, why } = words[id] ?? {};
  return { title: fill(title), body: fill(body), why: fill(why) };
}

/** Better a bare name than a question without words. */
const nameOf = (item: string): string => item.replaceAll("_", " ");

export const signTitle = (item: string): string => textOf(`sign.${item}`).title || nameOf(item);
export const symptomTitle = (item: string): string => textOf(`symptom.${item}`).title || signTitle(item);
export const questionTitle = (item: string): string => textOf(`ask.${item}`).title || symptomTitle(item);
export const choiceTitle = (item: string, value: string): string => textOf(`choice.${item}.${value}`).title || nameOf(value);
