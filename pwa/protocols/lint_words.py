"""Linting words: languages, sources, reading grade, what a lock screen may show, what is never said."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pwa.protocols.compiler import texts_named
from pwa.protocols.findings import Finding, error, warning
from pwa.protocols.packaged import packaged_sources
from pwa.protocols.reading import grade_of, sentences_in, words_in
from pwa.protocols.schema import ProtocolPart, TextPart, WordsPart

HIGHEST_GRADE = 6.0
LONGEST_SENTENCE = 15  # words
WEAK = "W"
LOCK_SCREEN = ("lock.", "app.")
PROPER_NAMES = "name."  # "Fractional laser resurfacing (ablative)" is what the patient's papers say too

_HEALTH = """
acne ache allergy antibiotic antiviral appointment aftercare bandage bleed bleeding blister blisters blood
body bruise burn capsule check-up clinic clinical clinician consultation cosmetic cream crust dermatology
diagnosis doctor dose dressing drug face fever fluid follow-up gauze gp heal healed healing health herpes
hospital ill illness infected infection injury itch itching laser lesion lotion medical medicine medication
moisturiser moisturizer nurse ointment operation pain patient peel peeling pharmacy pill pills prescription
procedure pus rash recovery redness sick skin sore spf sunscreen surgeon surgery swelling swollen symptom
symptoms tablet tablets tattoo therapy treated treatment wound wounds
"""
# Whatever tells a stranger that this is about health, a body part or a treatment.
HEALTH_WORDS = frozenset(_HEALTH.split())

# What no text may say: promises, other words for "call", diagnoses, drugs and doses, and known errors.
_NEVER_SAID = (
    (r"\bnormal(?:ly)?\b", '"normal" promises too much; say what many people see'),
    (r"\bsafe(?:ly)?\b", '"safe" promises too much'),
    (r"\bno need to worry\b|\bdon['\u2019]t worry\b|\bdo not worry\b", "nobody is told not to worry"),
    (r"\bguarantee|\bno risk\b|\bcannot go wrong\b", "nothing is promised"),
    (r"\bno (?:sun )?protection (?:is )?needed\b|\bsafe minutes\b", "no hour is ever free of protection"),
    (r"\bcontact (?:your|the|us|a) ", 'say "call", not "contact"'),
    (r"\bdiagnos|\bdetects?\b", "the app does not diagnose"),
    (r"\bsagging\b|\bdisfigur", "repeats an error of a popular article"),
    (r"\bred bumps\b", "milia are small white bumps"),
    (r"\bvinegar\b", "vinegar is off unless the clinic gives its own recipe"),
    (r"\b\d+\s?(?:mg|mcg|ml|g|iu)\b|\b(?:one|two|\d+) tablets?\b", "no doses"),
    (
        r"\b\w+(?:ciclovir|cyclovir)\b|\bibuprofen\b|\bparacetamol\b|\bacetaminophen\b|\baspirin\b|\btretinoin\b"
        r"|\bhydroquinone\b|\blidocaine\b|\b\w+(?:cillin|mycin|conazole)\b",
        "no names of drugs",
    ),
    (r"(?<!never )(?<!never put )\bice\b", "ice never goes on skin"),
)
NEVER_SAID = tuple((re.compile(pattern, re.IGNORECASE), reason) for pattern, reason in _NEVER_SAID)
_RED = re.compile(r"\bred(?:dish|der|ness)?\b", re.IGNORECASE)
_SOURCE = re.compile(r"D|K: .{5,}|R[0-9]+b?")


def words_findings(part: ProtocolPart) -> Iterator[Finding]:
    """Everything wrong with the texts of a protocol."""
    named = texts_named(part)
    for text_id, text in part.texts.items():
        path = f"texts.{text_id}"
        if text_id not in named:
            yield warning(path, "nothing uses this text")
        yield from source_findings(path, text)
        for language in part.languages:
            if language not in text.words:
                yield error(path, f"has no words in {language}")
        for language, words in text.words.items():
            yield from _wording_findings(f"{path}.{language}", text_id, words, language)


def source_findings(path: str, text: TextPart) -> Iterator[Finding]:
    """A text needs a source that is known and not weak."""
    if not text.sources:
        yield error(path, "has no source")
        return
    known = packaged_sources()
    for source in text.sources:
        if not _SOURCE.fullmatch(source):
            yield error(path, f'"{source}" is neither an id of sources.yaml nor D nor "K: <citation>"')
        elif source.startswith("R") and source not in known:
            yield error(path, f'the source "{source}" is not in sources.yaml')
    if all(source in known and known[source].tier == WEAK for source in text.sources):
        yield error(path, "rests on weak sources only")


def _wording_findings(path: str, text_id: str, words: WordsPart, language: str) -> Iterator[Finding]:
    if text_id.startswith(LOCK_SCREEN):
        yield from lock_screen_findings(path, words)
    if language.split("-")[0] == "en":  # the formulas and lists are for English
        yield from reading_findings(path, text_id, words)
        yield from never_said_findings(path, words)


def lock_screen_findings(path: str, words: WordsPart) -> Iterator[Finding]:
    """No health word may stand where strangers look."""
    for field, line in (("title", words.title), ("body", words.body)):
        for word in re.findall(r"[a-z]+(?:-[a-z]+)*", line.lower()):
            if word in HEALTH_WORDS or any(piece in HEALTH_WORDS for piece in word.split("-")):
                yield error(f"{path}.{field}", f'"{word}" is a health word on a lock screen')


def reading_findings(path: str, text_id: str, words: WordsPart) -> Iterator[Finding]:
    lines = (
        [words.body, words.why] if text_id.startswith(PROPER_NAMES) else [words.title, words.body, words.why]
    )
    text = "\n".join(lines)
    grade = grade_of(text)
    if grade > HIGHEST_GRADE:
        yield error(path, f"reads at grade {grade:.1f}, above {HIGHEST_GRADE:.0f}")
    for sentence in sentences_in(text):
        length = len(words_in(sentence))
        if length > LONGEST_SENTENCE:
            yield error(path, f'has a sentence of {length} words, above {LONGEST_SENTENCE}: "{sentence}"')


def never_said_findings(path: str, words: WordsPart) -> Iterator[Finding]:
    text = f"{words.title} {words.body} {words.why}"
    for pattern, reason in NEVER_SAID:
        found = pattern.search(text)
        if found:
            yield error(path, f'says "{found.group().strip()}": {reason}')
    if _RED.search(text) and "purple" not in text.lower():
        yield warning(path, 'says "red" alone; on dark skin it is purple, or darker than usual')
