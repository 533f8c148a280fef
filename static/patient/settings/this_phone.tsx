/** Leaving: refused while something is unsent, asked twice, and told to the server first. */

import { useSignal } from "@preact/signals";
import { wipe } from "../../shared/db";
import { ask, isPassing } from "../../shared/server";
import { settingsWords } from "../../shared/words/settings";
import { go } from "../route";
import { kept, reload, unsent } from "../store";
import { closeNotifications, turnOff } from "../push";

export function ThisPhone() {
  const words = settingsWords();
  const asking = useSignal(false);
  const failed = useSignal(false);
  if (unsent.value > 0) return <p class="problem">{words.leave_unsent(unsent.value)}</p>;
  if (!asking.value) return <button onClick={() => (asking.value = true)}>{words.leave}</button>;
  return (
    <div class="stack" role="group" aria-label={words.leave}>
      <p>{words.leave_help}</p>
      {failed.value && <p class="problem" role="alert">{words.leave_no_contact}</p>}
      <div class="choices">
        <button onClick={async () => (failed.value = !(await leave()))}>{words.leave_sure}</button>
        <button class="main" onClick={() => (asking.value = false)}>{words.leave_not}</button>
      </div>
    </div>
  );
}

/** A phone that is signed out has nothing to tell; any other must reach the server, or its cookie would outlive it. */
export async function leave(): Promise<boolean> {
  if (!kept.value?.meta.signed_out) {
    await turnOff();
    if (isPassing(await ask("device", "DELETE"))) return false;
  }
  if (!(await wipe(async (store) => (await store("outbox").all())[0] ?? (await store("photos").all()).find(({ refused }) => !refused)))) return false; // another tab saved something
  await closeNotifications();
  await reload();
  go("/");
  return true;
}
