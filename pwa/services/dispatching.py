"""Bring due notices to phones: claim, lease, send, settle. Every step is a transaction of its own.

A reminder is sent at most once to each phone within its window. The one exception: a crash between
a push service's answer and settling, when one chunk goes again with the same Topic and tag.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from pwa.clock import DemoClock, Moment, real_seconds
from pwa.domain.notice import URGENT, DeliveryState, NoticeKind
from pwa.domain.patient import TargetKind, TargetState
from pwa.logs import get_logger
from pwa.push.message import PushMessage, PushTarget, Urgency
from pwa.push.payload import PushPayload, encode_payload
from pwa.push.policy import SUSPICIONS_TO_RETIRE, Ruling, Verdict, decide
from pwa.push.sender import Failure, Outgoing, PushSender, SendResult
from pwa.services import settlements, staff_words
from pwa.services.bundle.words import push_words
from pwa.services.claiming import claim_for_staff
from pwa.services.settlements import Ended
from pwa.store import dispatch, expiring, push_services, settling, targets
from pwa.store.database import Database
from pwa.store.dispatch import LeasedDelivery
from pwa.store.push_services import Service
from pwa.store.scope import as_dispatcher
from pwa.store.waiting import PUSH_ONLY
from pwa.vault.indexes import push_topic
from pwa.vault.keyring import MasterKeys

CHUNK = 64
CHUNKS_AT_ONCE = 8
CLAIM_AT_ONCE = CHUNK * CHUNKS_AT_ONCE
LEASE = timedelta(seconds=60)  # several times the sender's longest time for one chunk
LATE = timedelta(minutes=10)
_APPLE = ".push.apple.com"

_ENDS = {
    Ruling.ACCEPTED: DeliveryState.ACCEPTED,
    Ruling.GONE: DeliveryState.GONE,
    Ruling.RETRY: DeliveryState.PENDING,
    Ruling.SUSPECT: DeliveryState.PENDING,
    Ruling.REFUSED: DeliveryState.REFUSED,
    Ruling.OUR_BUG: DeliveryState.DEAD,
    Ruling.EXPIRED: DeliveryState.EXPIRED,
}
_FAILED = tuple(ruling for ruling in Ruling if ruling not in (Ruling.ACCEPTED, Ruling.GONE))

log = get_logger()


@dataclass(frozen=True, slots=True)
class Dispatching:
    """What delivering needs from outside; `chance` gives numbers in [0, 1) for jitter.

    `channels` are all that this installation can send by: staff are told by each.
    """

    database: Database
    sender: PushSender
    keys: MasterKeys
    public_url: str
    channels: Collection[TargetKind] = PUSH_ONLY
    stopping: Callable[[], bool] = lambda: False
    chance: Callable[[], float] = field(default=random.random)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One leased delivery, what was answered, and what that means."""

    delivery: LeasedDelivery
    result: SendResult[UUID]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many pushes were tried, and how many of them accepted."""

    tried: int = 0
    accepted: int = 0


def deliver_due(house: Dispatching, now: Callable[[], Moment], demo: DemoClock | None) -> Delivered:
    """Send what is due, up to 8 chunks; nothing tried means that nothing is left to try.

    Reads the clock for each chunk: what stopped being useful meanwhile is not sent, and no lease is
    shorter than it says. Stops between chunks when `stopping` says so.
    """
    tried = accepted = 0
    for _ in range(CHUNKS_AT_ONCE):
        moment = now()
        leased = () if house.stopping() else _next_chunk(house, moment)
        if not leased:
            break
        tried += len(leased)
        accepted += _send_chunk(house, leased, moment, now, demo)
    return Delivered(tried, accepted)


def _next_chunk(house: Dispatching, moment: Moment) -> tuple[LeasedDelivery, ...]:
    """Lease a chunk of what was claimed; when all of that is sent, claim what has come due since.

    What staff must be told is claimed each time, and leased first.
    """
    with house.database.write() as session:
        as_dispatcher(session)
        claim_for_staff(session, moment, house.channels)
        leased = dispatch.lease(session, moment.care, moment.wall, LEASE, CHUNK)
        if leased:
            return leased
        settling.end_in_vain(session, moment.wall, CLAIM_AT_ONCE)
        expiring.collapse_late(session, moment.care, moment.care - LATE, moment.wall)
        claimed = dispatch.claim_due(session, moment.care, moment.wall, CLAIM_AT_ONCE)
        dispatch.open_deliveries(session, claimed, moment.wall)
        return dispatch.lease(session, moment.care, moment.wall, LEASE, CHUNK) if claimed else ()


def _send_chunk(
    house: Dispatching,
    leased: Sequence[LeasedDelivery],
    moment: Moment,
    now: Callable[[], Moment],
    demo: DemoClock | None,
) -> int:
    outgoing: list[Outgoing[UUID]] = []
    results: dict[UUID, SendResult[UUID]] = {}
    for delivery in leased:
        try:
            outgoing.append(_outgoing(house, delivery, moment, demo))
        except Exception:  # one poisoned row must not stop the others
            log.exception("push_not_built", delivery_id=delivery.id)
            results[delivery.id] = SendResult(delivery.id, delivery.origin, failure=Failure.MESSAGE)
    for result in house.sender.send(outgoing, moment.wall):
        results[result.key] = result
    answered = now()
    attempts = [_judge(house, delivery, results[delivery.id], answered, demo) for delivery in leased]
    _settle(house, attempts, answered)
    return sum(attempt.verdict.ruling is Ruling.ACCEPTED for attempt in attempts)


def _outgoing(
    house: Dispatching, delivery: LeasedDelivery, moment: Moment, demo: DemoClock | None
) -> Outgoing[UUID]:
    urgent = delivery.notice_kind in URGENT or delivery.notice_kind is NoticeKind.TEST
    return Outgoing(
        key=delivery.id,
        target=PushTarget(delivery.endpoint, delivery.p256dh, delivery.auth),
        message=PushMessage(
            body=encode_payload(_payload(house, delivery)),
            ttl=real_seconds(delivery.useful_until - moment.care, demo),
            urgency=Urgency.HIGH if urgent or delivery.origin.endswith(_APPLE) else Urgency.NORMAL,
            topic=push_topic(house.keys, delivery.replaces),
        ),
        vapid_key_id=delivery.vapid_key_id,
    )


def _payload(house: Dispatching, delivery: LeasedDelivery) -> PushPayload:
    kind, language = delivery.notice_kind, delivery.language
    if delivery.is_for_staff:
        words, navigate = staff_words.push_words(kind, language), staff_words.inbox_address(house.public_url)
    else:
        words, navigate = push_words(kind, language), f"{house.public_url}/#n={delivery.notice_id}"
    return PushPayload(
        notice_id=delivery.notice_id,
        title=words.title,
        body=words.body,
        language=language,
        navigate=navigate,
    )


def _judge(
    house: Dispatching,
    delivery: LeasedDelivery,
    result: SendResult[UUID],
    moment: Moment,
    demo: DemoClock | None,
) -> _Attempt:
    verdict = decide(
        result,
        attempt=delivery.attempt,
        now=moment.wall,
        useful_until=on_the_wall(delivery.useful_until, moment, demo),
        jitter=house.chance(),
    )
    _report(delivery, result, verdict)
    return _Attempt(delivery, result, verdict)


def on_the_wall(care: datetime, moment: Moment, demo: DemoClock | None) -> datetime:
    """When the wall clock shows what the care clock calls `care`."""
    return moment.wall + (care - moment.care) / (demo.speed if demo else 1)


def _report(delivery: LeasedDelivery, result: SendResult[UUID], verdict: Verdict) -> None:
    if verdict.ruling in (Ruling.SUSPECT, Ruling.OUR_BUG, Ruling.REFUSED):
        log.warning(
            "push_failed",
            delivery_id=delivery.id,
            result=verdict.ruling,
            status=result.status,
            reason=result.failure,
            endpoint=delivery.endpoint,
        )


def _settle(house: Dispatching, attempts: Sequence[_Attempt], moment: Moment) -> None:
    with house.database.write() as session:
        settlements.settle(session, [_ended(one) for one in attempts], moment.wall)
        _settle_targets(session, attempts, moment.wall)


def _ended(one: _Attempt) -> Ended:
    return Ended(one.delivery, _ENDS[one.verdict.ruling], one.verdict.retry_at, one.result.status)


def _settle_targets(session: Session, attempts: Sequence[_Attempt], wall: datetime) -> None:
    tried = [one for one in attempts if one.result.failure is not Failure.CIRCUIT_OPEN]
    accepted, failed = _services(tried, (Ruling.ACCEPTED,)), _services(tried, _FAILED)
    push_services.note(session, set(accepted), Counter(failed), wall)
    for target_id in _targets(attempts, Ruling.GONE):
        targets.set_state(session, target_id, TargetState.GONE)
    suspects = _targets(attempts, Ruling.SUSPECT)
    if suspects:
        settling.note_suspect(session, suspects, wall)
        settling.retire_hopeless(session, SUSPICIONS_TO_RETIRE)


def _services(attempts: Sequence[_Attempt], rulings: Sequence[Ruling]) -> list[Service]:
    return [
        (one.delivery.origin, one.delivery.vapid_key_id) for one in attempts if one.verdict.ruling in rulings
    ]


def _targets(attempts: Sequence[_Attempt], ruling: Ruling) -> list[UUID]:
    return [one.delivery.target_id for one in attempts if one.verdict.ruling is ruling]
