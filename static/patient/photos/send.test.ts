import { beforeEach, expect, test, vi } from "vitest";
import type { Photo } from "../../shared/db";
import { freshPhone } from "../../shared/testing";

const BYTES = new Uint8Array([0xff, 0xd8, 1, 2, 3]).buffer;
const photo = (slot: Photo["slot"]): Photo => ({ slot, taken_at: "2026-11-20T10:00:00.000Z", type: "image/jpeg", bytes: BYTES });
const CHECK_IN = { kind: "check_in", plan_id: "p", day: 3, answers: { overall: "same" }, result: null } as const;

interface Sent {
  about: { id: string; check_in_id: string; slot: string; taken_at: string };
  size: number;
}

beforeEach(freshPhone);

const load = async () => ({
  ...(await import("../../shared/db")), ...(await import("../../shared/outbox")), ...(await import("./send")),
});

/** A phone whose check-in took its photos with it. */
async function saved(...photos: Photo[]) {
  const phone = await load();
  await phone.setMeta("draft", { plan_id: "p", day: 3, answers: {}, note: "", photos, at: 0 });
  const [made] = await phone.recordAll([CHECK_IN], undefined);
  return { ...phone, made: made! };
}

/** The same, and the server has the check-in. */
async function taken(...photos: Photo[]) {
  const phone = await saved(...photos);
  await phone.settle({ results: [{ id: phone.made.id, result: "stored", reason: "" }] });
  return phone;
}

/** Answers for each photo in turn; remembers what came. */
function server(...answers: (number | "lost" | "portal")[]): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", async (_: string, { headers, body }: { headers: Record<string, string>; body: ArrayBuffer }) => {
    const about = JSON.parse(headers["Afterbeam-Photo"]!) as Sent["about"];
    sent.push({ about, size: body.byteLength });
    const answer = answers[sent.length - 1] ?? answers.at(-1)!;
    if (answer === "lost") throw new TypeError("the line broke");
    if (answer === "portal") return new Response("<html>", { status: 200 });
    return Response.json(answer < 300 ? { id: about.id, result: "stored" } : { code: "photo_quota" }, { status: answer });
  });
  return sent;
}

test("photos go with the check-in they were taken for, all in one write", async () => {
  const phone = await saved(photo("front"), photo("spot"));
  expect((await phone.keptPhotos()).map(({ slot, check_in_id }) => [slot, check_in_id])).toEqual(
    expect.arrayContaining([["front", phone.made.id], ["spot", phone.made.id]]));
  expect(await phone.getMeta("photos")).toBe(2);
  expect(await phone.getMeta("draft")).toBeUndefined();
});

test("photos of something else that was begun stay out of it", async () => {
  const phone = await load();
  await phone.setMeta("draft", { plan_id: "p", day: 3, answers: {}, note: "", photos: [photo("front")], replaces: "another", at: 0 });
  await phone.recordAll([CHECK_IN], undefined);
  expect(await phone.keptPhotos()).toEqual([]);
  expect(await phone.getMeta("draft")).toMatchObject({ replaces: "another" });
});

const BEGUN = { plan_id: "p", day: 3, answers: {}, note: "", photos: [photo("front"), photo("left")], replaces: "first", at: 0 };

test.each([
  ["another check-in is begun", { ...BEGUN, photos: [], replaces: undefined }], ["details of another are", { ...BEGUN, photos: [], replaces: "second" }],
  ["one of another treatment is", { ...BEGUN, photos: [], plan_id: "q" }], ["it is given up", undefined],
] as const)("photos of what was begun go to the check-in it was to add to when %s", async (_, next) => {
  const phone = await load();
  await phone.begin(BEGUN);
  await phone.begin(next && { ...next, photos: [...next.photos] });
  expect((await phone.keptPhotos()).map(({ slot, check_in_id }) => [slot, check_in_id]).sort()).toEqual([["front", "first"], ["left", "first"]]);
  expect(await phone.getMeta("photos")).toBe(2);
  expect(await phone.getMeta("draft")).toEqual(next);
});

test("a photo that the person took out is not kept", async () => {
  const phone = await load();
  await phone.begin(BEGUN);
  await phone.begin({ ...BEGUN, photos: [photo("left")] });
  await phone.begin(undefined);
  expect(await phone.keptPhotos()).toMatchObject([{ slot: "left" }]);
  expect(await phone.getMeta("photos")).toBe(1);
});

test("photos of what was begun are sent under the device of their check-in", async () => {
  const phone = await load();
  const [made] = await phone.recordAll([CHECK_IN], undefined);
  await phone.change(["shadow", "outbox"], (store) => {
    store("shadow").put({ event: { ...made!, device_id: "d" }, result: "stored", reason: "", at: 0 });
    store("outbox").delete(made!.id);
  });
  await phone.setMeta("device", { id: "d", token: "t" });
  await phone.begin({ ...BEGUN, replaces: made!.id });
  await phone.begin(undefined);
  const sent = server(201);
  await phone.sendPhotos();
  expect(sent.map(({ about }) => about.check_in_id)).toEqual([made!.id, made!.id]);
});

test("a photo leaves the phone only when the server has answered for it", async () => {
  const phone = await taken(photo("front"));
  const lost = server("lost");
  await phone.sendPhotos();
  expect(await phone.keptPhotos()).toHaveLength(1);
  const sent = server(201);
  await phone.sendPhotos();
  expect(sent[0]!.about.id).toBe(lost[0]!.about.id); // the same photo, so that no server takes it for two
  expect(sent[0]).toMatchObject({ size: BYTES.byteLength, about: { check_in_id: phone.made.id, slot: "front" } });
  expect(await phone.keptPhotos()).toEqual([]);
  expect(await phone.getMeta("photos")).toBe(0);
});

test.each([["a captive portal", "portal"], ["one that asks for patience", 429], ["a phone that must join again", 401]] as const)(
  "%s takes nothing away", async (_, answer) => {
    const phone = await taken(photo("front"), photo("left"));
    const sent = server(answer);
    await phone.sendPhotos();
    expect(sent).toHaveLength(1);
    expect(await phone.getMeta("photos")).toBe(2);
  });

test("a photo that the server refuses is kept with the reason, sent no more, and holds up no other", async () => {
  const phone = await taken(photo("front"), photo("left"));
  const sent = server(409, 200);
  await phone.sendPhotos();
  expect(sent).toHaveLength(2);
  const kept = await phone.keptPhotos();
  expect(kept).toMatchObject([{ refused: "photo_quota" }]);
  expect(kept[0]!.bytes.byteLength).toBe(BYTES.byteLength);
  expect(await phone.getMeta("photos")).toBe(0);
  await phone.sendPhotos();
  expect(sent).toHaveLength(2);
});

test("a refused photo is offered again when the person wants it, and leaves the phone only when they throw it away", async () => {
  const phone = await taken(photo("front"), photo("left"));
  const sent = server(409, 409, 201);
  await phone.sendPhotos();
  const [first, second] = await phone.keptPhotos();
  await phone.offerAgain(first!);
  await phone.offerAgain(first!);
  expect(await phone.getMeta("photos")).toBe(1);
  await phone.throwAway(first!); // it waits again
  expect(await phone.keptPhotos()).toHaveLength(2);
  await phone.sendPhotos();
  expect(sent).toHaveLength(3);
  expect(await phone.keptPhotos()).toMatchObject([{ id: second!.id, refused: "photo_quota" }]);
  await phone.throwAway(second!);
  expect(await phone.keptPhotos()).toEqual([]);
  expect(await phone.getMeta("photos")).toBe(0);
});

test("a photo that the server cannot take now holds up no other", async () => {
  const phone = await taken(photo("front"), photo("left"));
  expect(server(500, 201)).toEqual([]);
  await phone.sendPhotos();
  expect(await phone.keptPhotos()).toHaveLength(1);
  expect(await phone.getMeta("photos")).toBe(1);
});

test("two tabs that are refused the same photo count it once", async () => {
  const phone = await taken(photo("front"), photo("left"));
  server(422, 503, 422, 503);
  await Promise.all([phone.sendPhotos(), phone.sendPhotos()]);
  expect(await phone.getMeta("photos")).toBe((await phone.keptPhotos()).filter(({ refused }) => !refused).length);
});

test("taking a check-in back takes back the photos that were not sent", async () => {
  const phone = await taken(photo("front"));
  await phone.recordAll([{ kind: "check_in_undo", check_in_id: phone.made.id }], undefined);
  const sent = server(201);
  await phone.sendPhotos();
  expect(sent).toEqual([]);
  expect(await phone.getMeta("photos")).toBe(0);
});

test("a photo of another person's device is never sent", async () => {
  const phone = await taken(photo("front"));
  await phone.setMeta("device", { id: "somebody", token: "t" });
  const sent = server(201);
  await phone.sendPhotos();
  expect(sent).toEqual([]);
  expect(await phone.keptPhotos()).toMatchObject([{ refused: "other_device" }]);
});

test("after joining anew the same person's photos go on", async () => {
  const phone = await taken(photo("front"));
  const event = { ...phone.made, device_id: "new" };
  await phone.change(["shadow"], (store) => store("shadow").put({ event, result: "stored", reason: "", at: 0 }));
  await phone.setMeta("device", { id: "new", token: "t" });
  const sent = server(201);
  await phone.sendPhotos();
  expect(sent).toHaveLength(1);
});

test("a photo waits for its check-in, and keeps no other waiting", async () => {
  const phone = await taken(photo("front"));
  await phone.setMeta("draft", { plan_id: "p", day: 3, answers: {}, note: "", photos: [photo("left")], at: 0 });
  await phone.recordAll([CHECK_IN], undefined); // the server always breaks on this one
  const sent = server(201);
  await phone.sendPhotos();
  expect(sent.map(({ about }) => about.check_in_id)).toEqual([phone.made.id]);
  expect(await phone.keptPhotos()).toMatchObject([{ slot: "left" }]);
  expect(await phone.getMeta("photos")).toBe(1);
});

test("a photo that was given up with a draft goes to the check-in that was refused", async () => {
  const phone = await load();
  const [made] = await phone.recordAll([CHECK_IN], { device: { id: "d" } } as never);
  await phone.settle({ results: [{ id: made!.id, result: "rejected", reason: "unreadable" }] });
  await phone.begin({ ...BEGUN, photos: [photo("front")], replaces: made!.id });
  await phone.begin(undefined);
  await phone.setMeta("device", { id: "d", token: "t" });
  const sent = server(201);
  await phone.sendPhotos();
  expect(sent).toHaveLength(1);
});
