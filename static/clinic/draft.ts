/** The enrolment form as typed: what is missing, and what is sent. Pure. */

import type { Enrolment, Procedure } from "./api";

/** Chosen on purpose when nobody knows; the server then takes the stricter rules. */
export const NOT_KNOWN = "not_known";

export interface Draft {
  procedure: string;
  variant: string; // "": not chosen yet
  area: string;
  first_name: string;
  language: string;
  treated: "now" | "other";
  date: string; // of the clinic's wall clock, when `treated` is other
  time: string;
}

export type Field = "procedure" | "variant" | "area" | "first_name" | "date" | "time";

export const EMPTY: Draft = {
  procedure: "", variant: "", area: "", first_name: "", language: "en", treated: "now", date: "", time: "",
};

/** The fields that still need something, in the order they stand in. */
export function missing(draft: Draft, procedure: Procedure | undefined): Field[] {
  const wanted: [Field, boolean][] = [
    ["procedure", !procedure],
    ["variant", !!procedure?.variants.length && !draft.variant],
    ["area", !!procedure?.areas.length && !draft.area],
    ["first_name", !draft.first_name.trim()],
    ["date", draft.treated === "other" && !draft.date],
    ["time", draft.treated === "other" && !draft.time],
  ];
  return wanted.filter(([, lacks]) => lacks).map(([field]) => field);
}

/** Another procedure keeps of variant and area what it has too. */
export function withProcedure(draft: Draft, procedure: Procedure | undefined): Draft {
  const keep = (value: string, known: string[] = []) => (known.length && (value === NOT_KNOWN || known.includes(value)) ? value : "");
  return {
    ...draft,
    procedure: procedure?.id ?? "",
    variant: keep(draft.variant, procedure?.variants),
    area: keep(draft.area, procedure?.areas),
  };
}

const known = (value: string): string | null => (value && value !== NOT_KNOWN ? value : null);

export const enrolmentOf = (draft: Draft): Enrolment => ({
  procedure: draft.procedure,
  first_name: draft.first_name.trim(),
  language: draft.language,
  variant: known(draft.variant),
  area: known(draft.area),
  treated_at: draft.treated === "now" ? null : `${draft.date}T${draft.time}`,
});
