import { readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const read = (name: string) => readFileSync(resolve(import.meta.dirname, name), "utf8");
const TOKENS = read("tokens.css");
const SHEETS = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".css") && name !== "tokens.css");

/** Every ink that stands on a ground, as the sheets use them. */
const TEXT: [ink: string, grounds: string[]][] = [
  ["ink", ["paper", "surface", "tint", "sun-tint", "alarm-tint", "acute", "healing", "protection", "before"]],
  ["soft", ["paper", "surface", "tint", "sun-tint"]],
  ["accent", ["paper", "surface", "tint", "sun-tint"]],
  ["on-accent", ["accent"]],
  ["paper", ["ink"]], // the toast
  ["alarm", ["surface", "paper", "alarm-tint"]],
  ["surface", ["alarm"]], // the emergency call
];
/** What must be seen but not read: borders of controls, the mark in the ribbon, the curve (WCAG 1.4.11). */
const SHAPES: [shape: string, grounds: string[]][] = [
  ["edge", ["surface", "paper", "sun-tint"]],
  ["accent", ["paper", "surface", "healing", "acute", "protection"]],
  ["on-accent", ["accent"]], // the mark on today
];

const light = tokensIn(TOKENS.slice(0, TOKENS.indexOf("@media")));
const dark = { ...light, ...tokensIn(TOKENS.slice(TOKENS.indexOf("prefers-color-scheme: dark"), TOKENS.indexOf("prefers-contrast"))) };

function tokensIn(css: string): Record<string, string> {
  return Object.fromEntries([...css.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name!, value!]));
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(one: string, other: string): number {
  const luminance = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const pairs = (list: [string, string[]][]) => list.flatMap(([ink, grounds]) => grounds.map((ground) => [ink, ground] as const));

test.each(pairs(TEXT))("text in %s on %s reads at 4.5:1 in light and dark", (ink, ground) => {
  for (const theme of [light, dark]) expect(contrast(theme[ink]!, theme[ground]!)).toBeGreaterThanOrEqual(4.5);
});

test.each(pairs(SHAPES))("a shape in %s on %s is seen at 3:1 in light and dark", (shape, ground) => {
  for (const theme of [light, dark]) expect(contrast(theme[shape]!, theme[ground]!)).toBeGreaterThanOrEqual(3);
});

test("the arithmetic is WCAG's", () => {
  expect(contrast("#ffffff", "#000000")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

test("no sheet uses an ink or a ground that is not checked here", () => {
  const css = SHEETS.map(read).join("\n");
  const used = (property: RegExp) => new Set([...css.matchAll(property)].map(([, name]) => name!));
  const inks = new Set(TEXT.map(([ink]) => ink));
  const grounds = new Set([...pairs(TEXT).map(([, ground]) => ground), ...SHAPES.map(([shape]) => shape)]);
  expect([...used(/[^-]color:\s*var\(--([\w-]+)\)/g)].filter((name) => !inks.has(name))).toEqual([]);
  expect([...used(/background(?:-color)?:\s*var\(--([\w-]+)\)/g)].filter((name) => !grounds.has(name))).toEqual([]);
});

test("no sheet names a colour of its own", () => {
  for (const sheet of SHEETS) expect(read(sheet).match(/#[0-9a-f]{3,8}\b(?!\s*16px)/gi)?.filter((hex) => hex !== "#000") ?? []).toEqual([]);
});

test("no sheet uses left, right, width or height where the direction of writing decides", () => {
  const physical = /(?:margin|padding|border)-(?:left|right|top|bottom)|[\s;{](?:left|right|width|height|min-width|max-width)\s*:/g;
  for (const sheet of SHEETS) expect(read(sheet).replace(/\(min-width/g, "").match(physical) ?? []).toEqual([]);
});
