/** The second tap of a double tap must not settle what came up under the finger. */

const CALM_MS = 500;
let changedAt = -Infinity;

/** Call when the buttons under a finger are about to mean something else. */
export const changed = (): void => void (changedAt = performance.now());

/** For the capture phase around the cards: swallows what comes too soon after a change. */
export function calmly(event: Event): void {
  if (performance.now() - changedAt < CALM_MS && (event.target as Element).closest("button, a")) {
    event.preventDefault();
    event.stopPropagation();
  }
}
