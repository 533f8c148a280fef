/** The screen for a browser that cannot keep a plan, or whose database another tab holds. */

import { shellWords } from "../shared/words/shell";
import type { trouble } from "./store";

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
