"""How coverage is put into words, in the chat and on the page."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from knowledge.coverage import Share
from knowledge.language import Language
from knowledge.phrases import N_, Phrases
from knowledge.texts import Status

TOPICS = {
    "zones": N_("Zones"),
    "borders": N_("Borders"),
    "procedures": N_("Papers and procedures"),
    "programmes": N_("Programmes"),
    "events": N_("Forums"),
    "advice": N_("Advice and lessons"),
    "terms": N_("Trade words"),
}
STATUS: dict[Status, str] = {
    "reviewed": N_("reviewed"),
    "draft": N_("draft"),
    "stale": N_("older than the English"),
    "missing": N_("missing"),
}


def summary(t: Phrases, share: Share) -> Markup:
    """How many records there are, and how fresh."""
    if share.oldest is None:
        return t("No records yet.")
    return t.n(
        "{count} record; {share} checked within its time, the oldest check on {date}.",
        "{count} records; {share} checked within their time, the oldest check on {date}.",
        share.records,
        share=t.percent(share.fresh / share.records),
        date=t.date(share.oldest),
    )


def states(t: Phrases, share: Share, language: Language) -> Markup:
    """In which state the texts of a language are."""
    return counted_states(t, share.texts.get(language, Counter[Status]()))


def counted_states(t: Phrases, counted: Counter[Status]) -> Markup:
    parts = [
        t("{count} {state}", count=t.number(counted[one]), state=t(STATUS[one])) for one in STATUS if counted.get(one)
    ]
    return t.list(parts)
