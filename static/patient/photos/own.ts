/** The photos of this patient that the server has. */

import { signal } from "@preact/signals";
import type { Instant } from "../../shared/api";
import { getMeta } from "../../shared/db";
import { ask, isPassing } from "../../shared/server";
import type { Slot } from "../../shared/words/photos";
import type { Encoded } from "./encode";

export interface OwnPhoto {
  id: string;
  check_in_id: string;
  slot: Slot;
  taken_at: Instant;
}

/** The oldest first; null until the server has answered once. */
export const own = signal<OwnPhoto[] | null>(null);

export async function ownPhotos(): Promise<void> {
  const { ok, body } = await ask<{ photos: OwnPhoto[] }>("photos");
  if (ok && body?.photos) own.value = body.photos;
}

export const newestOf = (slot: Slot): OwnPhoto | undefined => own.value?.filter((photo) => photo.slot === slot).at(-1);

/** Of one that is here, or from the server: by token too, which an <img> could not send, for a phone without its cookie. */
export async function bytesOf(photo: Encoded | OwnPhoto): Promise<Blob> {
  if ("bytes" in photo) return new Blob([photo.bytes], { type: photo.type });
  const token = (await getMeta("device"))?.token;
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  return (await fetch(`/api/v1/photos/${photo.id}`, { headers, cache: "no-store", redirect: "error" })).blob();
}

/** False when the server could not be told. */
export const destroy = async ({ id }: OwnPhoto): Promise<boolean> => !isPassing(await ask(`photos/${id}`, "DELETE"));
