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


@pytest.mark.parametrize("agent", [IPHONE, IPAD])
def test_safari_is_given_a_code_and_the_installed_app_joins_with_it_once(world: World, agent: str) -> None:
    safari, app, other = world.phone(), world.phone(), world.phone()
    enrolled = world.enrol(world.lakeside, "Alice")
    headers = {"User-Agent": agent}
    told = safari.ask("POST", JOIN, {"token": enrolled.invitation.token}, headers=headers).get_json()

    joined = app.ask("POST", JOIN, {"code": told["install_code"]}, headers=headers)

    assert joined.status_code == 200
    assert joined.get_json()["first_name"] == "Alice"
    assert joined.get_json()["device_id"] != told["device_id"]
    assert safari.get("/api/v1/bundle").status_code == app.get("/api/v1/bundle").status_code == 200
    assert other.post(JOIN, {"code": told["install_code"]}).status_code == 410


def test_a_phone_whose_apps_share_the_browser_s_storage_gets_no_code(world: World) -> None:
    enrolled = world.enrol(world.lakeside, "Alice")
    answer = world.phone().ask(
        "POST", JOIN, {"token": enrolled.invitation.token}, headers={"User-Agent": ANDROID}
    )
    assert "install_code" not in answer.get_json()
