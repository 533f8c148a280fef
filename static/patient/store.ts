/** What the screens read: the database's content as signals, and nothing from the network. */

import { batch, computed, signal } from "@preact/signals";
import type { Bundle } from "../shared/api";
import { careTime, wallNow, type Millis } from "../shared/clock";
import { read, type Answered, type Entry, type KeptBundle, type Meta } from "../shared/db";
import { newsFor, overlay } from "../domain/overlay";
import { localDate } from "../domain/days";
import type { Route } from "../shared/routes";
import { speak } from "../shared/strings";
import { permission } from "./permission";
import { route } from "./route";

/** Not taken by the server. `seen`: how it was put when the patient had seen it; it is not brought up again. */
export type Refused = Answered & { seen?: string };

export interface Kept {
  bundle: KeptBundle | undefined;
  outbox: Entry[];
  shadow: Answered[];
  rejected: Refused[];
  meta: Partial<Meta>;
}

export const kept = signal<Kept | null>(null);
/** `blocked`: another tab holds an older database. `broken`: this browser keeps nothing. */
export const trouble = signal<"blocked" | "broken" | null>(null);
export const online = signal(navigator.onLine);
const wall = signal<Millis>(wallNow());

/** "Is this right?" is open: until it is answered there is no other screen, and nothing of any plan. */
const isAsked = computed(() => kept.value?.meta.joining?.stage === "confirm");
export const shown = computed<Route>(() => (isAsked.value ? "/join" : route.value));

/** Everything shown follows from this: the server's last word with the patient's taps laid over it. */
export const bundle = computed<Bundle | null>(() => {
  const now = kept.value;
  return now?.bundle && !isAsked.value ? overlay(now.bundle.bundle, newsFor(now.bundle, now.outbox, now.shadow)) : null;
});

/**
 * All that this phone remembers to have made. A check-in that the server refused is part of it: a red flag does not vanish
 * because a server could not read it.
 */
export const made = computed<Entry[]>(() => {
  const { outbox = [], shadow = [], rejected = [] } = kept.value ?? {};
  const refused = rejected.filter(({ event }) => event.kind === "check_in");
  const all = [...[...shadow, ...refused].map(({ event }) => event), ...outbox];
  return [...new Map(all.map((event) => [event.id, event])).values()]; // what is offered again is there twice
});

export const clock = computed(() => kept.value?.bundle?.bundle.clock);
export const now = computed<Millis>(() => careTime(clock.value, wall.value));
export const zone = computed(() => bundle.value?.patient.zone ?? "UTC");
export const today = computed(() => localDate(now.value, zone.value));
export const dateOf = (at: Millis) => localDate(at, zone.value);
/** Both ends agree, and the phone may show them. */
export const hasReminders = () => {
  const { push_off, push_sent } = kept.value?.meta ?? {};
  return permission() === "granted" && !push_off && !!push_sent && !!bundle.value?.push.endpoint_known;
};
export const unsent = computed(() => (kept.value?.outbox.length ?? 0) + (kept.value?.meta.photos ?? 0));
export const unseen = computed(() => kept.value?.rejected.filter(({ seen }) => !seen) ?? []);

const META: (keyof Meta)[] = [
  "device", "joining", "before", "lock_screen", "signed_out", "left", "push_off", "push_sent", "cooling", "photos",
];

/** Reads the database again. Called after every change, whoever made it. */
export async function reload(): Promise<void> {
  try {
    const [bundle, outbox, shadow, rejected, ...meta] = await read(["bundle", "outbox", "shadow", "rejected", "meta"], (store) =>
      Promise.all([
        store("bundle").get("bundle"), store("outbox").all(), store("shadow").all(), store("rejected").all(),
        ...META.map((key) => store("meta").get(key)),
      ]));
    if (bundle) useLanguageOf(bundle.bundle);
    batch(() => {
      wall.value = wallNow();
      kept.value = { bundle, outbox, shadow, rejected, meta: Object.fromEntries(META.map((key, at) => [key, meta[at]])) };
    });
    trouble.value = null;
  } catch {
    trouble.value ??= "broken";
  }
}

/** Shows what was just written down, before everything is read again. */
export function add(made: Entry[]): void {
  const { outbox, ...rest } = kept.value!;
  batch(() => {
    wall.value = wallNow();
    kept.value = { ...rest, outbox: [...outbox, ...made] };
  });
}

function useLanguageOf({ patient, clinic }: Bundle): void {
  speak({ language: patient.language, country: clinic.country, zone: patient.zone });
  document.documentElement.lang = patient.language;
  document.documentElement.dir = /^(ar|fa|he|ur)\b/.test(patient.language) ? "rtl" : "ltr";
}

/** Moves the shown time on. A demo's faster clock needs more ticks. */
export function startTicking(): void {
  const tick = () => {
    wall.value = wallNow();
    setTimeout(tick, Math.max(1000, 15_000 / (clock.value?.speed ?? 1)));
  };
  tick();
}
