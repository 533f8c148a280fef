from __future__ import annotations

from collections.abc import Iterable

import pytest

from pwa.protocols.document import ProtocolDocument
from pwa.protocols.findings import Finding
from pwa.protocols.lint_days import days_findings
from pwa.protocols.lint_restrictions import restrictions_findings
from pwa.protocols.lint_steps import steps_findings
from pwa.protocols.lint_words import words_findings
from pwa.protocols.linter import Level, lint
from pwa.protocols.loader import load_text
from tests.unit.protocols.seeds import changed, lint_changed, seed_text

CO2, TATTOO = "co2_full", "pigment_tattoo"

# procedure, behind what, what, its replacement; then where the linter says what.
UNCOVERED = [
    (CO2, "phase: healing", "first: 4", "first: 5", "phases[2].first", "leaves days 4 to 4 out"),
    (CO2, "phase: healing", "first: 4", "first: 3", "phases[2].first", "overlaps"),
    (CO2, "", "last_day: 180", "last_day: 179", "last_day", "the last phase ends"),
    (CO2, "phase: healing", "spreading", "blisters", "phases[2].safety_set[5]", "yes-or-no"),
    (CO2, "id: sun_strict", "first: 1,", "first: 3,", "steps", "no sun step on 2 days"),
    (CO2, "id: sun_protect", "kind: sun", "kind: comfort", "steps", "once the skin has closed"),
    (CO2, "id: sun_strict_open", "kind: sun", "kind: comfort", "steps", "while nobody said"),
    (CO2, "id: check_in_daily", "first: 1,", "first: 4,", "steps", "no check-in from day 1 to 3"),
    (CO2, "cards:", "first: 136", "first: 150", "cards", "14 days from day 136"),
    (TATTOO, "cards:", "variants: [tattoo]", "variants: [pigment]", "cards", "day 0 to 3"),
    (TATTOO, "cards:", ", also_unknown: true", "", "cards", "day 0 to 3 (variant unknown"),
    ("ipl", "ipl_later", ", also_unknown: true", "", "cards", "7 days from day 15 to 21 (area unknown)"),
    (CO2, "id: sun_strict\n", "    strict: true\n", "", "steps", "no strict sun step on 14 days from day 1"),
    (CO2, "id: sun_strict_open", "    strict: true\n", "", "steps", "no strict sun step on 166 days"),
    ("ipl", "id: sun_strict\n", "    strict: true\n", "", "steps", "no strict sun step on 14 days"),
    (CO2, "", "flag_day: 14", "flag_day: 8", "delayed_healing_flag_day", "typical"),
]
CONTRADICTIONS = [
    (CO2, "id: sunscreen\n", "first: 7", "first: 4", "steps[13].days.first", "skin can first be closed"),
    (CO2, "id: sunscreen\n", "needs_fact", "not_open", "steps[13].gate", "must wait for closed skin"),
    (
        "ipl",
        "id: sunscreen\n",
        "    gate: not_open\n    fact: skin_closed\n",
        "",
        "steps[13].gate",
        "gated by skin_closed",
    ),
    (CO2, "id: exercise", "since_day: 0", "since_day: 14", "restrictions[3].until_day", "before it starts"),
    (CO2, "id: acids", "until_day: 42", "until_day: 300", "restrictions[5].until_day", "plan has ended"),
    (CO2, "id: cooling_first", "timer: 10m", "timer: 20m", "steps[15].timer", "longer than timer_most"),
    (CO2, "id: cooling_first", "timer_most: 15m", "timer_most: 30m", "steps[15].timer_most", "never lasts"),
    (CO2, "id: cooling_first", "    timer: 10m\n", "", "steps[15].timer", "needs both"),
    (CO2, "facts:", "name: skin_closed", "name: scabs_gone", "steps[11].fact", "nobody is asked"),
    (CO2, "", ", mouth, neck_chest, hands, body]", "]", "steps[21].areas", "the area"),
    (
        "vascular",
        "id: swim_bruise",
        "variants: [pdl]",
        "variants: [co2]",
        "restrictions[5].variants",
        '"co2"',
    ),
    (TATTOO, "cards:", "variants: [tattoo]", "variants: [co2]", "cards[1].variants", '"co2"'),
    (TATTOO, "courses:", "variants: [tattoo]", "variants: [co2]", "courses[4].variants", '"co2"'),
    (CO2, "courses:", "first: 15,", "first: 17,", "courses[0].bounds[1].first", "the day after"),
    (CO2, "courses:", "symptom: itching", "symptom: swelling", "courses[5]", "twice"),
    (CO2, "courses:", "at_most: 2", "at_most: 4", "courses[0].bounds", "above 3"),
    (
        CO2,
        "id: antiviral",
        "    only_if_prescribed: antiviral\n",
        "",
        "steps[23].only_if_prescribed",
        "what was",
    ),
    (
        CO2,
        "id: head_up\n",
        "window: 2h",
        "window: 2h\n    strict: true",
        "steps[21].strict",
        "only a sun step",
    ),
    (CO2, "id: visit", "30, 90, 180]", "30, 90, 190]", "steps[28].days", "beyond"),
]
ILL_TIMED = [
    (CO2, "id: check_in_first", "check_in+2h", '"19:00"', "steps[24].times", "while the clinic is closed"),
    ("ipl", "id: check_in_daily", "[check_in]", '["10:00"]', "steps[22].times", "while the clinic is closed"),
    (CO2, "id: head_up\n", "window: 2h", "window: 2h\n    quiet: deliver", "steps[21].quiet", "only medic"),
    (CO2, "id: head_up\n", "bed-30m", "bed+1h", "steps[21].times[0]", "shifted out of its window"),
    (
        CO2,
        "id: head_up\n",
        "[bed-30m]\n",
        '["06:00"]\n    quiet: drop\n',
        "steps[21].times[0]",
        "nobody is reminded",
    ),
    (CO2, "id: cleanse\n", "wake+4h", "wake+6h", "steps[19].times", "over the day's budget"),
    (CO2, "id: check_in_weekly", "check_in+2h", '"10:00"', "steps[19].times", "over the day's budget"),
    (CO2, "id: check_in_daily", "check_in+2h", '"12:00"', "steps[19].times", "someone who wakes at 06:00"),
    (
        "vascular",
        "id: sunscreen_noon_later",
        ", not_with: [check_in_weekly, skin_check]",
        "",
        "steps[14].times",
        "over the day's budget on 23 days",
    ),
    (CO2, "id: day_zero\n", "times: [wake]", "times: [treated+1h]", "steps[6]", "never comes"),
    (CO2, "", "languages: [en]", "languages: [en, fr]", "texts.sun.strict", "has no words in fr"),
]  # fmt: skip
OUTLASTING = [
    (CO2, "id: sunscreen\n", "window: 4h", "window: 90h", "steps[13].window", "longer than a day"),
    (CO2, "id: visit", "window: 6h", "window: 25h", "steps[28].window", "longer than a day"),
    (CO2, "id: cleanse\n", "window: 3h", "window: 5h", "steps[19].window", "when it is due again"),
    (CO2, "id: ointment\n", "window: 3h", "window: 13h", "steps[20].window", "when it is due again"),
]
ON_OPEN_SKIN = [
    (
        procedure,
        f"id: {thing},",
        ", fact: skin_closed",
        "",
        f"restrictions[{number}].fact",
        "may end on open skin",
    )
    for procedure, number, thing in (
        (CO2, 2, "makeup"),
        (CO2, 3, "exercise"),
        (CO2, 4, "swim"),
        (CO2, 5, "acids"),
        (CO2, 6, "facials"),
        (CO2, 8, "shave"),
        (CO2, 9, "wax"),
        (TATTOO, 3, "exercise"),
        ("ipl", 4, "swim"),
        ("vascular", 2, "products"),
    )
]
FAULTS = [*UNCOVERED, *CONTRADICTIONS, *ILL_TIMED, *OUTLASTING, *ON_OPEN_SKIN]


@pytest.mark.parametrize(
    ("procedure", "after", "old", "new", "path", "message"),
    FAULTS,
    ids=[f"{f[0]}-{f[4]}-{f[5]}" for f in FAULTS],
)
def test_a_planted_fault_is_found(
    procedure: str, after: str, old: str, new: str, path: str, message: str
) -> None:
    document = load_text(changed(old, new, procedure, after), "changed.yaml")
    findings = quick_findings(document)
    if not _are_said(findings, path, message):
        findings = lint(document)
    assert _are_said(findings, path, message), findings


def _are_said(findings: Iterable[Finding], path: str, message: str) -> bool:
    return any(each.path == path and message in each.message for each in findings)


def quick_findings(document: ProtocolDocument) -> tuple[Finding, ...]:
    """All but the rehearsal, which takes seconds."""
    protocol = document.protocol
    days, steps = days_findings(protocol), steps_findings(protocol)
    return (*days, *steps, *restrictions_findings(protocol), *words_findings(document.part))


def test_the_linter_says_all_of_it() -> None:
    text = changed(", fact: skin_closed", "", after="id: makeup").replace("window: 10h", "window: 90h")
    document = load_text(text.replace("{first: 0, last: 0, text", "{first: 1, last: 1, text"), "bad.yaml")
    quick = quick_findings(document)
    assert {each.path.split("[")[0] for each in quick} == {"steps", "restrictions", "cards"}
    assert set(quick) <= set(lint(document))


def test_a_row_of_the_same_title_may_wait_for_the_skin_in_its_stead() -> None:
    """A scab and an open spot are two things to wait for, so there are two rows."""
    text = changed("fact: skin_closed", "fact: scabs_gone", TATTOO, "id: swim_open,")
    alone = quick_findings(load_text(text, "changed.yaml"))
    assert [each.path for each in alone] == ["restrictions[4].fact", "restrictions[5].fact"]


def test_what_does_not_reach_the_skin_may_end_by_its_date() -> None:
    drive = "words: {en: {title: Drive a car, body: Ask your clinic if you took a strong tablet.}}"
    own = f"texts:\n  may.drive: {{sources: [D], {drive}}}\n"
    row = "restrictions:\n  - {id: drive, text: may.drive, since_day: 0, until_day: 2}\n"
    text = seed_text(CO2).replace("restrictions:\n", row) + own
    assert quick_findings(load_text(text, "own.yaml")) == ()


def test_one_symptom_may_have_a_course_for_each_area_but_not_two() -> None:
    text = changed("areas: [hands, body]", "areas: [hands, mouth]", "ipl", "courses:")
    (finding,) = quick_findings(load_text(text, "changed.yaml"))
    assert (finding.path, finding.message) == ("courses[6]", '"darkened_spots" has its course twice')


def test_a_reminder_shifted_inside_its_window_is_no_fault() -> None:
    assert lint_changed("[bed-30m]", '["06:00"]', after="id: head_up\n") == ()


GOOD = "words: {en: {title: Hi, body: Stay in the shade.}}"
LONG = "We ask you to sit and to sit and to sit and to sit and to sit."
HARD = "Ultraviolet irradiation necessitates photoprotection."
WORDS = [
    (GOOD, "texts.sun.before", "has no source"),
    (f"sources: [R999]\n    {GOOD}", "texts.sun.before", "R999"),
    (f"sources: [hearsay]\n    {GOOD}", "texts.sun.before", "hearsay"),
    (f"sources: [R93, R94]\n    {GOOD}", "texts.sun.before", "weak"),
    (f"sources: [R3]\n    words: {{en: {{title: Hi, body: {HARD}}}}}", "texts.sun.before.en", "grade"),
    (
        f"sources: [R3]\n    words: {{en: {{title: Hi, body: {LONG}}}}}",
        "texts.sun.before.en",
        "sentence of 17",
    ),
    ("sources: [R3]\n    words: {en: {title: Hi, body: This is safe.}}", "texts.sun.before.en", "safe"),
]


@pytest.mark.parametrize(("text", "path", "message"), WORDS, ids=[message for _, _, message in WORDS])
def test_a_faulty_text_is_found(text: str, path: str, message: str) -> None:
    findings = lint(load_text(f"{seed_text(CO2)}\ntexts:\n  sun.before:\n    {text}\n", "own.yaml"))
    assert [(each.path, message in each.message) for each in findings] == [(path, True)], findings


def test_a_good_text_of_a_clinic_is_no_fault() -> None:
    own = f"\ntexts:\n  sun.before:\n    sources: [R3]\n    {GOOD}\n"
    assert lint(load_text(seed_text(CO2) + own, "own.yaml")) == ()


def test_a_health_word_on_the_lock_screen_is_found() -> None:
    words = "words: {en: {title: Care for your skin, body: Care step due}}"
    own = f"\ntexts:\n  lock.sun_1:\n    sources: [D]\n    {words}\n"
    (finding,) = lint(load_text(seed_text("co2_full") + own, "own.yaml"))
    assert (finding.level, finding.path) == (Level.ERROR, "texts.lock.sun_1.en.title")


def test_an_unused_text_is_found() -> None:
    own = (
        "\ntexts:\n  my.text:\n    sources: [D]\n    words: {en: {title: Wash now, body: Wash your hands.}}\n"
    )
    (finding,) = lint(load_text(seed_text("co2_full") + own, "own.yaml"))
    assert (finding.level, finding.path) == (Level.WARNING, "texts.my.text")


def test_a_protocol_without_strict_words_about_the_sun_is_found() -> None:
    text = seed_text("ipl").replace("    strict: true\n", "")
    found = lint(load_text(text, "own.yaml"))
    assert [each.path for each in found if "no strict sun step, so" in each.message] == ["steps"]


def test_a_reminder_too_many_is_found_that_only_a_treatment_at_the_weekend_brings() -> None:
    """Treated on a Saturday, the check-in of day 21 waits for Monday, day 23."""
    text = seed_text(CO2).replace("days: {on_days: [4]}", "days: {on_days: [23]}")
    text = text.replace("check_in_weekly, skin_check]", "check_in_weekly, skin_check, head_up_last]")
    (finding,) = lint(load_text(text, "own.yaml"))
    assert (finding.path, finding.message) == (
        "steps[22].times",
        "its reminder is over the day's budget on day 23",
    )


def test_open_skin_without_wound_care_is_found() -> None:
    text = seed_text("co2_full")
    for step_id in ("cleanse_first", "ointment_first"):
        text = text.replace(f"id: {step_id}\n    kind: wound_care", f"id: {step_id}\n    kind: comfort")
    found = lint(load_text(text, "own.yaml"))
    assert [each.message for each in found if "without wound care on day 0" in each.message]
