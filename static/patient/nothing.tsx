/** Screens for a phone without a plan, and for a browser that cannot keep one. */

import { signal } from "@preact/signals";
import { shellWords } from "../shared/words/shell";
import { online, trouble } from "./store";
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

export function Trouble({ kind }: { kind: NonNullable<typeof trouble.value> }) {
  const words = shellWords();
  return (
    <section class="card first" role="alert">
      <h1>{kind === "blocked" ? words.blocked : words.broken}</h1>
      {kind === "broken" && <p>{words.broken_help}</p>}
      <button class="main" onClick={() => location.reload()}>{words.try_again}</button>
    </section>
  );
}
