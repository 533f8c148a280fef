/** The screen of a phone without a plan. */

import { signal } from "@preact/signals";
import { shellWords } from "../shared/words/shell";
import { online } from "./store";
import { syncNow } from "./sync_loop";

const failed = signal(false);

export function Nothing() {
  const words = shellWords();
  const again = async () => (failed.value = !(await syncNow()));
  return (
    <section class="card first">
      <h1>{words.no_plan}</h1>
      <p>{words.no_plan_help}</p>
      <a class="main button" href="/join">{words.enter_code}</a>
      {(failed.value || !online.value) && <p class="quiet">{words.no_contact}</p>}
      <button class="plain" onClick={again}>{words.try_again}</button>
    </section>
  );
}
