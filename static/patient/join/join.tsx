/** Joining, one step per screen: the pass, "is this right?", the Home Screen, reminders. */

import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { joinWords } from "../../shared/words/join";
import { shellWords } from "../../shared/words/shell";
import { go, joinToken } from "../route";
import { bundle, kept } from "../store";
import { CodeForm } from "./code_form";
import { Confirm } from "./confirm";
import { canInstall, Install } from "./install_step";
import { Reminders } from "./reminders_step";
import { byCode, join, joining, problem, wrongPerson } from "./joining";

const replacing = signal<string | null>(null); // the pass that may replace the plan
const stage = computed(() => kept.value?.meta.joining?.stage);

export function JoinScreen() {
  useEffect(() => () => void (byCode.value = false), []);
  return <div class="narrow">{step()}</div>;
}

export function step() {
  const { device, signed_out } = kept.value!.meta;
  const signedIn = (bundle.value || device) && !signed_out;
  if (joinToken.value && bundle.value && signedIn && replacing.value !== joinToken.value) return <AlreadyHasPlan />;
  if (joinToken.value) return <ByLink token={joinToken.value} />;
  if (stage.value === "confirm") return <Confirm />;
  if (stage.value === "install" && canInstall()) return <Install />;
  if (byCode.value) return <CodeForm />;
  if (wrongPerson.value && signedIn) return <StillHere />;
  if (stage.value || signedIn) return <Reminders />;
  return <CodeForm />;
}

function ByLink({ token }: { token: string }) {
  const words = joinWords();
  if (!joining.value && !problem.value) void join({ token });
  if (!problem.value) return <p class="quiet" aria-busy="true">{words.joining}</p>;
  const typeCode = () => {
    joinToken.value = problem.value = null;
    byCode.value = true;
  };
  const last = problem.value === "no_contact" || problem.value === "too_many";
  return (
    <section class="card" role="alert">
      <h1>{words.problem}</h1>
      <p>{words[problem.value]}</p>
      {!last && <p>{words.not_usable_help}</p>}
      {last && <button class="main" onClick={() => void join({ token })}>{shellWords().try_again}</button>}
      <button class={last ? "" : "main"} onClick={typeCode}>{words.other_code}</button>
    </section>
  );
}

/** A link somebody sent must not silently replace the plan that is here. */
function AlreadyHasPlan() {
  const words = joinWords();
  const { plans, clinic } = bundle.value!;
  const keep = () => {
    joinToken.value = null;
    go("/");
  };
  return (
    <section class="card">
      <h1>{words.has_plan}</h1>
      <p>{words.has_plan_help(plans[0]?.name ?? "", clinic.name)}</p>
      <div class="choices">
        <button class="main" onClick={keep}>{words.keep_plan}</button>
        <button onClick={() => (replacing.value = joinToken.value)}>{words.use_new}</button>
      </div>
    </section>
  );
}

/** After "No" on a phone that has a plan of its own. */
function StillHere() {
  const words = joinWords();
  const leave = () => {
    wrongPerson.value = false;
    go("/");
  };
  return (
    <section class="card" role="status">
      <h1>{words.wrong_kept}</h1>
      <p>{words.wrong_done} {words.wrong_help}</p>
      <button class="main" onClick={leave}>{words.to_today}</button>
    </section>
  );
}
