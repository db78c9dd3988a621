"""The knowledge base in memory: one immutable snapshot at a time, asked and browsed by everyone.

base = await KnowledgeBase.load(session, load_embedder(), cache=Path("var/cache"))
answer = await base.ask("tax holiday in Boten?", None, context)
answer = base.answer("la-boten-sez", "profit_tax", Language.LO, today)
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from knowledge.answers import Answer
from knowledge.designs import Topic
from knowledge.language import Language
from knowledge.loader import Content
from knowledge.records import Crossing, Procedure, Programme, Record, RecurringEvent, Regime, Route, Term, Zone
from knowledge.search import Context, Embedder, SearchIndex
from knowledge.vocabulary import Country, Kind

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

SEARCHERS = 2
QUESTION_LIMIT = 1_000
"""Characters of a question that are read; the rest of a longer one is ignored."""


class EmptyQuestion(ValueError):
    """The question holds nothing to search for."""


@dataclass(frozen=True)
class Snapshot:
    """One published state of the base."""

    content: Content
    index: SearchIndex
    revisions: dict[str, int]
    version: int


class KnowledgeBase:
    """Holds the current snapshot. Reading is safe from any thread; `reload` swaps the whole snapshot at once."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder | None = None, cache: Path | None = None) -> None:
        self._snapshot = snapshot
        self._embedder = embedder
        self._cache = cache
        self._searchers = ThreadPoolExecutor(SEARCHERS, thread_name_prefix="search")

    @classmethod
    async def load(
        cls, session: AsyncSession, embedder: Embedder | None = None, cache: Path | None = None
    ) -> KnowledgeBase:
        """The published records of the (seeded) database with their search index."""
        raise NotImplementedError

    @classmethod
    def from_content(
        cls, content: Content, embedder: Embedder | None = None, cache: Path | None = None
    ) -> KnowledgeBase:
        """A base straight from content files, without a database; every record counts as revision 0."""
        index = SearchIndex.build(content, embedder, cache)
        return cls(Snapshot(content, index, dict.fromkeys(content.records, 0), 0), embedder, cache)

    @property
    def content(self) -> Content:
        """Records, sources, tags, topics and designs as published."""
        return self._snapshot.content

    @property
    def index(self) -> SearchIndex:
        """The search index over `content`."""
        return self._snapshot.index

    @property
    def revisions(self) -> dict[str, int]:
        """The published revision number of each record."""
        return self._snapshot.revisions

    @property
    def version(self) -> int:
        """The content version that this snapshot shows."""
        return self._snapshot.version

    async def reload(self, session: AsyncSession) -> bool:
        """Takes over what was published since; False when nothing was. Questions meanwhile see the old snapshot."""
        raise NotImplementedError

    def close(self) -> None:
        """Lets running searches end and takes no more."""
        self._searchers.shutdown(wait=False, cancel_futures=True)

    async def ask(
        self, question: str, language: Language | None, context: Context | None = None, now: datetime | None = None
    ) -> Answer:
        """Answers a question in the person's language (None: the question's own). `now` decides what is outdated.

        Raises EmptyQuestion where there is nothing to search for.
        """
        asked = question.strip()[:QUESTION_LIMIT]
        if not asked:
            raise EmptyQuestion
        today = (now or datetime.now(UTC)).date()
        loop = asyncio.get_running_loop()
        finding = await loop.run_in_executor(self._searchers, self.index.find, asked, language, context)
        return Answer("declined", finding.language, Markup(""), context=finding.context, checked_on=today)

    def answer(self, record: str, facet: str, language: Language, today: date) -> Answer:
        """The answer to a tap on (record, facet). Raises KeyError when that record is not published (any more)."""
        raise NotImplementedError

    def record(self, id_: str) -> Record | None:
        """A published record."""
        return self.content.records.get(id_)

    def zones(self, country: Country) -> list[Zone]:
        """The zones of a country, by English name."""
        raise NotImplementedError

    def regimes(self, country: Country) -> list[Regime]:
        """The incentive laws of a country."""
        raise NotImplementedError

    def country_pairs(self) -> list[tuple[Country, Country]]:
        """Every pair of neighbours with a crossing, each in the order of the first crossing's sides."""
        raise NotImplementedError

    def crossings(self, country_a: Country, country_b: Country) -> list[Crossing]:
        """The crossings between two countries, in either order."""
        raise NotImplementedError

    def procedures(self, country: Country, topic: str | None = None) -> list[Procedure]:
        """The border procedures of a country ("regional" for those of no one country), of one topic if given."""
        raise NotImplementedError

    def topics(self, country: Country) -> list[Topic]:
        """The topics that a country has procedures on."""
        raise NotImplementedError

    def routes(self) -> list[Route]:
        """The usual ways of goods."""
        raise NotImplementedError

    def events(self) -> list[RecurringEvent]:
        """Fairs and forums that come again, in the order of their usual months."""
        raise NotImplementedError

    def programmes(self, country: Country | None = None) -> list[Programme]:
        """Programmes that serve a country (regional ones included), or all."""
        raise NotImplementedError

    def terms(self) -> list[Term]:
        """The glossary."""
        raise NotImplementedError

    def nearest(
        self, lat: float, lon: float, kinds: Collection[Kind] = (Kind.CROSSING, Kind.ZONE), limit: int = 5
    ) -> list[tuple[Record, float]]:
        """The nearest records with a known point, with the distance in kilometres as the crow flies."""
        raise NotImplementedError

    def facets_of(self, record: Record | str) -> list[str]:
        """The facets worth a button, in a sensible order; for a zone also those it takes over from its regime."""
        raise NotImplementedError

    def name(self, record: Record | str, language: Language) -> str:
        """The record's name in the language; where there is none, the English one with "(English)" behind it."""
        raise NotImplementedError

    def facet_name(self, facet: str, language: Language) -> str:
        """What a facet is called on a button."""
        raise NotImplementedError

    def topic_name(self, topic: str, language: Language) -> str:
        """What a topic of procedures is called."""
        raise NotImplementedError
