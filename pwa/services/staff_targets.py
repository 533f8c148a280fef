"""How people who work in a clinic say where they can be told, and try it out."""

from __future__ import annotations

from uuid import UUID

from pwa.clock import DemoClock, Moment
from pwa.domain.notice import NoticeKind
from pwa.domain.patient import TargetState
from pwa.push.endpoints import EndpointRules
from pwa.services import reaching
from pwa.services.reaching import EndpointIsGone, Subscription
from pwa.services.throttling import count_try
from pwa.store import staff_notices, staff_targets
from pwa.store.ids import new_id
from pwa.store.scope import ClinicScope
from pwa.store.staff_notices import StaffRound


def subscribe(
    scope: ClinicScope, staff_id: UUID, rules: EndpointRules, subscription: Subscription, moment: Moment
) -> None:
    """Keep one more browser of this person; alerts of this clinic go there too.

    Raises BadInput for an endpoint that is no push service's, or a key that is none of ours.
    """
    most, per = reaching.SUBSCRIPTIONS_AT_MOST, reaching.TEST_WINDOW
    count_try(scope.session, "subscribe", str(staff_id), most, per, moment.wall)
    checked = reaching.checked(scope, rules, subscription)
    if staff_targets.put_subscription(scope, staff_id, checked, moment.wall) is not TargetState.LIVE:
        raise EndpointIsGone


def unsubscribe(scope: ClinicScope, staff_id: UUID, endpoint: str) -> None:
    """That browser takes no more pushes."""
    staff_targets.leave_endpoint(scope, staff_id, endpoint)


def send_test(scope: ClinicScope, staff_id: UUID, moment: Moment, demo: DemoClock | None) -> None:
    """Plan a test for this person alone, due now, by every way there is to tell them."""
    count_try(
        scope.session, "test push", str(staff_id), reaching.TESTS_AT_MOST, reaching.TEST_WINDOW, moment.wall
    )
    test = StaffRound(
        kind=NoticeKind.TEST,
        slot_key=f"test/{new_id(moment.wall)}",
        due_at=moment.care,
        useful_until=moment.care + reaching.TEST_USEFUL * (demo.speed if demo else 1),
    )
    staff_notices.add_round(scope, [staff_id], test, moment.wall)
