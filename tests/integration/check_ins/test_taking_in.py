"""A check-in is stored whatever becomes of it, judged by everybody who can, and its answers stay sealed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text, update

from pwa.services import judging, vaults
from pwa.store import tables
from pwa.store.ids import new_id
from pwa.store.scope import in_clinic
from tests.support.events import event
from tests.support.inbox import FEVER, NO_BREATH, WORRIED, Desk
from tests.support.web import START, World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk.of(world)


def reasons(row: dict[str, Any]) -> list[str]:
    found: list[str] = json.loads(row["reasons"])
    return found


# ---------------------------------------------------------------------- what is stored


def test_a_check_in_is_kept_sealed_with_what_it_came_to_beside_it(either_world: World) -> None:
    desk = Desk.of(either_world)
    desk.world.clock.move(timedelta(days=1))
    sent = desk.say(FEVER | {"pain": 7}, note="since Monday")
    [row] = desk.check_ins()
    assert (row["event_id"], row["day"], row["level"]) == (UUID(sent["id"]), 1, "same_day")
    assert "S03" in reasons(row)
    assert row["complete"] is False
    assert str(row["care_plan_id"]) == desk.plan_id
    [ledger] = desk.world.rows("patient_events")
    assert b"Monday" not in ledger["payload_sealed"]


def test_a_duplicate_or_another_content_changes_nothing(desk: Desk) -> None:
    sent = desk.say(WORRIED)
    before = desk.world.dump(frozenset({"devices"}))
    assert desk.alice.results(sent, sent) == ["duplicate", "duplicate"]
    assert desk.world.dump(frozenset({"devices"})) == before
    assert desk.alice.results({**sent, "answers": {"overall": "same"}}) == ["conflict"]
    [row] = desk.check_ins()
    assert row["level"] == "tell_clinic"
    assert [alert["level"] for alert in desk.alerts()] == ["tell_clinic"]


@pytest.mark.parametrize(
    "changed",
    [
        {"plan_id": "00000000-0000-7000-8000-000000000000"},
        {"plan_id": None},
        {"answers": None},
        {"answers": ["fever"]},
    ],
)
def test_what_is_no_check_in_of_theirs_is_refused_for_that_event_alone(
    desk: Desk, changed: dict[str, Any]
) -> None:
    bad, good = desk.entry({"fever": False}) | changed, desk.entry(WORRIED)
    results = desk.alice.sync(bad, good)["results"]
    assert [one["result"] for one in results] == ["rejected", "stored"]
    assert len(desk.check_ins()) == 1
    assert len(desk.world.rows("patient_events")) == 2  # kept all the same


def test_nobody_checks_in_for_somebody_else(desk: Desk) -> None:
    for name, clinic in (("Bob", desk.world.lakeside), ("Mallory", desk.world.elsewhere)):
        assert desk.world.patient(name, clinic).results(desk.entry({"fever": False})) == ["rejected"]
    assert desk.check_ins() == []
    assert desk.alerts() == []


def test_the_day_may_have_begun_by_the_patients_clock_or_by_the_clinics(desk: Desk) -> None:
    desk.world.clock.move(timedelta(hours=13, minutes=55))  # 22:55 UTC: in London it is five to midnight
    desk.say(WORRIED, day=1)  # a clock may be ten minutes fast
    desk.say(WORRIED, day=2, ago=-timedelta(seconds=1))
    assert [row["day"] for row in desk.check_ins()] == [1, 1]


def test_a_sign_is_taken_in_long_after_the_plan_and_before_it(desk: Desk) -> None:
    desk.world.clock.move(timedelta(days=300))
    late = desk.entry(NO_BREATH, day=300)
    assert desk.alice.results(late) == ["stored"]
    assert [row["level"] for row in desk.check_ins()] == ["emergency"]


# ---------------------------------------------------------------------- what the phone said


def result(level: str, *rules: str, **more: Any) -> dict[str, Any]:
    said = {"level": level, "complete": True, "reasons": list(rules), "advice": "", "above_expected": []}
    return said | {"rule_set": "a" * 64} | more


def test_what_the_phone_said_is_kept_and_can_only_raise(desk: Desk) -> None:
    desk.say({"overall": "same"}, ago=timedelta(minutes=1), result=result("emergency", "E01"))
    desk.say(NO_BREATH, result=result("expected", "X01"))
    first, second = desk.check_ins()
    assert (first["level"], first["phone_level"], first["phone_rule_set"]) == (
        "emergency",
        "emergency",
        "a" * 64,
    )
    assert (second["level"], second["phone_level"]) == ("emergency", "expected")
    assert reasons(second) == ["E01"]


@pytest.mark.parametrize(
    "odd",
    [
        "emergency",
        [],
        {"level": "doom"},
        result("tell_clinic", *["<b>fever</b>"] * 500),
        result("tell_clinic", rule_set={"a": 1}),
        result("tell_clinic", rule_set="fever since Monday"),
    ],
)
def test_whatever_stands_where_the_result_should_costs_no_check_in(desk: Desk, odd: Any) -> None:
    desk.say(WORRIED, result=odd)
    [row] = desk.check_ins()
    assert (row["level"], reasons(row), row["phone_rule_set"] or "a" * 64) == (
        "tell_clinic",
        ["P02"],
        "a" * 64,
    )


# ---------------------------------------------------------------------- the rules of both versions


def test_the_plans_rules_and_the_clinics_current_ones_are_both_asked(desk: Desk) -> None:
    """The plan stays pinned to what it was enrolled with; an approved newer version is asked too."""
    other = desk.world.enrol(desk.world.lakeside, "Carol", "ipl")
    assert other
    with desk.world.house.database.write() as session:
        scope = in_clinic(session, desk.world.lakeside.id)
        version = tables.ProtocolVersion
        [ipl] = session.scalars(scope.select(version).where(version.procedure == "ipl")).all()
        # As if the clinic's newest approved content for this procedure were another one.
        session.execute(
            update(version)
            .where(version.id == ipl.id)
            .values(procedure="co2_full", approved_at=START, approved_by="Dr Ada")
        )
    desk.world.clock.move(timedelta(days=12))
    # Redness of 2 is within the course on day 12 after CO2, and lasts too long after IPL.
    desk.say({"redness": 2, "overall": "same"})
    [row] = desk.check_ins()
    assert (row["level"], "T04" in reasons(row)) == ("tell_clinic", True)


def test_risks_of_the_patient_raise_a_level(world: World) -> None:
    calm = Desk.of(world)
    careful = Desk(world, world.patient("Rita", risks=frozenset({"immunocompromised"})), "")
    careful.plan_id = careful.alice.bundle()["plans"][0]["id"]
    world.clock.move(timedelta(days=2))
    calm.say(FEVER)
    careful.say(FEVER)
    levels = {str(row["care_plan_id"]): row["level"] for row in calm.check_ins()}
    assert levels == {calm.plan_id: "same_day", careful.plan_id: "emergency"}


# ---------------------------------------------------------------------- history


def test_what_rose_since_yesterday_is_seen(desk: Desk) -> None:
    desk.world.clock.move(timedelta(days=3))
    desk.say({"pain": 1}, ago=timedelta(hours=24))
    desk.say({"pain": 4})
    assert "S05" in reasons(desk.check_ins()[1])


def test_what_was_added_for_yesterday_is_history_of_yesterday(desk: Desk) -> None:
    desk.world.clock.move(timedelta(days=3))
    desk.say({"pain": 4}, ago=timedelta(hours=1))
    assert "S05" not in reasons(desk.check_ins()[0])
    desk.say({"pain": 1}, day=2)
    assert "S05" in reasons(desk.check_ins()[0]), "today is judged anew by what is now known of yesterday"


def test_a_late_entry_between_two_of_today_is_no_return_of_redness(desk: Desk) -> None:
    desk.world.clock.move(timedelta(days=6))
    desk.say({"redness": 3}, ago=timedelta(hours=26))
    desk.say({"redness": 1}, ago=timedelta(hours=1))
    desk.say({"redness": 2}, day=5)
    assert all("S11" not in reasons(one) for one in desk.check_ins())


def test_another_treatment_of_the_same_patient_is_no_history(desk: Desk) -> None:
    second = _second_plan(desk)
    desk.world.clock.move(timedelta(days=3))
    desk.say({"pain": 1}, ago=timedelta(hours=24))
    other = desk.entry({"pain": 4}, ago=timedelta(hours=20))
    assert desk.alice.results({**other, "plan_id": second}) == ["stored"]
    desk.say({"pain": 4})
    assert "S05" in reasons(desk.check_ins()[2]), "it rose since yesterday, whatever hurts elsewhere"


def _second_plan(desk: Desk) -> str:
    """One more treatment of the same patient, at the same time."""
    [first] = desk.world.rows("care_plans")
    second = {**first, "id": new_id(desk.now)}
    with desk.world.house.database.write() as session:
        session.execute(insert(tables.CarePlan).values(second))
    return str(second["id"])


@pytest.mark.parametrize("taken_back_by", ["undo", "supersedes"])
def test_what_was_taken_back_or_replaced_is_no_history(desk: Desk, taken_back_by: str) -> None:
    desk.world.clock.move(timedelta(days=3))
    mistaken = desk.say({"pain": 1}, ago=timedelta(hours=24))
    if taken_back_by == "undo":
        assert desk.alice.results(event("check_in_undo", desk.now, check_in_id=mistaken["id"])) == ["stored"]
    else:
        desk.say({"pain": 3}, ago=timedelta(hours=23), supersedes=mistaken["id"])
    desk.say({"pain": 4})
    assert "S05" not in reasons(desk.check_ins()[-1])


def test_a_check_in_that_comes_late_makes_the_newer_ones_be_judged_anew(either_world: World) -> None:
    desk = Desk.of(either_world)
    desk.world.clock.move(timedelta(days=3))
    late_one = desk.entry(
        {"pain": 1}, ago=timedelta(hours=20)
    )  # waits in the outbox of a phone without network
    desk.say({"pain": 4})
    assert "S05" not in reasons(desk.check_ins()[0])
    assert desk.alice.results(late_one) == ["stored"]
    late, newer = desk.check_ins()
    assert late["tapped_at"] < newer["tapped_at"]
    assert (newer["level"], "S05" in reasons(newer)) == ("same_day", True)
    assert [alert["level"] for alert in desk.alerts()] == ["same_day"]


def test_a_level_never_goes_down_when_history_changes(desk: Desk) -> None:
    desk.world.clock.move(timedelta(days=3))
    desk.say({"pain": 1}, ago=timedelta(hours=30))
    late_one = desk.entry({"pain": 3}, ago=timedelta(hours=20))
    desk.say({"pain": 4})
    assert desk.check_ins()[-1]["level"] == "same_day"
    assert desk.alice.results(late_one) == ["stored"]  # now the rise is from 3
    assert len(desk.check_ins()) == 3
    assert (desk.check_ins()[-1]["level"], "S05" in reasons(desk.check_ins()[-1])) == ("same_day", True)


# ---------------------------------------------------------------------- leaflet mode


def test_in_leaflet_mode_no_level_is_computed_or_stored_anywhere(either_world: World) -> None:
    desk = Desk.of(either_world)
    desk.leaflet()
    desk.world.clock.move(timedelta(days=2))
    desk.say(NO_BREATH, result=result("emergency", "E01"))
    desk.say({"redness": 3, "pain": 9})  # no sign is ticked
    for row in desk.check_ins():
        assert (row["level"], row["phone_level"], reasons(row), row["complete"]) == (None, None, [], None)
    [alert] = desk.alerts()
    assert alert["level"] is None
    assert [(one["rule"], one["level"], one["values"]) for one in alert["reasons"]] == [
        (None, None, NO_BREATH)
    ]
    [row] = desk.world.rows("alerts")
    assert (row["level"], row["acknowledged_level"]) == (None, None)
    part = desk.alice.bundle()
    assert part["alert"]["level"] is None
    assert {one["level"] for one in part["plans"][0]["check_ins"]} == {None}


# ---------------------------------------------------------------------- when judging fails


def test_what_cannot_be_judged_is_stored_and_judged_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the rules cannot be read the bare signs still reach staff; later the level comes."""
    whole = judging.rule_sets

    def broken(*_: object) -> None:
        raise RuntimeError("a rule set that cannot be read")

    monkeypatch.setattr(judging, "rule_sets", broken)
    desk.say(NO_BREATH)
    [row] = desk.check_ins()
    assert (row["level"], row["judged_at"]) == (None, None)
    monkeypatch.setattr(judging, "rule_sets", whole)
    assert [alert["level"] for alert in desk.alerts()] == [None]
    desk.watch()
    [row] = desk.check_ins()
    assert row["level"] == "emergency"
    assert row["judged_at"] is not None
    assert [alert["level"] for alert in desk.alerts()] == ["emergency"]
    desk.watch()
    assert len(desk.world.rows("alerts")) == 1


def _spoil(desk: Desk, column: str, table: str, where: str) -> None:
    """As if somebody had changed the stored bytes."""
    with desk.world.house.database.write() as session:
        session.execute(text(f"UPDATE {table} SET {column} = :junk WHERE {where}"), {"junk": b"junk"})


def test_a_damaged_record_leaves_newer_check_ins_judged(desk: Desk) -> None:
    desk.say({"pain": 1}, ago=timedelta(hours=1))
    _spoil(desk, "payload_sealed", "patient_events", "kind = 'check_in'")
    desk.say(NO_BREATH)
    assert [row["level"] for row in desk.world.rows("alerts")] == ["emergency"]
    assert [row["judged_at"] is None for row in desk.check_ins()] == [False, False]


def test_risks_that_cannot_be_read_keep_no_red_flag_back(desk: Desk) -> None:
    desk.say({"pain": 1}, ago=timedelta(hours=1))
    _spoil(desk, "risks_sealed", "care_plans", "1 = 1")
    desk.say(NO_BREATH)
    with desk.world.house.database.read() as session:
        [alert] = session.execute(text("SELECT level FROM alerts")).all()
    assert alert.level is None  # ungraded, and it has reached the clinic
    assert desk.rounds() == 1


def test_a_newer_one_that_cannot_be_judged_anew_keeps_no_red_flag_back(desk: Desk) -> None:
    late = desk.entry(NO_BREATH, ago=timedelta(minutes=20))
    desk.say({"pain": 1})
    _spoil(desk, "payload_sealed", "patient_events", "kind = 'check_in'")
    assert desk.alice.results(late) == ["stored"]
    assert [row["level"] for row in desk.world.rows("alerts")] == ["emergency"]


def test_an_alert_that_fails_never_loses_the_event(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no alert today")

    with monkeypatch.context() as patch:
        patch.setattr(judging, "raise_concern", broken)
        desk.say(NO_BREATH)
    assert len(desk.check_ins()) == len(desk.world.rows("patient_events")) == 1
    assert desk.alerts() == []
    desk.watch()
    assert [alert["level"] for alert in desk.alerts()] == ["emergency"]


# ---------------------------------------------------------------------- what the phone gets back


def test_the_phone_gets_its_check_ins_and_risks_back(world: World) -> None:
    desk = Desk.of(world, risks=frozenset({"melasma", "smoking"}))
    desk.world.clock.move(timedelta(days=15, hours=1))
    desk.say(WORRIED, ago=timedelta(days=14, hours=1), day=1)  # for the patient's own course
    first = desk.say({"pain": 2}, ago=timedelta(days=1))
    undone = desk.say(FEVER, ago=timedelta(hours=5))
    desk.alice.sync(event("check_in_undo", desk.now, check_in_id=undone["id"]))
    desk.say({"pain": 3}, ago=timedelta(hours=1), supersedes=first["id"])
    [plan] = desk.alice.bundle()["plans"]
    assert plan["risks"] == ["melasma", "smoking"]
    assert [(one["answers"], one["undone"]) for one in plan["check_ins"]] == [
        (WORRIED, False),
        (FEVER, True),
        ({"pain": 3}, False),
    ]
    assert plan["check_ins"][1]["id"] == undone["id"]
    assert plan["check_ins"][1]["level"] == "same_day"


def test_an_undo_may_come_before_what_it_takes_back(desk: Desk) -> None:
    entry = desk.entry(NO_BREATH)
    assert (
        desk.alice.results(event("check_in_undo", desk.now, check_in_id=entry["id"]), entry) == ["stored"] * 2
    )
    [part] = desk.alice.bundle()["plans"][0]["check_ins"]
    assert part["undone"] is True
    # Staff see it all the same, marked: a red flag ends by a person only. The patient is left in peace.
    [alert] = desk.alerts()
    assert [one["undone"] for one in alert["check_ins"]] == [True]
    assert desk.notices("follow_up") == []
    assert desk.patient_alert()["call_at"] is None


def test_one_patient_cannot_take_back_what_another_said(desk: Desk) -> None:
    said = desk.say(NO_BREATH)
    bob = desk.world.patient("Bob")
    assert bob.results(event("check_in_undo", desk.now, check_in_id=said["id"])) == ["stored"]
    [part] = desk.alice.bundle()["plans"][0]["check_ins"]
    assert part["undone"] is False


def test_risks_are_sealed(world: World) -> None:
    Desk.of(world, risks=frozenset({"diabetes"}))
    [row] = world.rows("care_plans")
    assert b"diabetes" not in row["risks_sealed"]
    with world.house.database.read() as session:
        vault = vaults.open_vault(in_clinic(session, world.lakeside.id), world.house.keys, row["patient_id"])
    assert json.loads(vault.open("care_plans", "risks", row["id"], row["risks_sealed"])) == ["diabetes"]
