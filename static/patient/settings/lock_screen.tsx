/** How much the lock screen may say. The least is the default; more is chosen, with what it means beside it. */

import type { Settings } from "../../shared/api";
import { settingsWords } from "../../shared/words/settings";
import { Card } from "../../ui/card";
import { changeSettings } from "../answers";

export function LockScreen({ settings }: { settings: Settings }) {
  const words = settingsWords();
  return (
    <Card title={words.lock}>
      <div role="radiogroup" aria-label={words.lock}>
        {words.levels.map(([title, help], at) => (
          <label class="option" key={title}>
            <input
              type="radio" name="lock" checked={settings.lock_screen === at}
              onChange={() => void changeSettings({ ...settings, lock_screen: at as 0 | 1 | 2 }, settings)}
            />
            <span><strong>{title}</strong>{help}</span>
          </label>
        ))}
      </div>
    </Card>
  );
}
