/** What joining does: exchange the pass, ask, fetch the plan, and move from step to step across reloads. */

import { signal } from "@preact/signals";
import { announce } from "../../shared/announce";
import type { JoinAnswer, JoinRequest, Pass } from "../../shared/api";
import { refreshBundle } from "../../shared/bundle";
import { change, getMeta, setMeta, wipe, type Meta } from "../../shared/db";
import { ask, isPassing } from "../../shared/server";
import { go, joinToken } from "../route";
import { reload } from "../store";
import { syncNow } from "../sync_loop";
import { checkSubscription, closeNotifications } from "../push";

export const joining = signal(false);
export const problem = signal<"not_usable" | "too_many" | "no_contact" | null>(null);
export const wrongPerson = signal(false);
/** Asked for after a link that failed, also where a plan is. */
export const byCode = signal(false);

export async function join(pass: Pass): Promise<void> {
  joining.value = true;
  problem.value = null;
  await prerendered();
  // Of two tabs with one link the second waits: each answer ends what the one before it gave.
  await (navigator.locks ? navigator.locks.request("join", () => exchange(pass)) : exchange(pass));
  joining.value = false;
}

async function exchange(pass: Pass): Promise<void> {
  const request: JoinRequest = { ...pass, key: await ownKey() };
  const answer = await ask<JoinAnswer>("join", "POST", request);
  const { ok, status, body } = answer;
  if (ok && body) {
    wrongPerson.value = byCode.value = false;
    await hold({ answer: body, stage: "confirm" }); // apart from the device that is here, until "right"
    joinToken.value = null;
  } else if (status === 429) {
    problem.value = "too_many";
  } else {
    problem.value = ok || isPassing(answer) ? "no_contact" : "not_usable"; // ok: cut short, or a page of the network's
  }
}

/** The same until "right", also after a reload. The pass itself is never kept: a link is opened, a code typed again. */
const ownKey = (): Promise<string> =>
  change(["meta"], async (store) => {
    const key = ((await store("meta").get("join_key")) as Meta["join_key"] | undefined) ?? randomKey();
    store("meta").put(key, "join_key");
    return key;
  });

/** 256 bits in base64url. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
}

/** A browser may load the page before it is looked at; a pass works once and must not be spent then. */
function prerendered(): Promise<void> | void {
  if (!(document as { prerendering?: boolean }).prerendering) return;
  return new Promise((resolve) => document.addEventListener("prerenderingchange", () => resolve(), { once: true }));
}

async function hold(joining: Meta["joining"] | undefined): Promise<void> {
  await setMeta("joining", joining);
  await reload();
  announce();
}

export async function enter(stage: Meta["joining"]["stage"]): Promise<void> {
  const before = await getMeta("joining");
  if (before) await hold({ ...before, stage });
}

export async function finish(): Promise<void> {
  await hold(undefined);
  await checkSubscription();
}

/** Answers as the new device, never as the one before. A 401 means that the server has taken it out again. */
async function answer(right: boolean) {
  const joining = await getMeta("joining");
  go("/join"); // asked at any address, it goes on here
  const token = joining?.answer.device_token;
  return { joining, ...(await ask<{ install_code?: string }>("join/answer", "POST", { right }, null, token)) };
}

/** False when the server could not be told. */
export async function answerRight(): Promise<boolean> {
  const { joining, ok, status, body } = await answer(true);
  if (status === 401) {
    await drop();
    problem.value = "not_usable";
  }
  if (!ok || !joining) return status === 401;
  await takeOver({ ...joining, stage: "install", install_code: body?.install_code });
  // Firefox asks the person first; joining does not wait for the answer.
  void navigator.storage?.persist?.().catch(() => false);
  await refreshBundle();
  await reload();
  announce();
  void syncNow();
  return true;
}

/** From now on this phone is the new device. What waits stays where it is until the plan says whose it is. */
const takeOver = (joining: Meta["joining"]): Promise<void> =>
  change(["bundle", "meta"], async (store) => {
    const meta = store("meta");
    const kept = await store("bundle").get("bundle");
    if (kept) meta.put(kept.bundle.plans.map(({ id }) => id), "before");
    store("bundle").clear();
    meta.put({ id: joining.answer.device_id, token: joining.answer.device_token }, "device");
    meta.put(joining, "joining");
    for (const old of ["left", "signed_out", "join_key"]) meta.delete(old);
  });

/** False when the server could not be told; the question stays open then. */
export async function answerWrong(): Promise<boolean> {
  const { ok, status } = await answer(false);
  if (!ok && status !== 401) return false;
  await closeNotifications();
  await setMeta("join_key", undefined);
  await drop();
  wrongPerson.value = true;
  void syncNow();
  return true;
}

/** Forgets the new device. What was here before stays; a phone that had nothing is wiped. */
async function drop(): Promise<void> {
  const wiped = await wipe(async (store) =>
    (await store("meta").get("device")) || (await store("bundle").all())[0] || (await store("outbox").all())[0]);
  if (wiped) await reload();
  else await hold(undefined);
}
