/** The lines above a screen: trial, signed out, new version. */

import { shellWords } from "../shared/words/shell";
import { bundle, kept } from "./store";
import { update, updateReady } from "./update";

export function Notes() {
  const words = shellWords();
  const it = bundle.value;
  const trial = it && (it.clinic.trial || it.plans.some(({ approved }) => !approved));
  return (
    <>
      {updateReady.value && (
        <p class="note"><span>{words.update}</span><button onClick={update}>{words.update_now}</button></p>
      )}
      {it && kept.value?.meta.signed_out && (
        <p class="note strong" role="alert"><span>{words.signed_out}</span><a class="button" href="/join">{words.join_again}</a></p>
      )}
      {trial && <p class="note trial">{words.trial}</p>}
    </>
  );
}
