"""The knowledge base in memory: one immutable snapshot at a time, asked and browsed by everyone.

base = await KnowledgeBase.load(session, load_embedder(), cache=Path("var/cache"))
answer = await base.ask("tax holiday in Boten?", None, context)
answer = base.answer("la-boten-sez", "profit_tax", Language.LO, today)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from knowledge.answers import Answer, Answerer, View
from knowledge.answers.menu import facets_of
from knowledge.answers.view import ENGLISH_MARK
from knowledge.answers.words import facet_name
from knowledge.collation import collated
from knowledge.coverage import Coverage, coverage
from knowledge.designs import Topic
from knowledge.freshness import FreshVectors
from knowledge.language import Language
from knowledge.loader import Content
from knowledge.phrases import Phrases
from knowledge.records import Crossing, Procedure, Programme, Record, RecurringEvent, Regime, Route, Term, Zone
from knowledge.search import Context, Embedder, SearchIndex
from knowledge.search.calendar import Wanted, fits
from knowledge.search.context import FORGET_AFTER
from knowledge.seed import Published, content_version, load_published
from knowledge.vocabulary import Country, Kind

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

R = TypeVar("R", bound=Record)
log = logging.getLogger(__name__)
SEARCHERS = 2
QUESTION_LIMIT = 1_000
"""Characters of a question that are read; the rest of a longer one is ignored."""


KEPT = 1_000
"""Answers that are kept: after an announcement many ask the same, in the same words or with the same button."""
Asked = tuple[str, Language | None, Context | None, date]


class EmptyQuestion(ValueError):
    """The question holds nothing to search for."""


@dataclass(frozen=True)
class Snapshot:
    """One published state of the base."""

    content: Content
    index: SearchIndex
    revisions: dict[str, int]
    version: int
    kept: dict[Asked, Answer] = field(default_factory=dict)
    """What was asked of this state lately, and its answer."""

    @cached_property
    def answerer(self) -> Answerer:
        """Answers from this state."""
        return Answerer(self.content, self.revisions)


class KnowledgeBase:
    """Holds the current snapshot. Reading is safe from any thread; `reload` swaps the whole snapshot at once."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder | None = None, cache: Path | None = None) -> None:
        self._snapshot = snapshot
        self._embedder = embedder
        self._cache = cache
        self._fresh = _fresh(embedder, cache)
        self._filling: asyncio.Task[None] | None = None
        self._coverage: tuple[Content, date, Coverage] | None = None
        self._searchers = ThreadPoolExecutor(SEARCHERS, thread_name_prefix="search")

    @classmethod
    async def load(
        cls, session: AsyncSession, embedder: Embedder | None = None, cache: Path | None = None
    ) -> KnowledgeBase:
        """The published records of the seeded database with their search index.

        Texts that have no vector yet are embedded in the background. Raises LookupError before the first seed.
        """
        published = await load_published(session)
        fresh = _fresh(embedder, cache)
        base = cls(await asyncio.to_thread(_snapshot, published, embedder, cache, fresh), embedder, cache)
        base._fill_vectors()
        return base

    @classmethod
    def from_content(
        cls, content: Content, embedder: Embedder | None = None, cache: Path | None = None
    ) -> KnowledgeBase:
        """A base straight from content files, without a database; every record counts as revision 0."""
        published = Published(content, dict.fromkeys(content.records, 0), 0)
        return cls(_snapshot(published, embedder, cache, _fresh(embedder, cache)), embedder, cache)

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
        if await content_version(session) == self.version:
            return False
        published = await load_published(session)
        # Words, notices and buttons hold at once; what is found by new words follows when the index is built.
        # It keeps the version that the index is of, so that a build that failed is tried again.
        self._snapshot = Snapshot(published.content, self.index, published.revisions, self.version)
        self._snapshot = await asyncio.to_thread(_snapshot, published, self._embedder, self._cache, self._fresh)
        self._fill_vectors()
        return True

    def trial(self, tried: Sequence[Record]) -> SearchIndex:
        """An index as if the records were published. A second or two of work: call it in a thread."""
        return SearchIndex.trial(self.content.with_records(tried), tried, self._embedder, _folder(self._fresh))

    def close(self) -> None:
        """Lets running searches end and takes no more."""
        if self._fresh is not None:
            self._fresh.stop()
        if self._filling is not None:
            self._filling.cancel()
        self._searchers.shutdown(wait=False, cancel_futures=True)

    async def settled(self) -> None:
        """Waits until every text has its vector."""
        if self._filling is not None:
            await self._filling

    def _fill_vectors(self) -> None:
        running = self._filling is not None and not self._filling.done()
        if self._fresh is not None and not running and not self._fresh.covers(self.content):
            self._filling = asyncio.create_task(self._fill(self._fresh), name="vectors of new texts")

    async def _fill(self, fresh: FreshVectors) -> None:
        """Embeds what is new, also what is published meanwhile, then swaps in an index that knows it."""
        added = 0
        try:
            while not fresh.covers(self.content) and not fresh.stopped.is_set():
                added += await asyncio.to_thread(fresh.fill, self.content)
        except OSError:
            log.exception("vectors of new texts cannot be kept in %s; they are found by words only", fresh.cache)
            return
        if added:
            shown = self._snapshot
            published = Published(shown.content, shown.revisions, shown.version)
            known = await asyncio.to_thread(_snapshot, published, self._embedder, self._cache, fresh)
            if self._snapshot is shown:
                self._snapshot = known
        log.info("vectors of %d new texts were computed", added)

    # -- asking

    async def ask(
        self, question: str, language: Language | None, context: Context | None = None, now: datetime | None = None
    ) -> Answer:
        """Answers a question in the person's language (None: the question's own). `now` decides what is outdated.

        Raises EmptyQuestion where there is nothing to search for.
        """
        words = question.strip()[:QUESTION_LIMIT]
        if not words:
            raise EmptyQuestion
        asked: Asked = (words, language, _aged(context), (now or datetime.now(UTC)).date())
        snapshot = self._snapshot
        answer = snapshot.kept.get(asked)
        if answer is None:
            answer = await asyncio.get_running_loop().run_in_executor(self._searchers, _find, snapshot, *asked)
            if len(snapshot.kept) >= KEPT:
                del snapshot.kept[next(iter(snapshot.kept))]
            snapshot.kept[asked] = answer
        return answer

    def answer(self, record: str, facet: str, language: Language, today: date) -> Answer:
        """The answer to a tap on (record, facet). Raises KeyError when that record is not published (any more)."""
        return self._snapshot.answerer.to_tap(record, facet, language, today)

    # -- browsing

    def record(self, id_: str) -> Record | None:
        """A published record."""
        return self.content.records.get(id_)

    def zones(self, country: Country, language: Language = Language.EN) -> list[Zone]:
        """The zones of a country. All lists are in the order of their names in the language."""
        return _by_name((zone for zone in self.content.of_type(Zone) if zone.country == country), language)

    def regimes(self, country: Country, language: Language = Language.EN) -> list[Regime]:
        """The incentive laws of a country."""
        return _by_name((regime for regime in self.content.of_type(Regime) if regime.country == country), language)

    def country_pairs(self) -> list[tuple[Country, Country]]:
        """Every pair of neighbours with a crossing, each in the order of its first crossing's sides."""
        pairs: dict[frozenset[Country], tuple[Country, Country]] = {}
        for crossing in self.content.of_type(Crossing):
            here, there = (side.country for side in crossing.sides)
            pairs.setdefault(frozenset((here, there)), (here, there))
        return sorted(pairs.values())

    def crossings(self, country_a: Country, country_b: Country, language: Language = Language.EN) -> list[Crossing]:
        """The crossings between two countries, in either order."""
        pair = {country_a, country_b}
        found = (one for one in self.content.of_type(Crossing) if {side.country for side in one.sides} == pair)
        return _by_name(found, language)

    def procedures(
        self, country: Country, topic: str | None = None, language: Language = Language.EN
    ) -> list[Procedure]:
        """The border procedures of a country ("regional" for those of no one country), of one topic if given."""
        of_country = (one for one in self.content.of_type(Procedure) if one.country == country)
        return _by_name((one for one in of_country if topic in (None, one.topic)), language)

    def topics(self, country: Country) -> list[Topic]:
        """The topics that a country has procedures on."""
        used = {procedure.topic for procedure in self.procedures(country)}
        return [topic for id_, topic in self.content.topics.items() if id_ in used]

    def routes(self, language: Language = Language.EN) -> list[Route]:
        """The usual ways of goods."""
        return _by_name(self.content.of_type(Route), language)

    def wanted(self, question: str, language: Language, today: date) -> Wanted | None:
        """What a question asks of the calendar of events; None when of none. CPU work: call it in a thread."""
        return self.index.calendar.read(question[:QUESTION_LIMIT], language, today)

    def events(self, wanted: Wanted | None = None) -> list[RecurringEvent]:
        """Fairs and forums that come again, in the order of their usual months; those without come last."""
        return sorted(
            (
                event
                for event in self.content.of_type(RecurringEvent)
                if wanted is None or fits(event, wanted, self.content)
            ),
            key=lambda event: (min(event.usual_months, default=13), event.names.en),
        )

    def programmes(self, country: Country | None = None, language: Language = Language.EN) -> list[Programme]:
        """Programmes that serve a country (its own first, then those of the region), or all."""
        served = (
            programme
            for programme in self.content.of_type(Programme)
            if country is None or country in programme.countries or programme.country in (country, "regional")
        )
        return sorted(_by_name(served, language), key=lambda programme: programme.country == "regional")

    def terms(self, language: Language = Language.EN) -> list[Term]:
        """The glossary."""
        return _by_name(self.content.of_type(Term), language)

    def nearest(
        self, lat: float, lon: float, kinds: Collection[Kind] = (Kind.CROSSING, Kind.ZONE), limit: int = 5
    ) -> list[tuple[Record, float]]:
        """The nearest records with a known point, with the distance in kilometres as the crow flies."""
        return self._snapshot.answerer.relations.nearest_to((lat, lon), kinds, limit)

    def facets_of(self, record: Record | str) -> list[str]:
        """The facets worth a button, in a sensible order; for a zone also those it takes over from its regime.

        Raises KeyError for the id of a record that is not published.
        """
        shown = self.content.records[record] if isinstance(record, str) else record
        view = View(self.content, Language.EN, date.min, self._snapshot.answerer.relations)
        return [facet.value for facet in facets_of(view, shown)]

    async def coverage(self, today: date) -> Coverage:
        """How much is known, how fresh, and in which languages."""
        content = self.content
        if self._coverage is None or self._coverage[0] is not content or self._coverage[1] != today:
            counted = await asyncio.get_running_loop().run_in_executor(self._searchers, coverage, content, today)
            self._coverage = content, today, counted
        return self._coverage[2]

    # -- names

    def name(self, record: Record | str, language: Language) -> str:
        """The record's name; where the language has none, the English one with a mark. KeyError as `facets_of`."""
        shown = self.content.records[record] if isinstance(record, str) else record
        words, spoken = shown.names.best(language)
        return words if spoken is language else f"{words} {ENGLISH_MARK}"

    def facet_name(self, facet: str, language: Language) -> str:
        """What a facet is called on a button."""
        return facet_name(facet, Phrases(language))

    def topic_name(self, topic: str, language: Language) -> str:
        """What a topic of procedures is called. Raises KeyError for an unknown one."""
        return self.content.topics[topic].names.best(language)[0]


def _find(snapshot: Snapshot, question: str, language: Language | None, context: Context | None, today: date) -> Answer:
    return snapshot.answerer.to_finding(snapshot.index.find(question, language, context), today)


def _aged(context: Context | None) -> Context | None:
    """The context, of whose age only counts whether it is to be asked about."""
    if context is None or context.age_seconds is None:
        return context
    return replace(context, age_seconds=FORGET_AFTER + 1.0 if context.age_seconds > FORGET_AFTER else 0.0)


def _fresh(embedder: Embedder | None, cache: Path | None) -> FreshVectors | None:
    return FreshVectors(embedder, cache) if embedder is not None and cache is not None else None


def _folder(fresh: FreshVectors | None) -> Path | None:
    return fresh.folder if fresh is not None else None


def _snapshot(
    published: Published, embedder: Embedder | None, cache: Path | None, fresh: FreshVectors | None
) -> Snapshot:
    index = SearchIndex.build(published.content, embedder, cache, _folder(fresh))
    return Snapshot(published.content, index, published.revisions, published.version)


def _by_name(records: Iterable[R], language: Language) -> list[R]:
    return collated(records, language, lambda record: record.names.best(language)[0])
