"""Server and phone agree on every name: what Python sends is what static/shared/api.ts says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from pwa.services.bundle import shapes
from pwa.services.patient_events import SyncResult
from pwa.web.api import schemas
from tests.support.events import event, item_due_next, outcome
from tests.support.typescript import Interfaces, misfits, shape_of
from tests.support.web import Phone, World

ROOT = Path(__file__).parents[3]
API_TS = ROOT / "static" / "shared" / "api.ts"

RULES_TS = ROOT / "static" / "domain" / "rules.ts"

INTERFACES = Interfaces(RULES_TS.read_text(encoding="utf-8"), API_TS.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("interface", "part"),
    [
        ("Bundle", shapes.BundlePart),
        ("Clinic", shapes.ClinicPart),
        ("Settings", shapes.SettingsPart),
        ("PushState", shapes.PushPart),
        ("Plan", shapes.PlanPart),
        ("Restriction", shapes.RestrictionPart),
        ("FactQuestion", shapes.FactPart),
        ("AgendaDay", shapes.DayPart),
        ("AgendaItem", shapes.ItemPart),
        ("SunDay", shapes.SunPart),
        ("NoticeWords", shapes.NoticeWordsPart),
    ],
)
def test_each_part_of_the_bundle_is_the_same_in_python_and_typescript(interface: str, part: type) -> None:
    assert shape_of(part) == INTERFACES.shape(interface)


@pytest.mark.parametrize(
    ("interface", "model"),
    [
        ("PushSubscriptionBody", schemas.SubscriptionIn),
        ("ReceiptBody", schemas.ReceiptIn),
        ("SyncRequest", schemas.SyncIn),
    ],
)
def test_what_the_phone_sends_has_the_fields_the_server_reads(interface: str, model: type[BaseModel]) -> None:
    assert set(model.model_fields) == set(INTERFACES_OF_REQUESTS[interface])


def _names(interface: str) -> set[str]:
    body = re.search(rf"export interface {interface} \{{(.*?)\n\}}", API_TS.read_text(), re.DOTALL)
    assert body
    return set(re.findall(r"^  (\w+)\??:", body[1], re.MULTILINE))


INTERFACES_OF_REQUESTS = {
    name: _names(name) for name in ("PushSubscriptionBody", "ReceiptBody", "SyncRequest")
}


def test_the_answers_to_one_event_are_the_words_the_phone_knows() -> None:
    _, fields = INTERFACES.shape("SyncAnswer")
    assert fields["results"][0][0] == "list"
    known = re.search(r'result: ((?:"\w+"(?: \| )?)+)', API_TS.read_text())
    assert known
    assert set(re.findall(r"\w+", known[1])) == {str(one) for one in SyncResult}


def _misfits(answer: object, interface: str) -> list[str]:
    return list(misfits(answer, INTERFACES.shape(interface)))


PROCEDURES = (
    *("co2_full", "eryag_full", "fractional_ablative", "fractional_nonablative"),
    *("hair_removal", "ipl", "pigment_tattoo", "vascular"),
)


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_a_real_bundle_of_each_procedure_fits_the_contract(world: World, procedure: str) -> None:
    alice = world.patient("Alice", procedure=procedure)
    before = alice.bundle()
    alice.sync(outcome(item_due_next(before)["occurrence_ids"], "done"))
    assert _misfits(before, "Bundle") == []
    assert _misfits(alice.bundle(), "Bundle") == []


def test_real_answers_fit_the_contract(world: World) -> None:
    phone = world.phone()
    joined = phone.post("/api/v1/join", {"token": world.enrol(world.lakeside, "Alice").invitation.token})
    assert _misfits(joined.get_json(), "JoinAnswer") == []
    assert phone.post("/api/v1/join/answer", {"right": True}).status_code == 204
    assert _misfits(phone.sync(event("unknown")), "SyncAnswer") == []
    assert _misfits(phone.get("/api/v1/nothing").get_json(), "Problem") == []


def _asked() -> Iterator[tuple[str, str]]:
    """(path, method) of every request that the phone's own code makes."""
    call = re.compile(r'\bask(?:<[^(]*>)?\(\s*[`"]([^`"]+)[`"](?:,\s*"([A-Z]+)")?')
    folders = {"static/patient": "", "static/shared": "", "service_worker": "", "static/clinic": "clinic/"}
    for folder, prefix in folders.items():
        for file in sorted((ROOT / folder).rglob("*.ts*")):
            if ".test." not in file.name:
                for path, method in call.findall(file.read_text(encoding="utf-8")):
                    filled = re.sub(r"\$\{[^}]*\}", "00000000-0000-7000-8000-000000000000", path)
                    yield prefix + filled, method or "GET"


def test_every_address_that_the_phone_asks_for_is_there(world: World) -> None:
    asked = set(_asked())
    assert {("bundle", "GET"), ("sync", "POST"), ("device", "DELETE"), ("receipts", "POST")} <= asked
    assert ("clinic/overview", "GET") in asked
    phone: Phone = world.phone()
    for path, method in sorted(asked):
        status = phone.ask(method, f"/api/v1/{path}").status_code
        assert status in (400, 401), f"{method} {path} answers {status}"
