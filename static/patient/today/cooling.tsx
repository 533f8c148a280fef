/** The cooling timer. It runs on the wall clock, survives a reload, and has a hard end. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AgendaItem } from "../../shared/api";
import { wallNow } from "../../shared/clock";
import { setMeta, type Cooling } from "../../shared/db";
import { coolingWords } from "../../shared/words/cooling";
import { coolingAt, minutesAndSeconds } from "../../domain/cooling";
import { kept, reload } from "../store";

async function keep(cooling: Cooling | undefined): Promise<void> {
  await setMeta("cooling", cooling);
  await reload();
}

export function CoolingTimer({ item }: { item: AgendaItem }) {
  const words = coolingWords();
  const running = kept.value?.meta.cooling;
  const id = item.occurrence_ids[0]!;
  const seconds = Math.min(item.timer_seconds ?? 600, item.timer_most_seconds ?? 900);
  if (running?.occurrence_id === id) return <Running started={running.started_at} seconds={seconds} />;
  return (
    <div class="cooling">
      <p>{item.body}</p>
      <button onClick={() => void keep({ occurrence_id: id, started_at: wallNow() })}>
        {words.cool_start(Math.round(seconds / 60))}
      </button>
    </div>
  );
}

function Running({ started, seconds }: { started: number; seconds: number }) {
  const words = coolingWords();
  const now = useSignal(wallNow());
  useEffect(() => {
    const [wall, since] = [wallNow(), performance.now()]; // a clock turned back while we look on adds no time
    const ticking = setInterval(() => (now.value = Math.max(wallNow(), wall + performance.now() - since)), 500);
    return () => clearInterval(ticking);
  }, [started]);
  const { left, over } = coolingAt(started, seconds, now.value);
  useEffect(() => void (over && navigator.userActivation?.isActive && navigator.vibrate?.([300, 200, 300])), [over]);
  return (
    <div class={`cooling is-running ${over ? "is-over" : ""}`}>
      <p role="status">{over ? words.cool_over : words.cool_running}</p>
      {!over && <p class="clock" role="timer">{minutesAndSeconds(left)} <small>{words.cool_left}</small></p>}
      {!over && <p><strong>{words.cool_how}</strong></p>}
      {!over && <progress max={seconds} value={seconds - left} aria-label={words.cool_running} />}
      <button onClick={() => void keep(undefined)}>{over ? words.cool_again : words.cool_stop}</button>
    </div>
  );
}
