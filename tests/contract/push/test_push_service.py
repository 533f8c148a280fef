"""The tests' own push service keeps to the standards, or its word would be worth nothing."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from pwa.push import base64url
from pwa.push.encryption import encrypt
from pwa.push.message import PushMessage, PushTarget, Urgency
from pwa.push.sender import Outgoing
from pwa.push.subject import DEMO_SUBJECT
from pwa.push.vapid import VapidKey, VapidSigner
from tests.contract.push.conftest import KEY, Clinic, target_of
from tests.support.push_service import PushService, Subscriber


def post(url: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, str]:
    """Status and answer, whatever they are."""
    request = urllib.request.Request(url, body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def fit_headers(service: PushService, **changes: str | None) -> dict[str, str]:
    """What a good sender says, with changes; None leaves a header out."""
    authorization = VapidSigner([KEY], DEMO_SUBJECT).header(service.origin, datetime.now(UTC))
    headers: dict[str, str | None] = {
        "TTL": "60",
        "Content-Encoding": "aes128gcm",
        "Authorization": authorization,
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    return {name: value for name, value in headers.items() if value is not None}


def test_a_good_push_is_taken_with_a_location_and_the_time_granted(
    service: PushService, alice: Subscriber
) -> None:
    body = encrypt(target_of(alice), b"hello")
    assert post(alice.endpoint, fit_headers(service), body)[0] == 201
    assert alice.decrypt(service.posts[0].body) == b"hello"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"TTL": None}, 400),
        ({"TTL": "soon"}, 400),
        ({"TTL": "-1"}, 400),
        ({"Urgency": "very"}, 400),
        ({"Topic": "x" * 33}, 400),
        ({"Topic": "a b"}, 400),
        ({"Content_Encoding": "aesgcm"}, 400),
        ({"Authorization": None}, 401),
        ({"Authorization": "Bearer x"}, 403),
        ({"Authorization": "vapid t=a.b.c, k=d"}, 403),
        ({"Authorization": "vapid t=abc"}, 403),
    ],
)
def test_a_push_that_breaks_the_standard_is_refused(
    service: PushService, alice: Subscriber, changes: dict[str, str | None], status: int
) -> None:
    headers = fit_headers(service, **changes)
    assert post(alice.endpoint, headers, encrypt(target_of(alice), b"hello"))[0] == status


def test_more_than_4096_bytes_are_refused(service: PushService, alice: Subscriber) -> None:
    assert post(alice.endpoint, fit_headers(service), bytes(4096))[0] == 201
    assert post(alice.endpoint, fit_headers(service), bytes(4097))[0] == 413


@pytest.mark.parametrize(
    ("audience", "hours", "reason"),
    [("https://fcm.googleapis.com", 0, "aud"), (None, -13, "exp"), (None, 25, "exp")],
)
def test_a_token_for_another_service_or_another_day_is_refused(
    service: PushService, alice: Subscriber, audience: str | None, hours: int, reason: str
) -> None:
    signed_at = datetime.now(UTC) + timedelta(hours=hours)
    token = VapidSigner([KEY], DEMO_SUBJECT).header(audience or service.origin, signed_at)
    status, answer = post(alice.endpoint, fit_headers(service, Authorization=token))
    assert status == 403
    assert reason in answer


def test_a_forged_token_and_a_strangers_key_are_refused(service: PushService, alice: Subscriber) -> None:
    good = fit_headers(service)["Authorization"]
    stranger = VapidKey.generate()
    forged = good.replace(KEY.public_key, stranger.public_key)
    own = VapidSigner([stranger], DEMO_SUBJECT).header(service.origin, datetime.now(UTC))
    assert "InvalidSignature" in post(alice.endpoint, fit_headers(service, Authorization=forged))[1]
    assert "another key" in post(alice.endpoint, fit_headers(service, Authorization=own))[1]


# ---------------------------------------------------------------------- towards the browser


class Browser:
    """The browser's side of autopush's protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.id = ""

    async def say(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    async def ask(self, **message: Any) -> dict[str, Any]:
        await self.say(**message)
        return await self.hear()

    async def hear(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(await self.socket.receive_str(timeout=5))
        return answer

    async def hears_nothing(self) -> bool:
        return await self.ask() == {}  # a ping is answered next, so nothing was waiting

    async def subscribe(self, channel_id: str, key: VapidKey = KEY) -> str:
        padded = base64.urlsafe_b64encode(base64url.decode(key.public_key)).decode()
        answer = await self.ask(messageType="register", channelID=channel_id, key=padded)
        assert (answer["messageType"], answer["status"], answer["channelID"]) == ("register", 200, channel_id)
        return str(answer["pushEndpoint"])


@asynccontextmanager
async def browser_of(service: PushService, browser_id: str = "") -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        url = service.origin.replace("http", "ws") + "/"
        async with session.ws_connect(url, protocols=["push-notification"]) as socket:
            browser = Browser(socket)
            hello = {"messageType": "hello", "use_webpush": True, "broadcasts": {}}
            answer = await browser.ask(**hello, **({"uaid": browser_id} if browser_id else {}))
            assert (answer["messageType"], answer["status"]) == ("hello", 200)
            browser.id = answer["uaid"]
            yield browser


def push_to(
    clinic: Clinic, endpoint: str, *, topic: str | None = None, ttl: int = 60, body: bytes = b"x"
) -> int:
    """Encrypted for nobody in particular: the service cannot tell."""
    phone = VapidKey.generate()
    target = PushTarget(endpoint, phone.public_key, base64url.encode(bytes(16)))
    message = PushMessage(body, ttl, Urgency.NORMAL, topic)
    status = clinic.sender.send([Outgoing("phone", target, message)], clinic.now)[0].status
    assert status is not None
    return status


def test_a_connected_browser_hears_a_push_at_once_and_acknowledges_it(
    service: PushService, clinic: Clinic
) -> None:
    async def story() -> None:
        async with browser_of(service) as browser:
            endpoint = await browser.subscribe("channel")
            assert push_to(clinic, endpoint) == 201
            heard = await browser.hear()
            sent = service.posts[0]
            assert (heard["channelID"], heard["version"]) == ("channel", sent.message_id)
            assert base64url.decode(heard["data"]) == sent.body
            assert heard["headers"]["encoding"] == "aes128gcm"
            update = {"channelID": "channel", "version": heard["version"], "code": 100}
            await browser.say(messageType="ack", updates=[update])
            assert await browser.hears_nothing()
            assert service.acks == {heard["version"]: 100}
            assert service.stored == {}

    asyncio.run(story())


def test_a_browser_that_comes_back_hears_the_last_of_each_topic_and_nothing_that_ended(
    service: PushService, clinic: Clinic
) -> None:
    async def story() -> None:
        async with browser_of(service) as browser:
            endpoint, browser_id = await browser.subscribe("channel"), browser.id
        for body, topic, ttl in ((b"1", "a", 60), (b"2", "a", 60), (b"3", None, 60), (b"4", None, 0)):
            assert push_to(clinic, endpoint, topic=topic, ttl=ttl, body=body) == 201
        async with browser_of(service, browser_id) as browser:
            assert browser.id == browser_id
            heard = [(await browser.hear())["version"], (await browser.hear())["version"]]
            assert heard == [service.posts[1].message_id, service.posts[2].message_id]
            assert await browser.hears_nothing()

    asyncio.run(story())


def test_a_push_whose_time_ends_while_the_browser_is_away_is_never_heard(clinic: Clinic) -> None:
    async def story(service: PushService) -> None:
        async with browser_of(service) as browser:
            endpoint, browser_id = await browser.subscribe("channel"), browser.id
        assert push_to(clinic, endpoint, ttl=30) == 201
        ahead.append(31.0)
        async with browser_of(service, browser_id) as browser:
            assert await browser.hears_nothing()

    ahead = [0.0]
    with PushService(clock=lambda: clinic.now.timestamp() + ahead[-1]) as service:
        asyncio.run(story(service))


def test_an_unsubscribed_endpoint_is_gone_and_a_new_one_differs(service: PushService, clinic: Clinic) -> None:
    async def story() -> None:
        async with browser_of(service) as browser:
            first = await browser.subscribe("one")
            answer = await browser.ask(messageType="unregister", channelID="one", code=200)
            assert (answer["messageType"], answer["status"]) == ("unregister", 200)
            second = await browser.subscribe("two")
            assert first != second
            assert [push_to(clinic, first), push_to(clinic, second)] == [410, 201]

    asyncio.run(story())


def test_a_browser_can_be_disconnected(service: PushService) -> None:
    async def story() -> None:
        async with browser_of(service) as browser:
            await asyncio.to_thread(service.disconnect, 4774)
            closed = await browser.socket.receive(timeout=5)
            assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 4774)

    asyncio.run(story())


# ---------------------------------------------------------------------- as its own process


@pytest.fixture
def origin() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.support.push_service", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


def control(origin: str, name: str, **what: Any) -> dict[str, Any]:
    status, answer = post(
        f"{origin}/_control/{name}", {"Content-Type": "application/json"}, json.dumps(what).encode()
    )
    assert status == 200
    parsed: dict[str, Any] = json.loads(answer)
    return parsed


def state(origin: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{origin}/_control/state", timeout=10) as response:
        parsed: dict[str, Any] = json.load(response)
        return parsed


def test_a_service_of_its_own_process_is_steered_over_http(origin: str, clinic: Clinic) -> None:
    endpoint = control(origin, "subscribers", vapid_key=KEY.public_key)["endpoint"]
    assert push_to(clinic, endpoint) == 201
    control(origin, "script", endpoint=endpoint, status=429, headers={"Retry-After": "9"}, times=1)
    assert [push_to(clinic, endpoint), push_to(clinic, endpoint)] == [429, 201]
    control(origin, "gone", endpoint=endpoint)
    assert push_to(clinic, endpoint) == 410
    control(origin, "disconnect")
    seen = state(origin)
    assert [sent["status"] for sent in seen["posts"]] == [201, 429, 201, 410]
    assert {sent["endpoint"] for sent in seen["posts"]} == {endpoint}
    assert list(seen["gone"]) == [endpoint]
