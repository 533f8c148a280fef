/** What joining does: exchange the pass, ask, fetch the plan, and move from step to step across reloads. */

import { signal } from "@preact/signals";
import type { JoinAnswer, JoinRequest } from "../../shared/api";
import { wallNow } from "../../shared/clock";
import { refreshBundle } from "../../shared/bundle";
import { change, getMeta, keptBundle, setMeta, wipe, type Meta } from "../../shared/db";
import { ask, isPassing } from "../../shared/server";
import { joinToken } from "../route";
import { reload } from "../store";
import { syncNow } from "../sync_loop";
import { checkSubscription } from "../push";

export const joining = signal(false);
export const problem = signal<"not_usable" | "too_many" | "no_contact" | null>(null);
export const wrongPerson = signal(false);

export async function join(pass: JoinRequest): Promise<void> {
  joining.value = true;
  problem.value = null;
  await prerendered();
  const answer = await ask<JoinAnswer>("join", "POST", pass);
  const { body } = answer;
  if (answer.ok && body) {
    await setMeta("left", undefined);
    await setMeta("device", { id: body.device_id, token: body.device_token });
    await enter("confirm", body);
    joinToken.value = null;
  } else {
    problem.value = answer.status === 429 ? "too_many" : isPassing(answer) ? "no_contact" : "not_usable";
  }
  joining.value = false;
}

/** A browser may load the page before it is looked at; a pass works once and must not be spent then. */
function prerendered(): Promise<void> | void {
  if (!(document as { prerendering?: boolean }).prerendering) return;
  return new Promise((resolve) => document.addEventListener("prerenderingchange", () => resolve(), { once: true }));
}

export async function enter(stage: Meta["joining"]["stage"], answer?: JoinAnswer): Promise<void> {
  const before = await getMeta("joining");
  const kept = answer ?? before?.answer;
  if (kept) await setMeta("joining", { answer: kept, stage });
  await reload();
}

export async function finish(): Promise<void> {
  await setMeta("joining", undefined);
  await reload();
  await checkSubscription();
}

/** False when the server could not be told. */
export async function answerRight(): Promise<boolean> {
  if (!(await ask("join/answer", "POST", { right: true })).ok) return false;
  await takePlan();
  // Firefox asks the person first; joining does not wait for the answer.
  void navigator.storage?.persist?.().catch(() => false);
  await enter("install");
  void syncNow();
  return true;
}

/** Another patient's entries are put aside before anything can be sent under the new name. */
async function takePlan(): Promise<void> {
  const before = await planIds();
  await change(["bundle"], (store) => store("bundle").clear());
  await setMeta("signed_out", undefined);
  await refreshBundle();
  const after = await planIds();
  if (before.length > 0 && !before.some((id) => after.includes(id))) await setAside("other_patient", wallNow());
}

const planIds = async (): Promise<string[]> => (await keptBundle())?.bundle.plans.map(({ id }) => id) ?? [];

/** Shown, never sent under the new name. */
export const setAside = (reason: string, at: number): Promise<void> =>
  change(["outbox", "shadow", "rejected"], async (store) => {
    for (const event of await store("outbox").all()) store("rejected").put({ event, result: "rejected", reason, at });
    store("outbox").clear();
    store("shadow").clear();
  });

export async function answerWrong(): Promise<void> {
  await ask("join/answer", "POST", { right: false });
  await wipe();
  wrongPerson.value = true;
  await reload();
}
