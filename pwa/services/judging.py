"""Judge check-ins on the server: by the rules of the plan, by the clinic's current ones, and by the phone's.

The highest of all holds. A check-in that comes late changes what is known of the days before the newer ones,
so those are judged anew; no level ever falls. What a phone sends at once is judged together, at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import OperationalError

from pwa.clock import Moment
from pwa.domain.alert import Concern, urgency
from pwa.domain.answers import Answers, readable_answers
from pwa.domain.clinic import Clinic, TriageMode
from pwa.domain.judgement import Judgement, judgement, judgement_of, ticked_signs, united
from pwa.domain.late_entry import true_at
from pwa.domain.rule_set import RuleSet
from pwa.domain.rules import remembered_items
from pwa.domain.schedule import local_day
from pwa.domain.triage import ABOVE_EXPECTED, AS_EXPECTED, UNEXPECTED_SIGN, WORRIED, Past, triage
from pwa.logs import get_logger
from pwa.protocols.rule_sets import rule_set_of
from pwa.services.alerting import raise_concern
from pwa.services.check_ins import read_result
from pwa.services.damaged import if_readable
from pwa.services.risks import risks_of
from pwa.services.shelf import protocol
from pwa.store import check_ins, patients, plans, protocols
from pwa.store.check_ins import PhoneResult, StoredCheckIn
from pwa.store.plans import StoredPlan
from pwa.store.scope import ClinicScope
from pwa.vault.fields import PatientVault

HISTORY = timedelta(days=14)
PRINCIPLES = frozenset({ABOVE_EXPECTED, WORRIED, UNEXPECTED_SIGN, AS_EXPECTED})
# Of one patient in a day: more than anybody makes, and few enough to be judged while others wait to write.
MOST_WITH_HISTORY = 40
A_DAY = timedelta(days=1)

T = TypeVar("T")

log = get_logger()


@dataclass(frozen=True, slots=True)
class Opened:
    """What a check-in answered, as far as it can be used, and what its phone said at once."""

    answers: Answers = field(repr=False)
    phone: PhoneResult | None


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging one patient's check-ins needs, in one unit of work. Nothing is opened twice."""

    scope: ClinicScope
    clinic: Clinic
    vault: PatientVault = field(repr=False)
    moment: Moment
    opened: dict[UUID, Opened] = field(default_factory=dict, repr=False)
    rules: dict[UUID, tuple[RuleSet, ...]] = field(default_factory=dict, repr=False)

    def open(self, check_in: StoredCheckIn) -> Opened:
        """What a check-in answered, and what its phone said."""
        if check_in.event_id not in self.opened:
            content = contents(self.vault, check_in)
            self.opened[check_in.event_id] = Opened(
                readable_answers(content["answers"]), read_result(content.get("result"))
            )
        return self.opened[check_in.event_id]


@dataclass(frozen=True, slots=True)
class Docket:
    """Check-ins to judge together, and what is known around them."""

    new: tuple[StoredCheckIn, ...]  # the oldest first
    around: tuple[StoredCheckIn, ...]
    without_history: frozenset[UUID]  # events among the new ones
    plans: Mapping[UUID, StoredPlan]
    true_at: Mapping[UUID, datetime]  # by event: late entries tell of the day they are about

    def is_past(self, one: StoredCheckIn, of: StoredCheckIn) -> bool:
        """Whether it is history of another: of the same treatment, and not too long before."""
        age = self.true_at[of.event_id] - self.true_at[one.event_id]
        return one.care_plan_id == of.care_plan_id and timedelta(0) < age <= HISTORY


def judge_safely(bench: Bench, event_ids: Collection[UUID]) -> None:
    """Judge check-ins that came together; what fails stays stored, and `escalate` tries again."""
    docket = _safely(bench, partial(_docket, bench, event_ids)) if event_ids else None
    if docket is None:
        return
    for each in docket.new:
        _safely(bench, partial(_judge_one, bench, docket, each))
    _judge_anew(bench, docket)


def judge(bench: Bench, event_id: UUID) -> None:
    """Judge a stored check-in, and anew those after it that it may tell something of."""
    docket = _docket(bench, [event_id])
    _judge_one(bench, docket, docket.new[0])
    _judge_anew(bench, docket)


def _safely(bench: Bench, work: Callable[[], T]) -> T | None:
    try:
        with bench.scope.session.begin_nested():
            return work()
    except OperationalError:  # the database is busy: all of it is tried again
        raise
    except Exception:
        log.exception("check_in_not_judged", patient_id=bench.vault.patient_id)
        return None


def _docket(bench: Bench, event_ids: Collection[UUID]) -> Docket:
    patient_id, care = bench.vault.patient_id, bench.moment.care
    first, last = check_ins.first_and_last_tap(bench.scope, patient_id, event_ids)
    around = check_ins.check_ins_between(bench.scope, patient_id, first - HISTORY, last + HISTORY)
    new = tuple(each for each in around if each.event_id in event_ids)
    before = check_ins.number_received(bench.scope, patient_id, care - A_DAY, event_ids)
    too_many = new[: max(0, before + len(new) - MOST_WITH_HISTORY)]
    own = {plan.id: plan for plan in plans.plans_of(bench.scope, patient_id)}
    zone = patients.get_patient(bench.scope, patient_id).preferences.zone
    true = {each.event_id: _true_at(each, own[each.care_plan_id], zone) for each in around}
    return Docket(new, around, frozenset(each.event_id for each in too_many), own, true)


def _true_at(check_in: StoredCheckIn, plan: StoredPlan, zone: ZoneInfo) -> datetime:
    tapped_on = (local_day(check_in.tapped_at, zone) - plan.treated_on).days
    return true_at(check_in.tapped_at, day=check_in.day, tapped_on=tapped_on)


def _judge_anew(bench: Bench, docket: Docket) -> None:
    for each in _safely(bench, lambda: tuple(_told_of(bench, docket))) or ():
        _safely(bench, partial(_judge_one, bench, docket, each))


def _told_of(bench: Bench, docket: Docket) -> Iterator[StoredCheckIn]:
    """Those judged before of which a new one may tell something: a rule looks back at what it answered."""
    late = [each for each in docket.new if each.event_id not in docket.without_history and each.is_current]
    new = {each.event_id for each in docket.new}
    if not late:
        return
    known = [each for each in docket.around if each.judged and each.is_current and each.event_id not in new]
    later = [each for each in known if any(docket.is_past(one, each) for one in late)]
    for each in later[-MOST_WITH_HISTORY:]:
        asked = remembered_items(
            rule
            for rules in _usable_rule_sets(bench, docket.plans[each.care_plan_id])
            for rule in rules.rules
        )
        if any(docket.is_past(one, each) and not asked.isdisjoint(_read(bench, one)) for one in late):
            yield each


def contents(vault: PatientVault, check_in: StoredCheckIn) -> Mapping[str, Any]:
    """The check-in as the phone sent it."""
    opened: Mapping[str, Any] = json.loads(
        vault.open("patient_events", "payload", check_in.event_id, check_in.payload_sealed)
    )
    return opened


def answers_of(vault: PatientVault, check_in: StoredCheckIn) -> Answers:
    """What can be used of what it answered."""
    return readable_answers(contents(vault, check_in)["answers"])


def rule_sets(scope: ClinicScope, plan: StoredPlan) -> tuple[RuleSet, ...]:
    """The rules of the version a plan is pinned to, and of the one its clinic has approved last."""
    pinned = protocol(scope.session, plan.content_hash)
    current = protocols.approved_version(scope, pinned.procedure)
    hashes = dict.fromkeys([plan.content_hash, *([current.content_hash] if current else [])])
    return tuple(rule_set_of(protocol(scope.session, each), plan.variant, plan.area) for each in hashes)


def _judge_one(bench: Bench, docket: Docket, check_in: StoredCheckIn) -> None:
    answers = bench.open(check_in).answers
    if bench.clinic.triage_mode is TriageMode.LEAFLET:
        check_ins.set_judgement(bench.scope, check_in.id, (None, None, ()), bench.moment.care)
        _raise_ungraded(bench, check_in, answers)
        return
    sets = _usable_rule_sets(bench, docket.plans[check_in.care_plan_id])
    by_rules = _by_rules(bench, docket, check_in, sets)
    if check_in.refused:
        _judge_refused(bench, check_in, by_rules)
        return
    all_of_them = [*by_rules, *_by_phone(bench, check_in, sets), *_so_far(check_in, sets)]
    if not all_of_them:
        _raise_ungraded(bench, check_in, answers)
        return
    result = united(all_of_them)
    if by_rules:  # or the rules could not be read, and it is tried again
        judged = result.level, result.complete, result.rules
        check_ins.set_judgement(bench.scope, check_in.id, judged, bench.moment.care)
    if result.is_alerting:
        _raise(bench, check_in, Concern(result.level, result.reasons, check_in.tapped_at))


def _judge_refused(bench: Bench, check_in: StoredCheckIn, by_rules: Sequence[Judgement]) -> None:
    """By what can be read of it, and never below ungraded, since nobody knows what else it says."""
    result = united(by_rules) if by_rules else None
    if result is not None and urgency(result.level) <= urgency(None):
        judged = result.level, result.complete, result.rules
        check_ins.set_judgement(bench.scope, check_in.id, judged, bench.moment.care)
        _raise(bench, check_in, Concern(result.level, result.reasons, check_in.tapped_at, in_part=True))
        return
    if by_rules:
        check_ins.set_judgement(bench.scope, check_in.id, (None, None, ()), bench.moment.care)
    _raise_ungraded(bench, check_in, bench.open(check_in).answers)


def _usable_rule_sets(bench: Bench, plan: StoredPlan) -> tuple[RuleSet, ...]:
    """None when a protocol cannot be read: what the phone said, or the bare signs, must still reach staff."""
    try:
        if plan.id not in bench.rules:
            bench.rules[plan.id] = rule_sets(bench.scope, plan)
        return bench.rules[plan.id]
    except OperationalError:
        raise
    except Exception:
        log.exception("rules_not_read", care_plan_id=plan.id)
        return ()


def _by_rules(
    bench: Bench, docket: Docket, check_in: StoredCheckIn, sets: Sequence[RuleSet]
) -> list[Judgement]:
    """What each of our rule sets says; nothing, for the same reason, when they cannot be applied."""
    plan = docket.plans[check_in.care_plan_id]
    try:
        answers, past = bench.open(check_in).answers, tuple(_past(bench, docket, check_in))
        risks = risks_of(bench.vault, plan) or frozenset()
        return [judgement_of(one, triage(one, check_in.day, answers, past, risks)) for one in sets]
    except Exception:
        log.exception("rules_not_applied", care_plan_id=plan.id)
        return []


def _past(bench: Bench, docket: Docket, check_in: StoredCheckIn) -> Iterator[Past]:
    if check_in.event_id in docket.without_history:
        return
    for each in docket.around:
        if each.is_current and docket.is_past(each, check_in):
            age = docket.true_at[check_in.event_id] - docket.true_at[each.event_id]
            yield Past(age / timedelta(hours=1), _read(bench, each))


def _read(bench: Bench, check_in: StoredCheckIn) -> Answers:
    """What it answered: nothing where its record is damaged, so that the others are judged all the same."""
    nothing: Answers = {}
    patient_id = bench.vault.patient_id
    return if_readable(
        lambda: bench.open(check_in).answers, nothing, "check_in_not_readable", patient_id=patient_id
    )


def _by_phone(bench: Bench, check_in: StoredCheckIn, sets: Sequence[RuleSet]) -> Iterator[Judgement]:
    """What the phone said, with those of its reasons that our rules know."""
    said = bench.open(check_in).phone
    if said is not None:
        known = PRINCIPLES | {rule.id for one in sets for rule in one.rules}
        reasons = [rule for rule in said.reasons if rule in known]
        yield judgement(sets, said.level, said.complete, reasons)


def _so_far(check_in: StoredCheckIn, sets: Sequence[RuleSet]) -> Iterator[Judgement]:
    """What it came to before: no level ever falls."""
    if check_in.judged and check_in.level is not None:
        yield judgement(sets, check_in.level, check_in.complete is True, check_in.reasons)


def _raise_ungraded(bench: Bench, check_in: StoredCheckIn, answers: Answers) -> None:
    if ticked_signs(answers):
        _raise(bench, check_in, Concern(None, (), check_in.tapped_at))


def _raise(bench: Bench, check_in: StoredCheckIn, concern: Concern) -> None:
    raise_concern(bench.scope, bench.clinic, bench.vault.patient_id, check_in.id, concern, bench.moment)
