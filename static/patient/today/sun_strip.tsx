/** The sun strip: words first, the curve second, a table for those who cannot see it. No hour is shown as free. */

import type { SunDay } from "../../shared/api";
import { millis } from "../../shared/clock";
import { timeOf } from "../../shared/strings";
import { questionWords } from "../../shared/words/questions";
import { Card } from "../../ui/card";

const WIDTH = 320;
const HEIGHT = 72;
const LEVELS_FROM = [0, 3, 6, 8, 11]; // WHO: low, moderate, high, very high, extreme

export function SunStrip({ sun }: { sun: SunDay }) {
  const words = questionWords();
  return (
    <Card title={words.sun} class="sun">
      <p>{sun.words}</p>
      {sun.curve.length > 1 && <><Curve sun={sun} /><Table sun={sun} /></>}
    </Card>
  );
}

function Curve({ sun: { curve, strongest } }: { sun: SunDay }) {
  const from = millis(curve[0]!.at);
  const span = millis(curve.at(-1)!.at) - from;
  const top = Math.max(3, ...curve.map(({ uv_index }) => uv_index));
  const x = (at: string) => (((millis(at) - from) / span) * WIDTH).toFixed(1);
  const y = (uv: number) => (HEIGHT - (uv / top) * (HEIGHT - 6)).toFixed(1);
  const line = curve.map(({ at, uv_index }) => `${x(at)} ${y(uv_index)}`).join("L");
  return (
    <figure class="curve" aria-hidden="true">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
        {strongest && <rect class="strongest" x={x(strongest[0])} width={+x(strongest[1]) - +x(strongest[0])} height={HEIGHT} />}
        <path class="under-line" d={`M0 ${HEIGHT}L${line}L${WIDTH} ${HEIGHT}Z`} />
        <path class="line" d={`M${line}`} />
      </svg>
      <figcaption>
        <span>{timeOf(from)}</span>
        {strongest && <span>{timeOf(millis(strongest[0]))}–{timeOf(millis(strongest[1]))}</span>}
        <span>{timeOf(from + span)}</span>
      </figcaption>
    </figure>
  );
}

function Table({ sun: { curve } }: { sun: SunDay }) {
  const words = questionWords();
  const level = (uv: number) => words.sun_levels[LEVELS_FROM.filter((from) => Math.round(uv) >= from).length - 1];
  return (
    <details class="why">
      <summary>{words.sun_table}</summary>
      <table>
        <thead><tr><th scope="col">{words.sun_time}</th><th scope="col">{words.sun_strength}</th></tr></thead>
        <tbody>
          {curve.filter((_, index) => index % 2 === 0).map(({ at, uv_index }) => (
            <tr key={at}><th scope="row">{timeOf(millis(at))}</th><td>{level(uv_index)}</td></tr>
          ))}
        </tbody>
      </table>
      <p class="quiet">{words.sun_note}</p>
    </details>
  );
}
