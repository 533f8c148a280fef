/** The build step that hashes what the patient app loads and compiles the worker with that list inside. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { build, type Plugin, type Rolldown } from "vite";

const HASH_BYTES = 3; // to tell one build from another, not to keep anybody out
/** What screens show without importing it. */
const PICTURES = "icons/signs.svg";
const PROJECT = resolve(import.meta.dirname, "../..");

/** Compiles service_worker/sw.ts to `out`/sw.js with the precache of `page` only: the clinic's files stay outside. */
export function serviceWorker({ out, page }: { out: string; page: string }): Plugin {
  let files: string[] = [];
  return {
    name: "service-worker",
    apply: "build",
    writeBundle(_, bundle) {
      files = filesOf(bundle, page);
    },
    closeBundle: {
      order: "post",
      async handler() {
        await compileWorker(out, precacheOf(out, files));
      },
    },
  };
}

/** URL -> base64 of the first 3 bytes of the SHA-256 of what the server will send. Hashes do not compress. */
function precacheOf(out: string, files: string[]): Record<string, string> {
  const digest = (file: string) =>
    createHash("sha256").update(readFileSync(resolve(out, file))).digest().subarray(0, HASH_BYTES).toString("base64");
  const entries = [["/", digest("index.html")], ...[...files, PICTURES].sort().map((file) => [`/${file}`, digest(file)])];
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Every chunk and style sheet that `page` can reach, lazily or not. */
function filesOf(bundle: Rolldown.OutputBundle, page: string): string[] {
  const found = new Set<string>();
  const visit = (name: string) => {
    const chunk = bundle[name];
    if (found.has(name) || chunk?.type !== "chunk") return;
    found.add(name);
    const styles = (chunk as { viteMetadata?: { importedCss: Set<string> } }).viteMetadata?.importedCss ?? [];
    for (const style of styles) found.add(style);
    for (const next of [...chunk.imports, ...chunk.dynamicImports]) visit(next);
  };
  for (const [name, item] of Object.entries(bundle)) {
    if (item.type === "chunk" && item.facadeModuleId === page) visit(name);
  }
  if (found.size === 0) throw new Error(`no chunk was built for ${page}`);
  return [...found];
}

async function compileWorker(out: string, precache: Record<string, string>): Promise<void> {
  const version = createHash("sha256").update(JSON.stringify(precache)).digest("base64url").slice(0, 6);
  await build({
    configFile: false,
    root: PROJECT,
    logLevel: "warn",
    define: { __PRECACHE__: JSON.stringify(precache), __VERSION__: JSON.stringify(version) },
    build: {
      outDir: out,
      emptyOutDir: false,
      copyPublicDir: false,
      target: ["es2022", "safari16.4", "firefox115", "chrome111"],
      reportCompressedSize: false,
      rolldownOptions: {
        input: resolve(PROJECT, "service_worker/sw.ts"),
        output: { format: "es", entryFileNames: "sw.js" }, // exports nothing, so it is a classic script too
      },
    },
  });
}
