/** The test push: permission, subscription, a real notice, and the receipt that proves it. */

import { signal } from "@preact/signals";
import type { TestNoticeState } from "../../shared/api";
import { wallNow } from "../../shared/clock";
import { setMeta } from "../../shared/db";
import { ask } from "../../shared/server";
import { permission } from "../permission";
import { subscribeThisPhone } from "../push";
import { syncNow } from "../sync_loop";

export type ReminderState =
  | "ask" | "dismissed" | "subscribing" | "testing" | "works" | "unsupported" | "denied" | "failed" | "not_sent" | "late";

const WAIT_MS = 60_000;
const POLL_MS = 1_000;

export const state = signal<ReminderState>(first());
let round = 0; // a new test makes the old one's answer meaningless

function first(): ReminderState {
  const now = permission();
  return now === "unsupported" || now === "denied" ? now : "ask";
}

export function forget(): void {
  round += 1;
  state.value = first();
}

/** Must be called by a tap: browsers ask only then. */
export async function allow(): Promise<void> {
  if (permission() === "unsupported") return void (state.value = "unsupported");
  const answer = await Notification.requestPermission();
  if (answer !== "granted") return void (state.value = answer === "denied" ? "denied" : "dismissed");
  state.value = "subscribing";
  const result = await subscribeThisPhone().catch(() => "refused" as const);
  if (result === "ready") await sendTest();
  else state.value = result === "not_sent" ? "not_sent" : "failed";
}

export async function sendTest(): Promise<void> {
  const mine = ++round;
  state.value = "testing";
  const { body } = await ask<{ id: string }>("test-notices", "POST", {});
  if (mine !== round) return;
  if (!body?.id) return void (state.value = "not_sent");
  const shown = await wasShown(body.id, mine);
  if (shown) await setMeta("joining", undefined); // joined, also when the last button is never tapped
  if (mine !== round) return;
  state.value = shown ? "works" : "late";
  if (shown) void syncNow();
}

/** Messages from the worker get lost; the server's word decides. */
async function wasShown(id: string, mine: number): Promise<boolean> {
  for (const end = wallNow() + WAIT_MS; wallNow() < end && mine === round;) {
    const { body } = await ask<TestNoticeState>(`test-notices/${encodeURIComponent(id)}`);
    if (body?.shown_at) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}
