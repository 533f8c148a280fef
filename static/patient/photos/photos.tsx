/** Photos of the check-in that is being filled in. They are kept at once, and go with it when it is saved. */

import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { careTime, instant, wallNow } from "../../shared/clock";
import type { Photo } from "../../shared/db";
import { photoWords, type Slot } from "../../shared/words/photos";
import { draft } from "../check_in/form";
import { clock } from "../store";
import { Camera } from "./camera";
import type { Encoded } from "./encode";
import { newestOf, ownPhotos } from "./own";

const SLOTS: Slot[] = ["front", "left", "right", "spot"];
const MOST = 3;

/** The side that the camera is open for: nothing else is saved until it is closed. */
export const shooting = signal<Slot | null>(null);

export function Photos({ change }: { change: (photos: Photo[]) => void }) {
  const words = photoWords();
  const open = useSignal(false);
  const slot = shooting;
  useEffect(() => {
    slot.value = null;
    void ownPhotos();
  }, []);
  const taken = draft.value?.photos ?? [];
  const use = (of: Slot) => ({ type, bytes }: Encoded) => {
    const taken_at = instant(careTime(clock.value, wallNow()));
    change([...taken.filter((photo) => photo.slot !== of), { slot: of, taken_at, type, bytes }]);
    slot.value = null;
    open.value = false;
  };
  const of = slot.value;
  if (of) return <Camera slot={of} ghost={newestOf(of)} use={use(of)} cancel={() => (slot.value = null)} />;
  return (
    <section class="stack">
      {taken.map((photo) => (
        <p key={photo.slot} class="good">
          {words.taken(words.slots[photo.slot])}{" "}
          <button class="plain" onClick={() => change(taken.filter((one) => one !== photo))}>{words.remove}</button>
        </p>
      ))}
      {!open.value && taken.length < MOST && <button onClick={() => (open.value = true)}>{words.add}</button>}
      {taken.length >= MOST && <p class="quiet">{words.full}</p>}
      {open.value && (
        <div class="choices" role="group" aria-label={words.which}>
          {SLOTS.map((one) => <button key={one} onClick={() => (slot.value = one)}>{words.slots[one]}</button>)}
        </div>
      )}
      <p class="quiet">{words.why}</p>
    </section>
  );
}
