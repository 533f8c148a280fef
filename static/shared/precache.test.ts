import { createHash } from "node:crypto";
import { beforeEach, expect, test, vi } from "vitest";

const PRECACHE = "../../service_worker/precache"; // not typed here: a worker's types and a page's do not mix
const ORIGIN = "https://app.example";
const GOOD = "this version's page";
const hash = (text: string) => createHash("sha256").update(text).digest().subarray(0, 3).toString("base64");

type Kept = Map<string, Response>;
let stored: Map<string, Kept>;
let served: string[];

beforeEach(() => {
  vi.resetModules();
  stored = new Map();
  served = [];
  const open = async (name: string) => {
    const kept = stored.get(name) ?? stored.set(name, new Map()).get(name)!;
    return { match: async (url: string) => kept.get(url)?.clone(), put: async (url: string, it: Response) => void kept.set(url, it) };
  };
  const match = async (url: string) => [...stored.values()].map((kept) => kept.get(url)).find(Boolean)?.clone();
  vi.stubGlobal("caches", { open, match });
  vi.stubGlobal("self", { location: { origin: ORIGIN } });
  vi.stubGlobal("__PRECACHE__", { "/": hash(GOOD) });
  vi.stubGlobal("__VERSION__", "now");
});

const has = (cache: string, text: string) => stored.set(cache, new Map([["/", new Response(text)]]));
const serves = (text: string) => vi.stubGlobal("fetch", async (url: string) => (served.push(url), new Response(text)));

async function opened(): Promise<string> {
  const { precached } = (await import(PRECACHE)) as { precached(request: object): Promise<Response> };
  return (await precached({ url: `${ORIGIN}/`, method: "GET", mode: "navigate" })).text();
}

test("a good copy is served without asking the server", async () => {
  has("afterbeam-now", GOOD);
  serves(GOOD);
  expect(await opened()).toBe(GOOD);
  expect(served).toEqual([]);
});

test("a damaged copy is not served but replaced by a good one", async () => {
  has("afterbeam-now", "half a pa");
  serves(GOOD);
  expect(await opened()).toBe(GOOD);
  expect(await stored.get("afterbeam-now")!.get("/")!.text()).toBe(GOOD);
});

test("a copy of another version is not taken for this one's", async () => {
  has("afterbeam-before", "the page before");
  serves(GOOD);
  expect(await opened()).toBe(GOOD);
});

test("what the server sends is kept only when it is this version's", async () => {
  serves("a newer page");
  expect(await opened()).toBe("a newer page");
  expect(stored.get("afterbeam-now")!.size).toBe(0);
});
