/** Asks for the overview every few seconds while somebody can see it. */

import { wallNow } from "../shared/clock";
import type { Overview } from "./api";
import { ask, type Answer } from "./server";
import { now, overview, receive, session, sessionOver, setSkew, shownSince } from "./store";

const EVERY_MS = 3000;

let underWay: Promise<void> | null = null;
let next: ReturnType<typeof setTimeout> | undefined;
let era = 0; // an answer to a question from before signing in or out is nobody's

/** One look at the server, now. */
export function refresh(): Promise<void> {
  clearTimeout(next);
  underWay ??= look(era).finally(() => {
    underWay = null;
    if (!document.hidden && session.value !== "out") next = setTimeout(() => void refresh(), EVERY_MS);
  });
  return underWay;
}

/** After a change of our own: an answer that is under way may be older than it. */
export async function refreshAfterChange(): Promise<void> {
  await underWay;
  await refresh();
}

async function look(asked: number): Promise<void> {
  const answer = await ask<Overview>("overview");
  if (asked === era) take(answer);
}

function take({ status, body, skew }: Answer<Overview>): void {
  setSkew(skew);
  if (body) receive(body);
  else if (status === 401) endSession(session.value === "in");
  else if (!overview.value) session.value = "unreachable";
}

/** `byServer`: the person did not ask for it, so what they typed is kept. */
export function endSession(byServer: boolean): void {
  newEra();
  session.value = "out";
  sessionOver.value = byServer;
}

export function newEra(): void {
  era += 1;
  clearTimeout(next);
}

export function startPolling(): void {
  setInterval(() => (now.value = wallNow()), 1000);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(next);
    if (document.hidden) return;
    shownSince.value = now.value = wallNow();
    if (session.value !== "out") void refresh();
  });
  void refresh();
}
