"""A check-in whose record cannot be read: it is listed bare, and hides nothing that stands beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from pwa.services import vaults
from pwa.store.scope import in_clinic
from tests.support.inbox import FEVER, NO_BREATH, WORRIED, Desk
from tests.support.web import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk.of(world)


def _check_ins(desk: Desk) -> list[dict[str, Any]]:
    patient_id = desk.check_ins()[0]["patient_id"]
    answer = desk.olga.get(f"/api/v1/clinic/check-ins?patient={patient_id}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()["check_ins"]
    return found


def _spoil(desk: Desk, event_id: str, sealed: bytes) -> None:
    """As if somebody had changed the stored bytes."""
    with desk.world.house.database.write() as session:
        spoil = "UPDATE patient_events SET payload_sealed = :sealed WHERE event_id = :event_id"
        session.execute(text(spoil), {"sealed": sealed, "event_id": UUID(event_id).hex})


def _sealed(desk: Desk, event_id: str, content: str) -> bytes:
    with desk.world.house.database.read() as session:
        scope = in_clinic(session, desk.world.lakeside.id)
        vault = vaults.open_vault(scope, desk.world.house.keys, desk.check_ins()[0]["patient_id"])
        return vault.seal("patient_events", "payload", UUID(event_id), content)


@pytest.mark.parametrize("content", [None, "no JSON", "[]", '{"note": "x"}', '{"answers": "fever"}'])
def test_a_check_in_that_cannot_be_read_is_listed_bare_and_hides_no_other(
    desk: Desk, content: str | None
) -> None:
    desk.say({"pain": 1}, note="first")
    desk.later(minutes=1)
    spoilt = desk.say(NO_BREATH)
    desk.later(minutes=1)
    desk.say({"pain": 2}, note="last")
    _spoil(desk, spoilt["id"], b"junk" if content is None else _sealed(desk, spoilt["id"], content))
    last, bare, first = _check_ins(desk)
    assert [(one["answers"], one["note"]) for one in (first, last)] == [
        ({"pain": 1}, "first"),
        ({"pain": 2}, "last"),
    ]
    assert (bare["id"], bare["answers"], bare["note"]) == (spoilt["id"], None, None)
    assert (bare["level"], bare["reasons"]) == ("emergency", ["E01"])  # what stands readable stays


def test_what_cannot_be_read_is_logged_without_health_data(desk: Desk) -> None:
    spoilt = desk.say(FEVER | WORRIED)
    _spoil(desk, spoilt["id"], _sealed(desk, spoilt["id"], '{"answers": "fever"}'))
    with capture_logs() as lines:
        _check_ins(desk)
    assert lines == [
        {
            "event": "check_in_not_readable",
            "log_level": "error",
            "exc_info": True,
            "patient_id": desk.check_ins()[0]["patient_id"],
        }
    ]


def test_a_check_in_that_cannot_be_read_leaves_the_rest_of_its_alert_readable(desk: Desk) -> None:
    desk.say(WORRIED)
    desk.later(minutes=1)
    spoilt = desk.say(NO_BREATH)
    _spoil(desk, spoilt["id"], b"junk")
    [alert] = desk.alerts()
    assert alert["patient"]["first_name"] == "Alice"
    assert [(one["rule"], one["values"]) for one in alert["reasons"]] == [("E01", {}), ("P02", WORRIED)]
    assert [one["answers"] for one in alert["check_ins"]] == [None, WORRIED]


def test_a_check_in_that_cannot_be_read_costs_the_phone_no_bundle(desk: Desk) -> None:
    first = desk.say({"pain": 1})
    desk.later(minutes=1)
    spoilt = desk.say(NO_BREATH)
    _spoil(desk, spoilt["id"], b"junk")
    bundle = desk.alice.bundle()
    assert [one["id"] for one in bundle["plans"][0]["check_ins"]] == [first["id"]]
    assert bundle["alert"]["check_in_ids"] == [spoilt["id"]]
