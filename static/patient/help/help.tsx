/** Help: short answers, and the numbers to call. */

import { helpWords } from "../../shared/words/help";
import { shellWords } from "../../shared/words/shell";
import { bundle } from "../store";
import { CallCard } from "../today/call";

export function HelpScreen() {
  const words = helpWords();
  return (
    <div class="narrow">
      <h1>{shellWords().help}</h1>
      {bundle.value && <CallCard clinic={bundle.value.clinic} />}
      {words.parts.map(([title, body]) => <section class="card" key={title}><h2>{title}</h2><p>{body}</p></section>)}
      {bundle.value && <a class="button" href="/settings">{words.to_settings}</a>}
    </div>
  );
}
