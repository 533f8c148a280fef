"""The clinic page enrols: once however often it asks, and with the medicines that were prescribed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from pwa.domain.errors import BadInput
from tests.support.web import START, Phone, World, new_clinic

PATIENTS = "/api/v1/clinic/patients"
OLGA = "olga@lakeside.test"


def desk(world: World) -> Phone:
    world.add_staff(world.lakeside, OLGA)
    return world.signed_in(OLGA)


def asked(**more: Any) -> dict[str, Any]:
    return {"procedure": "co2_full", "first_name": "Ana", "request_id": str(uuid4()), **more}


def test_a_request_that_is_sent_again_enrols_nobody_twice(world: World) -> None:
    browser, request = desk(world), asked()
    first, second = browser.post(PATIENTS, request), browser.post(PATIENTS, request)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.get_json()["patient_id"] == first.get_json()["patient_id"]
    assert len(world.rows("patients")) == len(world.rows("care_plans")) == 1
    lost, shown = ({"code": one.get_json()["join_code"]} for one in (first, second))
    assert world.phone().post("/api/v1/join", lost).status_code == 410
    assert world.phone().post("/api/v1/join", shown).status_code == 200


def test_two_people_of_one_name_are_two_requests(world: World) -> None:
    browser = desk(world)
    ids = {browser.post(PATIENTS, asked()).get_json()["patient_id"] for _ in range(2)}
    assert len(ids) == len(world.rows("patients")) == 2


def test_a_request_sent_twice_at_once_enrols_one_person(either_world: World) -> None:
    desk(either_world)
    browsers = [either_world.signed_in(OLGA) for _ in range(4)]
    request = asked()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda browser: browser.post(PATIENTS, request), browsers))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_json()["patient_id"] for answer in answers}) == 1
    assert len(either_world.rows("patients")) == 1


@pytest.mark.parametrize("prescribed", [[], ["antiviral"]])
def test_a_medicine_is_reminded_of_only_when_it_was_prescribed(world: World, prescribed: list[str]) -> None:
    browser = desk(world)
    (procedure,) = [
        one
        for one in browser.get("/api/v1/clinic/overview").get_json()["procedures"]
        if one["id"] == "co2_full"
    ]
    assert procedure["prescribable"] == ["antiviral"]

    assert browser.post(PATIENTS, asked(prescribed=prescribed)).status_code == 201

    steps = {row["step_id"] for row in world.rows("tasks")}
    assert "cleanse" in steps
    assert ("antiviral" in steps) == bool(prescribed)
    reminded = {row["step_id"] for row in world.rows("notice_items")}
    assert ("antiviral" in reminded) == bool(prescribed)


def test_a_medicine_that_is_not_reminded_of_is_refused_and_nothing_is_stored(world: World) -> None:
    refused = desk(world).post(PATIENTS, asked(prescribed=["aspirin"]))
    assert refused.status_code == 422
    assert "aspirin" in refused.get_json()["detail"]
    assert world.rows("patients") == []


@pytest.mark.parametrize(
    ("risks", "stored"), [(None, None), (["none"], []), (["melasma", "diabetes"], ["diabetes", "melasma"])]
)
def test_not_asked_none_and_a_list_of_risks_are_three_things(
    world: World, risks: list[str] | None, stored: list[str] | None
) -> None:
    answer = desk(world).post(PATIENTS, asked(risks=risks))
    assert answer.status_code == 201
    [row] = world.rows("care_plans")
    assert (row["risks_sealed"] is None) == (stored is None)
    phone = world.phone()
    phone.post("/api/v1/join", {"code": answer.get_json()["join_code"]})
    phone.post("/api/v1/join/answer", {"right": True})
    assert phone.bundle()["plans"][0]["risks"] == (stored or [])


@pytest.mark.parametrize("risks", [[], ["luck"], ["none", "diabetes"], ["diabetes"] * 31])
def test_risks_that_are_none_of_the_list_are_refused(world: World, risks: list[str]) -> None:
    assert desk(world).post(PATIENTS, asked(risks=risks)).status_code == 422
    assert world.rows("patients") == []


@pytest.mark.parametrize(
    ("hour", "day", "taken"), [(13, 60, True), (13, 61, False), (15, 61, True), (15, 62, False)]
)
def test_sixty_days_are_counted_from_the_clinic_s_own_day(
    world: World, hour: int, day: int, taken: bool
) -> None:
    """In Sydney the day is over at 14:00 UTC in July."""
    world.clock.wall = START.replace(hour=hour)
    sydney = new_clinic(world.house, "Harbour", zone="Australia/Sydney")
    treated = datetime.combine(START.date(), time(12)) + timedelta(days=day)
    with nullcontext() if taken else pytest.raises(BadInput, match="more than 60 days away"):
        world.enrol(sydney, "Ana", treated_at=treated)
