from __future__ import annotations

import pytest

from pwa.protocols.linter import Level, lint
from pwa.protocols.loader import load_text
from tests.unit.protocols.helpers import lint_changed, seed_text

FAULTS = [
    # Uncovered days.
    ("co2_full", "first: 4\n    last: 14", "first: 5\n    last: 14", "phases[2].first", "leaves days 4 to 4 out"),
    ("co2_full", "first: 4\n    last: 14", "first: 3\n    last: 14", "phases[2].first", "overlaps"),
    ("co2_full", "last_day: 180", "last_day: 179", "last_day", "the last phase ends"),
    ("co2_full", "{first: 1, last: 14}\n    times: [wake]\n    window: 8h", "{first: 3, last: 14}\n    times: [wake]\n    window: 8h", "steps", "no sun step on 2 days"),
    ("co2_full", "id: sun_protect\n    kind: sun\n", "id: sun_protect\n    kind: comfort\n", "steps", "once the skin has closed"),
    ("co2_full", "id: sun_strict_open\n    kind: sun\n", "id: sun_strict_open\n    kind: comfort\n", "steps", "while nobody said"),
    ("co2_full", "text: check_in.daily\n    days: {first: 1, last: 14}", "text: check_in.daily\n    days: {first: 4, last: 14}", "steps", "no check-in from day 1 to 3"),
    ("co2_full", "  - {first: 136, last: 180, text: card.sun_months}", "  - {first: 150, last: 180, text: card.sun_months}", "cards", "14 days from day 136"),
    ("pigment_tattoo", "variants: [tattoo]}\n  - {first: 0, last: 3, text: card.pigment", "variants: [pigment]}\n  - {first: 0, last: 3, text: card.pigment", "cards", "day 0 to 3"),
    # Contradictions.
    ("co2_full", "{first: 7, last: 180}\n    times: [wake]\n    window: 4h", "{first: 4, last: 180}\n    times: [wake]\n    window: 4h", "steps[13].days.first", "when skin can first be closed"),
    ("co2_full", "window: 4h\n    gate: needs_fact", "window: 4h\n    gate: not_open", "steps[13].gate", "must wait for closed skin"),
    ("ipl", "window: 4h\n    gate: not_open\n    fact: skin_closed\n", "window: 4h\n", "steps[11].gate", "gated by skin_closed"),
    ("co2_full", "since_day: 0, until_day: 14}", "since_day: 14, until_day: 14}", "restrictions[3].until_day", "comes before it starts"),
    ("co2_full", "until_day: 42}", "until_day: 300}", "restrictions[5].until_day", "after the plan has ended"),
    ("co2_full", "timer: 10m", "timer: 20m", "steps[15].timer", "longer than timer_most"),
    ("co2_full", "timer_most: 15m", "timer_most: 30m", "steps[15].timer_most", "never lasts longer"),
    ("co2_full", "    timer: 10m\n    timer_most: 15m\n", "", "steps[15].timer", "needs both"),
    ("co2_full", "delayed_healing_flag_day: 14", "delayed_healing_flag_day: 8", "delayed_healing_flag_day", "typical"),
    ("co2_full", "- {name: skin_closed, ask_from: 5}", "- {name: scabs_gone, ask_from: 5}", "steps[11].fact", "nobody is asked"),
    ("co2_full", "areas: [full_face, around_eyes, mouth, neck_chest, hands, body]", "areas: [full_face, around_eyes]", "steps[22].areas", "the area"),
    ("vascular", "variants: [ktp]}\n  - {id: contact", "variants: [co2]}\n  - {id: contact", "restrictions[6].variants", '"co2"'),
    ("co2_full", "smell, tender_lumps", "blisters, tender_lumps", "phases[2].safety_set[4]", "yes-or-no"),
    ("co2_full", "      - {first: 15, last: 45, at_most: 2}", "      - {first: 17, last: 45, at_most: 2}", "courses[0].bounds[1].first", "the day after"),
    ("co2_full", "symptom: itching", "symptom: swelling", "courses[5]", "twice"),
    ("co2_full", "    only_if_prescribed: antiviral\n", "", "steps[23].only_if_prescribed", "prescribed"),
    ("co2_full", "    window: 8h\n    strict: true", "    window: 8h\n    strict: true\n    only_if_prescribed: antiviral", "steps[10].only_if_prescribed", "belongs to medicine"),
    # The clinic is closed, or the person asleep.
    ("co2_full", "times: [check_in+2h]\n    window: 6h\n  - id: check_in_daily", "times: [\"19:00\"]\n    window: 6h\n  - id: check_in_daily", "steps[24].times", "while the clinic is closed"),
    ("ipl", "times: [check_in]\n    window: 6h\n  - id: check_in_weekly", "times: [\"10:00\"]\n    window: 6h\n  - id: check_in_weekly", "steps[21].times", "while the clinic is closed"),
    ("co2_full", "times: [bed-30m]\n    window: 2h", "times: [bed-30m]\n    window: 2h\n    quiet: deliver", "steps[21].quiet", "only medicine"),
    ("co2_full", "times: [bed-30m]", "times: [bed+1h]", "steps[21].times[0]", "shifted out of its window"),
    ("co2_full", "times: [bed-30m]", "times: [\"06:00\"]", None, None),
    ("co2_full", "times: [bed-30m]\n    window: 2h", "times: [\"06:00\"]\n    window: 2h\n    quiet: drop", "steps[21].times[0]", "nobody is reminded"),
    # Too many reminders.
    ("co2_full", "id: check_in_daily\n    kind: check_in\n    text: check_in.daily\n    days: {first: 1, last: 14}\n    times: [check_in+2h]", "id: check_in_daily\n    kind: check_in\n    text: check_in.daily\n    days: {first: 1, last: 14}\n    times: [check_in]", "steps[20].times", "over the day's budget"),
    ("vascular", ", not_with: [check_in_weekly, skin_check]", "", "steps[13].times", "over the day's budget on 7 days"),
    # Words.
    ("co2_full", "languages: [en]", "languages: [en, fr]", "texts.sun.strict", "has no words in fr"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("procedure", "old", "new", "path", "message"), FAULTS, ids=[f"{f[0]}-{f[3]}-{f[4]}" for f in FAULTS]
)
def test_a_planted_fault_is_found(
    procedure: str, old: str, new: str, path: str | None, message: str | None
) -> None:
    findings = lint_changed(old, new, procedure)
    if path is None or message is None:
        assert findings == ()  # a shift inside its window is no fault
        return
    assert [each for each in findings if each.path == path and message in each.message], findings


WORDS = [
    ("sources: [R3]\n    words: {en: {title: Hi, body: Stay in the shade.}}", None, None),
    ("words: {en: {title: Hi, body: Stay in the shade.}}", "texts.sun.before", "has no source"),
    ("sources: [R999]\n    words: {en: {title: Hi, body: Stay in.}}", "texts.sun.before", "R999"),
    ("sources: [hearsay]\n    words: {en: {title: Hi, body: Stay in.}}", "texts.sun.before", "hearsay"),
    ("sources: [R93, R94]\n    words: {en: {title: Hi, body: Stay in.}}", "texts.sun.before", "weak"),
    ("sources: [R3]\n    words: {en: {title: Hi, body: Ultraviolet irradiation necessitates photoprotection.}}", "texts.sun.before.en", "grade"),
    ("sources: [R3]\n    words: {en: {title: Hi, body: We ask you to sit and to sit and to sit and to sit and to sit.}}", "texts.sun.before.en", "sentence of 17 words"),
    ("sources: [R3]\n    words: {en: {title: Hi, body: This is safe.}}", "texts.sun.before.en", "safe"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "path", "message"), WORDS, ids=[str(message) for _, _, message in WORDS])
def test_a_faulty_text_is_found(text: str, path: str | None, message: str | None) -> None:
    findings = lint(load_text(f"{seed_text('co2_full')}\ntexts:\n  sun.before:\n    {text}\n", "own.yaml"))
    if path is None or message is None:
        assert findings == ()
    else:
        assert [(each.path, message in each.message) for each in findings] == [(path, True)]


def test_a_health_word_on_the_lock_screen_is_found() -> None:
    own = "\ntexts:\n  lock.sun_1:\n    sources: [D]\n    words: {en: {title: Care for your skin, body: Care step due}}\n"
    (finding,) = lint(load_text(seed_text("co2_full") + own, "own.yaml"))
    assert (finding.level, finding.path) == (Level.ERROR, "texts.lock.sun_1.en.title")


def test_an_unused_text_is_found() -> None:
    own = (
        "\ntexts:\n  my.text:\n    sources: [D]\n    words: {en: {title: Wash now, body: Wash your hands.}}\n"
    )
    (finding,) = lint(load_text(seed_text("co2_full") + own, "own.yaml"))
    assert (finding.level, finding.path) == (Level.WARNING, "texts.my.text")


def test_open_skin_without_wound_care_is_found() -> None:
    text = seed_text("co2_full")
    for step_id in ("cleanse_first", "ointment_first"):
        text = text.replace(f"id: {step_id}\n    kind: wound_care", f"id: {step_id}\n    kind: comfort")
    found = lint(load_text(text, "own.yaml"))
    assert [each.message for each in found if "without wound care on day 0" in each.message]
