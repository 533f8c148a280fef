"""What a watchdog reads about e-mail."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pwa.services import housekeeping, relaying
from pwa.store import operations
from tests.support.web import World, opened_world


def test_without_a_mail_server_health_says_so_and_does_not_fail_for_it(world: World) -> None:
    housekeeping.beat(world.house.database, world.house.now())
    answer = world.phone().get("/healthz")
    assert answer.status_code == 200
    assert "mail" not in answer.get_json()["checks"]
    assert answer.get_json()["notes"] == ["Alerts cannot be mailed: AFTERBEAM_SMTP_URL is not set."]


def test_with_a_mail_server_health_fails_until_it_listens(sqlite_url: str, tmp_path: Path) -> None:
    settings = {"SMTP_URL": "smtp://127.0.0.1:25", "MAIL_FROM": "afterbeam@care.test"}
    with opened_world(sqlite_url, tmp_path, settings=settings) as world:
        housekeeping.beat(world.house.database, world.house.now())
        answer = world.phone().get("/healthz/dispatcher")
        assert (answer.status_code, answer.get_json()["checks"]["mail"]) == (503, False)
        with world.house.database.write() as session:
            operations.beat(session, relaying.HEARTBEAT, world.clock.wall)
        answer = world.phone().get("/healthz/dispatcher")
        assert (answer.status_code, answer.get_json()["notes"]) == (200, [])

        world.clock.move(timedelta(minutes=16))
        housekeeping.beat(world.house.database, world.house.now())
        assert world.phone().get("/healthz").status_code == 503
