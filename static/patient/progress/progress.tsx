/** Progress: each symptom as it went, beside the expected course. Every chart has its table. */

import { seriesOf } from "../../domain/progress";
import { expectedOn } from "../../domain/questions";
import type { Plan } from "../../shared/api";
import { progressWords } from "../../shared/words/progress";
import { todayWords } from "../../shared/words/today";
import { Card } from "../../ui/card";
import { calmly } from "../calm";
import { checkIns, plans, todayOf } from "../check_in/entries";
import { Compare } from "../photos/compare";
import { Noticed } from "../today/expected";
import { Heading } from "../today/heading";
import { Chart } from "./chart";

export function ProgressScreen() {
  return <div class="narrow" onClickCapture={calmly}>{plans.value.map((plan, at) => <Course key={plan.id} plan={plan} main={at === 0} />)}</div>;
}

function Course({ plan, main }: { plan: Plan; main: boolean }) {
  const words = progressWords();
  const day = todayOf(plan);
  const series = seriesOf(plan, checkIns(plan), day);
  return (
    <>
      <Heading plan={plan} main={main} />
      <Card title={words.lead}>
        {day >= 0 && <Noticed signs={expectedOn(plan, day)} />}
        {series.length > 0 && plan.rules && <p class="quiet">{words.band}</p>}
        <p class="quiet">{words.band_help}</p>
        {series.length === 0 && <><p>{words.empty}</p><a class="button main" href="/check-in">{todayWords().check_in}</a></>}
      </Card>
      {series.map((one) => <Chart key={one.item} series={one} today={day} />)}
      {main && <Compare />}
    </>
  );
}
