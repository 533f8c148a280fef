/** The state of reminders on this phone, a test, and off. */

import { useSignal } from "@preact/signals";
import { dayAndTime } from "../../shared/strings";
import { settingsWords } from "../../shared/words/settings";
import { Card } from "../../ui/card";
import { sendTest } from "../join/test_push";
import { permission } from "../permission";
import { turnOff } from "../push";
import { bundle, hasReminders } from "../store";

export function ReminderSwitch() {
  const words = settingsWords();
  const failed = useSignal(false);
  const on = hasReminders();
  const confirmed = bundle.value!.push.confirmed_at;
  const state = on ? words.on : permission() === "denied" ? words.blocked : words.off;
  return (
    <Card title={words.reminders}>
      <p>{state} {on && confirmed && words.confirmed(dayAndTime(Date.parse(confirmed)))}</p>
      {failed.value && <p class="problem" role="alert">{words.turn_off_failed}</p>}
      <div class="choices">
        <a class="button" href="/join" onClick={() => on && void sendTest()}>{on ? words.test : words.turn_on}</a>
        {on && <button onClick={async () => (failed.value = !(await turnOff()))}>{words.turn_off}</button>}
      </div>
    </Card>
  );
}
