"""How much the desk knows, for everyone to see: by country, topic and language, how fresh, and who has read it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from knowledge.check import texts_in
from knowledge.language import Language
from knowledge.loader import Content
from knowledge.records import Record
from knowledge.texts import Status
from knowledge.vocabulary import Country, Kind

RECORDED = Path(__file__).parent / "search" / "recorded.json"
"""What finding reaches on the question sets, as `tests/questions/record.py` measured it last."""
COUNTRIES: tuple[Country, ...] = ("KH", "CN", "LA", "MM", "TH", "VN", "regional")
TOPICS: dict[str, tuple[Kind, ...]] = {
    "zones": (Kind.ZONE, Kind.REGIME),
    "borders": (Kind.CROSSING, Kind.ROUTE),
    "procedures": (Kind.PROCEDURE,),
    "programmes": (Kind.PROGRAMME,),
    "events": (Kind.EVENT,),
    "advice": (Kind.NOTE, Kind.LESSON, Kind.COUNTRY),
    "terms": (Kind.TERM,),
}
_TOPIC_OF = {kind: topic for topic, kinds in TOPICS.items() for kind in kinds}


@dataclass
class Share:
    """What is counted of some records."""

    records: int = 0
    fresh: int = 0
    """Checked within their review period."""
    oldest: date | None = None
    """The check that is longest ago."""
    texts: dict[Language, Counter[Status]] = field(default_factory=dict)

    def add(self, other: Share) -> None:
        self.records += other.records
        self.fresh += other.fresh
        self.oldest = min((one for one in (self.oldest, other.oldest) if one), default=None)
        for language, states in other.texts.items():
            self.texts.setdefault(language, Counter()).update(states)

    def state(self, language: Language, *states: Status) -> float:
        """The share of texts that are in one of the states in the language, 0 to 1."""
        counted = self.texts.get(language, Counter())
        return sum(counted[one] for one in states) / counted.total() if counted.total() else 0.0


@dataclass(frozen=True)
class Score:
    """How well questions in a language are answered, on questions that nothing was tuned on."""

    questions: int
    right: float
    """The right record and the right fact come first."""


@dataclass(frozen=True)
class Coverage:
    """The whole table on one day."""

    total: Share
    """Every record once."""
    by_topic: dict[str, Share]
    by_country: dict[Country, dict[str, Share]]
    """A crossing counts in each of its countries."""
    scores: dict[Language, Score]


def coverage(content: Content, today: date) -> Coverage:
    """Counts the content as it is published."""
    total, by_topic = Share(), {topic: Share() for topic in TOPICS}
    by_country: dict[Country, dict[str, Share]] = {}
    for record in content.records.values():
        one, topic = _share(record, today), _TOPIC_OF[record.kind]
        total.add(one)
        by_topic[topic].add(one)
        for country in _countries(record):
            by_country.setdefault(country, {}).setdefault(topic, Share()).add(one)
    ordered = {
        country: {topic: by_country[country][topic] for topic in TOPICS if topic in by_country[country]}
        for country in COUNTRIES
        if country in by_country
    }
    return Coverage(total, by_topic, ordered, scores())


def _share(record: Record, today: date) -> Share:
    texts: dict[Language, Counter[Status]] = {language: Counter() for language in Language}
    for _, text in texts_in(record, ""):
        for language in Language:
            texts[language][text.status(language)] += 1
    return Share(1, int(not record.outdated(today)), record.checked_on, texts)


def _countries(record: Record) -> Iterable[Country]:
    if record.kind in (Kind.CROSSING, Kind.ROUTE) and record.countries:
        return record.countries
    return (record.country,)


@cache
def scores() -> dict[Language, Score]:
    """The recorded evaluation by language; shipped data, read once."""
    return dict(_scores())


def _scores() -> Iterator[tuple[Language, Score]]:
    measured = json.loads(RECORDED.read_text("utf-8"))["dense"]["held"]["languages"]
    for language in Language:
        if found := measured.get(language.short):
            yield language, Score(found["n"], found["hit@1"])
