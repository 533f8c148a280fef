/** A part that is loaded when it is first shown. Offline its file comes from the worker's cache. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { shellWords } from "../shared/words/shell";

export function lazy<P extends object = object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const loaded = signal<{ It?: ComponentType<P>; failed?: true }>({});
  const start = () => load().then((It) => (loaded.value = { It }), () => (loaded.value = { failed: true }));
  return function Lazy(props: P) {
    const { It, failed } = loaded.value;
    useEffect(() => void (It || start()), []);
    if (It) return <It {...props} />;
    if (!failed) return <p class="quiet" aria-busy="true">{shellWords().opening}</p>;
    return <p>{shellWords().failed} <button onClick={start}>{shellWords().try_again}</button></p>;
  };
}
