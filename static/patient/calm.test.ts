import { expect, test, vi } from "vitest";
import { calmly, changed } from "./calm";

function tap(on: string): boolean {
  let stopped = false;
  const stop = () => (stopped = true);
  const target = { closest: (selector: string) => (selector.split(", ").includes(on) ? {} : null) };
  calmly({ target, preventDefault: stop, stopPropagation: stop } as unknown as Event);
  return !stopped;
}

test("a button answers again half a second after the card changed, and what is no button answers at once", () => {
  vi.useFakeTimers();
  expect(tap("button")).toBe(true);
  changed();
  expect([tap("button"), tap("a"), tap("summary")]).toEqual([false, false, true]);
  vi.advanceTimersByTime(499);
  expect(tap("button")).toBe(false);
  vi.advanceTimersByTime(1);
  expect(tap("button")).toBe(true);
  vi.useRealTimers();
});
