/** Quiet offers on Today: reminders that are off, and a phone that is in another time zone. */

import { useSignal } from "@preact/signals";
import { belowWords } from "../../shared/words/below";
import { zoneOfPhone } from "../../shared/outbox";
import { Card } from "../../ui/card";
import { changeSettings } from "../answers";
import { bundle, hasReminders } from "../store";

export function Offers() {
  const words = belowWords();
  return (
    <>
      <ZoneOffer />
      {!hasReminders() && (
        <Card title={words.reminders_off} class="offer">
          <a class="button" href="/join">{words.reminders_on}</a>
        </Card>
      )}
    </>
  );
}

/** Asked, never assumed: a phone on a journey is not always a patient on a journey. */
export function ZoneOffer() {
  const words = belowWords();
  const { settings } = bundle.value!;
  const here = zoneOfPhone();
  const refused = useSignal(sessionStorage.getItem("zone-kept") === here);
  if (here === settings.zone || refused.value) return null;
  const keep = () => {
    sessionStorage.setItem("zone-kept", here);
    refused.value = true;
  };
  return (
    <Card title={words.zone(here.replace(/_/g, " "))} class="offer">
      <div class="choices">
        <button onClick={() => void changeSettings({ ...settings, zone: here }, settings)}>{words.zone_yes}</button>
        <button onClick={keep}>{words.zone_no}</button>
      </div>
    </Card>
  );
}
