/** What a tap answers or sets. Apart from actions.ts, for the first screen can do without. */

import type { FactQuestion, Plan, Settings } from "../shared/api";
import { keepOne } from "./actions";

/** Undo says "not yet": unanswered and not closed mean the same to the plan. */
export function answerFact(plan: Plan, { name }: FactQuestion, value: boolean): Promise<boolean> {
  const answer = { kind: "fact", plan_id: plan.id, name } as const;
  return keepOne({ ...answer, value }, { ...answer, value: false, undo: true });
}

export const changeSettings = (settings: Settings, before: Settings): Promise<boolean> =>
  keepOne({ kind: "settings", settings }, { kind: "settings", settings: before });
