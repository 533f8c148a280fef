/** The Home Screen, as this platform does it. Shown, never claimed. */

import { useSignal } from "@preact/signals";
import { joinWords } from "../../shared/words/join";
import { settingsWords } from "../../shared/words/settings";
import { installOffer } from "../install";
import { platform, runsAsApp } from "../platform";
import { kept } from "../store";
import { enter } from "./joining";

/** Not in the app itself, and not on a computer. */
export const canInstall = (): boolean => !runsAsApp() && platform() !== "desktop";

export function Install() {
  const words = joinWords();
  const where = platform();
  const offer = installOffer.value;
  const next = () => void enter("reminders");
  const add = async () => {
    await offer?.prompt();
    next();
  };
  const code = installCode();
  return (
    <section class="card">
      <h1>{words.install}</h1>
      <p>{where === "ios" ? words.install_ios_why : words.install_why}</p>
      {where === "ios" && <IosSteps />}
      {where === "android" && !offer && <Steps steps={words.install_menu} />}
      <div class="choices">
        {offer && <button class="main" onClick={add}>{words.install_android}</button>}
        {where === "ios" && code && <Copy text={code}>{words.copy_code}</Copy>}
        <button onClick={next}>{offer ? words.install_skip : words.install_next}</button>
      </div>
    </section>
  );
}

/** For an iPhone's installed app, which shares nothing with the browser. */
export const installCode = (): string | undefined => kept.value?.meta.joining?.install_code;

export function IosSteps() {
  const words = joinWords();
  const code = installCode();
  return (
    <>
      <Steps steps={words.install_ios} />
      <p>{code ? words.install_ios_code : words.install_ios_no_code}</p>
      {code && <><p class="code">{code}</p><p>{words.install_ios_ends}</p></>}
    </>
  );
}

/** The next step of somebody who goes on elsewhere. */
export function Copy({ text, main = true, children }: { text: string; main?: boolean; children: string }) {
  const copied = useSignal(false);
  const copy = () => navigator.clipboard?.writeText(text).then(() => (copied.value = true), () => {});
  return <button class={main ? "main" : ""} onClick={copy}>{copied.value ? settingsWords().copied : children}</button>;
}

export function Steps({ steps }: { steps: string[] }) {
  return <ol class="steps">{steps.map((step) => <li key={step}>{step}</li>)}</ol>;
}
