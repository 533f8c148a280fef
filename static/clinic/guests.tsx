/** Everybody with a code in hand: one shown large, the others in a line each, all live. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { newCode } from "./acts";
import { Code } from "./code";
import { dismiss, focusGuest, guests, openGuest, rowOf, stageOfGuest, type Guest } from "./store";
import { lineOf, Steps } from "./steps";
import { clinicWords } from "./words";

export function Guests() {
  const words = clinicWords();
  if (!guests.value.length) return null;
  return (
    <section class="stack" aria-labelledby="joining">
      <h2 id="joining">{words.joining}</h2>
      {guests.value.map((guest) => <GuestCard key={guest.id} guest={guest} />)}
    </section>
  );
}

function GuestCard({ guest }: { guest: Guest }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const stage = stageOfGuest(guest);
  const row = rowOf(guest.id);
  const open = openGuest.value === guest.id;
  const wanted = focusGuest.value === guest.id;
  useEffect(() => {
    if (!wanted) return;
    focusGuest.value = null;
    heading.current?.focus();
    heading.current?.closest(".guest")?.scrollIntoView({ block: "nearest" });
  }, [wanted]);
  return (
    <article class={`card guest${stage === "ready" ? " is-ready" : ""}`} aria-labelledby={`guest-${guest.id}`}>
      <header>
        <h3 id={`guest-${guest.id}`} ref={heading} tabIndex={-1}>{guest.first_name}</h3>
        {row && <span class="quiet">{row.procedure}</span>}
      </header>
      {open ? (
        <div class="hand-over">
          {stage === "join" && <Code guest={guest} />}
          <Steps stage={stage} row={row} name={guest.first_name} />
        </div>
      ) : <p>{lineOf(stage, row, guest.first_name)}</p>}
      <GuestButtons guest={guest} open={open} />
    </article>
  );
}

function GuestButtons({ guest, open }: { guest: Guest; open: boolean }) {
  const words = clinicWords();
  const { id, first_name } = guest;
  const stage = stageOfGuest(guest);
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const again = async () => {
    if (busy.value) return;
    busy.value = true;
    problem.value = await newCode(id);
    busy.value = false;
  };
  const close = () => {
    dismiss(id);
    document.getElementById("procedure")?.focus();
  };
  const button = (word: string, act: () => void, kind = "") => (
    <button class={kind} onClick={act} aria-label={words.of(word, first_name)}>{word}</button>
  );
  const show = () => (openGuest.value = focusGuest.value = id);
  return (
    <>
      <div role="alert">{problem.value && <p class="problem">{problem.value}</p>}</div>
      <div class="choices">
        {stage === "ready" && button(words.finished, close, "main")}
        {stage !== "ready" && !open && button(stage === "join" ? words.show : words.show_steps, show)}
        {stage !== "ready" && button(busy.value ? words.making : words.new_code, () => void again())}
        {stage !== "ready" && button(words.close, close)}
      </div>
    </>
  );
}
