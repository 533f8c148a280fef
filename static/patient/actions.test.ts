import { beforeEach, expect, test, vi } from "vitest";
import { sampleBundle } from "../dev/sample";
import { freshPhone, serverThat } from "../shared/testing";

const bundle = sampleBundle({ now: Date.now(), day: 3 });
const item = bundle.agenda[1]!.items[0]!;

beforeEach(freshPhone);

async function phone() {
  const here = { pathname: "/", search: "", href: "http://localhost/", origin: "http://localhost" };
  const page = { addEventListener: () => {}, documentElement: {}, visibilityState: "visible" };
  for (const [name, value] of Object.entries({ location: here, document: page, addEventListener: () => {}, history: { state: null } })) {
    vi.stubGlobal(name, value);
  }
  serverThat(() => Promise.reject(new TypeError("offline")));
  const { setMeta, change } = await import("../shared/db");
  await change(["bundle"], (store) => store("bundle").put({ bundle, etag: null, asked_at: 0 }, "bundle"));
  await setMeta("device", { id: bundle.device.id, token: "token" });
  const [actions, answers, store] = await Promise.all([import("./actions"), import("./answers"), import("./store")]);
  await store.reload();
  const taps = async () => {
    await store.reload();
    const bySeq = [...store.kept.value!.outbox].sort((a, b) => a.seq - b.seq); // ids of one millisecond have no order
    return bySeq.map((event) => ("value" in event ? event.value : event.kind));
  };
  return { ...actions, ...answers, taps };
}

test("tapping Undo twice takes back one tap, and not the later before it", async () => {
  const { later, done, toast, taps } = await phone();
  await later(item, 30);
  await done(item);
  const { undo } = toast.value!;
  undo!();
  undo!();
  await vi.waitFor(async () => expect(await taps()).toEqual(["snoozed", "done", "undone"]));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await taps()).toEqual(["snoozed", "done", "undone"]);
});

test("the undo of an answer says that it is one; taking an answer back later does not", async () => {
  const { answerFact, toast } = await phone();
  const { kept } = await import("./store");
  const [plan] = bundle.plans;
  await answerFact(plan!, plan!.facts[0]!, true);
  toast.value!.undo!();
  await vi.waitFor(() => expect(kept.value!.outbox).toHaveLength(2));
  await answerFact(plan!, plan!.facts[0]!, false);
  const made = [...kept.value!.outbox].sort((a, b) => a.seq - b.seq);
  expect(made.map((event) => event.kind === "fact" && [event.value, event.undo])).toEqual([[true, undefined], [false, true], [false, undefined]]);
});
