/** The parts of later.ts, each shown once that is loaded. Offline its file comes from the worker's cache. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { shellWords } from "../shared/words/shell";

type Later = typeof import("./later");

const parts = signal<Later | null>(null);
const failed = signal(false);

export const later = (): Promise<Later> => import("./later");

const load = () => later().then((all) => (parts.value = all), () => (failed.value = true));

export function lazy<P extends object>(pick: (all: Later) => ComponentType<P>): ComponentType<P> {
  return function Lazy(props: P) {
    useEffect(() => void (parts.value || load()), []);
    const It = parts.value && pick(parts.value);
    if (It) return <It {...props} />;
    if (!failed.value) return <p class="quiet" aria-busy="true">{shellWords().opening}</p>;
    return <p>{shellWords().failed} <button onClick={load}>{shellWords().try_again}</button></p>;
  };
}
