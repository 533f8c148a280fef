"""Can this phone be reached? Its push subscription, the test that proves it, and what it reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pwa.clock import DemoClock, Moment
from pwa.domain.errors import BadInput, NotFound, Refused
from pwa.domain.notice import Notice, NoticeKind, NoticeState, ReceiptKind
from pwa.domain.patient import Device, TargetState
from pwa.push.endpoints import EndpointRules, check_endpoint
from pwa.push.message import PushTarget
from pwa.services.throttling import count_try
from pwa.store import devices, notices, operations, receipts, targets
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope

TEST_USEFUL = timedelta(minutes=5)
TESTS_AT_MOST = 20
TEST_WINDOW = timedelta(hours=1)
SUBSCRIPTIONS_AT_MOST = 60  # an app sends its own again at every launch


class EndpointIsGone(Refused):
    """This subscription no longer works. Reminders have to be allowed again on this phone."""

    code = "endpoint_gone"


@dataclass(frozen=True, slots=True)
class TestNotice:
    """How far a test has come: taken by the push service, then shown by the phone."""

    id: UUID
    state: NoticeState
    accepted_at: datetime | None
    shown_at: datetime | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """What the browser handed over (RFC 8030), and the key it subscribed with."""

    endpoint: str
    p256dh: str
    auth: str
    key_id: str


def subscribe(
    scope: ClinicScope, device: Device, rules: EndpointRules, subscription: Subscription, moment: Moment
) -> None:
    """Keep the device's push subscription; it replaces the one before.

    Raises BadInput for an endpoint that is no push service's, or a key that is none of ours.
    """
    count_try(scope.session, "subscribe", str(device.id), SUBSCRIPTIONS_AT_MOST, TEST_WINDOW, moment.wall)
    kept = checked(scope, rules, subscription)
    state = targets.put_subscription(scope, device.patient_id, device.id, kept, moment.wall)
    if state is not TargetState.LIVE:
        raise EndpointIsGone


def checked(scope: ClinicScope, rules: EndpointRules, subscription: Subscription) -> targets.PushSubscription:
    """A subscription that can be pushed to. Raises BadInput for one that cannot."""
    endpoint = check_endpoint(subscription.endpoint, rules)
    PushTarget(subscription.endpoint, subscription.p256dh, subscription.auth)  # refuses keys that are none
    if subscription.key_id not in {key.id for key in operations.vapid_keys(scope.session)}:
        raise BadInput("This phone subscribed with a key that is not ours. Open the app again.")
    return targets.PushSubscription(
        endpoint=subscription.endpoint,
        origin=endpoint.origin,
        p256dh=subscription.p256dh,
        auth=subscription.auth,
        vapid_key_id=subscription.key_id,
    )


def unsubscribe(scope: ClinicScope, device: Device, endpoint: str) -> None:
    """The device takes no more pushes at this endpoint."""
    targets.leave_endpoint(scope, device.id, endpoint)


def send_test(scope: ClinicScope, device: Device, moment: Moment, demo: DemoClock | None) -> UUID:
    """Plan a test notice for this patient, due now. Raises Refused when the device has no subscription."""
    count_try(scope.session, "test push", str(device.id), TESTS_AT_MOST, TEST_WINDOW, moment.wall)
    if targets.target_of_device(scope, device.id) is None:
        raise Refused("Reminders are not allowed on this phone yet. Allow them first.")
    notice_id = new_id(moment.wall)
    notices.add_notice(
        scope,
        Notice(
            id=notice_id,
            clinic_id=scope.clinic_id,
            patient_id=device.patient_id,
            kind=NoticeKind.TEST,
            slot_key=f"test/{notice_id}",
            due_at=moment.care,
            useful_until=moment.care + TEST_USEFUL * (demo.speed if demo else 1),
            state=NoticeState.PLANNED,
            device_id=device.id,
        ),
        moment.wall,
    )
    return notice_id


def test_state(scope: ClinicScope, device: Device, notice_id: UUID) -> TestNotice:
    """How far a test of this patient has come. Raises NotFound."""
    notice = _notice_of(scope, device, notice_id)
    return TestNotice(
        id=notice.id,
        state=notice.state,
        accepted_at=notices.accepted_at(scope, notice.id),
        shown_at=receipts.first_receipt(scope, notice.id, device.id, ReceiptKind.SHOWN),
    )


def take_receipt(
    scope: ClinicScope, device: Device, notice_id: UUID, kind: ReceiptKind, moment: Moment
) -> None:
    """Keep what the phone reported of a notice of its patient. Raises NotFound."""
    receipts.add_receipt(scope, _notice_of(scope, device, notice_id).id, device.id, kind, moment.wall)
    devices.saw_device(scope, device.id, moment.wall, 0, None)


def _notice_of(scope: ClinicScope, device: Device, notice_id: UUID) -> Notice:
    notice = notices.get_notice(scope, notice_id)
    if notice.patient_id != device.patient_id:
        raise NotFound
    return notice
