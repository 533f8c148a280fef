/** The Home Screen, as this platform does it. Shown, never claimed. */

import { joinWords } from "../../shared/words/join";
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
  return (
    <section class="card">
      <h1>{words.install}</h1>
      <p>{where === "ios" ? words.install_ios_why : words.install_why}</p>
      {where === "ios" && <IosSteps />}
      {where === "android" && !offer && <Steps steps={words.install_menu} />}
      <div class="choices">
        {offer && <button class="main" onClick={add}>{words.install_android}</button>}
        <button onClick={next}>{offer ? words.install_skip : words.install_next}</button>
      </div>
    </section>
  );
}

export function IosSteps() {
  const words = joinWords();
  const code = kept.value?.meta.joining?.install_code;
  return (
    <>
      <Steps steps={words.install_ios} />
      <p>{code ? words.install_ios_code : words.install_ios_no_code}</p>
      {code && <p class="code">{code}</p>}
    </>
  );
}

export function Steps({ steps }: { steps: string[] }) {
  return <ol class="steps">{steps.map((step) => <li key={step}>{step}</li>)}</ol>;
}
