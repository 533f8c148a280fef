"""How hard a text is to read: words, sentences, syllables, and the Flesch-Kincaid grade.

Grade = 0.39 x words per sentence + 11.8 x syllables per word - 15.59 (Kincaid 1975), American school years.
"""

from __future__ import annotations

import re
from types import MappingProxyType

_WORD = re.compile(r"[A-Za-z0-9]+(?:['\u2019.:][A-Za-z0-9]+)*")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|\n")
_VOWELS = re.compile(r"[aeiouy]+")
# Pairs of vowels that are spoken apart: me-di-a, ra-di-o, us-u-al, flu-id, dri-er.
_TWO = re.compile(r"ia(?!l$)|io(?!u|n)|eo(?!u|p)|iu|ua(?!r)|uid$|ier$|iest$|[^q]uous$|^creat(?!ur)|^react")
_SILENT_ENDING = re.compile(r"(?<![aeiouy])e$|(?<=[^aeiouydt])ed$|(?<=[^aeiouysxzcgh])es$")
_SPOKEN_LE = re.compile(r"[^aeiouylr]les?$")
_EXCEPTIONS = MappingProxyType(
    {
        "afterbeam": 1,
        "area": 3,
        "areas": 3,
        "being": 2,
        "clothes": 1,
        "create": 2,
        "else": 1,
        "evening": 2,
        "every": 2,
        "eye": 1,
        "eyes": 1,
        "fluid": 2,
        "friday": 2,
        "hours": 1,
        "hour": 1,
        "idea": 3,
        "ideas": 3,
        "lotion": 2,
        "numb": 1,
        "ointment": 2,
        "people": 2,
        "pimples": 2,
        "quiet": 2,
        "science": 2,
        "something": 2,
        "sometimes": 2,
        "sunscreen": 2,
        "sunscreens": 2,
        "used": 1,
        "video": 3,
        "weeks": 1,
        "maybe": 2,
        "makeup": 2,
        "make": 1,
        "someone": 2,
        "somebody": 3,
        "therefore": 2,
        "moisture": 2,
        "once": 1,
        "nurse": 1,
        "course": 1,
        "tired": 1,
        "lines": 1,
    }
)


def words_in(text: str) -> list[str]:
    """The words of a text; hyphens part words, so "make-up" counts as two short ones."""
    return _WORD.findall(text)


def sentences_in(text: str) -> list[str]:
    """The sentences of a text that have words in them."""
    return [part.strip() for part in _SENTENCE_END.split(text) if words_in(part)]


def syllables_in(word: str) -> int:
    """How many syllables a word has, at least one. Digits count as one, capitals such as SPF by letter."""
    if word[0].isdigit():
        return 1
    if word.isupper() and len(word) <= 4:
        return len(word)
    lower = re.sub(r"['\u2019].*$", "", word.lower())
    if lower in _EXCEPTIONS:
        return _EXCEPTIONS[lower]
    count = len(_VOWELS.findall(lower)) + len(_TWO.findall(lower))
    if _SILENT_ENDING.search(lower) and not _SPOKEN_LE.search(lower):
        count -= 1
    return max(1, count)


def grade_of(text: str) -> float:
    """The Flesch-Kincaid grade of a text; 0 when it has no words."""
    words = words_in(text)
    if not words:
        return 0.0
    sentences = max(1, len(sentences_in(text)))
    syllables = sum(syllables_in(word) for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
