import { describe, expect, test } from "vitest";
import type { Procedure } from "./api";
import { EMPTY, enrolmentOf, missing, NOT_KNOWN, withProcedure, type Draft } from "./draft";

const VASCULAR: Procedure = { id: "vascular", name: "Vascular laser", variants: ["pdl", "ktp"], areas: ["hands", "body"], approved: true };
const PLAIN: Procedure = { id: "plain", name: "Plain", variants: [], areas: ["body"], approved: true };
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

  test("that is none leaves nothing chosen", () => {
    expect(withProcedure(FULL, undefined)).toMatchObject({ procedure: "", variant: "", area: "" });
  });
});

describe("what is sent", () => {
  test("treated now leaves the time to the server", () => {
    expect(enrolmentOf({ ...FULL, date: "2026-11-20", time: "10:00" })).toEqual({
      procedure: "vascular", variant: "pdl", area: "body", first_name: "Alice", language: "en", treated_at: null,
    });
  });

  test("another time is the clinic's wall clock, without an offset", () => {
    expect(enrolmentOf({ ...FULL, treated: "other", date: "2026-11-19", time: "16:30" }).treated_at).toBe("2026-11-19T16:30");
  });

  test("not known is sent as nothing, which takes the stricter rules", () => {
    expect(enrolmentOf({ ...FULL, variant: NOT_KNOWN, area: NOT_KNOWN })).toMatchObject({ variant: null, area: null });
  });
});
