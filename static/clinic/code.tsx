/** What the patient's phone takes: the square, the typed code while it works, the link. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { millis } from "../shared/clock";
import { countdown } from "./countdown";
import { QrCode } from "./qr";
import { said, serverNow, type Guest } from "./store";
import { clinicWords } from "./words";

export function Code({ guest: { id, first_name, invitation } }: { guest: Guest }) {
  const words = clinicWords();
  return (
    <>
      <QrCode rows={invitation.qr} label={words.qr(first_name)} />
      <div class="by-hand">
        <TypedCode name={first_name} code={invitation.join_code} until={millis(invitation.code_expires_at)} address={addressOf(invitation.join_url)} />
        <Link id={`link-${id}`} url={invitation.join_url} />
      </div>
    </>
  );
}

const addressOf = (url: string): string => {
  const { host, pathname } = new URL(url);
  return host + pathname;
};

function TypedCode({ name, code, until, address }: { name: string; code: string; until: number; address: string }) {
  const words = clinicWords();
  const left = countdown(until, serverNow.value);
  useEffect(() => {
    if (!left) said.value = words.code_over_said(name);
  }, [!left]);
  if (!left) return <p class="over">{words.code_over}</p>;
  return (
    <p class="typed">
      <span>{words.code} {words.at_address(address)}</span>
      <strong class="join-code">{code}</strong>
      <span class="quiet" role="timer">{words.code_ends(left)}</span>
    </p>
  );
}

function Link({ id, url }: { id: string; url: string }) {
  const words = clinicWords();
  const input = useRef<HTMLInputElement>(null);
  const state = useSignal<"" | "copied" | "failed">("");
  useEffect(() => void (state.value = ""), [url]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url);
      state.value = "copied";
      said.value = words.copied;
    } catch {
      state.value = "failed";
      input.current?.select();
    }
  };
  return (
    <div class="field">
      <label for={id}>{words.link}</label>
      <div class="link">
        <input id={id} ref={input} value={url} readOnly onFocus={(event) => event.currentTarget.select()} />
        <button onClick={copy}>{state.value === "copied" ? words.copied : words.copy}</button>
      </div>
      <div role="alert">{state.value === "failed" && <p class="problem">{words.copy_failed}</p>}</div>
    </div>
  );
}
