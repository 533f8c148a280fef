/** One question of the details, as a group of radio buttons: word, place and shape say the same. */

import { CHOICES, kindOf } from "../../domain/items";
import type { AnswerValue } from "../../domain/rules";
import { belowWords } from "../../shared/words/below";
import { checkInWords } from "../../shared/words/check_in";
import { Bars } from "./icons";
import { choiceTitle, questionTitle, signTitle, textOf } from "./questions";

interface Props {
  item: string;
  value: AnswerValue | undefined;
  choose: (value: AnswerValue) => void;
}

interface Option {
  value: AnswerValue;
  words: string;
  filled?: number; // of three parts
}

export function Question({ item, value, choose }: Props) {
  const kind = kindOf(item);
  if (kind === "count") return <Count item={item} value={value} choose={choose} />;
  const isColour = item === "oozing_colour"; // as a sign it is the worrying one of the three
  const isSign = kind === "yes_no" || kind === "choice";
  const help = isColour ? "" : textOf(isSign ? `sign.${item}` : `ask.${item}`).body;
  return (
    <fieldset class={`ask is-${kind}`}>
      <legend>{isColour ? checkInWords().colour : isSign ? signTitle(item) : questionTitle(item)}</legend>
      {help && <p class="quiet">{help}</p>}
      <div class="options">
        {optionsOf(item).map((option) => (
          <label key={String(option.value)} class={`pick ${option.value === value ? "is-picked" : ""}`}>
            <input type="radio" name={item} checked={option.value === value} onChange={() => choose(option.value)} />
            {option.filled !== undefined && <Bars filled={option.filled} />}
            <span>{option.words}{option.filled !== undefined && <span class="unseen">, {checkInWords().grade_of(option.filled)}</span>}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function optionsOf(item: string): Option[] {
  const words = checkInWords();
  switch (kindOf(item)) {
    case "graded": return words.grades.map((grade, at) => ({ value: at, words: grade, filled: at }));
    case "pain": return Array.from({ length: 11 }, (_, at) => ({ value: at, words: String(at) }));
    case "choice": return CHOICES[item]!.map((value) => ({ value, words: choiceTitle(item, value) }));
    default: return [{ value: true, words: belowWords().yes }, { value: false, words: words.no }];
  }
}

function Count({ item, value, choose }: Props) {
  const number = (typed: string) => Math.min(99, Math.max(0, Math.floor(Number(typed))));
  return (
    <label class="field">
      {signTitle(item)}
      <input type="number" inputMode="numeric" min={0} max={99} value={value === undefined ? "" : String(value)}
        onChange={({ currentTarget }) => currentTarget.value !== "" && choose(number(currentTarget.value))} />
    </label>
  );
}
