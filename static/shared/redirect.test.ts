import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freshPhone } from "./testing";

const network = fetch;
let server: Server;
let reached: string[];

beforeEach(async () => {
  freshPhone();
  reached = [];
  server = createServer(({ url }, answer) => {
    reached.push(url!);
    if (url === "/elsewhere") answer.writeHead(200, { "Content-Type": "application/json" }).end('{"results":[]}');
    else answer.writeHead(307, { Location: "/elsewhere" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => network(origin + path, init));
});

afterEach(() => void server.close());

test("a captive portal that redirects gets neither the entries nor the token, and its answer does not count", async () => {
  const { ask } = await import("./server");
  const { setMeta } = await import("./db");
  await setMeta("device", { id: "d", token: "secret" });
  expect(await ask("sync", "POST", { events: [] })).toMatchObject({ ok: false, status: 0, body: null });
  expect(reached).toEqual(["/api/v1/sync"]);
});
