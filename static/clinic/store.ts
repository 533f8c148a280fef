/** What the clinic page shows: the server's last answer, who has been invited from here, and the time. */

import { batch, computed, signal } from "@preact/signals";
import type { Instant } from "../shared/api";
import { millis, wallNow, type Millis } from "../shared/clock";
import { speak } from "../shared/strings";
import type { Invitation, Overview } from "./api";
import { EMPTY, type Draft } from "./draft";
import { stageOf, type Stage } from "./progress";
import { clinicWords } from "./words";

/** Somebody with a code in hand, from when it was made until the card is closed. */
export interface Guest {
  id: string;
  first_name: string;
  invitation: Invitation;
  joined_before: Instant | null;
}

export const session = signal<"opening" | "in" | "out" | "unreachable">("opening");
export const sessionOver = signal(false); // signed out by the server, not by the person
export const overview = signal<Overview | null>(null);
export const lastCheck = signal<Millis | null>(null);
export const shownSince = signal<Millis>(wallNow());
export const now = signal<Millis>(wallNow());
const skew = signal<Millis>(0);
/** Codes end by the server's clock; this computer's may be wrong. */
export const serverNow = computed(() => now.value + skew.value);
export const careNow = computed(() => (overview.value ? millis(overview.value.now) : serverNow.value));
export const zone = computed(() => overview.value?.clinic.zone ?? "UTC");

export const trouble = signal<string | null>(null); // why signing in or out failed
export const email = signal("");
export const draft = signal<Draft>(EMPTY);
export const guests = signal<Guest[]>([]); // newest first
export const openGuest = signal<string | null>(null); // whose code is shown large
export const focusGuest = signal<string | null>(null); // whose card takes the focus when it is drawn
export const said = signal(""); // for screen readers

export const rowOf = (id: string) => overview.value?.patients.find((row) => row.id === id);
export const stageOfGuest = (guest: Guest): Stage => stageOf(rowOf(guest.id), guest.joined_before);

/** The server's clock, from the Date of any answer. Under two seconds it is the header's own coarseness. */
export function setSkew(measured: Millis | null): void {
  if (measured !== null && Math.abs(measured - skew.value) > 2000) skew.value = measured;
}

/** Takes in an overview; says aloud who has got further. What another person left is not for this one. */
export function receive(fresh: Overview): void {
  const before = overview.value;
  const stages = new Map(guests.value.map((guest) => [guest.id, stageOfGuest(guest)]));
  batch(() => {
    if (before && whose(before) !== whose(fresh)) forget();
    if (before?.clinic.zone !== fresh.clinic.zone) speak({ language: "en", country: "GB", zone: fresh.clinic.zone });
    overview.value = fresh;
    lastCheck.value = now.value = wallNow();
    session.value = "in";
    sessionOver.value = false;
    trouble.value = null;
  });
  const news = guests.value.filter((guest) => stageOfGuest(guest) !== stages.get(guest.id));
  if (news.length) said.value = news.map((guest) => clinicWords().said[stageOfGuest(guest)](guest.first_name)).join(" ");
}

const whose = ({ person, clinic }: Overview): string => JSON.stringify([person.name, clinic.name]);

/** Nothing of one person stays for the next. */
export function forget(): void {
  batch(() => {
    overview.value = lastCheck.value = openGuest.value = null;
    draft.value = EMPTY;
    guests.value = [];
    said.value = "";
  });
}

export function welcome(guest: Guest): void {
  batch(() => {
    guests.value = [guest, ...guests.value.filter(({ id }) => id !== guest.id)];
    openGuest.value = focusGuest.value = guest.id;
  });
}

export function dismiss(id: string): void {
  guests.value = guests.value.filter((guest) => guest.id !== id);
}
