/** The sun of today, "is this expected?" and "when may I?". */

import { dayNumber, plansInForce } from "../../domain/today";
import { bundle, today } from "../store";
import { Expected } from "./expected";
import { WhenMayI } from "./restrictions";
import { SunStrip } from "./sun_strip";

export function Questions() {
  const { plans, agenda } = bundle.value!;
  const inForce = plansInForce(plans, today.value);
  const sun = agenda.find(({ date }) => date === today.value)?.sun;
  return (
    <>
      {sun && <SunStrip sun={sun} />}
      {inForce.map((plan) => <Expected key={plan.id} plan={plan} day={dayNumber(plan, today.value)} />)}
      <WhenMayI plans={inForce} />
    </>
  );
}
