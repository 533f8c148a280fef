/** The few pictures of the app, always beside a word and therefore silent for a screen reader. */

const SHAPES = {
  today: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  plan: "M4 6h16M4 12h16M4 18h10",
  settings: "M5 8h8m4 0h2M5 16h2m4 0h8M15 6v4M9 14v4",
  call: "M6 4h3l2 5-2 1a10 10 0 0 0 5 5l1-2 5 2v3a2 2 0 0 1-2 2A16 16 0 0 1 4 6a2 2 0 0 1 2-2Z",
  tick: "m5 13 4 4L19 7",
} as const;

export function Icon({ name }: { name: keyof typeof SHAPES }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  );
}

/** The mark: a low sun and what stays of its light. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path class="mark-sun" d="M5 12a7 7 0 0 1 14 0Z" />
      <path class="mark-glow" d="M3 15h18M6 18.5h12M9.5 22h5" />
    </svg>
  );
}
