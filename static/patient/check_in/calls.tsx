/** The numbers to call, the one that fits how urgent it is first. */

import { opennessAt } from "../../domain/hours";
import type { Level } from "../../domain/rules";
import type { Clinic } from "../../shared/api";
import { todayWords } from "../../shared/words/today";
import { now } from "../store";
import { Call } from "../today/call";

type Line = "emergency" | "day" | "night";

/** `level` null: how urgent it is is not known. */
export function numbersFor(level: Level | null, open: boolean): Line[] {
  const answered: Line = open ? "day" : "night";
  switch (level) {
    case "emergency": return ["emergency", answered];
    case "tell_clinic": return ["day"];
    case null: return [answered, "emergency"];
    default: return [answered];
  }
}

/** `calm`: an offer, beside something else to do. */
export function Calls({ clinic, level, calm }: { clinic: Clinic; level: Level | null; calm?: boolean }) {
  const words = todayWords();
  const { open } = opennessAt(clinic, now.value);
  const named = { emergency: words.call_emergency, day: words.call_clinic, night: words.call_night };
  const numbers = { emergency: clinic.emergency_number, day: clinic.day_phone, night: clinic.night_phone };
  const kind = (which: Line, at: number) => `${which === "emergency" ? "emergency" : ""} ${at === 0 && !calm ? "main" : ""}`;
  return (
    <div class="calls">
      {numbersFor(level, open).map((which, at) => (
        <Call key={which} number={numbers[which]} words={named[which]} kind={kind(which, at)} />
      ))}
    </div>
  );
}
