"""What every kind of answer tells the browser, and that no answer repeats what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from pwa.paths import web_dist
from tests.support.web import Phone, World, opened_world

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types worker"
)
ALWAYS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HTTPS = {"PUBLIC_URL": "https://care.lakeside-skin.org", "VAPID_SUBJECT": "mailto:care@lakeside-skin.org"}
CANARY = "canary'\"<b>&oozing"


def _answers(world: World) -> Iterator[tuple[int, TestResponse]]:
    """(status, answer) of every kind there is."""
    alice = world.patient("Alice")
    first = alice.get("/api/v1/bundle")
    yield 200, first
    yield 304, alice.get("/api/v1/bundle", {"If-None-Match": first.headers["ETag"]})
    yield 200, alice.ask("HEAD", "/api/v1/bundle")
    yield 200, alice.ask("OPTIONS", "/api/v1/sync")
    yield 204, alice.post("/api/v1/join/answer", {"right": True})
    yield 401, world.phone().get("/api/v1/bundle")
    yield (
        400,
        world.phone().http.post(
            "/api/v1/join",
            data="{",
            content_type="application/json",
            headers={"Sec-Fetch-Site": "same-origin"},
        ),
    )
    yield 403, world.phone().http.post("/api/v1/join", json={"token": "x" * 43})
    yield 404, world.phone().get("/api/v1/nothing")
    yield 404, world.phone().get("/nothing")
    yield 404, world.phone().get("/assets/nothing.js")
    yield 405, world.phone().get("/api/v1/join")
    yield 410, world.phone().post("/api/v1/join", {"token": "x" * 43})
    yield 413, alice.post("/api/v1/sync", {"events": ["x" * 300_000]})
    yield (
        415,
        world.phone().http.post(
            "/api/v1/join", data="a=b", content_type="text/plain", headers={"Sec-Fetch-Site": "same-origin"}
        ),
    )
    yield 422, world.phone().post("/api/v1/join", {})
    for path in ("/robots.txt", "/healthz/live", "/healthz/ready", "/api/v1/openapi.json"):
        yield 200, world.phone().get(path)
    yield 503, world.phone().get("/healthz")  # nobody sends
    yield from _broken(world, alice)


def _broken(world: World, alice: Phone) -> Iterator[tuple[int, TestResponse]]:
    with world.house.database.write() as session:
        session.execute(text("UPDATE patient_keys SET wrapped_key = x'00'"))
    yield 500, alice.get("/api/v1/bundle")
    with world.house.database.write() as session:
        session.execute(text("DROP TABLE server_meta"))
        session.execute(text("ALTER TABLE joins RENAME TO joins_gone"))
    yield 503, world.phone().post("/api/v1/join", {"token": "x" * 43})


def test_every_kind_of_answer_has_every_header(world: World) -> None:
    seen = set()
    for status, answer in _answers(world):
        where = f"{answer.request.method} {answer.request.path} {answer.status_code}"
        assert answer.status_code == status, where
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, where
        assert "Strict-Transport-Security" not in answer.headers
        assert "Server" not in answer.headers
        if answer.request.path.startswith("/api/") or status >= 400:
            assert answer.headers["Cache-Control"] == "no-store", where
        if status >= 400 and not answer.request.path.startswith("/healthz"):
            _assert_is_problem(answer, status)
        seen.add(status)
    assert seen == {200, 204, 304, 400, 401, 403, 404, 405, 410, 413, 415, 422, 500, 503}


def _assert_is_problem(answer: TestResponse, status: int) -> None:
    assert answer.mimetype == "application/problem+json"
    told = answer.get_json()
    assert set(told) == {"type", "title", "status", "detail", "code"}
    assert told["status"] == status
    assert told["detail"].endswith(".")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.skipif(not (web_dist() / "index.html").is_file(), reason="the front end is not built")
def test_pages_have_every_header_and_are_asked_for_anew(world: World) -> None:
    for path in ("/", "/join", "/plan", "/settings", "/help", "/sw.js", "/manifest.webmanifest"):
        answer = world.phone().get(path)
        assert answer.status_code == 200, path
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, path
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "Set-Cookie" not in answer.headers
        assert "Service-Worker-Allowed" not in answer.headers
    assert world.phone().get("/sw.js").mimetype == "text/javascript"
    assert world.phone().get("/manifest.webmanifest").mimetype == "application/manifest+json"


@pytest.mark.skipif(not (web_dist() / "assets").is_dir(), reason="the front end is not built")
def test_hashed_files_are_kept_for_ever(world: World) -> None:
    for file in (web_dist() / "assets").iterdir():
        answer = world.phone().get(f"/assets/{file.name}")
        assert (answer.status_code, answer.get_data()) == (200, file.read_bytes())
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../app.py",
        "/assets/..%2f..%2fapp.py",
        "/assets/%2e%2e/%2e%2e/app.py",
        "/assets//etc/passwd",
        "/icons/..\\..\\app.py",
        "/assets/%00",
        "/assets/" + "a" * 5000,
    ],
)
def test_no_path_leads_out_of_the_built_files(world: World, path: str) -> None:
    answer = world.phone().get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_no_path_tells_which_files_the_server_has(world: World) -> None:
    up = "/assets/" + "..%2f" * 12
    there, nowhere = (world.phone().get(f"{up}{name}") for name in ("etc%2fpasswd", "etc%2fno_such_file"))
    assert there.status_code == nowhere.status_code == 404
    assert there.get_json() == nowhere.get_json()


def test_https_is_asked_for_only_where_there_is_https(sqlite_url: str, tmp_path: Path) -> None:
    with opened_world(sqlite_url, tmp_path, settings=HTTPS) as world:
        for path in ("/healthz/live", "/api/v1/bundle", "/nothing", "/robots.txt"):
            answer = world.phone().get(path)
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        ours = {"Origin": HTTPS["PUBLIC_URL"]}
        assert (
            world.phone().http.post("/api/v1/join", json={"token": "x" * 43}, headers=ours).status_code == 410
        )
        for other in ("http://localhost:8000", "http://care.lakeside-skin.org", "https://lakeside-skin.org"):
            answer = world.phone().http.post(
                "/api/v1/join", json={"token": "x" * 43}, headers={"Origin": other}
            )
            assert answer.status_code == 403


def _mischief() -> Iterator[tuple[str, str, Any]]:
    """(method, path, body) with the canary in every place."""
    yield "GET", f"/api/v1/{CANARY}", None
    yield "GET", f"/{CANARY}?q={CANARY}", None
    yield "GET", f"/assets/{CANARY}", None
    yield "GET", f"/api/v1/test-notices/{CANARY}", None
    yield "POST", "/api/v1/join", {"token": CANARY}
    yield "POST", "/api/v1/join", {"code": CANARY}
    yield "POST", "/api/v1/join", {CANARY: CANARY}
    yield "POST", "/api/v1/join", [CANARY]
    yield "POST", "/api/v1/clinic/session", {"email": f"{CANARY}@x", "password": CANARY}
    yield "POST", "/api/v1/clinic/session", {"email": 5, "password": [CANARY], CANARY: 1}
    yield "POST", "/api/v1/join/answer", {"right": CANARY}
    yield "POST", "/api/v1/sync", {"epoch": CANARY * 9, "zone": CANARY * 9, "events": CANARY}
    yield "POST", "/api/v1/receipts", {"notice_id": CANARY, "kind": CANARY}
    yield "PUT", "/api/v1/push-subscription", {"endpoint": CANARY, "p256dh": CANARY, "auth": CANARY}
    keys = {"p256dh": "x" * 87, "auth": "x" * 22, "key_id": CANARY}
    yield "PUT", "/api/v1/push-subscription", {"endpoint": f"https://{CANARY}.example/", **keys}
    keys = {"p256dh": CANARY.ljust(87), "auth": CANARY.ljust(22), "key_id": CANARY}
    yield "PUT", "/api/v1/push-subscription", {"endpoint": "https://fcm.googleapis.com/", **keys}
    yield "DELETE", "/api/v1/push-subscription", {"endpoint": CANARY, "other": CANARY}
    yield "POST", "/api/v1/clinic/patients", {"procedure": CANARY, "first_name": CANARY, CANARY: 1}
    yield "PATCH", f"/api/v1/bundle?{CANARY}", {"x": CANARY}


def test_no_error_repeats_what_was_sent(world: World) -> None:
    world.add_staff(world.lakeside, "olga@lakeside.test")
    staff, alice = world.signed_in("olga@lakeside.test"), world.patient("Alice")
    for method, path, body in _mischief():
        for sender in (alice, staff, world.phone()):
            headers = {"User-Agent": CANARY, "X-Canary": CANARY, "Cookie2": CANARY}
            answer = sender.ask(method, path, body, headers)
            assert 400 <= answer.status_code < 500, (method, path, answer.status_code)
            _assert_is_problem(answer, answer.status_code)
            for piece in ("canary", "oozing", "<b>"):
                assert piece not in answer.get_data(as_text=True), (method, path)
                assert piece not in str(answer.headers)


def test_a_wrong_form_names_the_fields_to_look_at(world: World) -> None:
    told = world.phone().post("/api/v1/clinic/session", {"email": "", "pass": "x"}).get_json()
    assert told["detail"] == "What was sent does not have the right form. Look at: email, password."


def test_405_says_what_is_allowed(world: World) -> None:
    assert world.phone().get("/api/v1/join").headers["Allow"] == "OPTIONS, POST"


def test_a_database_that_is_not_migrated_is_not_ready(world: World) -> None:
    with world.house.database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    answer = world.phone().get("/healthz/ready")
    assert (answer.status_code, answer.get_json()["checks"]) == (503, {"database": False})
    assert world.phone().get("/healthz").status_code == 503
    assert world.phone().get("/healthz/live").status_code == 200
