/** Reminders: asked by a tap, proven by a test, and a next step for everything that can go wrong. */

import { useEffect } from "preact/hooks";
import { joinWords } from "../../shared/words/join";
import { shellWords } from "../../shared/words/shell";
import { todayWords } from "../../shared/words/today";
import { platform, runsAsApp } from "../platform";
import { go } from "../route";
import { bundle } from "../store";
import { Call } from "../today/call";
import { Copy, installCode, IosSteps, Steps } from "./install_step";
import { finish } from "./joining";
import { allow, forget, sendTest, state, type ReminderState } from "./test_push";

export function Reminders() {
  const words = joinWords();
  useEffect(() => forget, []);
  const it = state.value;
  const busy = it === "subscribing" || it === "testing";
  return (
    <section class="card" aria-busy={busy}>
      <div role="status" class="stack">{body(it)}</div>
      {busy && <progress aria-label={words.testing} />}
      {it === "ask" || it === "dismissed" ? <button class="main" onClick={() => void allow()}>{words.allow}</button> : null}
      {it === "failed" || it === "denied" || it === "not_sent"
        ? <button class="main" onClick={() => void allow()}>{shellWords().try_again}</button> : null}
      {it === "late" && <button class="main" onClick={() => void sendTest()}>{words.test_again}</button>}
      {it === "unsupported" && <Elsewhere />}
      {(it === "late" || it === "failed") && <CallClinic />}
      <Leave main={it === "works"}>{it === "works" ? words.to_today : words.without}</Leave>
    </section>
  );
}

function body(it: ReminderState) {
  const words = joinWords();
  switch (it) {
    case "ask": return <Say title={words.reminders} lines={[words.reminders_why]} />;
    case "dismissed": return <Say title={words.reminders} lines={[words.dismissed]} />;
    case "subscribing": return <Say title={words.subscribing} lines={[]} />;
    case "testing": return <Say title={words.testing} lines={[words.testing_help]} />;
    case "works": return <Say title={words.works} lines={[]} good />;
    case "unsupported":
      if (inIosTab()) return <><Say title={words.home_first} lines={[words.home_first_help]} /><IosSteps /></>;
      return (
        <>
          <Say title={words.unsupported} lines={[words.unsupported_help, words.unsupported_other]} />
          <Steps steps={platform() === "ios" ? words.unsupported_ios : words.unsupported_steps} />
        </>
      );
    case "failed": return <Say title={words.failed} lines={[words.failed_help]} />;
    case "not_sent": return <Say title={words.failed} lines={[words.not_sent]} />;
    case "late": return <Say title={words.late} lines={[words.late_help, words.late_clinic]} />;
    case "denied":
      return <><Say title={words.denied} lines={[words.denied_help]} /><Steps steps={words.denied_steps[platform()]} /></>;
  }
}

function Say({ title, lines, good = false }: { title: string; lines: string[]; good?: boolean }) {
  return <><h1 class={good ? "good" : ""}>{title}</h1>{lines.map((line) => <p key={line}>{line}</p>)}</>;
}

const inIosTab = (): boolean => platform() === "ios" && !runsAsApp();

/** Where reminders can work: what the person needs for going there. */
function Elsewhere() {
  const words = joinWords();
  const code = installCode();
  if (inIosTab() && code) return <><Copy text={code}>{words.copy_code}</Copy><CallClinic /></>;
  if (platform() === "ios") return <CallClinic main={inIosTab()} />;
  return (
    <>
      <p><bdi>{location.host}/join</bdi></p>
      <Copy text={`${location.origin}/join`}>{words.copy_address}</Copy>
      <CallClinic />
    </>
  );
}

function CallClinic({ main = false }) {
  const number = bundle.value?.clinic.day_phone;
  if (!number) return null;
  return <Call number={number} words={todayWords().call_clinic} kind={main ? "main" : ""} />;
}

function Leave({ main, children }: { main: boolean; children: string }) {
  const leave = () => void finish().then(() => go("/"));
  return <button class={main ? "main" : "plain"} onClick={leave}>{children}</button>;
}
