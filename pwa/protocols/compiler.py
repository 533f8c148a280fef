"""From a checked protocol file to one canonical JSON text, and from there to the value of the domain."""

from __future__ import annotations

import hashlib
import json
from types import MappingProxyType

from pwa.domain.days import DayPattern, DaySpan
from pwa.domain.protocol import (
    Area,
    Bound,
    Course,
    DayCard,
    FactQuestion,
    HealDays,
    PhaseSpan,
    Protocol,
    Restriction,
    Step,
    Text,
    Words,
)
from pwa.domain.rules import ImpliedRisk
from pwa.protocols.errors import Problem, ProtocolError
from pwa.protocols.parts import SpanPart
from pwa.protocols.rules_compiler import TRIAGE_TEXTS, compiled_rules
from pwa.protocols.schema import (
    CardPart,
    CoursePart,
    DaysPart,
    FactPart,
    PhasePart,
    ProtocolPart,
    RestrictionPart,
    StepPart,
    TextPart,
    read_part,
)
from pwa.protocols.strict_yaml import YamlDocument
from pwa.protocols.times import parse_length, parse_time


def canonical_json(part: ProtocolPart) -> str:
    """The one text of this content: sorted keys, no white space, no approval status."""
    content = part.model_dump(mode="json", by_alias=True, exclude={"status"}, exclude_defaults=True)
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_of(json_text: str) -> str:
    """SHA-256 of the text in UTF-8, as hexadecimal."""
    return hashlib.sha256(json_text.encode()).hexdigest()


def protocol_from_document(json_text: str, content_hash: str | None = None) -> Protocol:
    """The domain value of a stored document.

    Raises `ProtocolError` when the text is not the one that `content_hash` names, when it is not
    a protocol, or when reading it would lose anything (it is not in canonical form).
    """
    file = "stored protocol"
    if content_hash is not None and hash_of(json_text) != content_hash:
        raise ProtocolError(file, [Problem("", "is not the content that its hash names")])
    try:
        value = json.loads(json_text)
    except json.JSONDecodeError as error:
        raise ProtocolError(file, [Problem("", f"is not JSON: {error.msg}", error.lineno)]) from error
    part = read_part(ProtocolPart, YamlDocument(file, value))
    if canonical_json(part) != json_text:
        raise ProtocolError(file, [Problem("", "is not in canonical form, so something would be lost")])
    return protocol_of(part, file)


def protocol_of(part: ProtocolPart, file: str) -> Protocol:
    """Build the domain value; `ProtocolError` for a reference to a text or step that is not there."""
    _refuse_missing_texts(part, file)
    return Protocol(
        procedure=part.procedure,
        version=part.version,
        content_hash=hash_of(canonical_json(part)),
        name_text_id=part.name,
        variants=part.variants,
        areas=part.areas,
        heal_days=HealDays(part.heal_days.min, part.heal_days.typical, part.heal_days.max),
        delayed_healing_flag_day=part.delayed_healing_flag_day,
        last_day=part.last_day,
        phases=tuple(_phase(phase) for phase in part.phases),
        steps=tuple(_step(step, part, number, file) for number, step in enumerate(part.steps)),
        restrictions=tuple(_restriction(restriction) for restriction in part.restrictions),
        cards=tuple(_card(card) for card in part.cards),
        courses=tuple(_course(course) for course in part.courses),
        closing_text_id=part.closing,
        texts=MappingProxyType({text_id: text_of(text_id, text) for text_id, text in part.texts.items()}),
        facts=tuple(_fact(fact) for fact in part.facts),
        rules=compiled_rules(part.rules, part.procedure, part.delayed_healing_flag_day),
        implied_risks=tuple(
            ImpliedRisk(one.risk, frozenset(one.areas))
            for one in part.implied_risks
            if part.procedure in one.procedures
        ),
    )


def texts_named(part: ProtocolPart) -> dict[str, str]:
    """Every text id that a part of the protocol names or implies -> the first place that does."""
    named = {part.name: "name", part.closing: "closing"}
    for number, step in enumerate(part.steps):
        named.setdefault(step.text, f"steps[{number}].text")
        for turn in (1, 2):
            named.setdefault(f"lock.{step.kind.value}_{turn}", f"steps[{number}].kind")
    for number, restriction in enumerate(part.restrictions):
        named.setdefault(restriction.text, f"restrictions[{number}].text")
    for number, card in enumerate(part.cards):
        named.setdefault(card.text, f"cards[{number}].text")
    for number, course in enumerate(part.courses):
        named.setdefault(f"symptom.{course.symptom}", f"courses[{number}].symptom")
    for number, fact in enumerate(part.facts):
        named.setdefault(f"fact.{fact.name.value}", f"facts[{number}].name")
    for number, rule in enumerate(part.rules):
        named.setdefault(rule.advice, f"rules[{number}].advice")
    if part.rules:
        for text_id in TRIAGE_TEXTS:
            named.setdefault(text_id, "rules")
    return named


def _refuse_missing_texts(part: ProtocolPart, file: str) -> None:
    missing = [
        Problem(place, f'names the text "{text_id}", which is not there')
        for text_id, place in texts_named(part).items()
        if text_id not in part.texts
    ]
    if missing:
        raise ProtocolError(file, missing)


def _set(names: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if names is None else frozenset(names)


def _areas(areas: tuple[Area, ...] | None) -> frozenset[Area] | None:
    return None if areas is None else frozenset(areas)


def _span(part: SpanPart) -> DaySpan:
    return DaySpan(part.first, part.last)


def _pattern(days: DaysPart) -> DayPattern:
    if days.on_days:
        return DayPattern(DaySpan(days.on_days[0], days.on_days[-1]), on=days.on_days)
    assert days.first is not None  # the schema saw to it, and to the last
    assert days.last is not None
    return DayPattern(DaySpan(days.first, days.last), every=days.every)


def _days(part: ProtocolPart, step: StepPart, number: int, file: str) -> DayPattern:
    pattern = _pattern(step.days)
    if not step.days.not_with:
        return pattern
    others = {other.id: _pattern(other.days) for other in part.steps if other is not step}
    for place, name in enumerate(step.days.not_with):
        if name not in others:
            path = f"steps[{number}].days.not_with[{place}]"
            raise ProtocolError(file, [Problem(path, f'names the step "{name}", which is not there')])
    left_out = [others[name] for name in step.days.not_with]
    days = (day for day in range(pattern.span.first, pattern.span.last + 1) if day in pattern)
    if all(any(day in other for other in left_out) for day in days):
        raise ProtocolError(file, [Problem(f"steps[{number}].days", "leaves no day at all")])
    # Which days those steps really ask on is known day by day only: closed days move them.
    return pattern


def _phase(part: PhasePart) -> PhaseSpan:
    return PhaseSpan(part.phase, _span(part), part.check_in_items, part.safety_set)


def _step(part: StepPart, whole: ProtocolPart, number: int, file: str) -> Step:
    return Step(
        id=part.id,
        kind=part.kind,
        days=_days(whole, part, number, file),
        times=tuple(parse_time(time) for time in part.times),
        window=parse_length(part.window),
        text_id=part.text,
        quiet=part.quiet,
        gate=part.gate,
        fact=part.fact,
        only_if_prescribed=part.only_if_prescribed,
        areas=_areas(part.areas),
        variants=_set(part.variants),
        timer=parse_length(part.timer) if part.timer else None,
        timer_most=parse_length(part.timer_most) if part.timer_most else None,
        strict=part.strict,
        not_with=frozenset(part.days.not_with),
    )


def _restriction(part: RestrictionPart) -> Restriction:
    return Restriction(
        id=part.id,
        text_id=part.text,
        since_day=part.since_day,
        until_day=part.until_day,
        fact=part.fact,
        never_again=part.never_again,
        areas=_areas(part.areas),
        variants=_set(part.variants),
    )


def _card(part: CardPart) -> DayCard:
    return DayCard(_span(part), part.text, _set(part.variants), _areas(part.areas), part.also_unknown)


def _course(part: CoursePart) -> Course:
    bounds = tuple(Bound(_span(bound), bound.at_most) for bound in part.bounds)
    visible = None if part.visible is None else _span(part.visible)
    return Course(part.symptom, visible, bounds, _set(part.variants), _areas(part.areas))


def _fact(part: FactPart) -> FactQuestion:
    return FactQuestion(part.name, f"fact.{part.name.value}", part.ask_from, _set(part.variants))


def text_of(text_id: str, part: TextPart) -> Text:
    """The domain value of a text."""
    words = {language: Words(words.title, words.body, words.why) for language, words in part.words.items()}
    return Text(text_id, MappingProxyType(words), part.sources)
