/** Simple pictures of moods and danger signs, always beside a word and therefore silent for a screen reader. */

export type Mood = "better" | "same" | "worse" | "worried";

export const SignIcon = ({ sign }: { sign: string }) => <Picture name={sign} />;
export const MoodIcon = ({ mood }: { mood: Mood }) => <Picture name={`mood-${mood}`} />;

/** A symbol of static/public/icons/signs.svg, where each sign has its own: pictures are no code. */
const Picture = ({ name }: { name: string }) =>
  <svg class="icon picture" aria-hidden="true"><use href={`/icons/signs.svg#${name}`} /></svg>;

/** How strong, as filled parts of a bar: a shape, so that no colour is needed. */
export function Bars({ filled }: { filled: number }) {
  return <span class="bars" aria-hidden="true">{[1, 2, 3].map((part) => <i key={part} class={part <= filled ? "is-full" : ""} />)}</span>;
}
