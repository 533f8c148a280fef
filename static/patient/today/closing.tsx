/** What stands on Today when there is no today: the plan is over, or this phone's copy of it is. */

import { belowWords } from "../../shared/words/below";
import { plansInForce } from "../../domain/today";
import { Card } from "../../ui/card";
import { bundle, today } from "../store";
import { syncNow } from "../sync_loop";
import { CallCard } from "./call";

export function Closing() {
  const [plan] = plansInForce(bundle.value!.plans, today.value);
  return <Card title={plan!.closing.title}><p>{plan!.closing.body}</p><a class="button" href="/check-in">{belowWords().check_in_now}</a></Card>;
}

/** An old copy must not pass for today's plan; the phone numbers stay. */
export function PastWindow() {
  const words = belowWords();
  return (
    <div class="today">
      <div class="lead">
        <section class="card first">
          <h1>{words.past_window}</h1>
          <p>{words.past_window_help}</p>
          <button class="main" onClick={() => void syncNow()}>{words.refresh}</button>
        </section>
      </div>
      <div class="aside"><CallCard clinic={bundle.value!.clinic} /></div>
    </div>
  );
}
