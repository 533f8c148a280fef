import { expect, test } from "vitest";
import { fitted, LONGEST } from "./encode";

test.each([[4000, 3000, 1600, 1200], [3000, 4000, 1200, 1600], [800, 600, 800, 600], [1600, 1600, 1600, 1600], [9000, 1, 1600, 1]])(
  "%i x %i becomes %i x %i", (width, height, wide, high) => {
    expect(fitted(width, height)).toEqual([wide, high]);
    expect(Math.max(...fitted(width, height))).toBeLessThanOrEqual(LONGEST);
  });
