/** The photos of this patient that the server has. */

import { signal } from "@preact/signals";
import type { Instant } from "../../shared/api";
import { ask } from "../../shared/server";
import type { Slot } from "../../shared/words/photos";

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

export const addressOf = (photo: OwnPhoto | undefined): string | null => (photo ? `/api/v1/photos/${photo.id}` : null);
