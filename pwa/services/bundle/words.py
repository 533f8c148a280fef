"""What a notification says at each lock-screen level. Level 0 and 1 never say anything about health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from pwa.domain.care_plan import CarePlan
from pwa.domain.check_in import QUESTIONS
from pwa.domain.notice import NoticeKind, NoticeState
from pwa.domain.protocol import Words
from pwa.protocols.packaged import app_text
from pwa.services.bundle.shapes import NoticeWordsPart, TextPart
from pwa.services.composing import Recovery
from pwa.store.notices import ReminderItem

# What has nothing to hide, and says the same at every level and in the push itself.
PLAIN_TEXTS = {
    NoticeKind.TEST: "app.test",
    NoticeKind.SUMMARY: "app.outage",
    NoticeKind.FOLLOW_UP: "app.follow_up",
}
TRIAGE_TEXTS = ("sign.", "choice.", "ask.", "symptom.", "advice.")
_WORTH_KNOWING = (NoticeState.PLANNED, NoticeState.SENDING, NoticeState.SENT)


def app_words(text_id: str, language: str) -> Words:
    """Words of the app itself, such as `app.neutral`."""
    return app_text(text_id).in_language(language)


def push_words(kind: NoticeKind, language: str) -> Words:
    """What a push says by itself to a phone that does not know its id: neutral but for what hides nothing."""
    return app_words(PLAIN_TEXTS.get(kind, "app.neutral"), language)


def same_at_every_level(text_id: str, language: str) -> NoticeWordsPart:
    """A notice that has nothing to hide, such as the test."""
    words = app_words(text_id, language)
    return {"titles": [words.title] * 3, "bodies": [words.body] * 3}


def reminder_words(recovery: Recovery) -> dict[str, NoticeWordsPart]:
    """The words of every reminder that is planned or was sent lately, by notice id."""
    by_notice: dict[UUID, list[ReminderItem]] = {}
    for item in recovery.items:
        if item.state in _WORTH_KNOWING:
            by_notice.setdefault(item.notice_id, []).append(item)
    plans = {plan.id: plan for plan in recovery.plans}
    return {
        str(notice_id): _words_of(items, plans, recovery.patient.language)
        for notice_id, items in by_notice.items()
    }


def triage_words(recovery: Recovery) -> dict[str, TextPart]:
    """The labels, questions and advice of check-ins, by text id; of several plans the newest version's."""
    found: dict[str, TextPart] = {}
    for plan in recovery.plans:
        for text_id, text in plan.protocol.texts.items():
            if text_id.startswith(TRIAGE_TEXTS):
                words = text.in_language(recovery.patient.language)
                found[text_id] = {"title": words.title, "body": words.body, "why": words.why}
    return found


def _words_of(
    items: Sequence[ReminderItem], plans: Mapping[UUID, CarePlan], language: str
) -> NoticeWordsPart:
    leading = items[0]
    texts = plans[leading.care_plan_id].protocol.texts
    # Two wordings take turns, so that the lock screen does not become wallpaper.
    turn = 1 + (leading.nominal_day.toordinal() + len(items)) % 2
    lock = texts[f"lock.{leading.kind}_{turn}"].in_language(language)
    neutral = app_words("app.neutral", language)
    steps = _steps(items, plans, language)
    part: NoticeWordsPart = {
        "titles": [lock.title, lock.title, ", ".join(words.title for words in steps)],
        "bodies": [neutral.body, lock.body, " ".join(words.body for words in steps)],
    }
    # Only answers settle a question, so a lock screen offers no Done for it.
    asks = [str(item.occurrence_id) for item in items if item.kind in QUESTIONS]
    done = [str(item.occurrence_id) for item in items if item.kind not in QUESTIONS]
    if done:
        part["occurrence_ids"] = done
    if asks:
        part["asks"] = asks
    return part


def _steps(items: Sequence[ReminderItem], plans: Mapping[UUID, CarePlan], language: str) -> tuple[Words, ...]:
    seen: dict[str, Words] = {}
    for item in items:
        text = plans[item.care_plan_id].protocol.texts[item.text_id]
        seen.setdefault(item.text_id, text.in_language(language))
    return tuple(seen.values())
