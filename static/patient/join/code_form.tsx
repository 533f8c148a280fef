/** The short code: for an installed app that shares no storage with the browser, and for a lost phone. */

import { useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { joinWords } from "../../shared/words/join";
import { join, joining, problem, wrongPerson } from "./joining";

const CODE = /^[0-9A-Za-z]{4}[\s-]*[0-9A-Za-z]{4}$/;

export function CodeForm() {
  const words = joinWords();
  const input = useRef<HTMLInputElement>(null);
  const short = useSignal(false);
  const send = (event: Event) => {
    event.preventDefault();
    const code = input.current!.value.trim();
    short.value = !CODE.test(code);
    if (short.value) input.current!.focus();
    else if (!joining.value) void join({ code: code.toUpperCase() });
  };
  const wrong = short.value ? words.code_short : problem.value ? words[problem.value] : null;
  return (
    <form class="card" onSubmit={send} noValidate>
      {wrongPerson.value && <p class="good" role="status">{words.wrong_done} {words.wrong_help}</p>}
      <h1>{words.welcome}</h1>
      <label class="field">
        {words.code}
        <input
          ref={input} class="code" name="code" autocomplete="one-time-code" autocapitalize="characters" spellcheck={false}
          maxLength={12} aria-describedby="code-help" aria-invalid={wrong ? true : undefined} required
        />
      </label>
      <p id="code-help" class={wrong ? "problem" : "quiet"} role={wrong ? "alert" : undefined}>
        {wrong ?? words.by_code} {problem.value === "not_usable" && !short.value && words.not_usable_help}
      </p>
      <button class="main">{joining.value ? words.joining : words.join}</button>
    </form>
  );
}
