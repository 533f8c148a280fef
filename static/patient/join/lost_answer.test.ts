import { beforeEach, expect, test, vi } from "vitest";
import type { JoinRequest } from "../../shared/api";
import { freshPhone, serverThat, type Request } from "../../shared/testing";
import { freshBrowser, JOINED, load, type Phone } from "./testing";

beforeEach(freshBrowser);

const keysSent = (requests: Request[]) => requests.flatMap(({ path, body }) => (path.endsWith("/join") ? [(body as JoinRequest).key] : []));
const LINK = { token: "link" };

/** The app anew on the same phone. */
const reloaded = (): Promise<Phone> => {
  vi.resetModules();
  return load();
};

/** A server that lets in with the key that was used first, as often as it is asked, each time with another token. */
function serverWithOneLink() {
  let used: string | undefined;
  let times = 0;
  return serverThat(({ body }) => {
    const { key } = body as JoinRequest;
    if (key !== (used ??= key)) return { status: 410, body: { code: "join_not_usable" } };
    return { status: 200, body: { ...JOINED, device_token: `token ${(times += 1)}` } };
  });
}

test("a link whose answer got lost lets the same phone in after a reload", async () => {
  const lost = serverWithOneLink();
  const theServer = fetch;
  vi.stubGlobal("fetch", async (...request: Parameters<typeof fetch>) => {
    await theServer(...request);
    throw new TypeError("the line broke");
  });
  const before = await load();
  await before.join(LINK);
  expect(before.problem.value).toBe("no_contact");
  expect(await before.getMeta("joining")).toBeUndefined();

  vi.stubGlobal("fetch", theServer);
  const phone = await reloaded();
  await phone.join(LINK);
  expect(new Set(keysSent(lost)).size).toBe(1);
  expect(keysSent(lost)).toHaveLength(2);
  expect(await phone.getMeta("joining")).toMatchObject({ stage: "confirm", answer: { device_token: "token 2" } });
});

test("a key has 256 bits, is on the disk before it is sent, and no other phone has it", async () => {
  const phone = await load();
  const kept: unknown[] = [];
  const requests = serverThat(async () => {
    kept.push(await phone.getMeta("join_key"));
    return { status: 503 };
  });
  await phone.join(LINK);
  expect(keysSent(requests)).toEqual(kept);
  freshPhone();
  await (await load()).join(LINK);
  const [mine, other] = keysSent(requests);
  expect(mine).toMatch(/^[\w-]{43}$/);
  expect(other).not.toBe(mine);
});

test("the pass itself is kept nowhere", async () => {
  const phone = await load();
  serverThat(() => ({ status: 503 }));
  await phone.join({ token: "a link to be forgotten" });
  const meta = await phone.read(["meta"], (store) => store("meta").all());
  expect(JSON.stringify(meta)).not.toContain("forgotten");
});

test("a wrong code between does not spoil the one whose answer got lost", async () => {
  const phone = await load();
  const requests = serverThat(({ body }) => ({ status: (body as { code: string }).code === "ABCD-2345" ? 503 : 410 }));
  for (const code of ["ABCD-2345", "ABCD-2346", "ABCD2345"]) await phone.join({ code });
  expect(new Set(keysSent(requests)).size).toBe(1);
});

test.each(["", "<html>", '{"device_id": "n'])("an answer that is cut short or not the server's (%j) is a lost one", async (text) => {
  vi.stubGlobal("fetch", async () => new Response(text, { status: 200 }));
  const phone = await load();
  await phone.join(LINK);
  expect(phone.problem.value).toBe("no_contact");
  expect(await phone.getMeta("joining")).toBeUndefined();
});

test.each([[410, "not_usable"], [422, "not_usable"], [429, "too_many"], [503, "no_contact"]])("a join that is answered %i says %s", async (status, problem) => {
  const phone = await load();
  serverThat(() => ({ status }));
  await phone.join(LINK);
  expect(phone.problem.value).toBe(problem);
});

test("of two tabs with one link the later answer is the one that is kept", async () => {
  const first = await load();
  const second = await reloaded();
  let chain = Promise.resolve();
  Object.assign(navigator, {
    locks: { request: <T>(_: string, act: () => Promise<T>) => { const run = chain.then(act); chain = run.then(() => {}); return run; } },
  });
  const asked = serverWithOneLink();
  const theServer = fetch;
  vi.stubGlobal("fetch", async (...request: Parameters<typeof fetch>) => {
    const answer = await theServer(...request);
    await new Promise((resolve) => setTimeout(resolve, asked.length === 1 ? 30 : 0)); // the first is slower on its way
    return answer;
  });
  await Promise.all([first.join(LINK), second.join(LINK)]);
  expect(keysSent(asked)).toHaveLength(2);
  expect(await second.getMeta("joining")).toMatchObject({ answer: { device_token: "token 2" } });
});
