import { expect, test } from "vitest";
import { sampleBundle } from "../dev/sample";
import { notificationFor, readPayload } from "./notification";
import { noticeAddress, routeOf, ROUTES, fromFragment } from "./routes";

const bundle = sampleBundle({ now: Date.parse("2026-11-20T11:20:00Z"), day: 3 });
const push = (id: string) => readPayload(JSON.stringify({
  web_push: 8030, mutable: true,
  notification: { title: "Afterbeam", body: "You have a reminder", navigate: "https://x/", tag: id, lang: "en", dir: "auto", data: { id } },
}));

test.each([[0, "Afterbeam", "You have a reminder"], [1, "Care step due", "Open the app to see it"], [2, "Cool your skin for 10 minutes", undefined]] as const)(
  "level %i shows as much as was allowed", (level, title, body) => {
    const shown = notificationFor(push("notice-1"), bundle, level, true);
    expect(shown.title).toBe(title);
    if (body) expect(shown.options.body).toBe(body);
    expect(shown.options).toMatchObject({ tag: "notice-1", data: { id: "notice-1" }, lang: "en" });
  });

test("a notice this phone does not know is neutral at every level and offers no Done", () => {
  for (const level of [0, 1, 2] as const) {
    const { title, options } = notificationFor(push("unknown"), bundle, level, true);
    expect([title, options.body, options.actions]).toEqual(["Afterbeam", "You have a reminder", undefined]);
  }
});

test("Done and Snooze appear only where the platform has them and the occurrence is known", () => {
  expect(notificationFor(push("notice-1"), bundle, 0, true).options.actions?.map(({ action }) => action)).toEqual(["done", "snooze"]);
  expect(notificationFor(push("notice-1"), bundle, 0, false).options.actions).toBeUndefined();
});

test.each([undefined, "", "not json", "[]", "null", '{"notification":{}}', '{"notification":{"title":7}}'])(
  "a push with the content %j still makes a neutral notification", (text) => {
    const { title, options } = notificationFor(readPayload(text), null, 2, true);
    expect([title, options.body, options.data.id]).toEqual(["Afterbeam", "You have a reminder", ""]);
  });

test("a push whose data is missing does not break the worker", () => {
  const payload = readPayload('{"notification":{"title":"Afterbeam"}}');
  expect(notificationFor(payload, bundle, 0, true).title).toBe("Afterbeam");
});

test("only the patient's own addresses belong to the app", () => {
  expect(ROUTES.map((route) => routeOf(route))).toEqual([...ROUTES]);
  for (const path of ["/clinic", "/clinic/inbox", "/api/v1/bundle", "/healthz", "/healthz/live", "/sw.js", "/planet"]) {
    expect(routeOf(path)).toBeUndefined();
  }
});

test("a notice id travels in the fragment and comes back whole", () => {
  expect(fromFragment(noticeAddress("a b&c=1").slice(1), "n")).toBe("a b&c=1");
  expect(noticeAddress("x")).toMatch(/^\/#/);
});
