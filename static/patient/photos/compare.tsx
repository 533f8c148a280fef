/** Two photos of the same side, side by side. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { dayNumber } from "../../domain/today";
import type { Plan } from "../../shared/api";
import { millis } from "../../shared/clock";
import { dateWords } from "../../shared/strings";
import { photoWords, type Slot } from "../../shared/words/photos";
import { Card } from "../../ui/card";
import { dateOf, kept, online } from "../store";
import { addressOf, own, ownPhotos, type OwnPhoto } from "./own";
import { keptPhotos } from "./send";

export function Compare({ plan }: { plan: Plan }) {
  const words = photoWords();
  const chosen = useSignal<Slot | null>(null);
  const refused = useSignal(false);
  useEffect(() => {
    void ownPhotos();
    void keptPhotos().then((kept) => (refused.value = kept.some((photo) => photo.refused)));
  }, [online.value]);
  const photos = own.value ?? [];
  const slots = [...new Set(photos.map(({ slot }) => slot))];
  const slot = chosen.value ?? slots[0];
  const waiting = kept.value?.meta.photos ?? 0;
  return (
    <Card title={words.title}>
      {waiting > 0 && <p role="status">{words.waiting(waiting)}</p>}
      {refused.value && <p class="problem">{words.refused}</p>}
      {!own.value && <p class="quiet">{words.offline}</p>}
      {own.value?.length === 0 && waiting === 0 && <p class="quiet">{words.none}</p>}
      {slots.length > 1 && (
        <div class="choices" role="group" aria-label={words.which}>
          {slots.map((one) => <button key={one} aria-pressed={one === slot} onClick={() => (chosen.value = one)}>{words.slots[one]}</button>)}
        </div>
      )}
      {slot && <Pair key={slot} plan={plan} photos={photos.filter((photo) => photo.slot === slot)} />}
    </Card>
  );
}

function Pair({ plan, photos }: { plan: Plan; photos: OwnPhoto[] }) {
  const words = photoWords();
  const left = useSignal(0);
  const right = useSignal(photos.length - 1);
  return (
    <div class="pair">
      <Side plan={plan} photos={photos} at={left} label={words.left_side} />
      {photos.length > 1 && <Side plan={plan} photos={photos} at={right} label={words.right_side} />}
    </div>
  );
}

function Side({ plan, photos, at, label }: { plan: Plan; photos: OwnPhoto[]; at: { value: number }; label: string }) {
  const words = photoWords();
  const photo = photos[at.value] ?? photos[0]!;
  const when = ({ taken_at }: OwnPhoto) => dateOf(millis(taken_at));
  const day = dayNumber(plan, when(photo));
  return (
    <figure>
      <img class="photo" src={addressOf(photo)!} alt={words.alt(words.slots[photo.slot], day)} loading="lazy" />
      <label class="field">
        {label}
        <select value={at.value} onChange={({ currentTarget }) => (at.value = currentTarget.selectedIndex)}>
          {photos.map((one, index) => <option key={one.id} value={index}>{dateWords(when(one))}</option>)}
        </select>
      </label>
    </figure>
  );
}
