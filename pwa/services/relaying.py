"""Bring alerts to staff by e-mail: claim, lease, send, settle, beside pushes and never behind them.

At least once: whoever dies between a mail server's answer and settling has the letter sent again, with the
same Message-ID. A letter nobody took is tried again for hours, then with the next round of telling.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from pwa.channels.policy import Ruling, Verdict, decide
from pwa.channels.port import Channel, Failure, Letter, LetterResult
from pwa.clock import DemoClock, Moment
from pwa.domain.notice import DeliveryState
from pwa.domain.patient import TargetKind
from pwa.logs import get_logger
from pwa.services import settlements
from pwa.services.claiming import claim_for_staff
from pwa.services.dispatching import LEASE, Delivered, on_the_wall
from pwa.services.settlements import Ended
from pwa.services.staff_words import inbox_address, letter_words
from pwa.store import dispatch, operations, settling
from pwa.store.database import Database
from pwa.store.dispatch import LeasedDelivery
from pwa.store.scope import as_dispatcher
from pwa.vault.indexes import letter_id
from pwa.vault.keyring import MasterKeys

CHUNK = 10  # in one conversation, which lasts 20 seconds at most
CHUNKS_AT_ONCE = 8
HEARTBEAT = "mail"
ASK_EVERY = timedelta(minutes=5)

_ENDS = {
    Ruling.ACCEPTED: DeliveryState.ACCEPTED,
    Ruling.RETRY: DeliveryState.PENDING,
    Ruling.REFUSED: DeliveryState.REFUSED,
    Ruling.OUR_BUG: DeliveryState.DEAD,
    Ruling.EXPIRED: DeliveryState.EXPIRED,
}

log = get_logger()


@dataclass(frozen=True, slots=True)
class Relaying:
    """What sending letters needs from outside; `channels` are all that this installation can send by."""

    database: Database
    channel: Channel
    keys: MasterKeys
    public_url: str
    channels: Collection[TargetKind]
    stopping: Callable[[], bool] = lambda: False
    chance: Callable[[], float] = field(default=random.random)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One leased letter, what was answered, and what that means."""

    delivery: LeasedDelivery
    result: LetterResult[UUID]
    verdict: Verdict


def relay_due(house: Relaying, now: Callable[[], Moment], demo: DemoClock | None) -> Delivered:
    """Send the letters that are due; ends at the first conversation in which the server took no part.

    That much is tried at each beat: while a server is down it costs one conversation, not one per letter.
    """
    tried = accepted = 0
    for _ in range(CHUNKS_AT_ONCE):
        moment = now()
        leased = () if house.stopping() else _next_chunk(house, moment)
        if not leased:
            break
        attempts = _send_chunk(house, leased, moment, now, demo)
        tried += len(attempts)
        accepted += sum(one.verdict.ruling is Ruling.ACCEPTED for one in attempts)
        if not _was_heard(attempts):
            break
    return Delivered(tried, accepted)


def ask_whether_it_listens(house: Relaying, now: Callable[[], Moment]) -> None:
    """Knock at the mail server when it was not heard for 5 minutes: alerts are rare, outages must show."""
    with house.database.read() as session:
        heard_at = operations.last_beat(session, HEARTBEAT)
    if heard_at is not None and abs(now().wall - heard_at) < ASK_EVERY:
        return
    failure = house.channel.check()
    if failure is not None:
        log.warning("mail_server_failed", reason=failure)
        return
    with house.database.write() as session:
        operations.beat(session, HEARTBEAT, now().wall)


def _next_chunk(house: Relaying, moment: Moment) -> tuple[LeasedDelivery, ...]:
    with house.database.write() as session:
        as_dispatcher(session)
        claim_for_staff(session, moment, house.channels)
        return dispatch.lease(session, moment.care, moment.wall, LEASE, CHUNK, TargetKind.EMAIL)


def _send_chunk(
    house: Relaying,
    leased: Sequence[LeasedDelivery],
    moment: Moment,
    now: Callable[[], Moment],
    demo: DemoClock | None,
) -> list[_Attempt]:
    letters: list[Letter[UUID]] = []
    results: dict[UUID, LetterResult[UUID]] = {}
    for delivery in leased:
        try:
            letters.append(_letter(house, delivery))
        except Exception:  # one poisoned row must not stop the others
            log.exception("letter_not_written", delivery_id=delivery.id)
            results[delivery.id] = LetterResult(delivery.id, failure=Failure.MESSAGE)
    for result in house.channel.send(letters, moment.wall) if letters else ():
        results[result.key] = result
    answered = now()
    attempts = [_judge(house, delivery, results[delivery.id], answered, demo) for delivery in leased]
    _settle(house, attempts, answered)
    return attempts


def _letter(house: Relaying, delivery: LeasedDelivery) -> Letter[UUID]:
    words = letter_words(delivery.notice_kind, delivery.language)
    return Letter(
        key=delivery.id,
        to=delivery.endpoint,
        subject=words.title,
        body=f"{words.body}\n\n{inbox_address(house.public_url)}\n",
        id=letter_id(house.keys, delivery.notice_id),
    )


def _judge(
    house: Relaying,
    delivery: LeasedDelivery,
    result: LetterResult[UUID],
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
    if verdict.ruling is not Ruling.ACCEPTED:
        log.warning(
            "letter_failed",
            delivery_id=delivery.id,
            target_id=delivery.target_id,
            result=verdict.ruling,
            status=result.status,
            reason=result.failure,
        )
    return _Attempt(delivery, result, verdict)


def _settle(house: Relaying, attempts: Sequence[_Attempt], moment: Moment) -> None:
    with house.database.write() as session:
        settlements.settle(session, [_ended(one) for one in attempts], moment.wall)
        refused = [one.delivery.target_id for one in attempts if one.verdict.ruling is Ruling.REFUSED]
        settling.note_refused(session, refused, moment.wall)
        if _was_heard(attempts):
            operations.beat(session, HEARTBEAT, moment.wall)


def _ended(one: _Attempt) -> Ended:
    return Ended(one.delivery, _ENDS[one.verdict.ruling], one.verdict.retry_at, one.result.status)


def _was_heard(attempts: Sequence[_Attempt]) -> bool:
    """Whether the server let us in, whatever it said then; an address is looked at in a conversation only."""
    return any(one.result.status is not None or one.result.failure is Failure.ADDRESS for one in attempts)
