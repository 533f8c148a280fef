// Judges check-ins with the phone's own code. In: {triage: path, sets: {hash: rule set}, cases: [...]}; out: a list of results.
import { readFileSync } from "node:fs";

const { triage, sets, cases } = JSON.parse(readFileSync(0, "utf8"));
const phone = await import(triage);
const results = cases.map(({ set, day, answers, past, risks }) => phone.triage(sets[set], day, answers, past, risks));
process.stdout.write(JSON.stringify(results));
