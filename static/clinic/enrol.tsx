/** The enrolment form: four choices and a name, in the order a nurse knows them. */

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { addDays, localDate } from "../domain/days";
import { timeOf } from "../shared/strings";
import { Card } from "../ui/card";
import { enrol } from "./acts";
import { changed, enrolmentOf, missing, NOT_KNOWN, withProcedure, type Draft, type Field } from "./draft";
import { Input, Select } from "./fields";
import { placeOf } from "./moments";
import { careNow, draft, overview, zone } from "./store";
import { clinicWords, LANGUAGES } from "./words";

const MOST_DAYS_AWAY = 60; // as pwa/services/enrolment.py has it
const LONGEST_NAME = 80;

const change = (part: Partial<Draft>) => (draft.value = changed(draft.value, part));
const chosen = () => overview.value?.procedures.find(({ id }) => id === draft.value.procedure);

export function Enrol() {
  const words = clinicWords();
  const form = useRef<HTMLFormElement>(null);
  const busy = useSignal(false);
  const lacks = useSignal<Field[]>([]);
  const problem = useSignal<string | null>(null);
  const send = async (event: Event) => {
    event.preventDefault();
    if (busy.value) return;
    problem.value = null;
    lacks.value = missing(draft.value, chosen());
    if (lacks.value[0]) return (form.current?.elements.namedItem(lacks.value[0]) as HTMLElement).focus();
    busy.value = true;
    problem.value = await enrol(enrolmentOf(draft.value));
    busy.value = false;
  };
  const still = missing(draft.value, chosen());
  const problemOf = (field: Field) => (lacks.value.includes(field) && still.includes(field) ? words.need[field] : null);
  return (
    <Card title={words.enrol_title} class="enrol">
      <form ref={form} class="stack" onSubmit={send} noValidate>
        <div role="alert">{problem.value && <p class="problem">{problem.value}</p>}</div>
        <Treatment problemOf={problemOf} />
        <Input
          name="first_name" label={words.first_name} value={draft.value.first_name} problem={problemOf("first_name")}
          autocomplete="off" maxLength={LONGEST_NAME} onInput={(first_name) => change({ first_name })}
        />
        <Select
          name="language" label={words.language} value={draft.value.language} options={LANGUAGES}
          onInput={(language) => change({ language })}
        />
        <Treated problemOf={problemOf} />
        <button class="main" aria-disabled={busy.value}>{busy.value ? words.enrolling : words.enrol}</button>
      </form>
    </Card>
  );
}

type Problems = { problemOf: (field: Field) => string | null };

function Treatment({ problemOf }: Problems) {
  const words = clinicWords();
  const { procedures, clinic } = overview.value!;
  const procedure = chosen();
  const choose = (id: string) => (draft.value = withProcedure(draft.value, procedures.find((one) => one.id === id)));
  const options = (ids: string[], notKnown: string): [string, string][] =>
    [["", words.choose], ...ids.map((id): [string, string] => [id, words.name_of(id)]), [NOT_KNOWN, notKnown]];
  return (
    <>
      <Select
        name="procedure" label={words.procedure} value={draft.value.procedure} problem={problemOf("procedure")} onInput={choose}
        options={[["", words.choose], ...procedures.map(({ id, name, approved }): [string, string, boolean] => {
          const closed = !approved && !clinic.trial;
          return [id, closed ? words.not_approved(name) : name, closed];
        })]}
      />
      {!!procedure?.variants.length && (
        <Select
          name="variant" label={words.variant} value={draft.value.variant} problem={problemOf("variant")}
          options={options(procedure.variants, words.variant_not_known)} onInput={(variant) => change({ variant })}
        />
      )}
      {!!procedure?.areas.length && (
        <Select
          name="area" label={words.area} value={draft.value.area} problem={problemOf("area")}
          options={options(procedure.areas, words.area_not_known)} onInput={(area) => change({ area })}
        />
      )}
      {!!procedure?.prescribable.length && <Prescribed medicines={procedure.prescribable} />}
    </>
  );
}

function Prescribed({ medicines }: { medicines: string[] }) {
  const words = clinicWords();
  const { prescribed } = draft.value;
  const toggle = (medicine: string) =>
    change({ prescribed: prescribed.includes(medicine) ? prescribed.filter((one) => one !== medicine) : [...prescribed, medicine] });
  return (
    <fieldset>
      <legend>{words.prescribed}</legend>
      <div class="picks">
        {medicines.map((medicine) => (
          <label key={medicine} class="pick">
            <input type="checkbox" name="prescribed" value={medicine} checked={prescribed.includes(medicine)} onChange={() => toggle(medicine)} />
            {words.name_of(medicine)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Treated({ problemOf }: Problems) {
  const words = clinicWords();
  const today = localDate(careNow.value, zone.value);
  const pick = (treated: Draft["treated"], label: string) => (
    <label class="pick">
      <input
        type="radio" name="treated" value={treated} checked={draft.value.treated === treated}
        onChange={() => change({ treated, date: draft.value.date || today })}
      />
      {label}
    </label>
  );
  return (
    <fieldset>
      <legend>{words.treated}</legend>
      <div class="picks">{pick("now", words.treated_now)}{pick("other", words.treated_other)}</div>
      {draft.value.treated === "other" && (
        <>
          <p class="quiet">{words.clinic_clock(placeOf(zone.value), timeOf(careNow.value))}</p>
          <div class="moment">
            <Input
              name="date" type="date" label={words.date} value={draft.value.date} problem={problemOf("date")}
              min={addDays(today, -MOST_DAYS_AWAY)} max={addDays(today, MOST_DAYS_AWAY)} onInput={(date) => change({ date })}
            />
            <Input
              name="time" type="time" label={words.time} value={draft.value.time} problem={problemOf("time")}
              onInput={(time) => change({ time })}
            />
          </div>
        </>
      )}
    </fieldset>
  );
}
