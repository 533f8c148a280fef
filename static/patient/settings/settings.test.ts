import { beforeEach, expect, test, vi } from "vitest";
import { sampleBundle } from "../../dev/sample";
import { freshPhone, serverThat } from "../../shared/testing";

const close = vi.fn();

beforeEach(() => {
  freshPhone();
  close.mockClear();
  const registration = { getNotifications: async () => [{ close }], pushManager: { getSubscription: async () => null } };
  vi.stubGlobal("navigator", { onLine: true, serviceWorker: { getRegistration: async () => registration } });
  vi.stubGlobal("location", { pathname: "/settings", hash: "" });
  vi.stubGlobal("history", { pushState: () => {} });
  vi.stubGlobal("scrollTo", () => {});
  vi.stubGlobal("document", { documentElement: {}, visibilityState: "visible" });
  vi.stubGlobal("window", {});
});

async function settingsScreen() {
  const phone = { ...(await import("../../shared/db")), ...(await import("../../shared/outbox")), ...(await import("../store")) };
  const bundle = sampleBundle({ now: Date.now(), day: 3 });
  await phone.change(["bundle"], (store) => store("bundle").put({ bundle, etag: null, asked_at: 0 }, "bundle"));
  await phone.reload();
  return { ...phone, bundle, ...(await import("./settings")), ...(await import("./this_phone")) };
}

test("a change of settings that is not sent says so, whatever the browser thinks of the network", async () => {
  const screen = await settingsScreen();
  const { settingsWords } = await import("../../shared/words/settings");
  const says = () => JSON.stringify(screen.SettingsScreen().props.children).includes(settingsWords().later);
  expect(says()).toBe(false);
  await screen.record({ kind: "settings", settings: screen.bundle.settings }, screen.bundle);
  await screen.reload();
  expect(screen.online.value).toBe(true);
  expect(says()).toBe(true);
});

test("leaving takes down every notification and wipes the phone", async () => {
  const screen = await settingsScreen();
  serverThat(() => ({ status: 204 }));
  expect(await screen.leave()).toBe(true);
  expect(close).toHaveBeenCalledOnce();
  expect(await screen.keptBundle()).toBeUndefined();
});

test("leaving ends the push subscription, at the server first and then on the phone", async () => {
  const screen = await settingsScreen();
  const done: string[] = [];
  const subscription = { endpoint: "https://push.example/1", unsubscribe: async () => void done.push("unsubscribed") };
  const registration = { getNotifications: async () => [], pushManager: { getSubscription: async () => subscription } };
  vi.stubGlobal("navigator", { onLine: true, serviceWorker: { getRegistration: async () => registration } });
  const asked = serverThat(({ method, path }) => (done.push(`${method} ${path}`), { status: 204 }));
  expect(await screen.leave()).toBe(true);
  expect(done).toEqual(["DELETE /api/v1/push-subscription", "unsubscribed", "DELETE /api/v1/device"]);
  expect(asked[0]!.body).toEqual({ endpoint: subscription.endpoint });
});

test.each([
  ["no service worker", {}],
  ["a worker without push, as an iPhone tab", { serviceWorker: { getRegistration: async () => ({}) } }],
])("leaving wipes the phone also with %s", async (_, browser) => {
  vi.stubGlobal("navigator", { onLine: true, ...browser });
  const screen = await settingsScreen();
  serverThat(() => ({ status: 204 }));
  expect(await screen.leave()).toBe(true);
  expect(await screen.keptBundle()).toBeUndefined();
});

test("an entry that another tab saved while leaving is not wiped", async () => {
  const screen = await settingsScreen();
  serverThat(() => ({ status: 204 }));
  await screen.record({ kind: "settings", settings: screen.bundle.settings }, screen.bundle);
  expect(await screen.leave()).toBe(false);
  expect(await screen.read(["outbox"], (store) => store("outbox").all())).toHaveLength(1);
});
