"""Behind reverse proxies the caller is who the nearest trusted one says, and nobody can claim more."""

from __future__ import annotations

from pathlib import Path

import pytest

from pwa.services.joining import TRIES_PER_PHONE
from tests.support.web import World, opened_world

JOIN = "/api/v1/join"


def _try(world: World, forwarded: str) -> int:
    body = {"code": "WR0NG000"}
    return world.phone("10.0.0.1").ask("POST", JOIN, body, {"X-Forwarded-For": forwarded}).status_code


@pytest.mark.parametrize("proxies", ["1", "2"])
def test_tries_are_counted_for_whom_the_proxy_saw(sqlite_url: str, tmp_path: Path, proxies: str) -> None:
    behind = ", 10.0.0.9" if proxies == "2" else ""
    with opened_world(sqlite_url, tmp_path, settings={"PROXIES": proxies}) as world:
        for number in range(TRIES_PER_PHONE):
            # What stands before the proxy's own entry is the caller's invention.
            assert _try(world, f"203.0.113.{number}, 198.51.100.7{behind}") == 410
        assert _try(world, f"203.0.113.99, 198.51.100.7{behind}") == 429
        assert _try(world, f"198.51.100.8{behind}") == 410


def test_a_proxy_changes_nothing_but_the_address(sqlite_url: str, tmp_path: Path) -> None:
    with opened_world(sqlite_url, tmp_path, settings={"PROXIES": "1"}) as world:
        forged = {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Prefix": "/x",
        }
        answer = world.phone().get("/api/v1/bundle", forged)
        assert answer.status_code == 401
        assert "Strict-Transport-Security" not in answer.headers
