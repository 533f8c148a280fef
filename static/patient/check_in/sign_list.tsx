/** Danger signs to tick: a picture and a word each. What is shown and not ticked becomes an explicit no. */

import { useSignal } from "@preact/signals";
import { withNoToOthers } from "../../domain/check_ins";
import type { Plan } from "../../shared/api";
import { checkInWords } from "../../shared/words/check_in";
import type { Filled } from "./entries";
import { finish, put } from "./form";
import { SignIcon } from "./icons";
import { signTitle, textOf } from "./questions";

interface Props {
  plan: Plan;
  day: number;
  groups: [group: string | null, signs: string[]][];
  entry: Pick<Filled, "answers" | "note" | "replaces">; // what there is so far
  none: string;
  explained?: boolean; // each sign with how to tell, ticked or not
}

export function SignList({ plan, day, groups, entry, none, explained }: Props) {
  const words = checkInWords();
  const saving = useSignal(false);
  const { answers, note, replaces } = entry;
  const shown = groups.flatMap(([, signs]) => signs);
  const ticked = shown.filter((sign) => answers[sign] === true).length;
  const save = async () => {
    if (saving.value) return;
    saving.value = true;
    await finish(plan, { day, note, replaces, answers: withNoToOthers(shown, answers) });
    saving.value = false;
  };
  const tick = (sign: string, isTicked: boolean) => put(plan, day, { ...answers, [sign]: isTicked || undefined }, { replaces });
  const tile = (sign: string) => (
    <Tile key={sign} sign={sign} isTicked={answers[sign] === true} explained={!!explained} tick={tick} />
  );
  return (
    <>
      {groups.map(([group, signs]) => (
        <fieldset key={group} class="tiles">
          <legend class={group ? "" : "unseen"}>{group ? words.groups[group] : words.signs}</legend>
          {signs.map(tile)}
        </fieldset>
      ))}
      <div class="thumb">
        <button class="main" onClick={() => void save()}>
          {ticked > 0 ? words.done : none}{ticked > 0 && <span>{words.ticked(ticked)}</span>}
        </button>
      </div>
    </>
  );
}

interface TileProps {
  sign: string;
  isTicked: boolean;
  explained: boolean;
  tick: (sign: string, isTicked: boolean) => void;
}

function Tile({ sign, isTicked, explained, tick }: TileProps) {
  const { body } = textOf(`sign.${sign}`);
  return (
    <label class={`tile ${isTicked ? "is-picked" : ""}`}>
      <input type="checkbox" checked={isTicked} onChange={({ currentTarget }) => tick(sign, currentTarget.checked)} />
      <SignIcon sign={sign} />
      <span><strong>{signTitle(sign)}</strong>{body && (explained || isTicked) && <small>{body}</small>}</span>
    </label>
  );
}
