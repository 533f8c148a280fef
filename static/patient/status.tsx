/** Where the patient's entries are: on this phone, or sent. Said in words, always. */

import { shellWords } from "../shared/words/shell";
import { online, unseen, unsent } from "./store";

export function Status() {
  const words = shellWords();
  const rejected = unseen.value.length;
  return (
    <footer class="status">
      <p role="status">{saying()} {words.nobody}</p>
      {rejected > 0 && <p><strong>{words.refused(rejected)}</strong> <a href="/settings">{words.see}</a></p>}
      <p><a href="/help">{words.help}</a></p>
    </footer>
  );
}

function saying(): string {
  const words = shellWords();
  const count = unsent.value;
  if (count > 0) return online.value ? words.waiting(count) : words.waiting_offline(count);
  return online.value ? words.sent : words.offline;
}
