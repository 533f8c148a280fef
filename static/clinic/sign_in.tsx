/** Sign-in by e-mail and password. Names the field that lacks something; says the same for every wrong pair. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { signIn } from "./acts";
import { Input } from "./fields";
import { email, sessionOver, trouble } from "./store";
import { clinicWords } from "./words";

export function SignIn() {
  const words = clinicWords();
  const form = useRef<HTMLFormElement>(null);
  const busy = useSignal(false);
  const password = useSignal("");
  const lacks = useSignal<"email" | "password" | null>(null);
  const focus = (name: string) => (form.current?.elements.namedItem(name) as HTMLElement | null)?.focus();
  useEffect(() => focus(email.peek() ? "password" : "email"), []);
  const send = async (event: Event) => {
    event.preventDefault();
    if (busy.value) return;
    lacks.value = !email.value.trim() ? "email" : !password.value ? "password" : null;
    if (lacks.value) return focus(lacks.value);
    busy.value = true;
    await signIn(password.value);
    busy.value = false;
    if (trouble.value) focus("password");
  };
  return (
    <form ref={form} class="card narrow first" onSubmit={send} noValidate>
      <h1>{words.sign_in_title}</h1>
      {sessionOver.value && <p class="note trial">{words.session_over}</p>}
      <div role="alert">{trouble.value && <p class="problem">{trouble.value}</p>}</div>
      <Input
        name="email" type="email" label={words.email} value={email.value} autocomplete="username"
        problem={lacks.value === "email" ? words.need_email : null} onInput={(value) => (email.value = value)}
      />
      <Input
        name="password" type="password" label={words.password} value={password.value} autocomplete="current-password"
        problem={lacks.value === "password" ? words.need_password : null} onInput={(value) => (password.value = value)}
      />
      <button class="main" aria-disabled={busy.value}>{busy.value ? words.signing_in : words.sign_in}</button>
    </form>
  );
}
