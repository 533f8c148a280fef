/** Danger signs to tick: a picture and a word each. What is shown and not ticked becomes an explicit no. */

import { useSignal } from "@preact/signals";
import { answerOf, withNoToOthers } from "../../domain/check_ins";
import type { Plan } from "../../shared/api";
import { checkInWords } from "../../shared/words/check_in";
import { todayWords } from "../../shared/words/today";
import type { Filled } from "./entries";
import { ALL_SIGNS } from "../route";
import { finish, put } from "./form";
import { SignIcon } from "./icons";
import { choiceTitle, signTitle, textOf } from "./questions";

interface Props {
  plan: Plan;
  day: number;
  groups: [group: string | null, signs: string[]][];
  entry: Pick<Filled, "answers" | "note" | "replaces">; // what there is so far
  none: string;
}

export function SignList({ plan, day, groups, entry, none }: Props) {
  const words = checkInWords();
  const saving = useSignal(false);
  const { answers, note, replaces } = entry;
  const shown = groups.flatMap(([, signs]) => signs);
  const isTicked = (sign: string) => {
    const [item, value] = answerOf(sign);
    return answers[item] === value;
  };
  const ticked = shown.filter(isTicked).length;
  const save = async () => {
    if (saving.value) return;
    saving.value = true;
    const isAll = replaces === ALL_SIGNS; // whoever finds nothing there that fits is worried all the same
    const ticks = isAll && ticked === 0 ? { ...answers, worried: true } : answers;
    await finish(plan, { day, note, replaces: isAll ? undefined : replaces, answers: withNoToOthers(shown, ticks) });
    saving.value = false;
  };
  const toggle = (sign: string) => {
    const [item, value] = answerOf(sign);
    put(plan, day, { ...answers, [item]: isTicked(sign) ? undefined : value }, { replaces });
  };
  const tile = (sign: string) => <Tile key={sign} sign={sign} isTicked={isTicked(sign)} toggle={() => toggle(sign)} />;
  return (
    <>
      {groups.map(([group, signs]) => (
        <fieldset key={group} class="tiles">
          <legend class={group ? "" : "unseen"}>{group ? words.groups[group] : words.signs}</legend>
          {signs.map(tile)}
        </fieldset>
      ))}
      {/* "None" stands below the last sign: whoever says it has passed them all. */}
      <div class={ticked > 0 ? "thumb" : "stack"}>
        <button class="main" onClick={() => void save()}>
          {ticked > 0 ? todayWords().done : none}{ticked > 0 && <span>{words.ticked(ticked)}</span>}
        </button>
      </div>
    </>
  );
}

interface TileProps {
  sign: string;
  isTicked: boolean;
  toggle: () => void;
}

/** How to tell comes with the tick: all signs of a day fit on one screen, so that none is missed below its edge. */
function Tile({ sign, isTicked, toggle }: TileProps) {
  const [item, value] = answerOf(sign);
  const how = value === true ? isTicked && textOf(`sign.${item}`).body : choiceTitle(item, value);
  return (
    <label class={`tile ${isTicked ? "is-picked" : ""}`}>
      <input type="checkbox" checked={isTicked} onChange={toggle} />
      <SignIcon sign={item} />
      <span><strong>{signTitle(item)}</strong>{how && <small>{how}</small>}</span>
    </label>
  );
}
