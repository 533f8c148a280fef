"""A photo is taken in once, kept sealed, and shown to its patient and their clinic alone."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from pwa.dispatcher import beats
from pwa.photos.decoding import Decoder, Picture
from pwa.photos.errors import PhotosBusy, PhotoUnusable
from pwa.photos.limits import Limits
from pwa.services.instants import instant
from pwa.store import operations
from pwa.store import photos as store
from pwa.web.api.photos import DECODER
from tests.integration.photos.sending import about, another_photo, listed, photo, send, sent
from tests.support.pictures import opened
from tests.support.web import START, Phone, World, opened_world

HEADERS = {
    "Content-Type": "image/jpeg",
    "Content-Disposition": 'attachment; filename="photo.jpg"',
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def _files(world: World) -> list[Path]:
    return [file for file in world.house.config.photos_dir.rglob("*") if file.is_file()]


def _nothing_kept(world: World) -> bool:
    return not _files(world) and not world.rows("photos")


def _acts(world: World, act: str) -> list[tuple[str, str, str]]:
    rows = [row for row in world.rows("audit_entries") if row["act"] == act]
    return [(row["actor_kind"], row["object_kind"], row["object_id"]) for row in rows]


def _event(kind: str, **said: Any) -> dict[str, Any]:
    frame = {"id": str(uuid4()), "seq": 1, "schema": 1, "tapped_at": instant(START), "zone": "Europe/London"}
    return {**frame, "kind": kind, **said}


class _Never(Decoder):
    """For photos that must be answered without being decoded."""

    def clean(self, data: bytes) -> Picture:
        raise AssertionError("it was decoded")


def test_a_photo_is_stored_and_comes_back_clean(either_world: World) -> None:
    alice = either_world.patient("Alice")
    meta = sent(alice, slot="left")
    [one] = listed(alice)
    assert one == {
        "id": meta["id"],
        "check_in_id": meta["check_in_id"],
        "slot": "left",
        "taken_at": meta["taken_at"],
        "width": 640,
        "height": 480,
    }
    shown = alice.get(f"/api/v1/photos/{meta['id']}")
    assert shown.status_code == 200
    assert {name: shown.headers.get(name) for name in HEADERS} == HEADERS
    picture = opened(shown.get_data())
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (640, 480), {})
    assert shown.get_data() != photo()


def test_the_file_is_sealed_and_its_owners_alone(world: World) -> None:
    alice = world.patient("Alice")
    meta = sent(alice)
    [row] = world.rows("photos")
    [file] = _files(world)
    expected = Path(str(world.lakeside.id)) / row["id"].hex[-2:] / str(row["id"])
    assert file.relative_to(world.house.config.photos_dir) == expected
    assert file.stat().st_mode & 0o777 == 0o600
    jpeg = alice.get(f"/api/v1/photos/{meta['id']}").get_data()
    assert file.stat().st_size == len(jpeg) + 29 == row["size_bytes"] + 29
    assert jpeg[:20] not in file.read_bytes()
    assert jpeg[200:240] not in file.read_bytes()


def test_a_file_in_the_place_of_another_does_not_open(world: World) -> None:
    alice, bob = world.patient("Alice"), world.patient("Bob")
    first, second = sent(alice), sent(alice)
    other = sent(bob)
    by_photo = {str(row["photo_id"]): str(row["id"]) for row in world.rows("photos")}
    files = {file.name: file for file in _files(world)}
    for source in (second, other):
        files[by_photo[first["id"]]].write_bytes(files[by_photo[source["id"]]].read_bytes())
        answer = alice.get(f"/api/v1/photos/{first['id']}")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "photo_missing")


def test_a_photo_whose_file_is_gone_is_told_and_the_others_are_shown(world: World) -> None:
    alice = world.patient("Alice")
    world.add_staff(world.lakeside, "olga@lakeside.test")
    staff = world.signed_in("olga@lakeside.test")
    gone, there = sent(alice), sent(alice)
    stored = {str(row["photo_id"]): str(row["id"]) for row in world.rows("photos")}
    [file] = [one for one in _files(world) if one.name == stored[gone["id"]]]
    file.unlink()
    assert len(listed(alice)) == 2
    for answer in (
        alice.get(f"/api/v1/photos/{gone['id']}"),
        staff.get(f"/api/v1/clinic/photos/{stored[gone['id']]}"),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (404, "photo_missing")
    assert alice.get(f"/api/v1/photos/{there['id']}").status_code == 200


def test_the_same_photo_again_is_a_duplicate_and_is_not_decoded_again(either_world: World) -> None:
    alice = either_world.patient("Alice")
    meta = sent(alice)
    either_world.app.extensions[DECODER] = _Never()
    for again in (meta, {**meta, "sent_at": instant(START)}, dict(reversed(meta.items()))):
        answer = send(alice, again)
        assert (answer.status_code, answer.get_json()) == (200, {"id": meta["id"], "result": "duplicate"})
    assert len(either_world.rows("photos")) == len(_files(either_world)) == 1


def test_another_photo_under_the_same_id_is_kept_apart_for_staff(either_world: World) -> None:
    alice = either_world.patient("Alice")
    either_world.add_staff(either_world.lakeside, "olga@lakeside.test")
    staff = either_world.signed_in("olga@lakeside.test")
    meta = sent(alice)
    before = alice.get(f"/api/v1/photos/{meta['id']}").get_data()

    for _ in range(2):
        answer = send(alice, meta, another_photo())
        assert (answer.status_code, answer.get_json()["code"]) == (409, "photo_conflict")
    assert send(alice, {**meta, "slot": "spot"}).get_json()["code"] == "photo_conflict"

    assert [one["id"] for one in listed(alice)] == [meta["id"]]
    assert alice.get(f"/api/v1/photos/{meta['id']}").get_data() == before
    patient_id = either_world.rows("photos")[0]["patient_id"]
    seen = staff.get(f"/api/v1/clinic/patients/{patient_id}/photos").get_json()["photos"]
    assert sorted(one["kept_apart"] for one in seen) == [False, True, True]
    for one in seen:
        assert staff.get(f"/api/v1/clinic/photos/{one['id']}").status_code == 200


def test_a_second_photo_for_the_same_place_of_a_check_in_is_kept_apart(world: World) -> None:
    alice = world.patient("Alice")
    meta = sent(alice)
    other = about(check_in_id=meta["check_in_id"])
    for _ in range(2):
        assert send(alice, other, another_photo()).get_json()["code"] == "photo_conflict"
    assert [one["id"] for one in listed(alice)] == [meta["id"]]


def test_the_same_picture_twice_is_two_photos(world: World) -> None:
    """The key is what it is of, never what it looks like."""
    alice = world.patient("Alice")
    meta = sent(alice)
    sent(alice, check_in_id=meta["check_in_id"], slot="left")
    sent(alice)
    assert len(listed(alice)) == 3


def test_a_check_in_takes_three_photos(world: World) -> None:
    alice = world.patient("Alice")
    check_in_id = str(uuid4())
    for slot in ("front", "left", "right"):
        sent(alice, check_in_id=check_in_id, slot=slot)
    answer = send(alice, about(check_in_id=check_in_id, slot="spot"))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "photo_quota")
    assert answer.get_json()["detail"] == "A check-in takes up to 3 photos. This one stays on your phone."
    assert len(_files(world)) == 3


def test_a_photo_for_a_check_in_that_is_full_is_not_decoded(world: World) -> None:
    alice = world.patient("Alice")
    check_in_id = str(uuid4())
    for slot in ("front", "left", "right"):
        sent(alice, check_in_id=check_in_id, slot=slot)
    world.app.extensions[DECODER] = _Never()
    answer = send(alice, about(check_in_id=check_in_id, slot="spot"))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "photo_quota")


def test_a_photo_whose_place_was_taken_while_it_was_decoded_leaves_no_file(either_world: World) -> None:
    alice, decoder = either_world.patient("Alice"), Decoder()
    check_in_id = str(uuid4())

    class TakesThePlace(Decoder):
        def clean(self, data: bytes) -> Picture:
            either_world.app.extensions[DECODER] = decoder
            for slot in ("front", "left", "right"):
                sent(alice, check_in_id=check_in_id, slot=slot)
            return decoder.clean(data)

    either_world.app.extensions[DECODER] = TakesThePlace()
    answer = send(alice, about(check_in_id=check_in_id, slot="spot"))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "photo_quota")
    assert len(either_world.rows("photos")) == len(_files(either_world)) == 3


def test_a_phone_has_sixty_photos_an_hour_decoded_and_no_more(either_world: World) -> None:
    world, unusable = either_world, b"no picture"
    alice, bob = world.patient("Alice"), world.patient("Bob")
    meta = sent(alice)

    class Refuses(Decoder):
        def clean(self, data: bytes) -> Picture:
            raise PhotoUnusable

    world.app.extensions[DECODER] = Refuses()
    assert {send(alice, data=unusable).status_code for _ in range(59)} == {422}
    world.app.extensions[DECODER] = _Never()
    answer = send(alice, data=unusable)
    assert (answer.status_code, answer.get_json()["code"]) == (429, "too_many_tries")
    assert send(alice, meta).get_json()["result"] == "duplicate", "what costs nothing is answered still"
    world.app.extensions[DECODER] = Decoder()
    sent(bob)
    world.clock.move(timedelta(hours=1))
    sent(alice)


def test_a_photo_may_come_before_its_check_in(world: World) -> None:
    """A photo and its event are two requests; neither waits for the other."""
    assert world.rows("patient_events") == []
    sent(world.patient("Alice"))


def test_a_photo_of_something_that_is_no_check_in_is_refused(either_world: World) -> None:
    alice = either_world.patient("Alice")
    called = _event("called", answer="yes", alert=None)
    alice.sync(called)
    either_world.app.extensions[DECODER] = _Never()
    answer = send(alice, about(check_in_id=called["id"]))
    assert (answer.status_code, answer.get_json()["code"]) == (422, "no_such_check_in")
    assert _nothing_kept(either_world)


def test_a_check_in_that_could_not_be_used_keeps_its_photos(world: World) -> None:
    """Whether its plan or its whole frame was unknown here: the photo may be all that can be seen of it."""
    alice = world.patient("Alice")
    of_no_plan = _event("check_in", plan_id=str(uuid4()), day=3, answers={"overall": "worse"}, result=None)
    without_a_frame = {**_event("check_in"), "seq": "canary"}
    results = alice.sync(of_no_plan, without_a_frame)["results"]
    assert {one["result"] for one in results} <= {"rejected", "stored"}
    for event in (of_no_plan, without_a_frame):
        sent(alice, check_in_id=event["id"])


def test_whether_another_patient_has_such_an_entry_is_not_told(world: World) -> None:
    """It is answered like one that has not come yet, or the answer would say whose ids there are."""
    alice, bob = world.patient("Alice"), world.patient("Bob")
    called = _event("called", answer="yes", alert=None)
    alice.sync(called)
    sent(bob, check_in_id=called["id"])


def test_the_same_id_of_two_patients_are_two_photos(world: World) -> None:
    alice, bob = world.patient("Alice"), world.patient("Bob")
    meta = sent(alice)
    assert send(bob, meta, another_photo()).status_code == 201
    assert (
        alice.get(f"/api/v1/photos/{meta['id']}").get_data()
        != bob.get(f"/api/v1/photos/{meta['id']}").get_data()
    )


def test_a_photo_is_dated_by_our_clock(world: World) -> None:
    """Of a phone whose clock is an hour slow, and of one that is years off."""
    alice = world.patient("Alice")
    slow = START - timedelta(hours=1)
    sent(alice, taken_at=instant(slow - timedelta(minutes=5)), sent_at=instant(slow))
    sent(alice, taken_at="1970-01-01T00:00:00Z")
    times = [one["taken_at"] for one in listed(alice)]
    assert times == [instant(START - timedelta(minutes=5)), instant(START)]


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00"])
def test_a_time_that_no_calendar_has_in_utc_is_read_as_now(world: World, edge: str) -> None:
    alice = world.patient("Alice")
    meta = about(taken_at=edge, sent_at=edge)
    assert send(alice, meta).status_code == 201
    assert send(alice, meta).get_json()["result"] == "duplicate"
    assert [one["taken_at"] for one in listed(alice)] == [instant(START)]


def test_of_many_that_send_the_same_photo_at_once_one_stores_it(either_world: World) -> None:
    alice, meta = either_world.patient("Alice"), about()
    phones = [either_world.phone() for _ in range(6)]
    for one in phones:
        one.token = alice.token
    gate = threading.Barrier(len(phones))
    either_world.app.extensions[DECODER] = Decoder(limits=Limits(at_once=2, waiting=4))

    def go(phone: Phone) -> int:
        gate.wait()
        return send(phone, meta, headers={"Authorization": f"Bearer {phone.token}"}).status_code

    with ThreadPoolExecutor(len(phones)) as pool:
        statuses = sorted(pool.map(go, phones))
    assert statuses == [200] * 5 + [201]
    assert len(either_world.rows("photos")) == len(_files(either_world)) == 1


# --- Who may ---------------------------------------------------------------


def test_staff_see_a_photo_and_that_is_recorded(either_world: World) -> None:
    alice = either_world.patient("Alice")
    staff_id = either_world.add_staff(either_world.lakeside, "olga@lakeside.test")
    staff = either_world.signed_in("olga@lakeside.test")
    sent(alice)
    [row] = either_world.rows("photos")
    [one] = staff.get(f"/api/v1/clinic/patients/{row['patient_id']}/photos").get_json()["photos"]
    assert one["id"] == str(row["id"])
    assert _acts(either_world, "photo.view") == []
    shown = staff.get(f"/api/v1/clinic/photos/{one['id']}")
    assert shown.status_code == 200
    assert {name: shown.headers.get(name) for name in HEADERS} == HEADERS
    assert _acts(either_world, "photo.view") == [("staff", "photo", one["id"])]
    [act] = [each for each in either_world.rows("audit_entries") if each["act"] == "photo.view"]
    assert act["actor_id"] == str(staff_id)


def test_nobody_else_sees_or_destroys_a_photo(world: World) -> None:
    alice, bob = world.patient("Alice"), world.patient("Bob")
    mallory = world.patient("Mallory", world.elsewhere)
    world.add_staff(world.elsewhere, "oscar@another.test")
    oscar = world.signed_in("oscar@another.test")
    meta = sent(alice)
    [row] = world.rows("photos")
    before = world.dump(but=frozenset({"staff_sessions"}))
    for phone in (bob, mallory):
        assert listed(phone) == []
        for method in ("GET", "DELETE"):
            for named in (meta["id"], str(row["id"])):
                answer = phone.ask(method, f"/api/v1/photos/{named}")
                assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
    for path in (f"photos/{row['id']}", f"photos/{meta['id']}", f"patients/{row['patient_id']}/photos"):
        answer = oscar.get(f"/api/v1/clinic/{path}")
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
    assert world.dump(but=frozenset({"staff_sessions"})) == before
    assert len(_files(world)) == 1


def test_a_phone_that_was_taken_out_sends_and_sees_nothing(world: World) -> None:
    alice = world.patient("Alice")
    meta = sent(alice)
    assert alice.ask("DELETE", "/api/v1/device").status_code == 204
    assert send(alice).status_code == 401
    assert alice.get(f"/api/v1/photos/{meta['id']}").status_code == 401


# --- Deleting --------------------------------------------------------------


def test_a_patient_destroys_a_photo_of_their_own(either_world: World) -> None:
    alice = either_world.patient("Alice")
    meta, other = sent(alice), sent(alice)
    send(alice, meta, another_photo())  # kept apart under the same id
    for _ in range(2):
        assert alice.ask("DELETE", f"/api/v1/photos/{meta['id']}").status_code == 204
    assert alice.get(f"/api/v1/photos/{meta['id']}").status_code == 404
    assert [one["id"] for one in listed(alice)] == [other["id"]]
    assert len(_files(either_world)) == 1
    assert len(_acts(either_world, "photo.delete")) == 2


def test_staff_do_not_see_what_was_deleted(world: World) -> None:
    alice = world.patient("Alice")
    world.add_staff(world.lakeside, "olga@lakeside.test")
    staff = world.signed_in("olga@lakeside.test")
    meta = sent(alice)
    [row] = world.rows("photos")
    alice.ask("DELETE", f"/api/v1/photos/{meta['id']}")
    assert staff.get(f"/api/v1/clinic/photos/{row['id']}").get_json()["code"] == "not_found"
    assert staff.get(f"/api/v1/clinic/patients/{row['patient_id']}/photos").get_json() == {"photos": []}


def test_a_deleted_photo_sent_once_more_stays_deleted_and_its_place_is_free(world: World) -> None:
    alice = world.patient("Alice")
    meta = sent(alice)
    alice.ask("DELETE", f"/api/v1/photos/{meta['id']}")
    assert send(alice, meta).get_json()["result"] == "duplicate"
    assert listed(alice) == []
    assert _files(world) == []
    sent(alice, check_in_id=meta["check_in_id"])


# --- What is refused -------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("", ""),
        ("{", ""),
        ("[]", ""),
        ('"canary"', ""),
        (json.dumps({"id": "canary"}), " Look at: check_in_id, id, slot, taken_at."),
        (json.dumps(about(slot="back")), " Look at: slot."),
        (json.dumps(about(slot=1)), " Look at: slot."),
        (json.dumps(about(taken_at="yesterday")), " Look at: taken_at."),
        (json.dumps(about(taken_at="2026-07-15T09:00:00")), " Look at: taken_at."),
        (json.dumps(about(check_in_id=None)), " Look at: check_in_id."),
        (json.dumps(about(canary="canary")), ""),
        (json.dumps(about()) * 2, ""),
        ("[" * 5000, ""),
    ],
)
def test_a_photo_that_does_not_say_what_it_is_of_is_refused(world: World, header: str, named: str) -> None:
    answer = send(world.patient("Alice"), header)
    assert answer.status_code == 422
    told = f"What Afterbeam-Photo says does not have the right form.{named}"
    assert (answer.get_json()["code"], answer.get_json()["detail"]) == ("bad_input", told)
    assert _nothing_kept(world)


@pytest.mark.parametrize(
    "content_type", ["image/svg+xml", "image/gif", "application/octet-stream", "text/plain", ""]
)
def test_only_types_of_photos_are_taken(world: World, content_type: str) -> None:
    answer = send(world.patient("Alice"), content_type=content_type)
    assert (answer.status_code, answer.get_json()["code"]) == (415, "not_an_image")


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "application/json"])
def test_neither_a_form_nor_json_is_taken_for_a_photo(world: World, content_type: str) -> None:
    answer = send(world.patient("Alice"), content_type=content_type)
    assert (answer.status_code, answer.get_json()["code"]) == (415, "not_an_image")


def test_the_declared_type_need_not_be_the_right_one(world: World) -> None:
    """Phones call a HEIC a JPEG; the bytes say what it is."""
    assert send(world.patient("Alice"), content_type="image/heic").status_code == 201


def test_no_photo_is_refused_in_words_for_the_patient(world: World) -> None:
    answer = send(world.patient("Alice"), data=b"<svg onload=alert(1)>")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "photo_unusable")
    assert answer.get_json()["detail"] == "This photo cannot be read. Take it again, or send it as a JPEG."
    assert _nothing_kept(world)


@pytest.mark.parametrize("says_its_length", [True, False])
def test_thirty_megabytes_are_refused_at_the_door(world: World, says_its_length: bool) -> None:
    alice = world.patient("Alice")
    world.app.extensions[DECODER] = _Never()
    headers = {} if says_its_length else {"Transfer-Encoding": "chunked"}
    answer = alice.http.post(
        "/api/v1/photos",
        data=b"\xff\xd8\xff" + bytes(30_000_000),
        content_type="image/jpeg",
        headers={"Sec-Fetch-Site": "same-origin", "Afterbeam-Photo": json.dumps(about()), **headers},
        environ_overrides={} if says_its_length else {"CONTENT_LENGTH": "", "wsgi.input_terminated": True},
        buffered=True,
    )
    assert (answer.status_code, answer.get_json()["code"]) == (413, "photo_too_large")
    told = "This photo is too large. It may have up to 12 MB and 24 megapixels, as WebP 12."
    assert answer.get_json()["detail"] == told


def test_other_requests_may_still_be_no_larger_than_before(world: World) -> None:
    assert world.patient("Alice").post("/api/v1/sync", {"events": ["x" * 300_000]}).status_code == 413


def test_when_too_many_come_at_once_the_phone_is_asked_to_wait(world: World) -> None:
    class Busy(Decoder):
        def clean(self, data: bytes) -> Picture:
            raise PhotosBusy

    world.app.extensions[DECODER] = Busy()
    answer = send(world.patient("Alice"))
    assert (answer.status_code, answer.get_json()["code"]) == (503, "photos_busy")
    assert answer.headers["Retry-After"] == "10"


def test_a_server_that_cannot_decode_asks_the_phone_to_wait(world: World, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import no_such_module\n")
    world.app.extensions[DECODER] = Decoder(tmp_path / "broken.py")
    answer = send(world.patient("Alice"))
    assert (answer.status_code, answer.get_json()["code"]) == (503, "photos_busy")
    assert _nothing_kept(world)


def test_a_decoder_that_spins_is_ended_and_the_server_answers_on(world: World, tmp_path: Path) -> None:
    alice = world.patient("Alice")
    spinning = tmp_path / "spinning.py"
    spinning.write_text("def clean(data):\n    while True: pass\n")
    world.app.extensions[DECODER] = Decoder(spinning, Limits(cpu_s=1, wall_s=3))
    answer = send(alice)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "photo_unusable")
    world.app.extensions[DECODER] = Decoder()
    sent(alice)


@pytest.fixture
def small_world(sqlite_url: str, tmp_path: Path) -> Iterator[World]:
    """A clinic whose patients may keep two photos."""
    with opened_world(sqlite_url, tmp_path, settings={"PHOTOS_PER_PATIENT": "2"}) as world:
        yield world


def test_a_patient_has_room_for_so_many_photos_and_others_have_theirs(small_world: World) -> None:
    alice, bob = small_world.patient("Alice"), small_world.patient("Bob")
    first, second = sent(alice), sent(alice)
    small_world.app.extensions[DECODER] = _Never()
    for meta in (about(), {**second, "slot": "spot"}):
        answer = send(alice, meta)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "photo_quota")
    assert send(alice, first).get_json()["result"] == "duplicate"
    small_world.app.extensions[DECODER] = Decoder()
    sent(bob)
    alice.ask("DELETE", f"/api/v1/photos/{first['id']}")
    sent(alice)


def test_room_is_counted_in_bytes_too(world: World, tmp_path: Path) -> None:
    alice = world.patient("Alice")
    one = sent(alice)
    size = world.rows("photos")[0]["size_bytes"]
    patient_id = world.rows("photos")[0]["patient_id"]
    with world.house.database.write() as session:
        session.execute(text("UPDATE photos SET size_bytes = 200000000"))
    assert send(alice).get_json()["code"] == "photo_quota"
    with world.house.database.write() as session:
        session.execute(text(f"UPDATE photos SET size_bytes = {size}"))
    sent(alice)
    assert {row["patient_id"] for row in world.rows("photos")} == {patient_id}
    assert one["id"] in {each["id"] for each in listed(alice)}


# --- What is left over -----------------------------------------------------


def _make_older(file: Path, age: timedelta, world: World) -> None:
    then = (world.clock.wall - age).timestamp()
    os.utime(file, (then, then))


def test_files_without_a_photo_are_removed_after_a_day_and_no_others(either_world: World) -> None:
    world = either_world
    alice = world.patient("Alice")
    kept, deleted = sent(alice), sent(alice)
    ids = {str(row["photo_id"]): str(row["id"]) for row in world.rows("photos")}
    files = {file.name: file for file in _files(world)}
    copy = files[ids[deleted["id"]]].read_bytes()
    alice.ask("DELETE", f"/api/v1/photos/{deleted['id']}")
    files[ids[deleted["id"]]].write_bytes(copy)  # as if it had not come to destroying it
    stray, part, young = (
        files[ids[kept["id"]]].with_name(name) for name in (str(uuid4()), "x.part", str(uuid4()))
    )
    elsewhere = world.house.config.photos_dir / str(uuid4()) / "aa" / str(uuid4())
    elsewhere.parent.mkdir(parents=True)
    for file in (stray, part, young, elsewhere):
        file.write_bytes(b"left over")
    for file in _files(world):
        age = timedelta(hours=23) if file == young else timedelta(hours=25)
        _make_older(file, age, world)

    assert beats.keep_house(world.house) == 3

    assert set(_files(world)) == {files[ids[kept["id"]]], young, elsewhere}
    assert alice.get(f"/api/v1/photos/{kept['id']}").status_code == 200


def test_after_a_restore_files_without_a_photo_are_kept_for_thirty_days(either_world: World) -> None:
    """They may be photos newer than the backup, and a newer backup may yet turn up."""
    world = either_world
    sent(world.patient("Alice"))
    [file] = _files(world)
    newer = file.with_name(str(uuid4()))
    newer.write_bytes(b"newer than the backup")
    for each in (file, newer):
        _make_older(each, timedelta(days=2), world)
    with world.house.database.write() as session:
        operations.change_epoch(session, world.clock.wall)

    world.clock.move(timedelta(days=30) - timedelta(seconds=1))
    beats.keep_house(world.house)
    assert set(_files(world)) == {file, newer}
    world.clock.move(timedelta(seconds=1))
    beats.keep_house(world.house)
    assert _files(world) == [file]


def test_a_photo_whose_row_could_not_be_stored_leaves_no_row_and_is_taken_when_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, meta = world.patient("Alice"), about()

    def fail(*_: Any) -> None:
        raise OSError("the power went out")

    with monkeypatch.context() as patched:
        patched.setattr(store, "add_photo", fail)
        assert send(alice, meta).status_code == 500
    assert world.rows("photos") == []
    assert send(alice, meta).status_code == 201
    assert alice.get(f"/api/v1/photos/{meta['id']}").status_code == 200
    assert len(_files(world)) == 2  # the first waits for the sweep


def test_a_full_disk_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, meta = world.patient("Alice"), about()

    def full(_descriptor: int) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert send(alice, meta).status_code == 500
    assert world.rows("photos") == []
    assert send(alice, meta).status_code == 201


def test_every_id_is_of_a_row_and_every_row_has_its_file(world: World) -> None:
    alice = world.patient("Alice")
    for slot in ("front", "left", "right"):
        sent(alice, slot=slot)
    assert {UUID(file.name) for file in _files(world)} == {row["id"] for row in world.rows("photos")}
