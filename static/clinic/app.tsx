/** The frame: who and where, what everybody must see, the one screen, and what is said aloud. */

import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { Mark } from "../ui/icons";
import { signOut } from "./acts";
import { isSilent } from "./countdown";
import { Enrol } from "./enrol";
import { Guests } from "./guests";
import { clockWithSeconds } from "./moments";
import { Patients } from "./patients";
import { refresh } from "./poll";
import { SignIn } from "./sign_in";
import { lastCheck, now, overview, said, session, shownSince, trouble, zone } from "./store";
import { clinicWords } from "./words";

export function App() {
  const words = clinicWords();
  const main = useRef<HTMLElement>(null);
  const inside = session.value === "in";
  const was = useRef(session.value);
  useEffect(() => {
    if (inside && was.current !== "in" && document.activeElement === document.body) main.current?.focus();
    was.current = session.value;
  }, [session.value]);
  return (
    <>
      <header class="top">
        <span class="brand"><Mark />{words.app}</span>
        {inside && <Person />}
      </header>
      <main ref={main} tabIndex={-1}><Screen /></main>
      <p class="spoken" role="status">{said.value}</p>
    </>
  );
}

function Screen() {
  switch (session.value) {
    case "opening": return <p class="quiet" aria-busy="true">{clinicWords().opening}</p>;
    case "unreachable": return <Unreachable />;
    case "out": return <SignIn />;
    case "in": return <Desk />;
  }
}

function Person() {
  const words = clinicWords();
  const busy = useSignal(false);
  const leave = async () => {
    if (busy.value) return;
    busy.value = true;
    await signOut();
    busy.value = false;
  };
  const { person, clinic } = overview.value!;
  return (
    <>
      <span class="clinic">{clinic.name}, {person.name}</span>
      <button class="plain" onClick={leave} aria-disabled={busy.value}>{words.sign_out}</button>
    </>
  );
}

function Desk() {
  const words = clinicWords();
  return (
    <>
      <h1 class="spoken">{words.page}: {overview.value!.clinic.name}</h1>
      <Banners />
      <div class="desk">
        <Enrol />
        <div class="stack">
          <Guests />
          <Patients />
        </div>
      </div>
    </>
  );
}

function Banners() {
  const words = clinicWords();
  const silent = lastCheck.value !== null && isSilent(now.value, lastCheck.value, shownSince.value);
  return (
    <div class="banners">
      <div role="alert">
        {silent && (
          <p class="note silent">
            <strong>{words.silent(clockWithSeconds(lastCheck.value!, zone.value))}</strong>
            <button onClick={() => void refresh()}>{words.try_now}</button>
          </p>
        )}
        {trouble.value && <p class="note strong">{trouble.value}</p>}
      </div>
      {overview.value!.clinic.trial && <p class="note trial">{words.trial}</p>}
    </div>
  );
}

function Unreachable() {
  const words = clinicWords();
  return (
    <section class="card narrow first" role="alert">
      <h1>{words.unreachable}</h1>
      <p>{words.unreachable_help}</p>
      <button class="main" onClick={() => void refresh()}>{words.try_now}</button>
    </section>
  );
}
