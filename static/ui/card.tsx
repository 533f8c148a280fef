/** The two shapes everything stands in: a card, and a card that folds. */

import type { ComponentChildren } from "preact";

interface Props {
  title: string;
  class?: string;
  children: ComponentChildren;
}

export function Card({ title, class: name = "", children }: Props) {
  return (
    <section class={`card ${name}`}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export function Fold({ title, hint, open = false, children }: Props & { hint?: string; open?: boolean }) {
  return (
    <details class="card fold" open={open}>
      <summary>
        <h2>{title}</h2>
        {hint && <span class="hint">{hint}</span>}
      </summary>
      {children}
    </details>
  );
}
