"""The clinic's inbox over HTTP: what stands in it, in which order, and what staff do with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from pwa.services import vaults
from pwa.store.scope import in_clinic
from pwa.web.auth import DEVICE_COOKIE
from tests.support.events import event, outcome
from tests.support.inbox import ALERTS, FEVER, NO_BREATH, WORRIED, Desk
from tests.support.web import Phone, World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk.of(world)


# ---------------------------------------------------------------------- what opens an alert


def test_a_red_flag_opens_one_alert_that_says_why(either_world: World) -> None:
    desk = Desk.of(either_world)
    said = desk.say(NO_BREATH | {"pain": 6, "overall": "worse"}, note="came on at once")
    [alert] = desk.alerts()
    assert (alert["state"], alert["level"]) == ("open", "emergency")
    assert alert["patient"]["first_name"] == "Alice"
    assert alert["patient"]["procedure"]
    first = alert["reasons"][0]
    assert (first["rule"], first["level"], first["day"]) == ("E01", "emergency", 0)
    assert first["values"] == NO_BREATH
    assert first["check_in_id"] == said["id"]
    [entry] = alert["check_ins"]
    assert (entry["answers"], entry["note"]) == (said["answers"], "came on at once")


@pytest.mark.parametrize("answers", [{}, {"overall": "same", "pain": 2}, {"redness": 1}])
def test_what_is_expected_or_not_complete_opens_none(desk: Desk, answers: dict[str, Any]) -> None:
    desk.say(answers)
    assert desk.alerts() == []
    assert desk.patient_alert() is None
    assert desk.notices("alert") == []


def test_what_comes_after_joins_the_open_alert(either_world: World) -> None:
    desk = Desk.of(either_world)
    desk.say(WORRIED)
    desk.later(minutes=1)
    desk.say(WORRIED | {"pain": 3})
    desk.later(minutes=1)
    desk.say(NO_BREATH)
    [alert] = desk.alerts()
    assert alert["level"] == "emergency"
    assert [one["rule"] for one in alert["reasons"]] == ["E01", "P02", "P02"]  # the newest first
    assert len(alert["check_ins"]) == 3


# ---------------------------------------------------------------------- taking, giving back, closing


def test_one_takes_it_and_the_second_hears_who_and_when(either_world: World) -> None:
    desk = Desk.of(either_world)
    bob = desk.someone_else()
    desk.say(NO_BREATH)
    desk.acted("acknowledge")
    assert desk.acted("acknowledge")["state"] == "acknowledged"  # the same tap again
    refused = desk.act("acknowledge", who=bob)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "alert_taken")
    assert refused.get_json()["detail"] == "Olga acknowledged this at 10:00 on 15 Jul."
    assert desk.act("undo", who=bob).status_code == 409
    assert desk.alerts()[0]["acknowledged"]["by"]["name"] == "Olga"


def test_the_patient_hears_that_it_was_seen_only_after_the_undo_time(desk: Desk) -> None:
    said = desk.say(NO_BREATH)
    desk.acted("acknowledge")
    part = desk.patient_alert()
    assert (part["state"], part["seen_at"], part["check_in_ids"]) == ("open", None, [said["id"]])
    assert part["call_at"] is not None
    desk.later(seconds=30)
    part = desk.patient_alert()
    assert (part["state"], part["seen_at"]) == ("acknowledged", "2026-07-15T09:00:00.000Z")
    assert part["call_at"] is None
    refused = desk.act("undo")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "too_late_to_undo")


def test_an_undo_brings_back_all_that_was_stopped(desk: Desk) -> None:
    desk.say(NO_BREATH)
    planned = [row["due_at"] for row in desk.notices("follow_up")]
    desk.acted("acknowledge")
    assert {row["state"] for row in desk.notices("follow_up")} == {"cancelled"}
    desk.world.clock.move(timedelta(seconds=20))
    assert desk.acted("undo")["state"] == "open"
    back = desk.notices("follow_up")
    assert [(row["due_at"], row["state"]) for row in back] == [(at, "planned") for at in planned]
    assert [row["state"] for row in desk.notices("alert")].count("planned") == 1  # told again at once
    assert desk.patient_alert()["seen_at"] is None


def test_a_check_in_that_came_after_it_was_taken_is_not_called_seen(desk: Desk) -> None:
    first = desk.say(WORRIED)
    desk.later(minutes=1)
    desk.acted("acknowledge")
    desk.later(minutes=1)
    desk.say(WORRIED)
    part = desk.patient_alert()
    assert part["seen_at"] is not None
    assert part["check_in_ids"] == [first["id"]]


def test_an_alert_is_closed_with_an_outcome_and_a_sealed_note(either_world: World) -> None:
    desk = Desk.of(either_world)
    bob = desk.someone_else()
    desk.say(FEVER | WORRIED)
    assert desk.act("close", {"outcome": "ignored"}).status_code == 422
    assert desk.act("close", {"outcome": "other", "note": " "}).status_code == 422
    assert desk.act("close", {"outcome": "other", "note": "x" * 2001}).status_code == 422
    done = desk.acted("close", {"outcome": "other", "note": "spoke to her mother"}, who=bob)
    assert (done["state"], done["closed"]["outcome"]) == ("closed", "other")
    assert desk.alerts() == []
    [row] = desk.world.rows("alerts")
    assert b"mother" not in row["note_sealed"]
    with desk.world.house.database.read() as session:
        scope = in_clinic(session, desk.world.lakeside.id)
        vault = vaults.open_vault(scope, desk.world.house.keys, row["patient_id"])
    assert vault.open("alerts", "note", row["id"], row["note_sealed"]) == "spoke to her mother"
    again = desk.olga.post(f"{ALERTS}/{row['id']}/close", {"outcome": "called"})
    assert (again.status_code, again.get_json()["code"]) == (409, "alert_closed")
    assert again.get_json()["detail"].startswith("Bob closed this at 10:00")
    assert desk.olga.post(f"{ALERTS}/{row['id']}/acknowledge").status_code == 409
    assert desk.patient_alert()["state"] == "closed"


def test_what_comes_after_closing_opens_a_new_alert_that_names_the_old(desk: Desk) -> None:
    desk.say(WORRIED)
    closed = desk.acted("close", {"outcome": "reassured"})
    before = desk.world.rows("alerts")
    desk.later(hours=2)
    desk.say(WORRIED)
    [alert] = desk.alerts()
    assert (alert["reopens"], alert["state"]) == (closed["id"], "open")
    assert alert["id"] != closed["id"]
    assert [row for row in desk.world.rows("alerts") if str(row["id"]) == closed["id"]] == before  # as it was
    assert len(alert["check_ins"]) == 1


def test_what_was_told_before_opens_nothing_when_it_is_judged_again(desk: Desk) -> None:
    """A late check-in makes the newer ones be judged anew; a closed alert is no news."""
    desk.world.clock.move(timedelta(days=2))
    late = desk.entry({"pain": 2}, ago=timedelta(hours=30))
    desk.say(WORRIED)
    desk.acted("close", {"outcome": "reassured"})
    assert desk.alice.results(late) == ["stored"]
    assert desk.alerts() == []


def test_staff_may_put_an_alert_back_to_the_top(desk: Desk) -> None:
    bob = desk.someone_else()
    desk.say(NO_BREATH)
    desk.acted("acknowledge")
    desk.later(minutes=5)
    assert desk.acted("return", who=bob)["state"] == "open"
    assert desk.acted("return")["state"] == "open"
    assert desk.patient_alert()["seen_at"] == "2026-07-15T09:00:00.000Z"  # that stays true
    assert desk.acted("acknowledge", who=bob)["acknowledged"]["by"]["name"] == "Bob"


@pytest.mark.parametrize(
    ("seconds", "seen_at"), [(29, None), (30, "2026-07-15T09:00:00.000Z")], ids=["in time", "too late"]
)
def test_putting_back_what_can_still_be_undone_leaves_it_unseen(
    desk: Desk, seconds: int, seen_at: str | None
) -> None:
    desk.say(NO_BREATH)
    planned = [(row["due_at"], row["state"]) for row in desk.notices("follow_up")]
    desk.acted("acknowledge")
    desk.world.clock.move(timedelta(seconds=seconds))
    assert desk.acted("return")["state"] == "open"
    part = desk.patient_alert()
    is_waiting = seen_at is None
    assert (part["seen_at"], part["call_at"] is not None) == (seen_at, is_waiting)
    told = [(row["due_at"], row["state"]) for row in desk.notices("follow_up")]
    assert (told == planned) is is_waiting


def test_what_came_before_closing_and_after_it_was_taken_was_seen_at_closing(desk: Desk) -> None:
    first = desk.say(WORRIED)
    desk.acted("acknowledge")
    desk.later(minutes=5)
    second = desk.say(WORRIED)
    desk.later(minutes=5)
    desk.acted("close", {"outcome": "called"})
    part = desk.patient_alert()
    assert (part["seen_at"], part["check_in_ids"]) == (
        "2026-07-15T09:10:00.000Z",
        [first["id"], second["id"]],
    )


def test_every_act_is_in_the_audit_trail_without_health_data(desk: Desk) -> None:
    desk.say(NO_BREATH)
    for act, body in (("acknowledge", None), ("undo", None), ("acknowledge", None), ("return", None)):
        desk.acted(act, body)
    desk.acted("close", {"outcome": "called", "note": "breathing well"})
    acts = [row for row in desk.world.rows("audit_entries") if row["object_kind"] == "alert"]
    assert sorted(row["act"] for row in acts) == [
        "alert.acknowledge",
        "alert.acknowledge",
        "alert.close",
        "alert.return",
        "alert.undo",
    ]
    assert "breath" not in str(acts)


def _views(desk: Desk) -> list[tuple[str, str, str]]:
    rows = sorted(desk.world.rows("audit_entries"), key=lambda row: row["at"])
    return [
        (row["act"], row["object_kind"], row["object_id"]) for row in rows if row["act"].endswith(".view")
    ]


def test_who_has_read_of_an_alert_is_recorded_once_an_hour(either_world: World) -> None:
    desk = Desk.of(either_world)
    olga, bob = desk.olga, desk.someone_else()
    assert (desk.alerts(olga), _views(desk)) == ([], [])
    desk.say(WORRIED)
    [alert] = desk.alerts(olga)
    view = ("alert.view", "alert", alert["id"])
    desk.alerts(olga)
    assert _views(desk) == [view]
    desk.alerts(bob)
    assert _views(desk) == [view] * 2
    readers = {row["actor_id"] for row in desk.world.rows("audit_entries") if row["act"] == "alert.view"}
    assert len(readers) == 2
    desk.world.clock.move(timedelta(minutes=59))
    desk.alerts()  # signed in anew, and the same person
    assert _views(desk) == [view] * 2
    desk.world.clock.move(timedelta(minutes=1))
    desk.alerts()
    assert _views(desk) == [view] * 3


def test_who_asked_for_a_patients_answers_is_recorded(desk: Desk) -> None:
    said = desk.say(WORRIED)
    patient_id = desk.check_ins()[0]["patient_id"]
    path, view = (
        f"/api/v1/clinic/check-ins?patient={patient_id}",
        ("check_ins.view", "patient", str(patient_id)),
    )
    assert _mallory(desk).get(path).status_code == 404
    assert _views(desk) == []
    desk.olga.get(path)
    desk.olga.get(path)
    assert _views(desk) == [view] * 2
    desk.alice.sync({**said, "answers": NO_BREATH})
    desk.olga.get("/api/v1/clinic/conflicts")
    desk.olga.get("/api/v1/clinic/conflicts")
    assert _views(desk)[2:] == [("conflicts.view", "patient", str(patient_id))]


def test_what_cannot_be_recorded_is_not_shown(desk: Desk) -> None:
    desk.say(WORRIED)
    with desk.world.house.database.write() as session:
        session.execute(
            text(
                "CREATE TRIGGER no_views BEFORE INSERT ON audit_entries WHEN NEW.act LIKE '%.view'"
                " BEGIN SELECT RAISE(ABORT, 'read only'); END"
            )
        )
    patient_id = desk.check_ins()[0]["patient_id"]
    for path in (ALERTS, f"/api/v1/clinic/check-ins?patient={patient_id}"):
        answer = desk.olga.get(path)
        assert answer.status_code >= 400
        assert "worried" not in answer.get_data(as_text=True)


# ---------------------------------------------------------------------- at the same time


def _twins(desk: Desk, number: int) -> list[Phone]:
    """Clients of their own with Alice's credential, as page and worker of one phone are."""
    phones = [desk.world.phone() for _ in range(number)]
    for phone in phones:
        phone.http.set_cookie(DEVICE_COOKIE, desk.alice.cookie() or "")
    return phones


def test_red_flags_that_arrive_at_once_open_one_alert(either_world: World) -> None:
    desk = Desk.of(either_world)
    entries = [desk.entry(NO_BREATH) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda phone, entry: phone.results(entry), _twins(desk, 4), entries))
    assert results == [["stored"]] * 4
    [alert] = desk.alerts()
    assert len(alert["check_ins"]) == 4
    assert desk.rounds() == 1


def test_one_event_sent_by_several_at_once_is_one(either_world: World) -> None:
    desk = Desk.of(either_world)
    entry = desk.entry(NO_BREATH)
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda phone: phone.results(entry)[0], _twins(desk, 4)))
    assert sorted(results) == ["duplicate"] * 3 + ["stored"]
    assert len(desk.check_ins()) == len(desk.alerts()) == 1


def test_of_four_who_take_an_alert_at_once_one_has_it(either_world: World) -> None:
    desk = Desk.of(either_world)
    desk.say(NO_BREATH)
    path = f"{ALERTS}/{desk.alerts()[0]['id']}/acknowledge"
    people = [desk.someone_else(f"{name}@lakeside.test") for name in ("ann", "bea", "cleo", "dora")]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda browser: browser.post(path), people))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    [winner] = [answer.get_json() for answer in answers if answer.status_code == 200]
    assert desk.alerts()[0]["acknowledged"]["by"] == winner["acknowledged"]["by"]


# ---------------------------------------------------------------------- order, and what has changed


def test_the_inbox_is_sorted_by_unacknowledged_severity_and_time_left(world: World) -> None:
    desk = Desk.of(world)
    world.clock.move(timedelta(days=1))
    said = {"Ann": WORRIED, "Bea": FEVER, "Cleo": NO_BREATH, "Dora": FEVER, "Eve": NO_BREATH}
    for name, answers in said.items():
        phone = world.patient(name)
        plan_id = phone.bundle()["plans"][0]["id"]
        assert phone.results(desk.entry(answers) | {"plan_id": plan_id}) == ["stored"]
        # Bea's hour is over before Cleo's ten minutes are, and still an emergency comes first.
        world.clock.move(timedelta(minutes=1 if name != "Bea" else 56))
    order = [alert["patient"]["first_name"] for alert in desk.alerts()]
    assert order == ["Cleo", "Eve", "Bea", "Dora", "Ann"]
    cleo = desk.alerts()[0]["id"]
    assert desk.olga.post(f"{ALERTS}/{cleo}/acknowledge").status_code == 200
    order = [alert["patient"]["first_name"] for alert in desk.alerts()]
    assert order == ["Eve", "Bea", "Dora", "Ann", "Cleo"]


def test_a_record_that_cannot_be_opened_hides_no_alert(world: World) -> None:
    desk = Desk.of(world)
    desk.say(WORRIED)
    bob = world.patient("Bob")
    plan_id = bob.bundle()["plans"][0]["id"]
    assert bob.results(desk.entry(NO_BREATH) | {"plan_id": plan_id}) == ["stored"]
    [spoilt] = [row["id"] for row in world.rows("alerts") if row["level"] == "emergency"]
    with world.house.database.write() as session:
        spoil = "UPDATE patients SET first_name_sealed = :junk WHERE id IN (SELECT patient_id FROM alerts"
        session.execute(text(f"{spoil} WHERE level = 'emergency')"), {"junk": b"junk"})
    first, second = desk.alerts()
    assert (first["level"], first["patient"]["first_name"]) == ("emergency", None)
    assert [one["rule"] for one in first["reasons"]] == ["E01"]
    assert second["patient"]["first_name"] == "Alice"
    taken = desk.olga.post(f"{ALERTS}/{spoilt}/acknowledge")
    assert (taken.status_code, taken.get_json()["state"]) == (200, "acknowledged")


def _asked_again(desk: Desk, tag: str) -> tuple[int, str]:
    answer = desk.olga.get(ALERTS, {"If-None-Match": tag})
    return answer.status_code, answer.headers["ETag"]


def test_a_page_that_asks_again_is_answered_by_a_number_until_something_changes(either_world: World) -> None:
    desk = Desk.of(either_world)
    tag = desk.olga.get(ALERTS).headers["ETag"]
    assert _asked_again(desk, tag) == (304, tag)
    said = desk.say(WORRIED)
    changes: list[tuple[str, Any]] = [
        ("check-in", lambda: None),
        ("taken back", lambda: desk.alice.sync(event("check_in_undo", desk.now, check_in_id=said["id"]))),
        ("called", lambda: desk.alice.sync(event("called", desk.now, answer="yes"))),
        ("acknowledge", lambda: desk.acted("acknowledge")),
        ("undo", lambda: desk.acted("undo")),
        ("acknowledge", lambda: desk.acted("acknowledge")),
        ("return", lambda: desk.acted("return")),
        ("close", lambda: desk.acted("close", {"outcome": "called"})),
    ]
    for what, change in changes:
        change()
        status, newer = _asked_again(desk, tag)
        assert (status, newer != tag) == (200, True), what
        assert _asked_again(desk, newer) == (304, newer), what
        tag = newer


def test_another_clinics_changes_are_not_ours(desk: Desk) -> None:
    tag = desk.olga.get(ALERTS).headers["ETag"]
    mallory = desk.world.patient("Mallory", desk.world.elsewhere)
    entry = desk.entry(NO_BREATH) | {"plan_id": mallory.bundle()["plans"][0]["id"]}
    assert mallory.results(entry) == ["stored"]
    assert _asked_again(desk, tag) == (304, tag)


# ---------------------------------------------------------------------- Alice, Bob, Mallory


def _mallory(desk: Desk) -> Phone:
    desk.world.add_staff(desk.world.elsewhere, "mallory@another.test")
    return desk.world.signed_in("mallory@another.test")


def test_what_belongs_to_another_clinic_does_not_exist(either_world: World) -> None:
    desk = Desk.of(either_world)
    mallory = _mallory(desk)
    said = desk.say(NO_BREATH)
    desk.alice.sync({**said, "answers": FEVER})  # a conflict
    [row] = desk.world.rows("alerts")
    before = desk.world.dump(frozenset({"staff_sessions"}))
    for act, body in (
        ("acknowledge", None),
        ("undo", None),
        ("return", None),
        ("close", {"outcome": "called"}),
    ):
        refused = mallory.post(f"{ALERTS}/{row['id']}/{act}", body)
        assert (refused.status_code, refused.get_json()["code"]) == (404, "not_found")
    answer = mallory.get(f"/api/v1/clinic/check-ins?patient={row['patient_id']}")
    assert answer.status_code == 404
    assert desk.alerts(mallory) == []
    assert mallory.get("/api/v1/clinic/conflicts").get_json() == {"conflicts": []}
    assert mallory.get("/api/v1/clinic/silent").get_json() == {"patients": []}
    assert desk.world.dump(frozenset({"staff_sessions"})) == before


def test_a_phone_opens_no_inbox_and_staff_of_the_same_clinic_do(desk: Desk) -> None:
    desk.say(NO_BREATH)
    [row] = desk.world.rows("alerts")
    for path in (ALERTS, "/api/v1/clinic/silent", "/api/v1/clinic/conflicts"):
        assert desk.alice.get(path).status_code == 401
    assert desk.alice.post(f"{ALERTS}/{row['id']}/acknowledge").status_code == 401
    assert len(desk.alerts(desk.someone_else())) == 1


def test_an_answer_about_somebody_elses_alert_is_refused_and_kept(desk: Desk) -> None:
    desk.say(NO_BREATH)
    [row] = desk.world.rows("alerts")
    bob = desk.world.patient("Bob")
    assert bob.results(event("called", desk.now, alert=str(row["id"]), answer="yes")) == ["rejected"]
    assert bob.results(event("called", desk.now, answer="yes")) == ["stored"]  # there is none of his
    assert desk.alerts()[0]["called"] is None


# ---------------------------------------------------------------------- beside the inbox


def test_a_patients_check_ins_of_sixty_days_are_read_with_their_answers(desk: Desk) -> None:
    desk.say(FEVER, note="old")
    desk.world.clock.move(timedelta(days=61))
    undone = desk.say(WORRIED, ago=timedelta(days=1))
    desk.alice.sync(event("check_in_undo", desk.now, check_in_id=undone["id"]))
    desk.say({"pain": 1}, note="new")
    patient_id = desk.check_ins()[0]["patient_id"]
    found = desk.olga.get(f"/api/v1/clinic/check-ins?patient={patient_id}").get_json()["check_ins"]
    assert [(one["answers"], one["note"], one["undone"]) for one in found] == [
        ({"pain": 1}, "new", False),
        (WORRIED, None, True),
    ]
    for odd in ("", "?patient=", "?patient=Alice"):
        assert desk.olga.get(f"/api/v1/clinic/check-ins{odd}").status_code == 422
    assert desk.olga.get(f"/api/v1/clinic/check-ins?patient={UUID(int=7)}").status_code == 404


def test_conflicts_are_listed_with_both_contents(desk: Desk) -> None:
    said = desk.say(WORRIED)
    other = {**said, "answers": NO_BREATH}
    desk.alice.sync(other, other, outcome([said["id"]], "done"))
    [conflict] = desk.olga.get("/api/v1/clinic/conflicts").get_json()["conflicts"]
    assert (conflict["event_id"], conflict["kind"]) == (said["id"], "check_in")
    assert (conflict["stored"]["answers"], conflict["other"]["answers"]) == (WORRIED, NO_BREATH)
    assert conflict["patient"]["first_name"] == "Alice"


def test_a_record_that_cannot_be_opened_hides_no_conflict(desk: Desk) -> None:
    said = desk.say(WORRIED)
    desk.alice.sync({**said, "answers": NO_BREATH})
    desk.world.clock.move(timedelta(seconds=1))
    bob = desk.world.patient("Bob")
    other = desk.entry(WORRIED) | {"plan_id": bob.bundle()["plans"][0]["id"]}
    bob.results(other)
    bob.sync({**other, "answers": NO_BREATH})
    with desk.world.house.database.write() as session:
        spoil = "UPDATE event_conflicts SET payload_sealed = :junk WHERE event_id = :event_id"
        session.execute(text(spoil), {"junk": b"junk", "event_id": UUID(other["id"]).hex})
    first, second = desk.olga.get("/api/v1/clinic/conflicts").get_json()["conflicts"]
    assert (first["event_id"], first["stored"], first["other"]) == (other["id"], None, None)
    assert first["patient"]["first_name"] is None
    assert second["other"]["answers"] == NO_BREATH


def test_one_patients_conflicts_crowd_out_no_others(desk: Desk) -> None:
    said = desk.say(WORRIED)
    desk.alice.sync({**said, "answers": NO_BREATH})
    desk.world.clock.move(timedelta(seconds=1))
    bob = desk.world.patient("Bob")
    other = desk.entry(WORRIED) | {"plan_id": bob.bundle()["plans"][0]["id"]}
    bob.results(other)
    bob.sync(*({**other, "note": f"number {number}"} for number in range(25)))
    found = desk.olga.get("/api/v1/clinic/conflicts").get_json()["conflicts"]
    names = [one["patient"]["first_name"] for one in found]
    assert names == ["Bob"] * 20 + ["Alice"]


def test_nothing_of_an_answer_stands_readable_in_the_database(desk: Desk) -> None:
    desk.say(NO_BREATH | FEVER, note="canary-note")
    desk.acted("close", {"outcome": "other", "note": "canary-outcome"})
    everything = str(desk.world.dump()).encode() + desk.world.files()
    assert b"canary" not in everything
    assert b"breathing_trouble" not in str(desk.world.dump(frozenset({"patient_events"}))).encode()
