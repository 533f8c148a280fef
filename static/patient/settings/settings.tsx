/** Settings: times, lock screen, reminders, and leaving. */

import { settingsWords } from "../../shared/words/settings";
import { shellWords } from "../../shared/words/shell";
import { dayAndTime } from "../../shared/strings";
import { Card } from "../../ui/card";
import { bundle, kept } from "../store";
import { ZoneOffer } from "../today/offers";
import { LockScreen } from "./lock_screen";
import { RejectedList } from "./rejected";
import { ReminderSwitch } from "./reminder_switch";
import { ThisPhone } from "./this_phone";
import { Times } from "./times";

export function SettingsScreen() {
  const words = settingsWords();
  const it = bundle.value!;
  const pending = kept.value!.outbox.some(({ kind }) => kind === "settings");
  return (
    <div class="narrow">
      <h1>{shellWords().settings}</h1>
      {pending && <p class="note" role="status">{words.later}</p>}
      <ZoneOffer />
      <RejectedList />
      <Times settings={it.settings} />
      <LockScreen settings={it.settings} />
      <ReminderSwitch />
      <Card title={words.phone}>
        <dl class="may">
          <div><dt>{words.language}</dt><dd>{languageName(it.patient.language)}</dd></div>
          <div><dt>{words.zone}</dt><dd>{it.settings.zone.replace(/_/g, " ").replace(/\//g, "/\u200b")}</dd></div>
          <div><dt>{words.version}</dt><dd>{dayAndTime(Date.parse(it.generated_at))}</dd></div>
        </dl>
        <ThisPhone />
      </Card>
    </div>
  );
}

const languageName = (tag: string): string => new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
