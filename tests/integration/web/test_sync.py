"""What a phone sends is kept, once, and answered for by its own id, whatever it is."""

from __future__ import annotations

import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from pwa.services import vaults
from pwa.services.instants import instant
from pwa.services.patient_events import sentence_of
from pwa.services.phone_clock import OLDEST
from pwa.store import operations
from pwa.store.scope import in_clinic
from tests.support.events import event, fact, item_due_next, item_with, items_of, outcome, settings
from tests.support.web import START, Phone, Row, World

SYNC = "/api/v1/sync"
SOMETHING = "00000000-0000-5000-8000-000000000001"
LEDGER = ("patient_events", "event_conflicts", "outcomes", "facts")


def _ledger(world: World, event_id: str) -> Row:
    [row] = [one for one in world.rows("patient_events") if one["event_id"] == UUID(event_id)]
    return row


def _opened(world: World, row: Row) -> Any:
    """The content of a ledger row, with the patient's own key."""
    with world.house.database.read() as session:
        vault = vaults.open_vault(in_clinic(session, world.lakeside.id), world.house.keys, row["patient_id"])
        return json.loads(vault.open("patient_events", "payload", row["event_id"], row["payload_sealed"]))


def _canonical(content: Any) -> str:
    return json.dumps(content, sort_keys=True)


def test_an_event_is_stored_once_and_then_a_duplicate(world: World) -> None:
    alice = world.patient("Alice")
    done = outcome([SOMETHING], "done")
    assert alice.results(done) == ["stored"]
    assert alice.results(done, done) == ["duplicate", "duplicate"]
    assert len(world.rows("patient_events")) == len(world.rows("outcomes")) == 1
    assert _opened(world, _ledger(world, done["id"])) == done


def test_what_was_sent_cannot_be_guessed_from_the_row(world: World) -> None:
    """No plain hash of the content stands beside the sealed content."""
    alice = world.patient("Alice")
    alice.sync(outcome([SOMETHING], "done"))
    [row] = world.rows("patient_events")
    content = _opened(world, row)
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert row["payload_hash"] != hashlib.sha256(plain.encode()).digest()


def test_the_order_of_fields_makes_no_other_event(world: World) -> None:
    alice = world.patient("Alice")
    done = outcome([SOMETHING], "done")
    alice.sync(done)
    assert alice.results(dict(reversed(done.items()))) == ["duplicate"]


def test_another_content_under_the_same_id_is_a_conflict_and_both_are_kept(world: World) -> None:
    alice = world.patient("Alice")
    done = outcome([SOMETHING], "done")
    other = {**done, "value": "skipped"}
    alice.sync(done)

    answer = alice.sync(other, other)["results"]

    assert [one["result"] for one in answer] == ["conflict", "conflict"]
    assert answer[0]["reason"]
    [row] = world.rows("outcomes")
    assert row["value"] == "done"
    [conflict] = world.rows("event_conflicts")
    assert conflict["payload_sealed"] != _ledger(world, done["id"])["payload_sealed"]
    assert b"skipped" not in conflict["payload_sealed"]


def test_the_same_id_of_two_patients_are_two_events(world: World) -> None:
    alice, bob = world.patient("Alice"), world.patient("Bob")
    done = outcome([SOMETHING], "done")
    assert alice.results(done) == ["stored"]
    assert bob.results({**done, "value": "skipped"}) == ["stored"]
    assert world.rows("event_conflicts") == []


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "dance", "steps": ["left"]},
        {"kind": "outcome"},
        {"kind": "outcome", "occurrence_ids": [], "value": "done"},
        {"kind": "outcome", "occurrence_ids": [SOMETHING] * 21, "value": "done"},
        {"kind": "outcome", "occurrence_ids": "all", "value": "done"},
        {"kind": "outcome", "occurrence_ids": [5, None], "value": "done"},
        {"kind": "outcome", "occurrence_ids": [SOMETHING], "value": "eaten"},
        {"kind": "outcome", "occurrence_ids": [SOMETHING], "value": {"done": True}},
        {"kind": "outcome", "occurrence_ids": [SOMETHING], "value": "snoozed"},
        {"kind": "outcome", "occurrence_ids": [SOMETHING], "value": "snoozed", "until": "2026-07-15"},
        {"kind": "outcome", "occurrence_ids": [SOMETHING], "value": "snoozed", "until": 99},
        {"kind": "outcome", "occurrence_ids": [SOMETHING], "value": "snoozed", "until": instant(START)},
        {
            "kind": "outcome",
            "occurrence_ids": [SOMETHING],
            "value": "snoozed",
            "until": instant(START + timedelta(hours=12, seconds=1)),
        },
        {
            "kind": "outcome",
            "occurrence_ids": [SOMETHING],
            "value": "snoozed",
            "until": "9999-12-31T23:59:59-14:00",
        },
        {"kind": "fact", "plan_id": SOMETHING, "name": "skin_closed", "value": True},
        {"kind": "fact", "plan_id": None, "name": "skin_closed", "value": True},
        {"kind": "fact", "plan_id": SOMETHING, "name": "happy", "value": True},
        {"kind": "fact", "plan_id": SOMETHING, "name": "skin_closed", "value": "yes"},
        {"kind": "settings"},
        {"kind": "settings", "settings": []},
    ],
)
def test_what_cannot_be_used_is_rejected_and_kept_sealed(world: World, content: dict[str, Any]) -> None:
    alice = world.patient("Alice")
    before = alice.bundle()
    sent = {**event("x"), **content}

    [answer] = alice.sync(sent)["results"]

    assert (answer["id"], answer["result"]) == (sent["id"], "rejected")
    row = _ledger(world, sent["id"])
    assert re.fullmatch("[a-z_]+", row["rejected"])  # readable: a word of ours, which names no question
    assert answer["reason"] == sentence_of(row["rejected"])
    # The answer may be lost on its way: the phone asks again and must be told the same.
    assert alice.sync(sent)["results"] == [answer]
    assert _opened(world, row) == sent
    assert world.rows("outcomes") == world.rows("facts") == []
    assert alice.bundle()["settings"] == before["settings"]


@pytest.mark.parametrize(
    "changed",
    [
        {"zone": "Mars/Olympus"},
        {"zone": "the oozing started on Monday"},
        {"zone": None},
        {"zone": "../../etc/passwd"},
        {"wake": "25:00"},
        {"wake": 8},
        {"quiet_start": "late"},
        {"quiet_end": None},
        {"quiet_start": "08:00", "quiet_end": "07:30"},
        {"lock_screen": 3},
        {"lock_screen": True},
        {"lock_screen": "1"},
    ],
)
def test_settings_that_cannot_be_are_rejected_and_never_repeated(
    world: World, changed: dict[str, Any]
) -> None:
    alice = world.patient("Alice")
    before = alice.bundle()["settings"]
    sent = settings(**changed)

    [answer] = alice.sync(sent)["results"]

    assert answer["result"] == "rejected"
    assert alice.bundle()["settings"] == before
    told = f"{answer['reason']} {_ledger(world, sent['id'])['rejected']}"
    assert not any(isinstance(value, str) and len(value) > 3 and value in told for value in changed.values())


def test_settings_hold_from_then_on_and_move_the_reminders(world: World) -> None:
    alice = world.patient("Alice")
    wanted: dict[str, Any] = {"wake": "06:00", "quiet_start": "19:00", "quiet_end": "05:30", "lock_screen": 2}
    wanted |= {"one_a_day": True, "zone": "America/New_York"}
    dues = {row["due_at"] for row in world.rows("notices") if row["state"] == "planned"}

    assert alice.results(settings(**wanted)) == ["stored"]

    assert alice.bundle()["settings"] == wanted
    assert {row["due_at"] for row in world.rows("notices") if row["state"] == "planned"} != dues


def test_one_event_that_cannot_be_read_does_not_hold_up_the_others(world: World) -> None:
    alice = world.patient("Alice")
    good = outcome([SOMETHING], "done")
    last = outcome([SOMETHING], "skipped", START + timedelta(seconds=1))
    bad: list[Any] = [
        None,
        "text",
        7,
        [],
        {},
        {"id": "no id"},
        {**event("outcome"), "seq": "one"},
        {**event("outcome"), "seq": 2**31},
        {**event("outcome"), "seq": 0},
        {**event("outcome"), "schema": 0},
        {**event("outcome"), "tapped_at": "yesterday"},
        {**event("outcome"), "tapped_at": "2026-07-15T10:00"},
        {**event("outcome"), "kind": "a kind with blanks"},
        {**event("outcome"), "kind": "nul\x00"},
        {**event("outcome"), "kind": None},
    ]

    answers = alice.sync(good, *bad, last)["results"]

    assert [one["result"] for one in answers] == ["stored", *["rejected"] * len(bad), "stored"]
    assert len(world.rows("patient_events")) == len(bad) + 2
    for sent, answer in zip(bad, answers[1:-1], strict=True):
        if isinstance(sent, dict) and "id" in sent:
            assert answer["id"] == sent["id"]
    kept = [_opened(world, row) for row in world.rows("patient_events") if row["kind"] == "unreadable"]
    assert sorted(map(_canonical, kept)) == sorted(map(_canonical, bad))
    assert {one["result"] for one in alice.sync(*bad)["results"]} == {"rejected"}
    assert len(world.rows("patient_events")) == len(bad) + 2


def test_no_character_can_hold_up_the_outbox(either_world: World) -> None:
    alice = either_world.patient("Alice")
    for text in ("\ud800", "a\x00b", "\U0001f600", "\u202e", "e\u0301"):
        strange = {**event("note", text=text), f"x{text}": 1}
        unreadable = {**event("note"), "kind": text}
        good = outcome([SOMETHING], "done")
        assert alice.results(strange, unreadable, good) == ["rejected", "rejected", "stored"]
        assert _opened(either_world, _ledger(either_world, strange["id"])) == strange


def test_a_strange_zone_of_the_phone_is_not_kept_and_holds_nothing_up(either_world: World) -> None:
    alice = either_world.patient("Alice")
    for zone in ("Mars/Olympus", "a\x00b", "\ud83d", "", "x" * 70, 5, ["Asia/Tokyo"]):
        body = {"epoch": None, "zone": zone, "events": [outcome([SOMETHING], "done")]}
        answer = alice.post(SYNC, body)
        assert [one["result"] for one in answer.get_json()["results"]] == ["stored"], zone
    assert [row["reported_zone"] for row in either_world.rows("devices")] == [None]
    alice.sync(zone="Asia/Tokyo")
    assert [row["reported_zone"] for row in either_world.rows("devices")] == ["Asia/Tokyo"]


def test_the_phones_own_spelling_of_an_id_comes_back(world: World) -> None:
    alice = world.patient("Alice")
    done = outcome([SOMETHING], "done")
    done["id"] = done["id"].upper()
    assert alice.sync(done)["results"] == [{"id": done["id"], "result": "stored"}]


def test_the_same_batch_of_eight_threads_is_stored_once(either_world: World) -> None:
    world = either_world
    alice = world.patient("Alice")
    item = item_due_next(alice.bundle())
    batch = [outcome(item["occurrence_ids"], "done"), outcome([SOMETHING], "skipped"), event("unknown")]
    batch += [settings(lock_screen=1)]

    def send(_: int) -> list[str]:
        phone = Phone(world.app.test_client())
        body = {"epoch": None, "zone": "Europe/London", "events": batch}
        answer = phone.ask("POST", SYNC, body, {"Authorization": f"Bearer {alice.token}"})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return [one["result"] for one in answer.get_json()["results"]]

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(send, range(8)))

    first = ["stored", "stored", "rejected", "stored"]
    again = ["duplicate", "duplicate", "rejected", "duplicate"]
    assert sorted(answers) == sorted([first] + [again] * 7)
    assert len(world.rows("patient_events")) == 4
    assert len(world.rows("outcomes")) == len(item["occurrence_ids"]) + 1
    assert world.rows("event_conflicts") == []


def test_two_phones_of_one_patient_may_send_at_once(either_world: World) -> None:
    world = either_world
    alice = world.patient("Alice")
    ids = [item["occurrence_ids"] for item in items_of(alice.bundle())][:16]

    def send(occurrences: list[str]) -> int:
        body = {"epoch": None, "zone": None, "events": [outcome(occurrences, "done")]}
        phone = Phone(world.app.test_client())
        return phone.ask("POST", SYNC, body, {"Authorization": f"Bearer {alice.token}"}).status_code

    with ThreadPoolExecutor(4) as crowd:
        assert set(crowd.map(send, ids)) == {200}
    assert len({row["event_id"] for row in world.rows("outcomes")}) == len(ids)


def test_of_too_many_events_the_first_fifty_are_stored_and_the_others_come_later(world: World) -> None:
    alice = world.patient("Alice")
    events: list[Any] = [outcome([SOMETHING], "done") for _ in range(51)]
    results = alice.sync(*events, "no event", {"id": 5})["results"]
    assert [one["result"] for one in results] == ["stored"] * 50 + ["later"] * 3
    assert results[50] == {"id": events[50]["id"], "result": "later", "reason": "too_many"}
    assert {str(row["event_id"]) for row in world.rows("patient_events")} == {
        one["id"] for one in events[:50]
    }
    assert alice.results(events[50]) == ["stored"]


def test_ten_thousand_events_are_answered_each(world: World) -> None:
    alice = world.patient("Alice")
    results = alice.results(outcome([SOMETHING], "done"), *[{"id": str(n)} for n in range(9_999)])
    assert results == ["stored"] + ["rejected"] * 49 + ["later"] * 9_950


def test_more_than_256_kilobytes_are_refused_whole(world: World) -> None:
    alice = world.patient("Alice")
    before = world.dump()
    events = [event("note", text="x" * 10_000) for _ in range(27)]
    answer = alice.post(SYNC, {"epoch": None, "zone": None, "events": events})
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")
    assert answer.mimetype == "application/problem+json"
    assert world.dump() == before


@pytest.mark.parametrize("body", [None, [], {}, {"events": {}}, "text", 5])
def test_a_batch_that_is_none_is_refused(world: World, body: object) -> None:
    alice = world.patient("Alice")
    assert alice.post(SYNC, body).status_code in (400, 422)


def test_what_a_newer_app_says_around_its_events_costs_none(world: World) -> None:
    alice = world.patient("Alice")
    body = {"epoch": {"new": 1}, "app": "9.0", "events": [outcome([SOMETHING], "done")]}
    assert [one["result"] for one in alice.post(SYNC, body).get_json()["results"]] == ["stored"]


def test_lists_in_lists_in_lists_are_refused_without_a_crash(world: World) -> None:
    alice = world.patient("Alice")
    for depth in (500, 900, 950, 980, 1500, 100_000):
        nested = "[" * depth + "]" * depth
        body = f'{{"epoch": null, "zone": null, "events": [{nested}]}}'
        answer = alice.http.post(
            SYNC, data=body, content_type="application/json", headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert answer.status_code in (200, 422), depth


@pytest.mark.parametrize("schema", [1, 2, 3])
def test_older_and_newer_schemas_are_taken_and_kept_word_for_word(world: World, schema: int) -> None:
    alice = world.patient("Alice")
    sent = {**outcome([SOMETHING], "done"), "schema": schema, "of_a_later_version": {"kept": [1, 2.5]}}
    assert alice.results(sent) == ["stored"]
    row = _ledger(world, sent["id"])
    assert row["schema"] == schema
    assert _opened(world, row) == sent


def test_done_skipped_snoozed_and_undone_show_in_the_next_bundle(world: World) -> None:
    alice = world.patient("Alice")
    item = item_due_next(alice.bundle())
    ids = item["occurrence_ids"]

    def now(minutes: int) -> datetime:
        return START + timedelta(minutes=minutes)

    def shown() -> tuple[str | None, str | None]:
        found = item_with(alice.bundle(), ids[0])
        return found["outcome"], found["snoozed_until"]

    until = instant(now(60))
    alice.sync(outcome(ids, "snoozed", now(1), until=until))
    assert shown() == ("snoozed", until)
    alice.sync(outcome(ids, "done", now(2)))
    assert shown() == ("done", None)
    alice.sync(outcome(ids, "undone", now(3)))
    assert shown() == ("snoozed", until), "undone takes back the tap before it, and no more"
    alice.sync(outcome(ids, "undone", now(3)))
    assert shown() == (None, None)
    alice.sync(outcome(ids, "skipped", now(4)))
    assert shown() == ("skipped", None)


def test_the_later_tap_holds_also_when_it_arrives_first(world: World) -> None:
    alice = world.patient("Alice")
    item = item_due_next(alice.bundle())
    earlier = outcome(item["occurrence_ids"], "skipped", START - timedelta(minutes=9))
    alice.sync(outcome(item["occurrence_ids"], "done", START - timedelta(minutes=1)))
    alice.sync(earlier)
    assert item_with(alice.bundle(), item["occurrence_ids"][0])["outcome"] == "done"


def test_done_cancels_the_reminder_and_undone_brings_it_back(world: World) -> None:
    alice = world.patient("Alice")
    item = item_due_next(alice.bundle())

    def reminded() -> bool:
        planned = {row["id"] for row in world.rows("notices") if row["state"] == "planned"}
        items = [row for row in world.rows("notice_items") if row["notice_id"] in planned]
        return set(item["occurrence_ids"]) <= {str(row["occurrence_id"]) for row in items}

    assert reminded()
    alice.sync(outcome(item["occurrence_ids"], "done"))
    assert not reminded()
    alice.sync(outcome(item["occurrence_ids"], "undone", START + timedelta(minutes=1)))
    assert reminded()


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(minutes=11), timedelta(days=365 * 5000)])
def test_a_phone_whose_clock_is_far_ahead_is_read_as_now(world: World, ahead: timedelta) -> None:
    alice = world.patient("Alice")
    ids = item_due_next(alice.bundle())["occurrence_ids"]
    claimed = START + ahead
    until = instant(claimed + timedelta(hours=1))

    assert alice.results(outcome(ids, "snoozed", claimed, until=until)) == ["stored"]

    [row] = [one for one in world.rows("outcomes") if str(one["occurrence_id"]) == ids[0]]
    assert row["tapped_at"] == START
    assert item_with(alice.bundle(), ids[0])["snoozed_until"] == instant(START + timedelta(hours=1))
    # Another phone of the same patient, a minute later by the right clock, has the last word.
    world.clock.move(timedelta(minutes=1))
    alice.sync(outcome(ids, "undone", world.clock.wall))
    assert item_with(alice.bundle(), ids[0])["outcome"] is None


@pytest.mark.parametrize("tapped_at", ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_phone_whose_clock_never_was_set_is_read_as_now(either_world: World, tapped_at: str) -> None:
    alice = either_world.patient("Alice")
    ids = item_due_next(alice.bundle())["occurrence_ids"]
    assert alice.results({**outcome(ids, "done"), "tapped_at": tapped_at}) == ["stored"]
    assert item_with(alice.bundle(), ids[0])["outcome"] == "done"


def test_what_was_tapped_days_ago_keeps_its_time(world: World) -> None:
    alice = world.patient("Alice")
    ids = item_due_next(alice.bundle())["occurrence_ids"]
    world.clock.move(timedelta(days=9))
    alice.sync(outcome(ids, "done", START + timedelta(hours=1)))
    assert [row["tapped_at"] for row in world.rows("outcomes")] == [START + timedelta(hours=1)] * len(ids)
    assert timedelta(days=9) < OLDEST


def test_a_fact_about_somebody_elses_plan_is_refused(world: World) -> None:
    alice, bob = world.patient("Alice"), world.patient("Bob")
    mallory = world.patient("Mallory", world.elsewhere)
    for other in (bob, mallory):
        [plan] = other.bundle()["plans"]
        sent = fact(plan["id"], True)
        assert alice.results(sent) == ["rejected"]
    assert world.rows("facts") == []


def test_an_answer_names_the_epoch_of_the_server(world: World) -> None:
    alice = world.patient("Alice")
    with world.house.database.read() as session:
        epoch = operations.get_epoch(session)
    assert epoch
    assert alice.sync()["epoch"] == alice.bundle()["epoch"] == epoch


def test_an_empty_batch_says_that_the_phone_is_there(world: World) -> None:
    alice = world.patient("Alice")
    world.clock.move(timedelta(days=2))
    assert alice.sync()["results"] == []
    [device] = world.rows("devices")
    assert device["last_seen_at"] == world.clock.wall


def test_the_highest_sequence_number_of_a_phone_is_remembered(world: World) -> None:
    alice = world.patient("Alice")
    alice.sync({**event("x"), "seq": 41}, {**event("x"), "seq": 7})
    [device] = world.rows("devices")
    assert device["last_seq"] == 41


def test_nothing_a_patient_said_is_readable_in_the_database(world: World) -> None:
    alice = world.patient("Alice")
    canary = "canary-in-a-coal-mine"
    strange = event("note", text=canary)
    again = {**strange, "text": f"{canary} again"}
    unreadable = {**event("note"), "kind": canary.upper(), "text": canary}
    alice.sync(strange, again, unreadable, settings(zone=canary), outcome([canary], "done"), canary)
    assert canary.encode() not in world.files()
    assert canary.upper().encode() not in world.files()


def test_a_plan_that_cannot_be_read_does_not_cost_the_patient_their_events(world: World) -> None:
    alice = world.patient("Alice")
    ids = item_due_next(alice.bundle())["occurrence_ids"]
    _break_the_plan(world)

    assert alice.results(outcome(ids, "done")) == ["stored"]

    assert len(world.rows("outcomes")) == len(ids)
    [patient] = world.rows("patients")
    assert patient["composed_until"] is None  # the compose job tries again


def _break_the_plan(world: World) -> None:
    from sqlalchemy import text

    from pwa.store import protocols

    with world.house.database.write() as session:
        scope = in_clinic(session, world.lakeside.id)
        protocols.put_document(session, "0" * 64, "co2_full", "9", "{}", datetime(2026, 1, 1, tzinfo=UTC))
        broken = protocols.offer_version(scope, "co2_full", "0" * 64, world.clock.wall)
        session.execute(text("UPDATE care_plans SET protocol_version_id = :id"), {"id": broken.id.hex})


def test_a_tap_counts_though_the_phone_s_clock_is_days_behind(world: World) -> None:
    alice = world.patient("Alice")
    item = item_due_next(alice.bundle())
    assert alice.results(outcome(item["occurrence_ids"], "done", START - timedelta(days=9))) == ["stored"]
    told = [
        one["outcome"]
        for day in alice.bundle()["agenda"]
        for one in day["items"]
        if one["occurrence_ids"] == item["occurrence_ids"]
    ]
    assert told == ["done"]


def test_an_opened_app_is_a_phone_that_was_seen(world: World) -> None:
    alice = world.patient("Alice")
    world.clock.move(timedelta(hours=1))
    alice.bundle()
    assert [row["last_seen_at"] for row in world.rows("devices")] == [world.clock.wall]
