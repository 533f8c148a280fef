"""A phone that its clinic shut out reads nothing; what it still sends is kept apart and seen by staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from pwa.services import quarantine
from pwa.services.instants import instant
from pwa.services.quarantine import KEPT_APART, MOST_EVENTS
from pwa.store import tables
from pwa.web.auth import DEVICE_COOKIE
from tests.integration.photos.sending import send
from tests.integration.security.people import ENDPOINT, new_subscriber, subscription
from tests.integration.web.test_join_iphone import IPHONE
from tests.support.events import Event, check_in, event, fact, outcome, settings
from tests.support.web import START, Phone, World

ALERTS = "/api/v1/clinic/alerts"
QUARANTINE = "/api/v1/clinic/quarantine"
SYNC = "/api/v1/sync"
NO_BREATH = {"breathing_trouble": True}  # emergency, E01
SESSIONS = frozenset({"staff_sessions"})
# What the quarantine itself writes.
KEPT = frozenset({"quarantined_events", "clinic_changes", "staff_sessions"})


@dataclass(frozen=True, slots=True)
class Lost:
    """Alice's phone, and Olga of her clinic."""

    world: World
    alice: Phone
    plan_id: str
    patient_id: str
    device_id: str

    @classmethod
    def of(cls, world: World) -> Lost:
        world.add_staff(world.lakeside, "olga@lakeside.test")
        enrolled = world.enrol(world.lakeside, "Alice")
        alice = world.joined(enrolled)
        bundle = alice.bundle()
        return cls(world, alice, bundle["plans"][0]["id"], str(enrolled.patient_id), bundle["device"]["id"])

    @property
    def olga(self) -> Phone:
        return self.world.signed_in("olga@lakeside.test")

    @property
    def revoke_path(self) -> str:
        return f"/api/v1/clinic/patients/{self.patient_id}/devices/{self.device_id}/revoke"

    def revoke(self) -> dict[str, Any]:
        answer = self.olga.post(self.revoke_path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()
        return found

    def devices(self) -> list[dict[str, Any]]:
        answer = self.olga.get(f"/api/v1/clinic/patients/{self.patient_id}/devices")
        assert answer.status_code == 200
        found: list[dict[str, Any]] = answer.get_json()["devices"]
        return found

    def entry(self, answers: Any = NO_BREATH, **more: Any) -> Event:
        return check_in(self.plan_id, answers, at=self.world.clock.wall, **more)

    def seen(self, query: str = "") -> list[dict[str, Any]]:
        """What staff see of the quarantine."""
        answer = self.olga.get(f"{QUARANTINE}{query}")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: list[dict[str, Any]] = answer.get_json()["quarantine"]
        return found

    def tag(self) -> str:
        """The inbox as a console knows it."""
        return str(self.olga.get(ALERTS).headers["ETag"])


@pytest.fixture
def lost(world: World) -> Lost:
    return Lost.of(world)


@pytest.fixture
def either(either_world: World) -> Lost:
    return Lost.of(either_world)


def _status(phone: Phone, *events: Any) -> int:
    return phone.post(SYNC, {"epoch": None, "zone": "UTC", "events": list(events)}).status_code


# ---------------------------------------------------------------------- shutting a phone out


def test_a_phone_that_is_shut_out_opens_nothing_by_cookie_or_token(lost: Lost) -> None:
    lost.revoke()
    by_token = {"Authorization": f"Bearer {lost.alice.token}"}
    for phone, headers in ((lost.alice, {}), (lost.world.phone(), by_token)):
        answers = [
            phone.get("/api/v1/bundle", headers),
            phone.get("/api/v1/photos", headers),
            send(phone, headers=headers),
            phone.ask("POST", "/api/v1/receipts", {"notice_id": str(uuid4()), "kind": "shown"}, headers),
            phone.ask("PUT", "/api/v1/push-subscription", {}, headers),
            phone.ask("POST", "/api/v1/test-notices", None, headers),
            phone.ask("POST", "/api/v1/join/answer", {"right": True}, headers),
            phone.ask("DELETE", "/api/v1/device", None, headers),
        ]
        assert [(one.status_code, one.get_json()["code"]) for one in answers] == [(401, "not_joined")] * 8


def test_shutting_out_ends_its_push_is_kept_and_is_audited(lost: Lost) -> None:
    put = subscription(lost.world, new_subscriber())
    assert lost.alice.ask("PUT", "/api/v1/push-subscription", put).status_code == 204
    answer = lost.revoke()
    assert (answer["id"], answer["state"], answer["revoked_by"]) == (lost.device_id, "revoked", "clinic")
    assert answer["revoked_at"] == instant(lost.world.clock.wall)
    assert lost.devices() == [answer]
    [target] = [row for row in lost.world.rows("targets") if row["address"] == ENDPOINT]
    assert target["state"] == "left"
    [act] = [row for row in lost.world.rows("audit_entries") if row["act"] == "device.revoke"]
    assert (act["actor_kind"], act["object_kind"], act["object_id"]) == ("staff", "device", lost.device_id)
    [patient] = lost.world.rows("patients")
    assert patient["state"] == "enrolled"


def test_shutting_out_twice_changes_nothing_more(lost: Lost) -> None:
    first = lost.revoke()
    but = SESSIONS | {"audit_entries"}  # Olga signs in again
    before = lost.world.dump(but)
    lost.world.clock.move(timedelta(days=3))
    assert lost.revoke() == first
    assert lost.world.dump(but) == before
    assert [row["act"] for row in lost.world.rows("audit_entries")].count("device.revoke") == 1


def test_who_left_by_themselves_stays_so_and_sends_nothing_any_more(lost: Lost) -> None:
    cookie = lost.alice.cookie()
    assert cookie
    assert lost.alice.ask("DELETE", "/api/v1/device").status_code == 204
    lost.alice.http.set_cookie(DEVICE_COOKIE, cookie)
    assert lost.revoke()["revoked_by"] == "patient"
    assert _status(lost.alice, lost.entry()) == 401
    assert lost.world.rows("quarantined_events") == []


def test_the_other_phones_stay_in(lost: Lost) -> None:
    bob = lost.world.patient("Bob")
    lost.world.clock.move(timedelta(minutes=1))
    link = lost.olga.post(f"/api/v1/clinic/patients/{lost.patient_id}/invitations").get_json()["join_url"]
    second = lost.world.phone()
    assert second.post("/api/v1/join", {"token": link.partition("#t=")[2]}).status_code == 200
    assert second.post("/api/v1/join/answer", {"right": True}).status_code == 204
    lost.revoke()
    assert [one["state"] for one in lost.devices()] == ["revoked", "active"]
    assert second.results(outcome([str(uuid4())], "done")) == ["stored"]
    assert bob.results(outcome([str(uuid4())], "done")) == ["stored"]
    assert {row["state"] for row in lost.world.rows("patients")} == {"joined"}


def test_a_phone_is_shut_out_under_its_own_patient_and_clinic_only(either: Lost) -> None:
    lost, world = either, either.world
    bob = world.enrol(world.lakeside, "Bob")
    world.add_staff(world.elsewhere, "mallory@another.test")
    mallory, olga = world.signed_in("mallory@another.test"), lost.olga
    before = world.dump(SESSIONS)
    swapped = lost.revoke_path.replace(lost.patient_id, str(bob.patient_id))
    assert olga.post(swapped).status_code == 404
    assert olga.post(lost.revoke_path.replace(lost.device_id, str(uuid4()))).status_code == 404
    assert mallory.post(lost.revoke_path).status_code == 404
    assert mallory.get(lost.revoke_path.rpartition("/devices/")[0] + "/devices").status_code == 404
    assert world.dump(SESSIONS) == before


def test_a_phone_that_has_not_said_yes_is_out_for_good(lost: Lost) -> None:
    phone = lost.world.phone()
    token = lost.world.enrol(lost.world.lakeside, "Carol").invitation.token
    assert phone.post("/api/v1/join", {"token": token}).status_code == 200
    [row] = [row for row in lost.world.rows("devices") if row["confirmed_at"] is None]
    path = f"/api/v1/clinic/patients/{row['patient_id']}/devices/{row['id']}/revoke"
    assert lost.olga.post(path).status_code == 200
    assert _status(phone, lost.entry()) == 401
    assert phone.post("/api/v1/join/answer", {"right": True}).status_code == 401


def test_a_code_that_the_phone_had_made_lets_nobody_in_any_more(lost: Lost) -> None:
    iphone, agent = lost.world.phone(), {"User-Agent": IPHONE}
    token = lost.world.enrol(lost.world.lakeside, "Bob").invitation.token
    iphone.ask("POST", "/api/v1/join", {"token": token}, agent)
    said = iphone.ask("POST", "/api/v1/join/answer", {"right": True}, agent)
    [row] = [row for row in lost.world.rows("devices") if str(row["id"]) != lost.device_id]
    path = f"/api/v1/clinic/patients/{row['patient_id']}/devices/{row['id']}/revoke"
    assert lost.olga.post(path).status_code == 200
    code = {"code": said.get_json()["install_code"]}
    assert lost.world.phone().post("/api/v1/join", code).status_code == 410


# ---------------------------------------------------------------------- what it still sends


def test_what_it_sends_is_kept_apart_and_changes_nothing_else(either: Lost) -> None:
    lost = either
    lost.revoke()
    before = lost.world.dump(KEPT)
    lost.world.clock.move(timedelta(hours=1))
    sent = [
        lost.entry(),
        outcome([str(uuid4())], "done"),
        fact(lost.plan_id, True),
        settings(wake="06:00"),
        event("called", answer="yes"),
        event("dance"),
        "text",
    ]

    answer = lost.alice.sync(*sent, zone="Asia/Tokyo")

    epoch = next(row["value"] for row in lost.world.rows("server_meta") if row["name"] == "epoch")
    assert answer["epoch"] == epoch
    assert [(one["result"], one["reason"]) for one in answer["results"]] == [("rejected", KEPT_APART)] * 7
    assert [one["id"] for one in answer["results"][:6]] == [one["id"] for one in sent[:6]]  # type: ignore[index]
    assert lost.world.dump(KEPT) == before
    assert lost.world.rows("alerts") == []
    kinds = ["called", "check_in", "dance", "fact", "outcome", "settings", "unreadable"]
    assert sorted(row["kind"] for row in lost.world.rows("quarantined_events")) == kinds


def test_the_same_is_kept_once_and_another_content_beside_it(either: Lost) -> None:
    lost = either
    lost.revoke()
    said = lost.entry()
    first = lost.alice.sync(said, said)
    assert lost.alice.sync(dict(reversed(said.items())))["results"] == first["results"][:1]
    [row] = lost.world.rows("quarantined_events")
    tag = lost.tag()
    assert lost.alice.results(said) == ["rejected"]
    assert lost.tag() == tag  # nothing new
    assert lost.alice.results({**said, "answers": {"pain": 1}}) == ["rejected"]
    assert [one["event_id"] for one in lost.world.rows("quarantined_events")] == [row["event_id"]] * 2


def test_what_came_before_it_was_shut_out_stays_and_is_answered_as_before(lost: Lost) -> None:
    counted, refused = lost.entry(), event("dance")
    assert lost.alice.results(counted, refused) == ["stored", "rejected"]
    [alert] = lost.world.rows("alerts")
    lost.revoke()
    again = lost.alice.sync(counted, refused)["results"]
    assert [one["result"] for one in again] == ["duplicate", "rejected"]
    assert again[1]["reason"] != KEPT_APART
    assert lost.world.rows("quarantined_events") == []
    assert lost.world.rows("alerts") == [alert]
    assert len(lost.world.rows("patient_events")) == 2
    # Another content under a known id is new: nobody can tell who wrote it.
    assert lost.alice.sync({**counted, "answers": {}})["results"][0]["reason"] == KEPT_APART
    assert len(lost.world.rows("quarantined_events")) == 1


def test_after_fourteen_days_nothing_is_taken(lost: Lost) -> None:
    lost.revoke()
    lost.world.clock.move(timedelta(days=14) - timedelta(seconds=1))
    assert lost.alice.results(lost.entry()) == ["rejected"]
    lost.world.clock.move(timedelta(seconds=1))
    answer = lost.alice.post(SYNC, {"epoch": None, "zone": "UTC", "events": [lost.entry()]})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "not_joined")
    assert len(lost.world.rows("quarantined_events")) == 1


def test_two_hundred_events_are_kept_and_then_no_more(either: Lost) -> None:
    lost = either
    lost.revoke()
    batches = [[outcome([str(uuid4())], "done") for _ in range(50)] for _ in range(4)]
    last = batches[3].pop()
    for batch in batches:
        assert lost.alice.results(*batch) == ["rejected"] * len(batch)
    over = lost.entry()

    answered = lost.alice.sync(last, over, batches[0][0])["results"]

    # What has no room gets no answer, so it stays in the phone's outbox.
    assert [one["id"] for one in answered] == [last["id"], batches[0][0]["id"]]
    tag = lost.tag()
    full = lost.alice.post(SYNC, {"epoch": None, "zone": "UTC", "events": [over]})
    assert (full.status_code, full.get_json()["code"]) == (429, "quarantine_full")
    assert lost.tag() == tag
    assert len(lost.world.rows("quarantined_events")) == MOST_EVENTS
    assert lost.alice.results(last) == ["rejected"]
    assert lost.alice.results() == []


def test_the_limits_of_a_request_are_those_of_every_phone(lost: Lost) -> None:
    lost.revoke()
    assert _status(lost.alice, lost.entry(note="x" * 2_000_000)) == 413
    assert lost.world.rows("quarantined_events") == []
    batch = [lost.entry() for _ in range(51)]
    assert lost.alice.results(*batch) == ["rejected"] * 50 + ["later"]
    assert len(lost.world.rows("quarantined_events")) == 50


def test_a_tap_is_dated_by_our_clock(lost: Lost) -> None:
    lost.revoke()
    now = lost.world.clock.wall
    wrong = now + timedelta(days=400)
    said = check_in(lost.plan_id, NO_BREATH, at=wrong - timedelta(hours=2))
    body = {"epoch": None, "zone": "UTC", "sent_at": instant(wrong), "events": [said, None]}
    assert lost.alice.post(SYNC, body).status_code == 200
    times = {row["kind"]: row["tapped_at"] for row in lost.world.rows("quarantined_events")}
    assert times == {"check_in": now - timedelta(hours=2), "unreadable": now}


def test_a_phone_that_joined_anew_is_in_although_it_shows_its_old_credential_too(lost: Lost) -> None:
    old_cookie, old_token = lost.alice.cookie(), lost.alice.token
    assert old_cookie
    lost.revoke()
    link = lost.olga.post(f"/api/v1/clinic/patients/{lost.patient_id}/invitations").get_json()["join_url"]
    joined = lost.alice.post("/api/v1/join", {"token": link.partition("#t=")[2]})
    assert lost.alice.post("/api/v1/join/answer", {"right": True}).status_code == 204

    def sent_with(token: str | None) -> str:
        body = {"epoch": None, "zone": "UTC", "events": [lost.entry()]}
        answer = lost.alice.ask("POST", SYNC, body, {"Authorization": f"Bearer {token}"})
        result: str = answer.get_json()["results"][0]["result"]
        return result

    assert sent_with(old_token) == "stored"
    lost.alice.http.set_cookie(DEVICE_COOKIE, old_cookie)
    assert sent_with(joined.get_json()["device_token"]) == "stored"
    assert sent_with(old_token) == "rejected"


# ---------------------------------------------------------------------- what staff see


def test_staff_see_an_emergency_that_was_kept_apart_and_the_console_hears_of_it(either: Lost) -> None:
    lost = either
    lost.revoke()
    tag = lost.tag()
    said = lost.entry(note="I cannot breathe")
    lost.alice.sync(said)

    assert lost.olga.get(ALERTS, {"If-None-Match": tag}).status_code == 200
    [shown] = lost.seen()
    assert shown["content"] == said
    assert shown["patient"] == {"id": lost.patient_id, "first_name": "Alice"}
    assert shown["device"] == {"id": lost.device_id, "label": lost.devices()[0]["label"]}
    assert (shown["event_id"], shown["kind"]) == (said["id"], "check_in")
    assert shown["received_at"] == shown["tapped_at"] == instant(START)


def test_another_clinic_sees_and_hears_nothing_of_it(either: Lost) -> None:
    lost, world = either, either.world
    world.add_staff(world.elsewhere, "mallory@another.test")
    mallory = world.signed_in("mallory@another.test")
    tag = mallory.get(ALERTS).headers["ETag"]
    lost.revoke()
    lost.alice.sync(lost.entry())
    assert mallory.get(ALERTS).headers["ETag"] == tag
    assert mallory.get(QUARANTINE).get_json() == {"quarantine": [], "more": False}
    [row] = world.rows("quarantined_events")
    assert mallory.get(f"{QUARANTINE}?before={row['id']}").status_code == 404
    assert lost.alice.get(QUARANTINE).status_code == 401


def test_the_newest_come_first_and_older_ones_page_by_page(
    lost: Lost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "SHOWN_AT_ONCE", 2)
    lost.revoke()
    said = [lost.entry() for _ in range(5)]
    for one in said:
        lost.world.clock.move(timedelta(minutes=1))
        lost.alice.sync(one)
    found: list[str] = []
    query, more = "", True
    while more:
        page = lost.olga.get(f"{QUARANTINE}{query}").get_json()
        found += [one["event_id"] for one in page["quarantine"]]
        query, more = f"?before={page['quarantine'][-1]['id']}", page["more"]
    assert found == [one["id"] for one in reversed(said)]
    for odd in ("?before=", "?before=Alice"):
        assert lost.olga.get(f"{QUARANTINE}{odd}").status_code == 422


def test_one_record_that_cannot_be_opened_does_not_hide_the_others(lost: Lost) -> None:
    lost.revoke()
    lost.alice.sync(lost.entry(), lost.entry({"pain": 2}))
    first, second = lost.world.rows("quarantined_events")
    table = tables.QuarantinedEvent
    with lost.world.house.database.write() as session:  # sealed for another row: bound to its place
        moved = update(table).where(table.id == first["id"])
        session.execute(moved.values(payload_sealed=second["payload_sealed"]))
    shown = {UUID(one["id"]): one for one in lost.seen()}
    assert (shown[first["id"]]["content"], shown[first["id"]]["kind"]) == (None, "check_in")
    assert shown[second["id"]]["content"]["kind"] == "check_in"
    assert shown[second["id"]]["patient"]["first_name"] == "Alice"


def test_nothing_of_it_stands_readable_in_the_database(lost: Lost) -> None:
    lost.revoke()
    lost.alice.sync(lost.entry(note="canary-note"), {"canary-key": "canary"})
    everything = str(lost.world.dump()).encode() + lost.world.files()
    assert b"canary" not in everything
    assert b"breathing_trouble" not in str(lost.world.rows("quarantined_events")).encode()
