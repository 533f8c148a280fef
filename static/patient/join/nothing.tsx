/** The screen of a phone without a plan: none yet, or joined and still waiting for it. */

import { signal } from "@preact/signals";
import { joinWords } from "../../shared/words/join";
import { shellWords } from "../../shared/words/shell";
import { kept, online, unsent } from "../store";
import { syncNow } from "../sync_loop";

const failed = signal(false);

export function Nothing() {
  const words = joinWords();
  const { device, left, signed_out } = kept.value!.meta;
  const again = async () => (failed.value = !(await syncNow()));
  const comes = device && !signed_out;
  return (
    <section class="card first">
      <h1>{comes ? words.plan_comes : words.no_plan}</h1>
      <p>{comes ? words.plan_comes_help : words.no_plan_help}</p>
      {unsent.value > 0 && <p class="note" role="status">{words.held(unsent.value)}</p>}
      {!comes && <a class="main button" href="/join">{words.enter_code}</a>}
      {(failed.value || !online.value) && <p class="quiet">{words.no_server}</p>}
      {!left && <button class={comes ? "main" : "plain"} onClick={again}>{shellWords().try_again}</button>}
    </section>
  );
}
