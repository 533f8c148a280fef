/** The camera inside the app, with the last photo as a ghost to match; or a file, where there is no camera to be had. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { photoWords, type Slot } from "../../shared/words/photos";
import { encode, encodeFile, lightOf, type Encoded } from "./encode";
import { bytesOf, type OwnPhoto } from "./own";

interface Props {
  slot: Slot;
  ghost: OwnPhoto | undefined; // the last photo of this side
  use: (photo: Encoded) => void;
  cancel: () => void;
}

const DARK = 55;
const LOOK_MS = 700;

export function Camera({ slot, ghost, use, cancel }: Props) {
  const words = photoWords();
  const taken = useSignal<Encoded | null>(null);
  const problem = useSignal("");
  const take = (photo: Promise<Encoded>) =>
    photo.then((it) => (taken.value = it), () => (problem.value = words.unusable));
  if (taken.value) return <Preview photo={taken.value} use={use} again={() => (taken.value = null)} />;
  return (
    <section class="camera">
      <h2>{words.slots[slot]}</h2>
      <p>{words.poses[slot]} {words.how}</p>
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
      <Live ghost={ghost} front={slot !== "spot"} take={take} />
      <label class="button">
        {words.from_phone}
        <input class="unseen" type="file" accept="image/*" onChange={({ currentTarget: { files } }) => files?.[0] && void take(encodeFile(files[0]))} />
      </label>
      <button class="plain" onClick={cancel}>{words.cancel}</button>
    </section>
  );
}

function Live({ ghost, front, take }: { ghost: OwnPhoto | undefined; front: boolean; take: (photo: Promise<Encoded>) => void }) {
  const words = photoWords();
  const video = useRef<HTMLVideoElement>(null);
  const isLive = useSignal<boolean | null>(null);
  const light = useSignal("");
  useEffect(() => {
    let stream: MediaStream | undefined;
    let ended = false;
    const asked = { video: { facingMode: front ? "user" : "environment", width: { ideal: 1600 } } };
    navigator.mediaDevices?.getUserMedia(asked).then((it) => {
      if (ended) return stop(it);
      stream = it;
      video.current!.srcObject = it;
      isLive.value = true;
    }).catch(() => (isLive.value = false)) ?? (isLive.value = false);
    const look = setInterval(() => {
      if (!video.current?.videoWidth) return;
      light.value = lightOf(video.current) < DARK ? words.dark : "";
    }, LOOK_MS);
    return () => {
      ended = true;
      clearInterval(look);
      if (stream) stop(stream);
    };
  }, []);
  if (isLive.value === false) return <p class="note">{words.no_camera}</p>;
  const shoot = () => take(encode(video.current!, video.current!.videoWidth, video.current!.videoHeight));
  return (
    <>
      <div class="finder">
        <video ref={video} autoPlay muted playsInline />
        {ghost && <Picture photo={ghost} />}
      </div>
      <p role="status">{light.value || (ghost ? words.ghost : "")}</p>
      <button class="main" disabled={!isLive.value} onClick={shoot}>{words.shoot}</button>
    </>
  );
}

const stop = (stream: MediaStream): void => stream.getTracks().forEach((track) => track.stop());

/** Nothing leaves the phone, and nothing is kept, before this was said yes to. */
function Preview({ photo, use, again }: { photo: Encoded; use: (photo: Encoded) => void; again: () => void }) {
  const words = photoWords();
  return (
    <section class="camera">
      <Picture photo={photo} label={words.title} />
      <p>{words.why}</p>
      <div class="choices">
        <button class="main" onClick={() => use(photo)}>{words.use}</button>
        <button onClick={again}>{words.again}</button>
      </div>
    </section>
  );
}

/** Drawn, since the page's policy lets no picture come from memory. One that cannot be drawn here shows its name; a ghost has none. */
export function Picture({ photo, label }: { photo: Encoded | OwnPhoto; label?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    void bytesOf(photo).then((blob) => createImageBitmap(blob)).then((picture) => {
      const to = canvas.current;
      if (!to) return;
      [to.width, to.height] = [picture.width, picture.height];
      to.getContext("2d")!.drawImage(picture, 0, 0);
    }, () => {});
  }, []);
  return <canvas ref={canvas} class={label ? "photo" : "ghost"} role="img" aria-label={label} aria-hidden={!label} />;
}
