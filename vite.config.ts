/** Builds static/ and service_worker/ into pwa/web/_dist, the one place the server reads the front end from. */

import { existsSync, renameSync, rmdirSync } from "node:fs";
import { resolve } from "node:path";
import { build, defineConfig, type InlineConfig, type Plugin } from "vite";
import { serviceWorker } from "./static/build/service_worker.ts";

const OUT = resolve(import.meta.dirname, "pwa/web/_dist");
const PATIENT = resolve(import.meta.dirname, "static/index.html");
const CLINIC = resolve(import.meta.dirname, "static/clinic/index.html");

/** Vite wraps `import()` in a loader for style sheets and preloads; our one sheet is in the page. Saves 0.6 KB. */
function plainImports(): Plugin {
  return {
    name: "plain-imports",
    enforce: "pre",
    load: (id) => (id.includes("vite/preload-helper") ? "export const __vitePreload = (load) => load();" : null),
  };
}

/** One page with what its first screen needs in one file, and the rest in chunks that load when they are shown. */
const page = (name: string, input: string): InlineConfig => ({
  configFile: false,
  root: resolve(import.meta.dirname, "static"),
  build: {
    outDir: OUT,
    target: ["es2022", "safari16.4", "firefox115", "chrome111"],
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { [name]: input },
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: `assets/${name}-[hash][extname]`,
        codeSplitting: {
          groups: [{ name, tags: ["$initial"] }],
        },
      },
    },
  },
  // h() takes children as arguments and is in Preact anyway: 0.5 KB less than the automatic runtime.
  oxc: { jsx: { runtime: "classic", pragma: "h", pragmaFrag: "Fragment" }, jsxInject: 'import { Fragment, h } from "preact"' },
  plugins: [plainImports()],
});

/** Built apart, so that the console's code never changes what a patient's phone downloads. */
function clinicPage(): Plugin {
  return {
    name: "clinic-page",
    apply: "build",
    async closeBundle() {
      if (!existsSync(CLINIC)) return;
      const config = page("clinic", CLINIC);
      await build({ ...config, build: { ...config.build, emptyOutDir: false, copyPublicDir: false } });
      renameSync(resolve(OUT, "clinic/index.html"), resolve(OUT, "clinic.html")); // the server knows files, not folders
      rmdirSync(resolve(OUT, "clinic"));
    },
  };
}

const patient = page("patient", PATIENT);

export default defineConfig({
  ...patient,
  build: { ...patient.build, emptyOutDir: true },
  plugins: [plainImports(), serviceWorker({ out: OUT, page: PATIENT }), clinicPage()],
});
