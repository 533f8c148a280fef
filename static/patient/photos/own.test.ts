import { beforeEach, expect, test } from "vitest";
import { freshPhone, serverThat } from "../../shared/testing";

const PHOTO = { id: "photo-1", check_in_id: "c", slot: "front", taken_at: "2026-11-20T10:00:00.000Z" } as const;

beforeEach(freshPhone);

const load = async () => ({ ...(await import("../../shared/db")), ...(await import("./own")) });

test("a photo is asked for with the token, so that a phone without its cookie sees it", async () => {
  const phone = await load();
  await phone.setMeta("device", { id: "d", token: "secret" });
  const asked = serverThat(() => ({ status: 200, body: "picture" }));
  expect(await (await phone.bytesOf(PHOTO)).text()).toContain("picture");
  expect(asked).toMatchObject([{ path: "/api/v1/photos/photo-1", headers: { Authorization: "Bearer secret" } }]);
});

test("a photo that is still here needs no server", async () => {
  const { bytesOf } = await load();
  const asked = serverThat(() => ({ status: 500 }));
  const blob = await bytesOf({ type: "image/jpeg", bytes: new Uint8Array([1, 2, 3]).buffer });
  expect([blob.type, blob.size]).toEqual(["image/jpeg", 3]);
  expect(asked).toEqual([]);
});

test.each([[204, true], [404, true], [503, false], [0, false]] as const)("a photo is destroyed at the server (%s: %s)", async (status, isGone) => {
  const { destroy } = await load();
  const asked = serverThat(() => (status ? { status } : Promise.reject(new TypeError("offline"))));
  expect(await destroy(PHOTO)).toBe(isGone);
  expect(asked).toMatchObject([{ path: "/api/v1/photos/photo-1", method: "DELETE" }]);
});
