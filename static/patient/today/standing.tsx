/** The care card on Today: it stays until the clinic has seen it, it is dealt with, or the next check-in. */

import { standingOf } from "../../domain/standing";
import { checkInWords } from "../../shared/words/check_in";
import { CareCard } from "../check_in/care_card";
import { checkIns, plans, type Found } from "../check_in/entries";
import { hasDetails } from "../check_in/questions";
import { go } from "../route";
import { bundle, dateOf, made, now } from "../store";

export function Standing() {
  const alert = bundle.value!.alert ?? null;
  return (
    <>
      {plans.value.map((plan) => {
        const checkIn = standingOf(checkIns(plan), alert, now.value, dateOf);
        return checkIn && <Card key={plan.id} plan={plan} checkIn={checkIn} />;
      })}
    </>
  );
}

function Card({ plan, checkIn }: Found) {
  const { id } = checkIn;
  const isOwn = made.value.some((event) => event.id === id);
  return (
    <CareCard checkIn={checkIn} look={isOwn ? () => go("/check-in", id) : undefined}>
      {isOwn && hasDetails(plan, checkIn.day) && <a class="button" href="/check-in" data-aim={id}>{checkInWords().add_details}</a>}
    </CareCard>
  );
}
