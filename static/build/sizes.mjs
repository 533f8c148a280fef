/** Prints what a phone downloads, gzip -9, and fails when a budget of the design (section 14) is passed. */

import { readFileSync, existsSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";

const OUT = resolve(import.meta.dirname, "../../pwa/web/_dist");
const text = (file) => readFileSync(resolve(OUT, file), "utf8");
const size = (files) => [...files].reduce((sum, file) => sum + gzipSync(text(file), { level: 9 }).length, 0);
const named = (source, pattern) => [...source.matchAll(pattern)].map((match) => match[1]);

/** Follows `from"./x.js"` and `import"./x.js"`; with `lazily`, `import("./x.js")` too. */
function scriptsOf(page, lazily) {
  const pattern = lazily ? /["'`]\.\/([\w.-]+\.js)["'`]/g : /(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g;
  const found = new Set();
  const visit = (file) => {
    if (found.has(file)) return;
    found.add(file);
    for (const next of named(text(file), pattern)) visit(`assets/${next}`);
  };
  for (const file of named(text(page), /src="\/(assets\/[^"]+\.js)"/g)) visit(file);
  return found;
}

const stylesOf = (page) => named(text(page), /href="\/(assets\/[^"]+\.css)"/g);
const KB = 1024;
const rows = [
  ["patient first load", size(scriptsOf("index.html", false)), 20 * KB, 15 * KB],
  ["patient all scripts", size(scriptsOf("index.html", true)), 45 * KB, 35 * KB],
  ["patient style sheet", size(stylesOf("index.html")), 6 * KB, 4 * KB],
  ["service worker", size(["sw.js"]), 4 * KB, 3 * KB],
  ["page", size(["index.html"]), 3 * KB, 1 * KB],
];
if (existsSync(resolve(OUT, "clinic.html"))) {
  rows.push(["clinic scripts", size(scriptsOf("clinic.html", true)), 60 * KB, 45 * KB]);
}

let over = false;
for (const [name, bytes, must, aim] of rows) {
  const verdict = bytes > must ? "OVER" : bytes > aim ? "ok, over the aim" : "ok";
  over ||= bytes > must;
  const kilobytes = (value) => `${(value / KB).toFixed(2)} KB`;
  console.log(`${name.padEnd(20)} ${kilobytes(bytes).padStart(9)}  of ${kilobytes(must)} (aim ${kilobytes(aim)})  ${verdict}`);
}
process.exit(over ? 1 : 0);
