/** Two photos of the same side, side by side; what the server did not take; and the way to delete either. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { millis } from "../../shared/clock";
import type { KeptPhoto } from "../../shared/db";
import { dateWords } from "../../shared/strings";
import { photoWords, type Slot } from "../../shared/words/photos";
import { shellWords } from "../../shared/words/shell";
import { Card } from "../../ui/card";
import { changed } from "../calm";
import { dateOf, kept, online, reload } from "../store";
import { syncNow } from "../sync_loop";
import { Picture } from "./camera";
import { destroy, own, ownPhotos, type OwnPhoto } from "./own";
import { keptPhotos, offerAgain, throwAway } from "./send";

const dateOfPhoto = ({ taken_at }: Pick<OwnPhoto, "taken_at">): string => dateWords(dateOf(millis(taken_at)));
const nameOf = (photo: Pick<OwnPhoto, "slot" | "taken_at">): string => photoWords().alt(photoWords().slots[photo.slot], dateOfPhoto(photo));

export function Compare() {
  const words = photoWords();
  const chosen = useSignal<Slot | null>(null);
  const refused = useSignal<KeptPhoto[]>([]);
  const waiting = kept.value?.meta.photos ?? 0;
  const look = async () => void (refused.value = (await keptPhotos()).filter((photo) => photo.refused));
  useEffect(() => {
    void ownPhotos();
    void look();
  }, [online.value, waiting]);
  const again = async (photo: KeptPhoto) => {
    await offerAgain(photo);
    await reload();
    await look();
    void syncNow();
  };
  const photos = own.value ?? [];
  const slots = [...new Set(photos.map(({ slot }) => slot))];
  const slot = slots.find((one) => one === chosen.value) ?? slots[0];
  return (
    <Card title={words.title}>
      {waiting > 0 && <p role="status">{words.waiting(waiting)}</p>}
      {refused.value.length > 0 && <p class="problem">{words.refused}</p>}
      {refused.value.map((photo) => photo.refused !== "other_device" && ( // that one is not for the eyes of whoever has the phone now
        <div key={photo.id} class="stack">
          <Picture photo={photo} label={nameOf(photo)} />
          <button onClick={() => void again(photo)}>{shellWords().try_again}</button>
          <Delete ask={words.sure} act={() => throwAway(photo).then(look)} />
        </div>
      ))}
      {!own.value && <p class="quiet">{words.offline}</p>}
      {own.value?.length === 0 && waiting === 0 && <p class="quiet">{words.none}</p>}
      {slots.length > 1 && (
        <div class="choices" role="group" aria-label={words.which}>
          {slots.map((one) => <button key={one} aria-pressed={one === slot} onClick={() => (chosen.value = one)}>{words.slots[one]}</button>)}
        </div>
      )}
      {slot && <Pair key={slot} photos={photos.filter((photo) => photo.slot === slot)} />}
    </Card>
  );
}

function Pair({ photos }: { photos: OwnPhoto[] }) {
  const words = photoWords();
  const left = useSignal(0);
  const right = useSignal(photos.length - 1);
  return (
    <div class="pair">
      <Side photos={photos} at={left} label={words.left_side} />
      {photos.length > 1 && <Side photos={photos} at={right} label={words.right_side} />}
    </div>
  );
}

function Side({ photos, at, label }: { photos: OwnPhoto[]; at: { value: number }; label: string }) {
  const words = photoWords();
  const failed = useSignal(false);
  const photo = photos[at.value] ?? photos.at(-1)!;
  const remove = async () => {
    failed.value = !(await destroy(photo));
    await ownPhotos();
  };
  return (
    <figure>
      <Picture key={photo.id} photo={photo} label={nameOf(photo)} />
      <label class="field">
        {label}
        <select value={photos.indexOf(photo)} onChange={({ currentTarget }) => (at.value = currentTarget.selectedIndex)}>
          {photos.map((one, index) => <option key={one.id} value={index}>{dateOfPhoto(one)}</option>)}
        </select>
      </label>
      {failed.value && <p class="problem" role="alert">{words.not_deleted}</p>}
      <Delete key={photo.id} ask={words.sure_own} act={remove} />
    </figure>
  );
}

/** Asked twice: nothing brings a photo back. */
function Delete({ ask, act }: { ask: string; act: () => Promise<unknown> }) {
  const words = photoWords();
  const asking = useSignal(false);
  const turn = (to: boolean) => {
    changed(); // the second tap of a double tap is no answer
    asking.value = to;
  };
  if (!asking.value) return <button class="plain" onClick={() => turn(true)}>{words.delete}</button>;
  return (
    <div class="stack" role="group" aria-label={ask}>
      <p>{ask}</p>
      <div class="choices">
        <button onClick={() => (turn(false), void act())}>{words.delete}</button>
        <button class="main" onClick={() => turn(false)}>{words.keep}</button>
      </div>
    </div>
  );
}
