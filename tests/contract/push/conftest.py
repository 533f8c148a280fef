"""A real sender and a real push service, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from pwa.push.curl_sender import CurlSender, Limits
from pwa.push.endpoints import LOOPBACK, EndpointRules
from pwa.push.message import PushMessage, PushTarget
from pwa.push.sender import Outgoing, SendResult
from pwa.push.subject import check_subject
from pwa.push.vapid import VapidKey, VapidSigner
from tests.support.push_service import PushService, Subscriber

KEY = VapidKey.generate()
SIGNER = VapidSigner([KEY], check_subject("mailto:ops@afterbeam.org"))
RULES = EndpointRules(allow_loopback=LOOPBACK)
SHORT = Limits(connect_timeout=timedelta(seconds=1), total_timeout=timedelta(seconds=1))
PATIENT = Limits(
    total_timeout=timedelta(seconds=8)
)  # for everything that must not time out on a busy machine


def target_of(subscriber: Subscriber) -> PushTarget:
    return PushTarget(subscriber.endpoint, subscriber.p256dh, subscriber.auth)


@dataclass(slots=True)
class Clinic:
    """Whoever sends: pushes to subscribers and keeps their results by name."""

    sender: CurlSender
    now: datetime = field(
        default_factory=lambda: datetime.now(UTC)
    )  # the service checks tokens by the real clock

    def push(self, subscriber: Subscriber, body: bytes = b"hello", ttl: int = 60) -> SendResult[str]:
        return self.push_all([subscriber], body, ttl)[0]

    def push_all(
        self, subscribers: list[Subscriber], body: bytes = b"hello", ttl: int = 60
    ) -> list[SendResult[str]]:
        batch = [Outgoing(one.endpoint, target_of(one), PushMessage(body, ttl)) for one in subscribers]
        return self.sender.send(batch, self.now)


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as running:
        yield running


@pytest.fixture
def other_service() -> Iterator[PushService]:
    with PushService() as running:
        yield running


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    sender = CurlSender(SIGNER, RULES, PATIENT)
    yield Clinic(sender)
    sender.close()


@pytest.fixture
def hasty_clinic() -> Iterator[Clinic]:
    sender = CurlSender(SIGNER, RULES, SHORT)
    yield Clinic(sender)
    sender.close()


@pytest.fixture
def alice(service: PushService) -> Subscriber:
    return service.make_subscriber(KEY.public_key)


@pytest.fixture
def bob(service: PushService) -> Subscriber:
    return service.make_subscriber(KEY.public_key)
