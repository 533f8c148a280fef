"""An iPhone keeps its Home Screen apart from its browser: both have to join."""

from __future__ import annotations

import pytest

from tests.support.web import World

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 27_2 like Mac OS X) AppleWebKit/605.1.15 Version/27.2 Safari/604.1"
)
IPAD = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/27.2 Safari/605.1.15"
ANDROID = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/157.0 Mobile Safari/537.36"
JOIN = "/api/v1/join"


RIGHT = {"right": True}


@pytest.mark.parametrize("agent", [IPHONE, IPAD])
def test_safari_is_given_a_code_and_the_installed_app_joins_with_it_once(world: World, agent: str) -> None:
    safari, app, other = world.phone(), world.phone(), world.phone()
    token = world.enrol(world.lakeside, "Alice").invitation.token
    headers = {"User-Agent": agent}
    safari.ask("POST", JOIN, {"token": token}, headers=headers)
    code = safari.ask("POST", f"{JOIN}/answer", RIGHT, headers=headers).get_json()["install_code"]

    joined = app.ask("POST", JOIN, {"code": code}, headers=headers)

    assert joined.status_code == 200
    assert joined.get_json()["first_name"] == "Alice"
    # One link must not let in phone after phone: the app gets no code, and Safari no second one.
    assert app.ask("POST", f"{JOIN}/answer", RIGHT, headers=headers).status_code == 204
    assert safari.ask("POST", f"{JOIN}/answer", RIGHT, headers=headers).status_code == 204
    assert safari.get("/api/v1/bundle").status_code == app.get("/api/v1/bundle").status_code == 200
    assert other.post(JOIN, {"code": code}).status_code == 410
    assert "patient.invite_app" in [row["act"] for row in world.rows("audit_entries")]


def test_a_phone_that_leaves_takes_its_code_with_it(world: World) -> None:
    safari = world.phone()
    token = world.enrol(world.lakeside, "Alice").invitation.token
    headers = {"User-Agent": IPHONE}
    safari.ask("POST", JOIN, {"token": token}, headers=headers)
    code = safari.ask("POST", f"{JOIN}/answer", RIGHT, headers=headers).get_json()["install_code"]
    assert safari.ask("DELETE", "/api/v1/device").status_code == 204
    assert world.phone().post(JOIN, {"code": code}).status_code == 410


def test_a_phone_whose_apps_share_the_browser_s_storage_gets_no_code(world: World) -> None:
    phone, headers = world.phone(), {"User-Agent": ANDROID}
    phone.ask("POST", JOIN, {"token": world.enrol(world.lakeside, "Alice").invitation.token}, headers=headers)
    assert phone.ask("POST", f"{JOIN}/answer", RIGHT, headers=headers).status_code == 204


def test_nothing_is_read_or_kept_before_the_person_said_that_it_is_right(world: World) -> None:
    phone = world.phone()
    phone.post(JOIN, {"token": world.enrol(world.lakeside, "Alice").invitation.token})
    for answer in (phone.get("/api/v1/bundle"), phone.post("/api/v1/sync", {"epoch": None, "events": []})):
        assert (answer.status_code, answer.get_json()["code"]) == (403, "not_confirmed")
        assert "Alice" not in answer.get_data(as_text=True)
    assert phone.post(f"{JOIN}/answer", RIGHT).status_code == 204
    assert phone.get("/api/v1/bundle").status_code == 200
