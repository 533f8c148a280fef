/** `node static/dev/bundle.ts [DAY] [HH:MM]` prints a sample bundle as JSON, at that UTC time of today. */

import { sampleBundle } from "./sample.ts";

const [day = "3", clock] = process.argv.slice(2);
const now = clock ? Date.parse(`${new Date().toISOString().slice(0, 10)}T${clock}:00Z`) : Date.now();
process.stdout.write(JSON.stringify(sampleBundle({ now, day: Number(day) })));
