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
  prescribed: string[];
  treated: "now" | "other";
  date: string; // of the clinic's wall clock, when `treated` is other
  time: string;
  request_id: string; // of exactly this: any change makes it another request
}

export type Field = "procedure" | "variant" | "area" | "first_name" | "date" | "time";

export const EMPTY: Draft = {
  procedure: "", variant: "", area: "", first_name: "", language: "en", prescribed: [],
  treated: "now", date: "", time: "", request_id: "",
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

/** The draft with something changed. */
export const changed = (draft: Draft, part: Partial<Draft>): Draft => ({ ...draft, ...part, request_id: crypto.randomUUID() });

/** Another procedure keeps of variant, area and medicines what it has too. */
export function withProcedure(draft: Draft, procedure: Procedure | undefined): Draft {
  const keep = (value: string, known: string[] = []) => (known.length && (value === NOT_KNOWN || known.includes(value)) ? value : "");
  return changed(draft, {
    procedure: procedure?.id ?? "",
    variant: keep(draft.variant, procedure?.variants),
    area: keep(draft.area, procedure?.areas),
    prescribed: draft.prescribed.filter((medicine) => procedure?.prescribable.includes(medicine)),
  });
}

const known = (value: string): string | null => (value && value !== NOT_KNOWN ? value : null);

export const enrolmentOf = (draft: Draft): Enrolment => ({
  procedure: draft.procedure,
  first_name: draft.first_name.trim(),
  language: draft.language,
  variant: known(draft.variant),
  area: known(draft.area),
  treated_at: draft.treated === "now" ? null : `${draft.date}T${draft.time}`,
  prescribed: draft.prescribed,
  request_id: draft.request_id,
});
