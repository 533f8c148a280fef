import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ROUTES } from "../routes";
import { adviceWords } from "./advice";
import { belowWords } from "./below";
import { checkInWords } from "./check_in";
import { coolingWords } from "./cooling";
import { helpWords } from "./help";
import { joinWords } from "./join";
import { notificationWords } from "./notification";
import { planWords } from "./plan";
import { questionWords } from "./questions";
import { settingsWords } from "./settings";
import { screenWord, shellWords } from "./shell";
import { todayWords } from "./today";

const CATALOGUES = {
  adviceWords, belowWords, checkInWords, coolingWords, helpWords, joinWords, planWords, questionWords, settingsWords, shellWords, todayWords,
};

/** Every text of a catalogue, sentences with blanks filled in. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "function") return texts((value as (...blanks: unknown[]) => unknown)(2, 3, 4));
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}

const ALL = Object.entries({ ...CATALOGUES, notificationWords: () => notificationWords }).flatMap(([name, words]) => texts(words()).map((text) => [name, text] as const));

test.each(ALL)("%s: %s", (_, text) => {
  for (const sentence of text.split(/(?<=[.?!:])\s/)) expect(sentence.split(/\s+/).length).toBeLessThanOrEqual(15);
  expect(text).not.toMatch(/\b(normal|safe|no need to worry|successfully|oops|error)\b/i);
  expect(text).not.toMatch(/[—;]/);
});

test.each(ROUTES)("the screen at %s has a word for the window", (to) => {
  expect(screenWord(to)).toMatch(/^[A-Z][a-z]/);
});

test("what can stand on a lock screen says nothing about health", () => {
  for (const text of texts(notificationWords)) expect(text).not.toMatch(/skin|laser|clinic|treat|wound|pain|medic|tablet|care/i);
});

test("what the worker says when it knows nothing else is what the server's push says", () => {
  const { title, body } = notificationWords;
  expect(readFileSync("pwa/protocols/texts/en/app.yaml", "utf8")).toContain(`app.neutral: {title: ${title}, body: ${body}, `);
});
