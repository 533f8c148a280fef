/** One symptom over the days: a line of what the patient told, a band of what many people have, and both as a table. */

import type { Series } from "../../domain/progress";
import { checkInWords } from "../../shared/words/check_in";
import { planWords } from "../../shared/words/plan";
import { progressWords } from "../../shared/words/progress";
import { Card } from "../../ui/card";
import { symptomTitle } from "../check_in/questions";

const WIDTH = 320;
const HEIGHT = 96;
const ROOM = 6; // for the dots at the edges

export function Chart({ series, today }: { series: Series; today: number }) {
  const { item, points, first, last, top } = series;
  const words = progressWords();
  const onDay = planWords().day;
  const name = symptomTitle(item);
  const said = (value: number) => (item === "pain" ? String(value) : checkInWords().grades[value]!);
  const newest = points.at(-1)!;
  return (
    <Card title={name}>
      <figure class="course" dir="ltr">
        <div class="scale" aria-hidden="true"><span>{said(top)}</span><span>{said(0)}</span></div>
        <Drawing series={series} today={today} label={words.summary(name, points.length, said(newest.value), onDay(newest.day))} />
        <figcaption aria-hidden="true"><span>{onDay(first)}</span><span>{onDay(last)}</span></figcaption>
      </figure>
      <details class="why">
        <summary>{words.table}</summary>
        <table>
          <thead><tr><th scope="col">{words.day}</th><th scope="col">{words.yours}</th><th scope="col">{words.usual}</th></tr></thead>
          <tbody>
            {points.map(({ day, value, most }) => (
              <tr key={day}>
                <th scope="row">{day}</th>
                <td>{said(value)}</td>
                <td>{most === null ? words.not_known : most === 0 ? words.none_usual : words.up_to(said(most).toLowerCase())}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </Card>
  );
}

function Drawing({ series: { first, last, top, points, band }, today, label }: { series: Series; today: number; label: string }) {
  const step = (WIDTH - 2 * ROOM) / (last - first + 1);
  const x = (day: number) => ROOM + (day - first + 0.5) * step;
  const y = (value: number) => HEIGHT - ROOM - (value / top) * (HEIGHT - 2 * ROOM);
  const line = points.map(({ day, value }) => `${x(day).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {band.map(([from, to, most]) => {
        const left = x(Math.max(from, first)) - step / 2;
        const right = x(Math.min(to, last)) + step / 2;
        return <rect key={from} class="usual" x={left} width={right - left} y={y(most)} height={y(0) - y(most)} />;
      })}
      <line class="base" x1={0} x2={WIDTH} y1={y(0)} y2={y(0)} />
      {today >= first && today <= last && <line class="now" x1={x(today)} x2={x(today)} y1={0} y2={HEIGHT} />}
      <polyline class="told" points={line} />
      {points.map(({ day, value, most }) => {
        const isAbove = most !== null && value > most;
        return isAbove
          ? <rect key={day} class="above" x={x(day) - 4} y={y(value) - 4} width={8} height={8} />
          : <circle key={day} class="dot" cx={x(day)} cy={y(value)} r={4} />;
      })}
    </svg>
  );
}
