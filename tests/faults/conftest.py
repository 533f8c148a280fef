"""What fault tests need: a push service that takes a moment to answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.push_service import PushService


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService() as running:
        yield running
