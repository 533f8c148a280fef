"""A value that is JSON and that nobody can hold costs the event it stands in, and no other of its batch."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from pwa.services import vaults
from pwa.services.patient_events import REFUSALS
from pwa.store.scope import in_clinic
from tests.support.events import Event, event, fact, outcome
from tests.support.inbox import NO_BREATH, Desk
from tests.support.web import OWN_PAGES, Phone, World

SYNC = "/api/v1/sync"
SOMETHING = "00000000-0000-5000-8000-000000000001"
HOLE = "in here"  # stands in an event for what json.dumps cannot write

ODD = {
    "thousands of digits": "9" * 5000,
    "thousands of digits below zero": "-" + "9" * 5000,
    "beyond every double": "1e999",
    "below every double": "-1e999",
    "lists that Python reads and cannot write": "[" * 900 + "]" * 900,
    "lists that Python cannot read": "[" * 20_000 + "]" * 20_000,
    "groups that Python cannot read": '{"a":' * 20_000 + "1" + "}" * 20_000,
    "brackets in a text in lists": "[" * 900 + '"]]]\\"[["' + "]" * 900,
}
odd = pytest.mark.parametrize("literal", ODD.values(), ids=ODD)
of_each_kind = pytest.mark.parametrize("literal", ["9" * 5000, "1e999", "[" * 900 + "]" * 900])


def _post(phone: Phone, body: str) -> TestResponse:
    return phone.http.post(SYNC, data=body, content_type="application/json", headers=OWN_PAGES)


def _sent(phone: Phone, literal: str, *events: Any, **more: Any) -> list[dict[str, str]]:
    body = json.dumps({"epoch": None, "zone": None, "events": events, **more})
    answer = _post(phone, body.replace(f'"{HOLE}"', literal))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, str]] = answer.get_json()["results"]
    return found


def _kept(world: World) -> list[Any]:
    """What the ledger holds, opened."""
    with world.house.database.read() as session:
        scope = in_clinic(session, world.lakeside.id)
        rows = world.rows("patient_events")
        vault = vaults.open_vault(scope, world.house.keys, rows[0]["patient_id"])
        place = ("patient_events", "payload")
        return [json.loads(vault.open(*place, row["event_id"], row["payload_sealed"])) for row in rows]


@odd
def test_it_costs_that_one_event(either_world: World, literal: str) -> None:
    alice = either_world.patient("Alice")
    plan_id = alice.bundle()["plans"][0]["id"]
    first, last = outcome([SOMETHING], "done"), fact(plan_id, True)
    strange = {**outcome([SOMETHING], "done"), "more": {"of it": [HOLE]}}
    answers = _sent(alice, literal, first, strange, last)
    assert [one["result"] for one in answers] == ["stored", "rejected", "stored"]
    assert [one["id"] for one in answers] == [first["id"], strange["id"], last["id"]]
    assert answers[1]["reason"] == REFUSALS["part_unreadable"]
    assert len(either_world.rows("outcomes")) == len(either_world.rows("facts")) == 1
    assert _sent(alice, literal, strange) == [answers[1]]  # told again, and kept once
    assert len(either_world.rows("patient_events")) == 3


@odd
def test_it_is_kept_as_it_was_written(world: World, literal: str) -> None:
    alice = world.patient("Alice")
    _sent(alice, literal, {**event("note"), "deep": HOLE})
    [kept] = _kept(world)
    assert kept["deep"] == literal or json.dumps(kept["deep"]).count("[") == literal.count("[")


@of_each_kind
@pytest.mark.parametrize("field", ["id", "seq", "schema", "tapped_at", "zone", "kind"])
def test_in_the_frame_too(world: World, literal: str, field: str) -> None:
    alice = world.patient("Alice")
    strange = {**outcome([SOMETHING], "done"), field: HOLE}
    answers = _sent(alice, literal, strange, outcome([SOMETHING], "done"))
    assert [one["result"] for one in answers] == ["rejected", "stored"]
    assert len(world.rows("patient_events")) == 2


@of_each_kind
def test_as_an_event_of_its_own_too(world: World, literal: str) -> None:
    alice = world.patient("Alice")
    answers = _sent(alice, literal, HOLE, outcome([SOMETHING], "done"))
    assert [one["result"] for one in answers] == ["rejected", "stored"]


@of_each_kind
def test_when_it_was_sent_costs_no_event(world: World, literal: str) -> None:
    alice = world.patient("Alice")
    [answer] = _sent(alice, literal, outcome([SOMETHING], "done"), sent_at=HOLE)
    assert answer["result"] == "stored"


@of_each_kind
def test_an_emergency_beside_it_reaches_staff_as_one(world: World, literal: str) -> None:
    desk = Desk.of(world)
    sent: Event = desk.entry(NO_BREATH | {"pain": HOLE})
    [answer] = _sent(desk.alice, literal, sent)
    assert answer["result"] == "rejected"
    [alert] = desk.alerts()
    assert alert["level"] == "emergency"
    assert [one["answers"] for one in alert["check_ins"]] == [NO_BREATH]


@of_each_kind
def test_staff_can_read_what_it_stands_in(world: World, literal: str) -> None:
    """A page reads strictly: Infinity in one conflict would hide all of them."""
    desk = Desk.of(world)
    said = desk.say({"pain": 1})
    assert _sent(desk.alice, literal, {**said, "answers": {"pain": HOLE}})[0]["result"] == "conflict"
    answer = desk.olga.get("/api/v1/clinic/conflicts")

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    [conflict] = json.loads(answer.get_data(as_text=True), parse_constant=refuse)["conflicts"]
    assert conflict["stored"]["answers"] == {"pain": 1}
    assert conflict["other"]["answers"]["pain"] is not None


def test_the_quarantine_keeps_it_too(world: World) -> None:
    desk = Desk.of(world)
    row = world.rows("devices")[0]
    path = f"/api/v1/clinic/patients/{row['patient_id']}/devices/{row['id']}/revoke"
    assert desk.olga.post(path).status_code == 200
    answers = _sent(desk.alice, "9" * 5000, {**event("note"), "more": HOLE}, event("note"))
    assert [one["result"] for one in answers] == ["rejected", "rejected"]
    assert len(world.rows("quarantined_events")) == 2


@pytest.mark.parametrize(
    "body",
    ["", "{", "no JSON", '{"events": [1,]}', '{"events": [' + "[" * 300, "]" * 300, '{"events": ["a]}', "01"],
)
def test_a_body_that_is_no_json_is_refused_whole(world: World, body: str) -> None:
    alice = world.patient("Alice")
    assert _post(alice, body).status_code == 400
    assert world.rows("patient_events") == []


@of_each_kind
def test_no_other_body_takes_it_as_a_text(world: World, literal: str) -> None:
    desk = Desk.of(world)
    desk.say(NO_BREATH)
    [alert] = desk.alerts()
    body = json.dumps({"outcome": "other", "note": HOLE}).replace(f'"{HOLE}"', literal)
    path = f"/api/v1/clinic/alerts/{alert['id']}/close"
    answer = desk.olga.http.post(path, data=body, content_type="application/json", headers=OWN_PAGES)
    assert answer.status_code == 422
    assert [row["state"] for row in world.rows("alerts")] == ["open"]
