/** What the card says of a check-in: the words of the rule that decided, or of the level. */

import { tickedOf, type CheckIn } from "../../domain/check_ins";
import type { Text } from "../../shared/api";
import { adviceWords } from "../../shared/words/advice";
import { textOf } from "./questions";

export function adviceOf({ level, result, isRaised, answers, day }: CheckIn): Text {
  const words = adviceWords();
  if (level === null && tickedOf(answers).length === 0) return { title: words.leaflet_none, body: words.worse, why: "" };
  const advice = level === null ? "advice.leaflet" : result && !isRaised ? result.advice : `advice.${level}`;
  const text = textOf(advice, day);
  return { ...text, title: text.title || words.worse }; // never a card that says nothing
}
