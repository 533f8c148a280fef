"""`afterbeam clinic` and `afterbeam enrol`: what is stored, and the one sentence when it is not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from pwa.store.database import Database
from pwa.store.tables import Base
from tests.integration.cli.conftest import CLINIC, create_clinic
from tests.support.command import Command

TODAY, YESTERDAY = "<today>", "<yesterday>"  # told apart when a test runs: the run may pass midnight

MADE_AT_THE_FIRST_START = {"server_meta", "vapid_keys"}


def _counts(afterbeam: Command) -> dict[str, int]:
    database = Database(afterbeam.environment["AFTERBEAM_DATABASE_URL"])
    try:
        with database.read() as session:
            return {
                name: session.scalar(select(func.count()).select_from(table)) or 0
                for name, table in Base.metadata.tables.items()
                if name not in MADE_AT_THE_FIRST_START
            }
    finally:
        database.close()


def _treated(days: int = 0) -> datetime:
    """Noon so many days from now, by the clinic's clock. The command line reads the real one."""
    today = datetime.now(ZoneInfo("Europe/London")).date()
    return datetime.combine(today, time(12)) + timedelta(days=days)


def _enrol(clinic: str, **changed: str | None) -> list[str]:
    options = {"procedure": "co2_full", "treated-at": TODAY, "first-name": "Ana", **changed}
    days = {TODAY: 0, YESTERDAY: -1}.get(str(options["treated-at"]))
    if days is not None:
        options["treated-at"] = _treated(days).isoformat(timespec="minutes")
    given = [part for name, value in options.items() if value is not None for part in (f"--{name}", value)]
    return ["enrol", "--clinic", clinic, *given, "--json"]


def _refused(afterbeam: Command, arguments: Sequence[str]) -> str:
    """The one sentence of a command that stored nothing."""
    before = _counts(afterbeam)
    said = afterbeam(*arguments)
    assert said.code == 2, said
    assert _counts(afterbeam) == before
    return said.sentence


def test_a_clinic_is_created_and_listed(afterbeam: Command) -> None:
    made = afterbeam("clinic", "create", "Lakeside", *CLINIC, "--json").json()
    assert made == {
        "clinic_id": made["clinic_id"],
        "name": "Lakeside",
        "zone": "Europe/London",
        "country": "GB",
        "stage": "trial",
        "triage_mode": "personalised",
    }
    assert afterbeam("clinic", "list", "--json").json() == [made]
    assert "Lakeside" in afterbeam("clinic", "list").out
    assert _counts(afterbeam)["protocol_versions"] == 8


@pytest.mark.parametrize("missing", ["--zone", "--country", "--day-phone", "--night-phone", "--hours"])
def test_a_clinic_without_what_patients_need_is_refused(afterbeam: Command, missing: str) -> None:
    at = CLINIC.index(missing)
    before = _counts(afterbeam)
    said = afterbeam("clinic", "create", "Lakeside", *CLINIC[:at], *CLINIC[at + 2 :])
    assert said.code == 2
    assert said.err.strip().splitlines()[-1] == f"Missing option '{missing}'. `--help` shows what there is."
    assert _counts(afterbeam) == before


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--zone", "Mars/Olympus", "There is no time zone 'Mars/Olympus'."),
        ("--zone", "europe/london", "There is no time zone 'europe/london'."),
        ("--country", "Britain", "'Britain' is not a country."),
        ("--day-phone", "call me", "'call me' is not a phone number."),
        ("--night-phone", "", "'' is not a phone number."),
        ("--hours", "always", 'The opening hours "always" cannot be read.'),
        ("--hours", "Mon-Fri 17:30-09:00", "pening"),
        ("--hours", "Mon-Fri 25:00-26:00", 'There is no time "25:00".'),
        ("--hours", "", "pening"),
    ],
)
def test_a_wrong_option_of_a_clinic_is_named_in_one_sentence(
    afterbeam: Command, option: str, value: str, sentence: str
) -> None:
    at = CLINIC.index(option)
    arguments = ["clinic", "create", "Lakeside", *CLINIC[:at], option, value, *CLINIC[at + 2 :]]
    said = _refused(afterbeam, arguments)
    assert sentence in said
    assert said.endswith(".")


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_clinic_has_a_name(afterbeam: Command, name: str) -> None:
    assert _refused(afterbeam, ["clinic", "create", name, *CLINIC]) == (
        "A clinic needs a name of 1 to 200 characters."
    )


def test_a_patient_is_enrolled_with_a_link_and_a_code(afterbeam: Command, clinic_id: str) -> None:
    answer = afterbeam(*_enrol(clinic_id, area="full_face", language="en-GB")).json()

    assert set(answer) == {"patient_id", "care_plan_id", "join_url", "join_code"}
    url = urlsplit(answer["join_url"])
    assert (f"{url.scheme}://{url.netloc}{url.path}", url.query) == ("http://localhost:8000/join", "")
    assert len(url.fragment.removeprefix("t=")) == 43
    assert len(answer["join_code"]) == 9
    counts = _counts(afterbeam)
    assert (counts["patients"], counts["care_plans"], counts["joins"]) == (1, 1, 1)
    assert counts["notices"] > 3
    assert "join_url: http" in afterbeam(*_enrol(clinic_id)[:-1]).out


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"procedure": "botox"}, "There is no procedure 'botox'. Choose one of: co2_full, "),
        ({"procedure": ""}, "There is no procedure ''. Choose one of: co2_full, "),
        ({"treated-at": "yesterday"}, "'yesterday' is not a date and time."),
        ({"treated-at": "2026-02-30T10:00"}, "'2026-02-30T10:00' is not a date and time."),
        ({"treated-at": ""}, "'' is not a date and time."),
        ({"treated-at": "2026-11-20"}, "is not a date and time."),  # it would be read as midnight
        ({"treated-at": "2026-W47-5"}, "is not a date and time."),
        ({"language": "xx"}, "There are no texts in 'xx' yet."),
        ({"first-name": "  "}, "Give the patient's first name"),
        ({"first-name": "x" * 81}, "Give the patient's first name"),
        ({"first-name": "Ana\udcff"}, "Give the patient's first name"),
        ({"first-name": "Ana\u202eibo"}, "Give the patient's first name"),
        ({"first-name": "A\x07na"}, "Give the patient's first name"),
        ({"variant": "pdl"}, "'co2_full' has no variants. Leave --variant out."),
        ({"procedure": "vascular", "variant": "x"}, "'vascular' has no variant 'x'. Choose one of: "),
        ({"area": "elbow"}, "'co2_full' has no area 'elbow'. Choose one of: "),
        ({"language": "?"}, "There are no texts in '?' yet. Choose one of: en."),
        ({"prescribed": "cream"}, "'co2_full' has no reminder for a prescribed 'cream'."),
        ({"risks": "diabetes,luck"}, "'luck' is no risk that is asked for. Choose from: none, "),
        ({"risks": "none,diabetes"}, "Give risks as a list, or 'none'"),
        ({"risks": " , "}, "Give risks as a list, or 'none'"),
        ({"external-id": "12345"}, "'12345' is not an external id. Give it as SYSTEM=VALUE"),
        ({"external-id": "chart="}, "'chart=' is not an external id."),
        ({"external-id": "=12345"}, "'=12345' is not an external id."),
        ({"external-id": "chart=" + "9" * 201}, "is not an external id."),
    ],
)
def test_a_wrong_enrolment_is_one_sentence_and_nothing_stored(
    afterbeam: Command, clinic_id: str, changed: dict[str, str], sentence: str
) -> None:
    said = _refused(afterbeam, _enrol(clinic_id, **changed))
    assert sentence in said
    assert said.endswith(".")


@pytest.mark.parametrize("days", [62, -62, 365, -3650])  # the edge has its test beside the clinic page
def test_a_treatment_more_than_60_days_away_is_refused(afterbeam: Command, clinic_id: str, days: int) -> None:
    treated = _treated(days)
    said = _refused(afterbeam, _enrol(clinic_id, **{"treated-at": treated.isoformat()}))
    assert said == (
        f"The treatment on {treated.date()} is more than 60 days away. Check the year and the month."
    )


@pytest.mark.parametrize("text", ["0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00+14:00"])
def test_the_ends_of_the_calendar_are_far_away_too(afterbeam: Command, clinic_id: str, text: str) -> None:
    assert "is more than 60 days away" in _refused(afterbeam, _enrol(clinic_id, **{"treated-at": text}))


@pytest.mark.parametrize("days", [58, -58])
def test_a_treatment_within_60_days_is_taken(afterbeam: Command, clinic_id: str, days: int) -> None:
    treated = _treated(days).isoformat(timespec="minutes")
    assert afterbeam(*_enrol(clinic_id, **{"treated-at": treated})).code == 0


@pytest.mark.parametrize("command", ["enrol", "approve", "list"])
def test_an_unknown_clinic_is_one_sentence(afterbeam: Command, command: str) -> None:
    for clinic, sentence in (
        ("00000000-0000-7000-8000-000000000000", "There is no clinic with that id."),
        ("Lakeside", "'Lakeside' is not an id."),
    ):
        arguments = {
            "enrol": _enrol(clinic),
            "approve": ["protocol", "approve", "co2_full", "--clinic", clinic, "--by", "Dr Example"],
            "list": ["protocol", "list", "--clinic", clinic],
        }[command]
        assert _refused(afterbeam, arguments).startswith(sentence)


def test_an_external_id_enrols_once(afterbeam: Command, clinic_id: str) -> None:
    first = afterbeam(*_enrol(clinic_id, **{"external-id": "chart=12345"})).json()
    counts = _counts(afterbeam)
    again = afterbeam(*_enrol(clinic_id, **{"external-id": " chart = 12345 "})).json()

    assert (again["patient_id"], again["care_plan_id"]) == (first["patient_id"], first["care_plan_id"])
    assert again["join_url"] != first["join_url"]
    after = _counts(afterbeam)
    changed = {name: after[name] - counts[name] for name in counts if after[name] != counts[name]}
    assert changed == {"joins": 1, "audit_entries": 1}
    other = afterbeam(*_enrol(clinic_id, **{"external-id": "chart=12346"})).json()
    assert other["patient_id"] != first["patient_id"]


def test_the_same_external_id_in_another_clinic_is_another_person(afterbeam: Command, clinic_id: str) -> None:
    elsewhere = create_clinic(afterbeam)
    first = afterbeam(*_enrol(clinic_id, **{"external-id": "chart=12345"})).json()
    other = afterbeam(*_enrol(elsewhere, **{"external-id": "chart=12345"})).json()
    assert other["patient_id"] != first["patient_id"]


def test_two_processes_at_once_enrol_one_person(either_afterbeam: Command) -> None:
    clinic_id = create_clinic(either_afterbeam)
    command = [sys.executable, "-m", "pwa.cli", *_enrol(clinic_id, **{"external-id": "chart=777"})]

    def run(_: int) -> str:
        done = subprocess.run(
            command,
            env=dict(either_afterbeam.environment),
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        patient_id = next(line for line in done.stdout.splitlines() if "patient_id" in line)
        return patient_id

    with ThreadPoolExecutor(2) as crowd:
        assert len(set(crowd.map(run, range(2)))) == 1
    assert _counts(either_afterbeam)["patients"] == 1


def test_a_live_clinic_enrols_only_with_what_a_clinician_approved(afterbeam: Command) -> None:
    live = create_clinic(afterbeam, "--live")
    said = _refused(afterbeam, _enrol(live))
    assert said.startswith("'co2_full' needs clinical approval before Lakeside can enrol anyone with it. ")
    assert "`afterbeam protocol approve co2_full" in said
    assert "who approves" in _refused(
        afterbeam, ["protocol", "approve", "co2_full", "--clinic", live, "--by", " "]
    )
    approve = ["protocol", "approve", "co2_full", "--clinic", live, "--by", "Dr Example, dermatologist"]
    assert afterbeam(*approve).out == "co2_full: approved by Dr Example, dermatologist.\n"

    assert afterbeam(*_enrol(live)).code == 0
    assert _refused(afterbeam, _enrol(live, procedure="ipl")).startswith("'ipl' needs clinical approval")
    listed = {
        row["procedure"]: row["status"]
        for row in afterbeam("protocol", "list", "--clinic", live, "--json").json()
    }
    assert listed["co2_full"] == "approved by Dr Example, dermatologist"
    assert listed["ipl"] == "needs clinical approval"


def test_approving_an_unknown_procedure_names_those_there_are(afterbeam: Command, clinic_id: str) -> None:
    arguments = ["protocol", "approve", "botox", "--clinic", clinic_id, "--by", "Dr Example"]
    assert _refused(afterbeam, arguments).startswith(
        "There is no procedure 'botox'. Choose one of: co2_full,"
    )


def test_a_database_with_nothing_in_it_lists_no_clinics(afterbeam: Command) -> None:
    assert afterbeam("clinic", "list", "--json").json() == []
    assert afterbeam("clinic", "list").out == ""


@pytest.mark.parametrize(
    ("changed", "whose"),
    [
        ({"procedure": "ipl"}, "another treatment's"),
        ({"area": "hands"}, "another treatment's"),
        ({"treated-at": YESTERDAY}, "another treatment's"),
        ({"prescribed": "antiviral"}, "another treatment's"),
        ({"first-name": "Bob"}, "another person's"),
    ],
)
def test_an_external_id_never_answers_with_another_treatment_or_person(
    afterbeam: Command, clinic_id: str, changed: dict[str, str], whose: str
) -> None:
    first = afterbeam(*_enrol(clinic_id, **{"external-id": "chart=42"})).json()
    said = _refused(afterbeam, _enrol(clinic_id, **{"external-id": "chart=42", **changed}))
    assert said.startswith(f"This external id is {whose}")
    again = afterbeam(*_enrol(clinic_id, **{"external-id": "chart=42"})).json()
    assert again["care_plan_id"] == first["care_plan_id"]


def test_enrolling_again_never_drops_or_changes_risks_unheard(afterbeam: Command, clinic_id: str) -> None:
    known = {"external-id": "chart=42"}
    first = afterbeam(*_enrol(clinic_id, **known, risks="diabetes, smoking")).json()
    for risks in ("diabetes", "none"):
        assert "enrolled with other risks" in _refused(afterbeam, _enrol(clinic_id, **known, risks=risks))
    for again in ({"risks": "smoking,diabetes"}, {}):
        answer = afterbeam(*_enrol(clinic_id, **known, **again)).json()
        assert answer["care_plan_id"] == first["care_plan_id"]


def test_a_country_that_is_none_is_refused(afterbeam: Command) -> None:
    at = CLINIC.index("--country") + 1
    said = _refused(afterbeam, ["clinic", "create", "Lakeside", *CLINIC[:at], "ZZ", *CLINIC[at + 1 :]])
    assert said.startswith("'ZZ' is not a country.")
