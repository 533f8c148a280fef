"""Judge check-ins on the server: by the rules of the plan, by the clinic's current ones, and by the phone's.

The highest of all holds. A check-in that comes late changes what is known of the days before the newer ones,
so those are judged anew; no level ever falls.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.exc import OperationalError

from pwa.clock import Moment
from pwa.domain.alert import Concern
from pwa.domain.answers import Answers
from pwa.domain.clinic import Clinic, TriageMode
from pwa.domain.judgement import Judgement, judgement, judgement_of, ticked_signs, united
from pwa.domain.rule_set import RuleSet
from pwa.domain.triage import ABOVE_EXPECTED, AS_EXPECTED, UNEXPECTED_SIGN, WORRIED, Past, triage
from pwa.logs import get_logger
from pwa.protocols.rule_sets import rule_set_of
from pwa.services.alerting import raise_concern
from pwa.services.check_ins import read_result
from pwa.services.risks import risks_of
from pwa.services.shelf import protocol
from pwa.store import check_ins, plans, protocols
from pwa.store.check_ins import StoredCheckIn
from pwa.store.plans import StoredPlan
from pwa.store.scope import ClinicScope
from pwa.vault.fields import PatientVault

HISTORY = timedelta(days=14)
PRINCIPLES = frozenset({ABOVE_EXPECTED, WORRIED, UNEXPECTED_SIGN, AS_EXPECTED})

log = get_logger()


@dataclass(frozen=True, slots=True)
class Bench:
    """What judging one patient's check-ins needs."""

    scope: ClinicScope
    clinic: Clinic
    vault: PatientVault = field(repr=False)
    moment: Moment


def judge_safely(bench: Bench, event_id: UUID) -> None:
    """Judge a check-in that is stored; when that fails it stays stored, and `escalate` tries again."""
    _safely(bench, lambda: judge(bench, event_id))


def _safely(bench: Bench, work: Callable[[], None]) -> None:
    try:
        with bench.scope.session.begin_nested():
            work()
    except OperationalError:  # the database is busy: all of it is tried again
        raise
    except Exception:
        log.exception("check_in_not_judged", patient_id=bench.vault.patient_id)


def judge(bench: Bench, event_id: UUID) -> None:
    """Judge a stored check-in, and anew those after it that it may tell something of."""
    patient_id = bench.vault.patient_id
    tapped_at = check_ins.tapped_at(bench.scope, patient_id, event_id)
    around = check_ins.check_ins_between(bench.scope, patient_id, tapped_at - HISTORY, tapped_at + HISTORY)
    own = {plan.id: plan for plan in plans.plans_of(bench.scope, patient_id)}
    this = next(each for each in around if each.event_id == event_id)
    _judge_one(bench, own[this.care_plan_id], this, around)
    for each in around:
        if each.tapped_at > tapped_at and each.judged and each.is_current:
            _safely(bench, partial(_judge_one, bench, own[each.care_plan_id], each, around))


def contents(vault: PatientVault, check_in: StoredCheckIn) -> Mapping[str, Any]:
    """The check-in as the phone sent it."""
    opened: Mapping[str, Any] = json.loads(
        vault.open("patient_events", "payload", check_in.event_id, check_in.payload_sealed)
    )
    return opened


def answers_of(vault: PatientVault, check_in: StoredCheckIn) -> Answers:
    """What it answered; it was read strictly when it came."""
    answers: Answers = contents(vault, check_in)["answers"]
    return answers


def rule_sets(scope: ClinicScope, plan: StoredPlan) -> tuple[RuleSet, ...]:
    """The rules of the version a plan is pinned to, and of the one its clinic has approved last."""
    pinned = protocol(scope.session, plan.content_hash)
    current = protocols.approved_version(scope, pinned.procedure)
    hashes = dict.fromkeys([plan.content_hash, *([current.content_hash] if current else [])])
    return tuple(rule_set_of(protocol(scope.session, each), plan.variant, plan.area) for each in hashes)


def _judge_one(
    bench: Bench, plan: StoredPlan, check_in: StoredCheckIn, around: Sequence[StoredCheckIn]
) -> None:
    answers = answers_of(bench.vault, check_in)
    if bench.clinic.triage_mode is TriageMode.LEAFLET:
        check_ins.set_judgement(bench.scope, check_in.id, (None, None, ()), bench.moment.care)
        _raise_ungraded(bench, check_in, answers)
        return
    sets = _usable_rule_sets(bench, plan)
    by_rules = _by_rules(bench, plan, check_in, around, sets)
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


def _usable_rule_sets(bench: Bench, plan: StoredPlan) -> tuple[RuleSet, ...]:
    """None when a protocol cannot be read: what the phone said, or the bare signs, must still reach staff."""
    try:
        return rule_sets(bench.scope, plan)
    except OperationalError:
        raise
    except Exception:
        log.exception("rules_not_read", care_plan_id=plan.id)
        return ()


def _by_rules(
    bench: Bench,
    plan: StoredPlan,
    check_in: StoredCheckIn,
    around: Sequence[StoredCheckIn],
    sets: Sequence[RuleSet],
) -> list[Judgement]:
    """What each of our rule sets says; nothing, for the same reason, when they cannot be applied."""
    try:
        answers, past = answers_of(bench.vault, check_in), tuple(_past(bench, check_in, around))
        risks = risks_of(bench.vault, plan) or frozenset()
        return [judgement_of(one, triage(one, check_in.day, answers, past, risks)) for one in sets]
    except Exception:
        log.exception("rules_not_applied", care_plan_id=plan.id)
        return []


def _past(bench: Bench, check_in: StoredCheckIn, around: Sequence[StoredCheckIn]) -> Iterator[Past]:
    for each in around:
        age = check_in.tapped_at - each.tapped_at
        if timedelta(0) < age <= HISTORY and each.is_current:
            yield Past(age / timedelta(hours=1), answers_of(bench.vault, each))


def _by_phone(bench: Bench, check_in: StoredCheckIn, sets: Sequence[RuleSet]) -> Iterator[Judgement]:
    """What the phone said, with those of its reasons that our rules know."""
    said = read_result(contents(bench.vault, check_in).get("result"))
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
