/** Unit tests of the front end's modules; what needs a browser is in tests/browser. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["static/**/*.test.ts"], environment: "node", restoreMocks: true },
});
