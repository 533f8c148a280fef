import { describe, expect, test } from "vitest";
import type { Procedure } from "./api";
import { changed, EMPTY, enrolmentOf, missing, NOT_KNOWN, withProcedure, type Draft } from "./draft";

const VASCULAR: Procedure = { id: "vascular", name: "Vascular laser", variants: ["pdl", "ktp"], areas: ["hands", "body"], prescribable: ["antiviral"], approved: true };
const PLAIN: Procedure = { id: "plain", name: "Plain", variants: [], areas: ["body"], prescribable: [], approved: true };
const FULL: Draft = { ...EMPTY, procedure: "vascular", variant: "pdl", area: "body", first_name: " Alice " };

describe("what is missing", () => {
  test("is named in the order of the form", () => {
    expect(missing(EMPTY, undefined)).toEqual(["procedure", "first_name"]);
    expect(missing({ ...EMPTY, treated: "other" }, VASCULAR)).toEqual(["variant", "area", "first_name", "date", "time"]);
  });

  test("a kind is asked for only where the procedure has kinds", () => {
    expect(missing({ ...FULL, variant: "" }, PLAIN)).toEqual([]);
  });

  test("spaces are no name", () => {
    expect(missing({ ...FULL, first_name: "  " }, VASCULAR)).toEqual(["first_name"]);
  });

  test("not known is an answer", () => {
    expect(missing({ ...FULL, variant: NOT_KNOWN, area: NOT_KNOWN }, VASCULAR)).toEqual([]);
  });
});

describe("another procedure", () => {
  test("keeps the area it has too and drops the kind it does not have", () => {
    expect(withProcedure(FULL, PLAIN)).toMatchObject({ procedure: "plain", variant: "", area: "body" });
    expect(withProcedure({ ...FULL, area: "hands" }, PLAIN)).toMatchObject({ area: "" });
  });

  test("keeps a medicine only where it reminds of it", () => {
    const prescribed = { ...FULL, prescribed: ["antiviral"] };
    expect(withProcedure(prescribed, VASCULAR).prescribed).toEqual(["antiviral"]);
    expect(withProcedure(prescribed, PLAIN).prescribed).toEqual([]);
  });

  test("that is none leaves nothing chosen", () => {
    expect(withProcedure(FULL, undefined)).toMatchObject({ procedure: "", variant: "", area: "" });
  });
});

test("every change makes another request, and trying again does not", () => {
  const once = changed(FULL, { first_name: "Bob" });
  const again = changed(once, { first_name: "Rob" });
  expect(new Set([once, again, withProcedure(again, PLAIN)].map(({ request_id }) => request_id)).size).toBe(3);
  expect(enrolmentOf(once).request_id).toBe(enrolmentOf(once).request_id);
});

describe("what is sent", () => {
  test("treated now leaves the time to the server", () => {
    expect(enrolmentOf({ ...FULL, date: "2026-11-20", time: "10:00" })).toEqual({
      procedure: "vascular", variant: "pdl", area: "body", first_name: "Alice", language: "en", treated_at: null, prescribed: [], request_id: "",
    });
  });

  test("another time is the clinic's wall clock, without an offset", () => {
    expect(enrolmentOf({ ...FULL, treated: "other", date: "2026-11-19", time: "16:30" }).treated_at).toBe("2026-11-19T16:30");
  });

  test("not known is sent as nothing, which takes the stricter rules", () => {
    expect(enrolmentOf({ ...FULL, variant: NOT_KNOWN, area: NOT_KNOWN })).toMatchObject({ variant: null, area: null });
  });
});
