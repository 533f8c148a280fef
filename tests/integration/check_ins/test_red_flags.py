"""A red flag reaches staff whatever stands beside it: what cannot be read, another plan, another content."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from pwa.services import judging, vaults
from pwa.services.patient_events import PARTLY_READ, REFUSALS
from pwa.store.scope import in_clinic
from tests.support.events import Event, check_in, event
from tests.support.inbox import FEVER, NO_BREATH, WORRIED, Desk
from tests.support.web import START, World

NOT_THEIRS = "00000000-0000-7000-8000-000000000000"
CONFLICTS = "/api/v1/clinic/conflicts"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk.of(world)


def refused(desk: Desk, answers: Any, **more: Any) -> Event:
    """A check-in that the server does not take, since its plan is not Alice's."""
    sent = check_in(NOT_THEIRS, answers, 0, desk.now, **more)
    assert desk.alice.results(sent) == ["rejected"]
    return sent


def kept(desk: Desk, event_id: str) -> Any:
    """What the ledger holds, opened."""
    [row] = [row for row in desk.world.rows("patient_events") if row["event_id"] == UUID(event_id)]
    with desk.world.house.database.read() as session:
        scope = in_clinic(session, desk.world.lakeside.id)
        vault = vaults.open_vault(scope, desk.world.house.keys, row["patient_id"])
    return json.loads(vault.open("patient_events", "payload", row["event_id"], row["payload_sealed"]))


# ---------------------------------------------------------------------- part of it cannot be read


@pytest.mark.parametrize(
    "changed",
    [
        {"answers": NO_BREATH | {"dizzy": True}},
        {"answers": NO_BREATH | {"fever": 1}},
        {"answers": NO_BREATH | {"pain": 11}},
        {"answers": NO_BREATH | {"pain": 3.5}},
        {"answers": NO_BREATH | {"overall": "fine"}},
        {"answers": NO_BREATH | {"overall": ["worse"]}},
        {"day": "0"},
        {"day": True},
        {"note": "x" * 2001},
        {"note": ["x"]},
        {"supersedes": "that one"},
    ],
)
def test_what_cannot_be_read_keeps_no_red_flag_back(either_world: World, changed: dict[str, Any]) -> None:
    desk = Desk.of(either_world)
    sent = desk.entry(NO_BREATH) | changed
    [answer] = desk.alice.sync(sent)["results"]
    assert (answer["result"], answer["reason"]) == ("stored", PARTLY_READ)
    [row] = desk.check_ins()
    assert (row["level"], row["incomplete"], row["day"]) == ("emergency", True, 0)
    assert kept(desk, sent["id"]) == sent
    [alert] = desk.alerts()
    assert alert["level"] == "emergency"
    [shown] = alert["check_ins"]
    assert (shown["answers"], shown["incomplete"]) == (NO_BREATH, True)
    [told] = desk.alice.bundle()["plans"][0]["check_ins"]
    assert told["answers"] == NO_BREATH
    assert desk.alice.results(sent) == ["duplicate"]


def test_a_note_is_cut_for_staff_and_kept_whole(desk: Desk) -> None:
    sent = desk.entry(NO_BREATH, note="y" * 2001)
    desk.alice.sync(sent)
    [alert] = desk.alerts()
    assert alert["check_ins"][0]["note"] == "y" * 2000
    assert kept(desk, sent["id"])["note"] == "y" * 2001


def test_what_was_read_whole_is_stored_without_a_word(desk: Desk) -> None:
    [answer] = desk.alice.sync(desk.entry(WORRIED, note="x" * 2000))["results"]
    assert set(answer) == {"id", "result"}
    assert [row["incomplete"] for row in desk.check_ins()] == [False]


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(("mode", "level"), [("personalised", "emergency"), ("leaflet", None)])
def test_a_sign_in_a_refused_check_in_reaches_staff(
    either_world: World, mode: str, level: str | None
) -> None:
    desk = Desk.of(either_world)
    if mode == "leaflet":
        desk.leaflet()
    sent = refused(desk, NO_BREATH | {"dizzy": 1})
    [alert] = desk.alerts()
    assert alert["level"] == level
    rule = "E01" if level else None
    assert [(one["rule"], one["values"]) for one in alert["reasons"]] == [(rule, NO_BREATH)]
    assert desk.rounds() == 1
    assert desk.patient_alert()["call_at"] is not None
    assert desk.alice.results(sent) == ["rejected"]
    assert desk.rounds() == 1


def test_an_emergency_in_a_refused_check_in_has_the_times_of_one(desk: Desk) -> None:
    refused(desk, NO_BREATH)
    assert desk.patient_alert()["call_at"] == "2026-07-15T09:10:00.000Z"
    desk.later(minutes=5)
    assert desk.rounds() == 2
    desk.acted("acknowledge")
    desk.later(minutes=30)
    assert [alert["state"] for alert in desk.alerts()] == ["open"]


@pytest.mark.parametrize(
    ("days", "answers", "level", "rules"),
    [
        (0, FEVER, None, [None]),  # the rules say: within two days
        (1, FEVER, "same_day", ["S03"]),
        (0, WORRIED, None, [None]),
        (1, FEVER | NO_BREATH, "emergency", ["E01", "S03"]),
    ],
)
def test_a_refused_check_in_is_judged_by_the_rules_and_never_below_ungraded(
    desk: Desk, days: int, answers: Any, level: str | None, rules: list[str | None]
) -> None:
    desk.later(days=days)
    refused(desk, answers)
    [alert] = desk.alerts()
    assert alert["level"] == level
    assert [one["rule"] for one in alert["reasons"]] == rules
    assert alert["call_at"] is not None


def test_a_refused_one_of_the_same_takes_an_acknowledged_alert_back(desk: Desk) -> None:
    """Part of it could not be used, so nobody can tell that it is no worse."""
    desk.later(days=1)
    desk.say(FEVER)
    desk.acted("acknowledge")
    desk.later(minutes=5)
    refused(desk, FEVER)
    assert [(alert["state"], alert["level"]) for alert in desk.alerts()] == [("open", "same_day")]


def test_a_refused_check_in_is_about_the_day_it_was_made_if_its_plan_is_not_theirs(desk: Desk) -> None:
    desk.later(days=5)
    refused(desk, FEVER)  # it names day 0, of that other plan
    assert [row["day"] for row in desk.check_ins()] == [5]


def test_what_rules_cannot_be_read_for_is_judged_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no rules today")

    with monkeypatch.context() as patch:
        patch.setattr(judging, "rule_sets", broken)
        refused(desk, NO_BREATH)
        assert [row["level"] for row in desk.world.rows("alerts")] == [None]
    desk.watch()
    assert [alert["level"] for alert in desk.alerts()] == ["emergency"]


def test_a_refused_check_in_is_no_history_and_not_told_as_taken_in(desk: Desk) -> None:
    desk.later(days=3)
    refused(desk, FEVER | {"pain": 1}, result={"level": "emergency", "reasons": ["E01"]})
    assert [row["level"] for row in desk.check_ins()] == ["same_day"]  # by the rules, not by the phone
    desk.later(days=1)
    desk.say({"pain": 4})
    assert "S05" not in json.loads(desk.check_ins()[-1]["reasons"])
    [told] = desk.alice.bundle()["plans"][0]["check_ins"]
    assert told["answers"] == {"pain": 4}


def test_a_sign_in_an_event_whose_frame_cannot_be_read_reaches_staff(desk: Desk) -> None:
    assert desk.alice.results(desk.entry(NO_BREATH) | {"seq": None}) == ["rejected"]
    assert [one["reasons"][0]["values"] for one in desk.alerts()] == [NO_BREATH]


def test_it_reaches_the_clinic_of_whoever_sent_it(desk: Desk) -> None:
    mallory = desk.world.patient("Mallory", desk.world.elsewhere)
    assert mallory.results(desk.entry(NO_BREATH)) == ["rejected"]
    assert desk.alerts() == []
    [row] = desk.world.rows("alerts")
    assert row["clinic_id"] == desk.world.elsewhere.id


def test_what_is_refused_is_stored_as_a_word_that_names_no_question(desk: Desk) -> None:
    for answers in ("fever", None):
        sent = desk.entry(answers)
        first, again = desk.alice.sync(sent)["results"] + desk.alice.sync(sent)["results"]
        assert first == again
        assert first["reason"] == REFUSALS["answer_not_possible"]
    assert {row["rejected"] for row in desk.world.rows("patient_events")} == {"answer_not_possible"}


# ---------------------------------------------------------------------- another content under a known id


def test_another_content_changes_the_clinics_count_once(desk: Desk) -> None:
    sent = desk.say({"overall": "same"})
    before = desk.world.rows("clinic_changes")
    for _ in range(2):
        assert desk.alice.results(sent | {"answers": {"overall": "better"}}) == ["conflict"]
        after = desk.world.rows("clinic_changes")
        assert [row["number"] for row in after] == [sum(row["number"] for row in before) + 1]
    assert desk.alerts() == []


@pytest.mark.parametrize("first", ["check_in", "outcome"])
@pytest.mark.parametrize("mode", ["personalised", "leaflet"])
def test_a_sign_in_another_content_under_a_known_id_reaches_staff(desk: Desk, first: str, mode: str) -> None:
    if mode == "leaflet":
        desk.leaflet()
    if first == "check_in":
        sent = desk.say(FEVER)
    else:
        sent = event("outcome", occurrence_ids=[NOT_THEIRS], value="done")
        assert desk.alice.results(sent) == ["stored"]
    told = desk.rounds()
    if told:
        desk.acted("acknowledge")
    other = check_in(desk.plan_id, NO_BREATH, 0, START) | {"id": sent["id"]}
    assert desk.alice.results(other, other) == ["conflict", "conflict"]
    [alert] = desk.alerts()
    assert (alert["state"], alert["level"]) == ("open", None if mode == "leaflet" else "emergency")
    assert NO_BREATH in [one["values"] for one in alert["reasons"]]
    assert desk.rounds() == told + 1
    assert len(desk.olga.get(CONFLICTS).get_json()["conflicts"]) == 1
    assert desk.alice.results(other) == ["conflict"]
    assert desk.rounds() == told + 1


# ---------------------------------------------------------------------- in one batch


def test_having_called_counts_though_it_comes_with_its_check_in(desk: Desk) -> None:
    said, called = desk.entry(NO_BREATH), event("called", desk.now, alert=None, answer="yes")
    assert desk.alice.results(called, said) == ["stored", "stored"]
    [alert] = desk.alerts()
    assert alert["called"]["answer"] == "yes"


def test_what_is_taken_back_in_the_same_batch_leaves_the_patient_in_peace(desk: Desk) -> None:
    said = desk.entry(NO_BREATH)
    undo = event("check_in_undo", desk.now, check_in_id=said["id"])
    assert desk.alice.results(said, undo) == ["stored", "stored"]
    assert [one["check_ins"][0]["undone"] for one in desk.alerts()] == [True]
    assert desk.notices("follow_up") == []


# ---------------------------------------------------------------------- an edit that is taken back


def test_an_edit_that_is_taken_back_brings_back_what_was_there_before_it(either_world: World) -> None:
    desk = Desk.of(either_world)
    desk.later(days=3)
    first = desk.say({"pain": 1})
    edit = desk.say({"pain": 3}, supersedes=first["id"])
    assert desk.alice.results(event("check_in_undo", desk.now, check_in_id=edit["id"])) == ["stored"]
    told = {one["id"]: one["undone"] for one in desk.alice.bundle()["plans"][0]["check_ins"]}
    assert told == {first["id"]: False, edit["id"]: True}
    desk.later(days=1)
    last = desk.say({"pain": 4})
    [row] = [row for row in desk.check_ins() if str(row["event_id"]) == last["id"]]
    assert "S05" in json.loads(row["reasons"])  # a rise from 1, not from 3


def test_an_edit_of_an_edit_still_replaces_both(desk: Desk) -> None:
    first = desk.say({"pain": 1})
    second = desk.say({"pain": 2}, supersedes=first["id"])
    third = desk.say({"pain": 3}, supersedes=second["id"])
    assert [one["id"] for one in desk.alice.bundle()["plans"][0]["check_ins"]] == [third["id"]]
