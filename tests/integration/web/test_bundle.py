"""The bundle: all a phone needs to read offline for 14 days, and nothing a lock screen should not say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from pwa.clock import DemoClock, rebase
from pwa.domain.care_plan import CarePlan, Fact, revise
from pwa.domain.clinic import Clinic, ClinicStage, TriageMode
from pwa.domain.patient import RevokedBy
from pwa.domain.protocol import Area, FactName, Restriction
from pwa.domain.sun import Place
from pwa.protocols.lint_words import HEALTH_WORDS
from pwa.services.bundle.plan import plan_part
from pwa.services.bundle.shapes import PlanPart
from pwa.services.clinics import NewClinic, approve_protocol, create_clinic
from pwa.services.housekeeping import compose_ahead
from pwa.services.shelf import protocol
from pwa.store import devices, operations, plans
from pwa.store.scope import in_clinic
from pwa.web.app import create_app
from pwa.web.units import db
from tests.integration.web.test_contract import PROCEDURES
from tests.support.events import fact, item_due_next, item_with, items_of, outcome, settings
from tests.support.protocols import WEEKDAYS_NINE_TO_FIVE, plan_of, seed
from tests.support.web import START, TREATED, Phone, World, new_clinic, opened_world

BUNDLE = "/api/v1/bundle"
TREATED_ON = date(2026, 7, 15)


def test_a_phone_that_has_not_joined_gets_nothing(world: World) -> None:
    world.patient("Alice")
    answer = world.phone().get(BUNDLE)
    assert answer.status_code == 401
    assert answer.get_json()["code"] == "not_joined"
    assert "Alice" not in answer.get_data(as_text=True)


def test_a_revoked_phone_is_out_with_its_next_request(world: World) -> None:
    alice = world.patient("Alice")
    device_id = alice.bundle()["device"]["id"]
    [device] = [row for row in world.rows("devices") if str(row["id"]) == device_id]
    with world.house.database.write() as session:
        scope = in_clinic(session, world.lakeside.id)
        devices.revoke_device(scope, device["id"], RevokedBy.PATIENT, world.clock.wall)
    assert alice.get(BUNDLE).status_code == 401
    assert alice.get(BUNDLE, {"Authorization": f"Bearer {alice.token}"}).status_code == 401
    assert alice.post("/api/v1/sync", {"epoch": None, "zone": "UTC", "events": []}).status_code == 401


def test_a_credential_ends_after_its_time(world: World) -> None:
    alice = world.patient("Alice")
    world.clock.move(timedelta(days=400))
    assert alice.get(BUNDLE).status_code == 401


def test_an_unchanged_bundle_costs_304(world: World) -> None:
    alice = world.patient("Alice")
    first = alice.get(BUNDLE)
    world.clock.move(timedelta(seconds=30))

    again = alice.get(BUNDLE, {"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-store"


def test_a_changed_bundle_has_another_tag(world: World) -> None:
    alice = world.patient("Alice")
    first = alice.get(BUNDLE)
    alice.sync(outcome(item_due_next(first.get_json())["occurrence_ids"], "done"))
    assert alice.get(BUNDLE, {"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_the_next_day_has_another_tag(world: World) -> None:
    alice = world.patient("Alice")
    first = alice.get(BUNDLE)
    world.clock.move(timedelta(days=1))
    assert alice.get(BUNDLE, {"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_the_demo_tells_phones_of_its_new_speed(sqlite_url: str, tmp_path: Path) -> None:
    slow = DemoClock(START, START, 60)
    with opened_world(sqlite_url, tmp_path, demo=slow) as world:
        alice = world.patient("Alice")
        first = alice.get(BUNDLE)
        assert first.get_json()["clock"]["speed"] == 60
        assert alice.get(BUNDLE, {"If-None-Match": first.headers["ETag"]}).status_code == 304

        faster = create_app(replace(world.house, demo=rebase(slow, world.clock.wall, 1440)))
        restarted = Phone(faster.test_client(), token=alice.token)
        headers = {"If-None-Match": first.headers["ETag"], "Authorization": f"Bearer {alice.token}"}
        again = restarted.get(BUNDLE, headers)
        with faster.app_context():
            db.engine.dispose()
    assert again.status_code == 200
    assert again.get_json()["clock"]["speed"] == 1440


def test_outside_the_demo_care_time_is_wall_time(world: World) -> None:
    clock = world.patient("Alice").bundle()["clock"]
    assert clock == {"care_at": clock["wall_at"], "wall_at": "2026-07-15T09:00:00.000Z", "speed": 1}


def test_it_holds_yesterday_today_and_fourteen_days(world: World) -> None:
    dates = [day["date"] for day in world.patient("Alice").bundle()["agenda"]]
    assert dates == [(TREATED_ON + timedelta(days=offset)).isoformat() for offset in range(-1, 15)]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_days_are_counted_on_the_patients_own_wall(world: World, zone: str) -> None:
    alice = world.patient("Alice")
    world.clock.wall = datetime(2026, 7, 18, 13, 30, tzinfo=UTC)  # already the 19th in Auckland
    alice.sync(settings(world.clock.wall, zone=zone))

    bundle = alice.bundle()

    today = world.clock.wall.astimezone(ZoneInfo(zone)).date()
    assert bundle["patient"]["zone"] == bundle["settings"]["zone"] == zone
    assert bundle["agenda"][1]["date"] == today.isoformat()
    for day in bundle["agenda"]:
        for item in day["items"]:
            assert item["day_number"] == (date.fromisoformat(day["date"]) - TREATED_ON).days
            due = datetime.fromisoformat(item["due_at"]).astimezone(ZoneInfo(zone))
            assert abs((due.date() - date.fromisoformat(day["date"])).days) <= 1
            assert item["due_at"] < item["useful_until"]


def test_each_day_is_in_order_and_no_occurrence_stands_twice(world: World) -> None:
    bundle = world.patient("Alice").bundle()
    for day in bundle["agenda"]:
        dues = [item["due_at"] for item in day["items"]]
        assert dues == sorted(dues)
    ids = [one for item in items_of(bundle) for one in item["occurrence_ids"]]
    assert ids
    assert len(ids) == len(set(ids))


def _words(text: str) -> set[str]:
    return {
        piece
        for word in re.findall(r"[a-z]+(?:-[a-z]+)*", text.lower())
        for piece in (word, *word.split("-"))
    }


def _through_the_weeks(world: World, procedure: str) -> Iterator[tuple[dict[str, Any], str]]:
    """(words, notice id) of every reminder planned in the acute days, and some weeks later."""
    alice = world.patient("Alice", procedure=procedure)
    for hours in (70, 70, 300, 0):
        for notice_id, words in alice.bundle()["notices"].items():
            yield words, notice_id
        world.clock.move(timedelta(hours=hours))
        compose_ahead(world.house.database, world.house.now(), lambda: False)


def test_composing_ahead_stops_between_patients_when_told_to(world: World) -> None:
    world.patient("Alice")
    world.clock.move(timedelta(hours=70))
    before = world.rows("notices")
    assert compose_ahead(world.house.database, world.house.now(), lambda: True) == 0
    assert world.rows("notices") == before
    assert compose_ahead(world.house.database, world.house.now(), lambda: False) == 1


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_lock_screen_levels_0_and_1_say_nothing_of_health(world: World, procedure: str) -> None:
    seen = 0
    for words, _ in _through_the_weeks(world, procedure):
        for level in (0, 1):
            said = _words(f"{words['titles'][level]} {words['bodies'][level]}")
            assert said
            assert not said & HEALTH_WORDS, words
        seen += 1
    assert seen > 10


def test_level_2_says_what_to_do(world: World) -> None:
    bundle = world.patient("Alice").bundle()
    titles = {item["title"] for item in items_of(bundle)}
    for words in bundle["notices"].values():
        assert set(words["titles"][2].split(", ")) & titles or words["titles"][2] in titles
        assert words["titles"][2] not in words["titles"][:2]


def test_every_reminder_planned_has_its_words_and_its_occurrences(world: World) -> None:
    bundle = world.patient("Alice").bundle()
    planned = {str(row["id"]) for row in world.rows("notices") if row["state"] == "planned"}
    assert planned
    assert set(bundle["notices"]) == planned
    on_the_agenda = {one for item in items_of(bundle) for one in item["occurrence_ids"]}
    for notice_id, words in bundle["notices"].items():
        stored = {
            str(row["occurrence_id"])
            for row in world.rows("notice_items")
            if str(row["notice_id"]) == notice_id
        }
        assert {*words.get("occurrence_ids", ()), *words.get("asks", ())} == stored
        assert stored <= on_the_agenda


def test_no_reminder_offers_to_settle_a_question_unanswered(world: World) -> None:
    bundle = world.patient("Alice").bundle()
    questions = {
        one
        for item in items_of(bundle)
        if item["kind"] in ("check_in", "skin_check")
        for one in item["occurrence_ids"]
    }
    asked = [one for words in bundle["notices"].values() for one in words.get("asks", ())]
    settled = [one for words in bundle["notices"].values() for one in words.get("occurrence_ids", ())]
    assert asked
    assert set(asked) <= questions
    assert not questions & set(settled)


def test_a_trial_says_so_and_so_does_a_protocol_nobody_approved(world: World) -> None:
    bundle = world.patient("Alice").bundle()
    assert bundle["clinic"]["trial"] is True
    assert [plan["approved"] for plan in bundle["plans"]] == [False]


def test_a_live_clinic_with_an_approved_protocol_is_no_trial(world: World) -> None:
    live = new_clinic(world.house, "Live Clinic", ClinicStage.LIVE)
    with world.house.database.write() as session:
        approve_protocol(in_clinic(session, live.id), world.house.now(), "co2_full", "Dr Example")
    bundle = world.patient("Alice", live).bundle()
    assert bundle["clinic"]["trial"] is False
    assert [plan["approved"] for plan in bundle["plans"]] == [True]


def test_a_fact_is_a_question_until_the_patient_answers_it(world: World) -> None:
    alice = world.patient("Alice")
    [plan] = alice.bundle()["plans"]
    [asked] = [one for one in plan["facts"] if one["name"] == "skin_closed"]
    assert (asked["value"], asked["recorded_at"]) == (None, None)
    assert asked["question"]
    assert asked["ask_from"] >= plan["treated_on"]

    world.clock.move(timedelta(days=9))
    alice.sync(fact(plan["id"], True, world.clock.wall))

    [plan] = alice.bundle()["plans"]
    [answered] = [one for one in plan["facts"] if one["name"] == "skin_closed"]
    assert (answered["value"], answered["recorded_at"]) == (True, "2026-07-24T09:00:00.000Z")


def test_closed_skin_brings_sunscreen_and_open_again_takes_it_away(world: World) -> None:
    alice = world.patient("Alice")
    world.clock.move(timedelta(days=10))
    [plan] = alice.bundle()["plans"]

    def kinds() -> set[str]:
        return {item["kind"] for item in items_of(alice.bundle())}

    assert "sunscreen" not in kinds()
    alice.sync(fact(plan["id"], True, world.clock.wall))
    assert "sunscreen" in kinds()
    world.clock.move(timedelta(minutes=1))
    alice.sync(fact(plan["id"], False, world.clock.wall))
    assert "sunscreen" not in kinds()


def test_restrictions_end_on_the_days_of_the_protocol(world: World) -> None:
    alice = world.patient("Alice")
    [plan] = alice.bundle()["plans"]
    with world.house.database.read() as session:
        scope = in_clinic(session, world.lakeside.id)
        [row] = world.rows("care_plans")
        [stored] = plans.plans_of(scope, row["patient_id"])
        content = protocol(session, stored.content_hash)
    assert {one.id for one in content.restrictions if one.never_again} == {
        one["id"] for one in plan["restrictions"] if one["never"]
    }
    wanted = {
        one.id: (
            (TREATED_ON + timedelta(days=one.since_day)).isoformat(),
            None if one.until_day is None else (TREATED_ON + timedelta(days=one.until_day)).isoformat(),
        )
        for one in content.restrictions
    }
    assert wanted
    assert {one["id"]: (one["since"], one["until"]) for one in plan["restrictions"]} == wanted
    assert all(one["title"] and one["body"] for one in plan["restrictions"])


def _may(phone: Phone) -> dict[str, dict[str, Any]]:
    """The restrictions of one plan by title; twice is a fault but for two facts, which the phone joins."""
    [plan] = phone.bundle()["plans"]
    things = [(one["title"], one["fact"]) for one in plan["restrictions"]]
    assert len(things) == len(set(things))
    return {one["title"]: one for one in plan["restrictions"]}


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_an_unknown_variant_restricts_each_thing_once(world: World, procedure: str) -> None:
    assert _may(world.patient("Alice", procedure=procedure))


def test_of_an_unknown_variants_rules_the_strictest_holds(world: World) -> None:
    swim = _may(world.patient("Alice", procedure="vascular"))["Swim or use a hot tub"]
    assert (swim["until"], swim["fact"]) == ("2026-07-18", "bruise_gone")
    assert swim["body"] == "Wait until the bruise has gone."
    known = _may(world.patient("Bob", procedure="vascular", variant="ktp"))["Swim or use a hot tub"]
    assert (known["until"], known["fact"]) == ("2026-07-18", None)


CLINIC = Clinic(
    id=UUID(int=1),
    name="Lakeside",
    country="GB",
    day_phone="1",
    night_phone="2",
    place=Place(51.5, 0.0),
    stage=ClinicStage.TRIAL,
    triage_mode=TriageMode.PERSONALISED,
    hours=WEEKDAYS_NINE_TO_FIVE,
)
RULE = Restriction("swim", "may.swim_calm", since_day=0, until_day=3)


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        (replace(RULE, until_day=9), ("2026-07-24", None, False)),
        (replace(RULE, until_day=2, fact=FactName.BRUISE_GONE), ("2026-07-18", "bruise_gone", False)),
        (replace(RULE, until_day=None), (None, None, False)),
        (replace(RULE, until_day=2, never_again=True), ("2026-07-18", None, True)),
    ],
    ids=["later day", "fact", "clinic says", "never"],
)
def test_two_rules_for_one_thing_are_one_and_the_strictest_whichever_stands_first(
    other: Restriction, wanted: tuple[str | None, str | None, bool]
) -> None:
    for rules in ((RULE, other), (other, RULE)):
        [row] = _part_of(restrictions=rules)["restrictions"]
        assert (row["until"], row["fact"], row["never"]) == wanted


def test_what_is_never_allowed_still_waits_for_the_fact_of_the_rule_it_is_one_with() -> None:
    never, waits = replace(RULE, never_again=True), replace(RULE, fact=FactName.BRUISE_GONE)
    [row] = _part_of(restrictions=(never, waits))["restrictions"]
    assert (row["never"], row["fact"]) == (True, "bruise_gone")


@cache
def _plan_of(procedure: str, variant: str | None = None, area: Area | None = None) -> CarePlan:
    [content] = [one.protocol for one in seed() if one.procedure == procedure]
    return plan_of(content, TREATED, variant=variant, area=area)


def _plan_of_vascular() -> CarePlan:
    return _plan_of("vascular")


def _part_of(plan: CarePlan | None = None, facts: tuple[Fact, ...] = (), **changes: Any) -> PlanPart:
    it = plan or _plan_of_vascular()
    changed = replace(it, protocol=replace(it.protocol, **changes))
    return plan_part(changed, True, facts, CLINIC, (None, []), "en")


def _expected_on(part: PlanPart) -> set[tuple[str, int]]:
    return {(one["symptom"], day) for one in part["expected"] for day in range(one["first"], one["last"] + 1)}


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_of_an_unknown_variant_or_area_only_what_each_expects_is_expected(procedure: str) -> None:
    content = _plan_of(procedure).protocol
    for area in (None, *content.areas):
        unknown = _expected_on(_part_of(_plan_of(procedure, None, area)))
        assert unknown
        for variant in content.variants or (None,):
            for where in (area,) if area else content.areas:
                assert unknown <= _expected_on(_part_of(_plan_of(procedure, variant, where)))


def test_a_blister_or_a_bruise_is_expected_only_where_the_laser_is_known_to_bring_it() -> None:
    for procedure, symptom, brings_it, other in (
        ("pigment_tattoo", "blisters", "tattoo", "pigment"),
        ("vascular", "purpura", "pdl", "ktp"),
    ):
        for variant, wanted in ((brings_it, True), (other, False), (None, False)):
            days = _expected_on(_part_of(_plan_of(procedure, variant)))
            assert any(symptom == shown for shown, _ in days) is wanted


def _cards_on(day: int, procedure: str, variant: str | None = None, area: Area | None = None) -> list[str]:
    cards = _part_of(_plan_of(procedure, variant, area))["cards"]
    return [card["body"] for card in cards if card["first"] <= day <= card["last"]]


def test_an_unknown_variant_is_shown_the_stricter_card_and_not_both() -> None:
    [pigment] = _cards_on(2, "pigment_tattoo")
    assert "Call your clinic the same day if you see a blister." in pigment
    [vascular] = _cards_on(2, "vascular")
    assert "Call if you see a bruise, a blister, a scab or fluid." in vascular
    assert "bruise get darker" in _cards_on(2, "vascular", "pdl")[0]


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_no_day_is_without_a_card_whatever_is_unknown(procedure: str) -> None:
    content = _plan_of(procedure).protocol
    for day in range(content.last_day + 1):
        assert _cards_on(day, procedure)


def test_spots_and_a_brown_look_last_longer_off_the_face() -> None:
    for area, words in (
        (Area.FULL_FACE, "7 to 10 days"),
        (Area.BODY, "2 to 3 weeks"),
        (None, "7 to 10 days"),
    ):
        assert any(words in body for body in _cards_on(8, "ipl", area=area))
    for where, last in ((Area.HANDS, 14), (Area.MOUTH, 10), (None, 10)):
        days = {day for shown, day in _expected_on(_part_of(_plan_of("fractional_ablative", None, where)))
                if shown == "bronzing"}  # fmt: skip
        assert max(days) == last
        assert any("sandpaper" in body for body in _cards_on(12, "fractional_ablative", None, where)) is (
            last == 14
        )


@pytest.mark.parametrize("procedure", ["co2_full", "eryag_full", "fractional_ablative", "pigment_tattoo"])
def test_nothing_reaches_skin_that_was_said_to_be_open(procedure: str) -> None:
    plan = _plan_of(procedure)
    waiting = {
        one["title"] for one in _part_of(plan)["restrictions"] if one["fact"] == "skin_closed" or one["never"]
    }
    every = {one["title"] for one in _part_of(plan)["restrictions"]}
    assert waiting == every


@pytest.mark.parametrize("procedure", ["fractional_nonablative", "hair_removal", "ipl", "vascular"])
def test_whole_skin_waits_for_nothing_until_somebody_says_that_it_is_open(procedure: str) -> None:
    plan = _plan_of(procedure)

    def waiting(*facts: Fact) -> set[str]:
        rows = _part_of(plan, facts)["restrictions"]
        return {one["id"] for one in rows if one["fact"] == "skin_closed"}

    assert waiting() == set()
    for value in (False, True):  # answered, the phone has the question and can tell yes from no
        said = waiting(Fact(plan.id, FactName.SKIN_CLOSED, value, TREATED))
        assert {"makeup", "exercise", "swim", "acids", "shave"} <= said


def test_a_mistaken_yes_is_still_shown_where_the_question_was_not_asked_before(world: World) -> None:
    alice = world.patient("Alice", procedure="ipl")
    [plan] = alice.bundle()["plans"]
    assert plan["facts"] == []
    for minute, value in enumerate((False, True)):
        world.clock.move(timedelta(minutes=minute))
        alice.sync(fact(plan["id"], value, world.clock.wall))
        [answered] = alice.bundle()["plans"][0]["facts"]
        assert answered["value"] is value


def test_a_visit_that_falls_on_a_closed_day_stands_on_the_same_day_in_the_list_and_in_the_agenda(
    world: World,
) -> None:
    asked = NewClinic("Weekday Clinic", "Europe/London", "GB", "+44 1", "+44 2", "Mon-Fri 09:00-17:30")
    with world.house.database.write() as session:
        weekdays = create_clinic(session, world.house.now(), asked, seed())
    saturday = datetime(2026, 7, 11, 9, 0, tzinfo=UTC)
    bundle = world.patient("Alice", weekdays, treated_at=saturday).bundle()
    [plan] = bundle["plans"]
    agenda = [day["date"] for day in bundle["agenda"] for item in day["items"] if item["kind"] == "visit"]
    assert agenda == ["2026-07-20", "2026-07-27"]
    window = [day["date"] for day in bundle["agenda"]]
    assert [visit for visit in plan["visits"] if visit["date"] in window] == [
        {"day": 9, "date": "2026-07-20"},
        {"day": 16, "date": "2026-07-27"},
    ]


def test_a_visit_that_was_dropped_or_moved_leaves_no_trace_on_its_old_day() -> None:
    plan = _plan_of_vascular()
    assert [one["day"] for one in _part_of(plan)["visits"]] == [14, 56]
    without = [task for task in plan.tasks if task.step_id != "visit"]
    dropped = revise(plan.tasks, without, plan.date_of(20), lambda: UUID(int=77))
    assert [one["day"] for one in _part_of(replace(plan, tasks=(*plan.tasks, *dropped)))["visits"]] == [14]

    later = replace(plan, treated_at=plan.treated_at + timedelta(days=2), treated_on=plan.date_of(2))
    wanted = [replace(task, starts_on=later.date_of(-60), ends_on=later.date_of(181)) for task in plan.tasks]
    tasks = (*plan.tasks, *revise(plan.tasks, wanted, plan.date_of(1), lambda: UUID(int=78)))
    assert [one["date"] for one in _part_of(replace(later, tasks=tasks))["visits"]] == [
        "2026-07-31",
        "2026-09-11",
    ]


def test_each_day_with_sun_care_has_a_sun_strip_in_daylight(world: World) -> None:
    bundle = world.patient("Alice").bundle()
    strips = [(day["date"], day["sun"]) for day in bundle["agenda"] if day["sun"]]
    assert len(strips) >= 14
    for day, sun in strips:
        assert sun["strict"] is (day >= TREATED_ON.isoformat())  # open skin: no sun at all
        first, last = sun["strongest"]
        assert first < last
        assert first[:10] == last[:10] == day  # London: the UTC day is the local one
        values = [point["uv_index"] for point in sun["curve"]]
        assert max(values) > 5
        assert sun["max_uv_index"] >= round(max(values)) - 1
        shown = [datetime.fromisoformat(at).astimezone(ZoneInfo("Europe/London")) for at in (first, last)]
        assert sun["words"].endswith(f"Strongest {shown[0]:%H:%M}-{shown[1]:%H:%M}.")


@pytest.mark.parametrize("value", ["done", "skipped"])
def test_what_is_done_or_skipped_stays_on_its_day_with_its_outcome(world: World, value: str) -> None:
    alice = world.patient("Alice")
    before = alice.bundle()
    item = item_due_next(before)

    alice.sync(outcome(item["occurrence_ids"], value))

    after = alice.bundle()
    kept = item_with(after, item["occurrence_ids"][0])
    assert kept["outcome"] == value
    assert [one["occurrence_ids"] for one in items_of(after)] == [
        one["occurrence_ids"] for one in items_of(before)
    ]
    assert not set(item["occurrence_ids"]) & {
        one for words in after["notices"].values() for one in words.get("occurrence_ids", [])
    }


def test_what_prepares_for_the_treatment_is_gone_after_it_unless_it_was_answered(world: World) -> None:
    alice = world.patient("Alice", treated_at=START + timedelta(hours=5))
    before = [item for item in items_of(alice.bundle()) if item["kind"] == "prepare"]
    assert {item["step_id"] for item in before} >= {"day_zero", "photos"}
    (day_zero,) = [item for item in before if item["step_id"] == "day_zero"]
    assert alice.results(outcome(day_zero["occurrence_ids"], "done")) == ["stored"]

    world.clock.move(timedelta(hours=5))

    after = [item["step_id"] for item in items_of(alice.bundle()) if item["kind"] == "prepare"]
    assert after == ["day_zero"]


def test_it_names_the_patient_the_phone_the_server_and_whom_to_call(world: World) -> None:
    alice = world.patient("Alice")
    bundle = alice.bundle()
    assert bundle["patient"]["first_name"] == "Alice"
    assert bundle["clinic"]["day_phone"] == "+44 20 7946 0018"
    assert bundle["clinic"]["night_phone"] == "+44 20 7946 0919"
    assert bundle["clinic"]["emergency_number"] == "999"
    assert len(bundle["clinic"]["hours"]) == 7
    with world.house.database.read() as session:
        assert bundle["epoch"] == operations.get_epoch(session)
    assert bundle["push"] == {
        "public_key": world.house.vapid_key.public_key,
        "key_id": world.house.vapid_key.id,
        "endpoint_known": False,
        "confirmed_at": None,
    }


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("<script>alert(1)</script>", "a browser"),
    ],
)
def test_a_phone_is_called_by_what_it_is_and_never_by_what_it_says(
    world: World, agent: str, label: str
) -> None:
    phone = world.phone()
    token = world.enrol(world.lakeside, "Alice").invitation.token
    phone.ask("POST", "/api/v1/join", {"token": token}, {"User-Agent": agent})
    phone.post("/api/v1/join/answer", {"right": True})
    assert phone.bundle()["device"]["label"] == label


def test_each_patient_sees_only_their_own_plan_in_their_own_clinic(world: World) -> None:
    alice, bob = world.patient("Alice"), world.patient("Bob", procedure="ipl")
    mallory = world.patient("Mallory", world.elsewhere, procedure="vascular")
    bundles = [phone.bundle() for phone in (alice, bob, mallory)]
    assert [one["patient"]["first_name"] for one in bundles] == ["Alice", "Bob", "Mallory"]
    ids = [{plan["id"] for plan in one["plans"]} for one in bundles]
    assert not ids[0] & ids[1]
    assert not ids[1] & ids[2]
    assert bundles[2]["clinic"]["name"] == "Another Clinic"


def test_the_sun_strip_is_strict_again_once_somebody_said_that_the_skin_is_open(world: World) -> None:
    alice = world.patient("Alice", procedure="ipl")
    [plan] = alice.bundle()["plans"]
    world.clock.move(timedelta(days=20))  # past the strict days of a treatment that leaves the skin closed

    def today() -> dict[str, Any]:
        local = world.clock.wall.astimezone(ZoneInfo("Europe/London")).date().isoformat()
        found: dict[str, Any] = next(day["sun"] for day in alice.bundle()["agenda"] if day["date"] == local)
        return found

    assert today()["strict"] is False
    alice.sync(fact(plan["id"], False, world.clock.wall))
    assert today()["strict"] is True
    assert today()["words"].startswith("Stay out of direct sun all day")
