/** The frame around every screen: name, notes, the screen itself, what is sent, and the way to the others. */

import { effect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Route } from "../shared/routes";
import { screenWord, shellWords } from "../shared/words/shell";
import { Icon, Mark } from "../ui/icons";
import { toast } from "./actions";
import { lazy } from "./lazy";
import { Notes } from "./notes";
import { aim, ALL_SIGNS } from "./route";
import { bundle, kept, shown, trouble } from "./store";
import { Status } from "./status";
import { Today } from "./today/today";
import { Trouble } from "./trouble";

const SCREENS: Record<Route, ComponentType> = {
  "/": Today,
  "/plan": lazy((later) => later.PlanScreen),
  "/settings": lazy((later) => later.SettingsScreen),
  "/join": lazy((later) => later.JoinScreen),
  "/help": lazy((later) => later.HelpScreen),
  "/check-in": lazy((later) => later.CheckInScreen),
  "/progress": lazy((later) => later.ProgressScreen),
};

const Nothing = lazy((later) => later.Nothing); // most phones never show it

effect(() => {
  document.title = `${screenWord(shown.value)} - ${shellWords().app}`;
});

export function App() {
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) main.current?.focus(); // a screen reader starts at the new screen, not at the old link
    first.current = false;
  }, [shown.value, aim.value]);
  const joining = shown.value === "/join";
  return (
    <>
      <header class="top">
        <a class="brand" href="/"><Mark />{shellWords().app}</a>
        {bundle.value && !joining && <span class="clinic">{bundle.value.clinic.name}</span>}
      </header>
      <main ref={main} tabIndex={-1}>
        {!joining && <Notes />}
        <Screen />
      </main>
      {bundle.value && !joining && <><Status /><Sections /></>}
      <Said />
    </>
  );
}

function Screen() {
  if (trouble.value) return <Trouble kind={trouble.value} />;
  if (!kept.value) return <p class="quiet" aria-busy="true">{shellWords().opening}</p>;
  const to = shown.value;
  if (!bundle.value && to !== "/join" && to !== "/help") return <Nothing />;
  const Shown = SCREENS[to];
  return <Shown key={to + aim.value} />;
}

function Sections() {
  const words = shellWords();
  const isAt = (to: Route) => (shown.value === to ? "page" : undefined);
  const link = (to: Route, name: "today" | "plan" | "settings") => (
    <a href={to} aria-current={isAt(to)}><Icon name={name} />{words[name]}</a>
  );
  return (
    <nav class="sections" aria-label={words.sections}>
      {link("/", "today")}{link("/plan", "plan")}{link("/settings", "settings")}
      <a class="wrong" href="/check-in" data-aim={ALL_SIGNS} aria-current={aim.value === ALL_SIGNS ? isAt("/check-in") : undefined}>{words.wrong}</a>
    </nav>
  );
}

function Said() {
  const it = toast.value;
  return (
    <div class="said" role="status">
      {it && (
        <p class="toast">
          <span>{it.text}</span>
          {it.undo && <button onClick={it.undo}>{shellWords().undo}</button>}
        </p>
      )}
    </div>
  );
}
