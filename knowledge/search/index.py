"""The search index: built once from the content, asked from any thread."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.loader import CONTENT, Content
from knowledge.records import Kind, Record
from knowledge.search import context as follow_ups
from knowledge.search.calendar import CalendarReader
from knowledge.search.choices import (
    asked_comparison,
    close_by,
    distinct,
    elsewhere,
    list_records,
    missing_part,
)
from knowledge.search.confidence import Calibration, aspects, load_calibration
from knowledge.search.corpus import Corpus, build_corpus, texts_of
from knowledge.search.dense import Embedder
from knowledge.search.features import Features
from knowledge.search.finding import Candidate, Context, Finding, Outcome, SmallTalk
from knowledge.search.following import FOLLOWS, GAINS, Following, ties
from knowledge.search.fusion import load_weights
from knowledge.search.hearing import Heard, asked_term, hear
from knowledge.search.normalise import Question, detect, readings, written_out
from knowledge.search.phrasebook import load_phrasebook
from knowledge.search.ranked import Ranked
from knowledge.search.readings import Readings
from knowledge.search.relations import RELATIONS, relations
from knowledge.search.rerank import CANDIDATES, Reranker
from knowledge.search.scripts import canonical
from knowledge.search.signals import Signals
from knowledge.search.smalltalk import smalltalk_of
from knowledge.search.tables import Tables, build_tables
from knowledge.search.vectors import VectorStore

SHOWN = 10
WEIGHED = 60
"""Of so many of the best units it is weighed how sure the answer is."""
_NAMED = 0.7
"""From this weight on a name surely means the record."""


def _vectors(folder: Path | None, embedder: Embedder | None) -> VectorStore | None:
    if embedder is None:
        return None
    return VectorStore(folder or CONTENT / "vectors", embedder.name, embedder.size)


def _best(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """The rows of the highest scores, the best first."""
    count = min(count, len(scores))
    top = np.argpartition(-scores, count - 1)[:count]
    return top[np.argsort(-scores[top], kind="stable")]


def _overviews(records: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """What "the second one" of several records asks for."""
    return tuple((record, "overview") for record in records)


class SearchIndex:
    """Finds (record, facet) pairs for a question; immutable after `build`, safe from several threads."""

    def __init__(self, corpus: Corpus, tables: Tables, embedder: Embedder | None) -> None:
        self.corpus, self.tables, self.embedder = corpus, tables, embedder
        self.signals = Signals(corpus)
        mode = "dense" if embedder is not None else "lexical"
        self.weights = load_weights(mode, self.signals.names)
        self.markless_weights = load_weights(f"{mode}-markless", self.signals.names, fallback=mode)
        self.reranker = Reranker.load(mode, self.signals.names)
        self.calibration: Calibration = load_calibration(mode)
        gains = load_weights(f"{mode}-context", GAINS).reshape(len(RELATIONS), -1)
        self.following = Following(self.calibration.follows, self.calibration.inside, gains)
        self.calendar = CalendarReader(corpus.content, tables)

    @classmethod
    def build(
        cls,
        content: Content,
        embedder: Embedder | None = None,
        cache: Path | None = None,
        vectors: Path | None = None,
    ) -> "SearchIndex":
        """The index over the whole content; `cache` is a folder that keeps what is slow to build."""
        book = load_phrasebook()
        store = _vectors(vectors, embedder)
        return cls(build_corpus(content, book, store, cache), build_tables(content, book), embedder)

    @classmethod
    def trial(
        cls,
        content: Content,
        tried: Sequence[Record],
        embedder: Embedder | None = None,
        vectors: Path | None = None,
    ) -> "SearchIndex":
        """The index over content with records that aren't published: their texts get their vectors here and now.

        None of it is kept on disk.
        """
        book, store = load_phrasebook(), _vectors(vectors, embedder)
        if store is not None and embedder is not None:
            store.embed(texts_of(tried, content, book), embedder)
        return cls(build_corpus(content, book, store, None), build_tables(content, book), embedder)

    def find(self, question: str, language: Language | None = None, context: Context | None = None) -> Finding:
        """Finds what a question asks for (`language` is the person's chosen one). CPU work: call it in a thread."""
        asked, reply = self._languages(question, language)
        talk = smalltalk_of(question, self.tables)
        if talk is not None:
            return self._nothing(asked, reply, context, talk)
        read = [one for one in readings(question, language) if not one.empty]
        if not read:
            return self._nothing(asked, reply, context, None)
        ranked = max((self.rank(one, context) for one in read), key=lambda one: one.scope)
        return self._finding(ranked, reply, context)

    def rank(self, question: Question, context: Context | None = None) -> Ranked:
        """Scores every unit for one reading of a question."""
        alone = self.alone(hear(question, self.tables, self.embedder))
        if context is None or (context.record is None and context.facet is None):
            return alone
        return self._after(alone, context)

    def _after(self, alone: Ranked, context: Context) -> Ranked:
        """The same with what was told last in mind."""
        heard = alone.heard
        pointed = follow_ups.ordinal(heard, context)
        if pointed is not None:
            context = replace(context, record=pointed[0], facet=pointed[1])
        related = relations(heard, context, alone.best, self.corpus, self.signals)
        tied = ties(heard, context, alone, related, self.corpus, self.signals)
        chance = self.following.follows.probability(tied) if pointed is None else 1.0
        scope = self.following.scope(tied, chance)
        gained = self.following.gained(tied, chance, related)
        found = self._ordered(heard, alone.said, alone.features, alone.summed + gained, alone.scores + gained)
        if chance < FOLLOWS and found.order[0] == alone.order[0]:
            return replace(alone, scope=scope)
        goes_on = chance >= FOLLOWS or found.best == context.record or tied["nameless"] > 0
        if goes_on and (of_term := self._of_term(heard, context)) is not None:
            found = self.alone(hear(of_term, self.tables, self.embedder))
        stale = context.age_seconds is not None and context.age_seconds > follow_ups.FORGET_AFTER
        return replace(found, scope=scope, followed=True, stale=stale)

    def _of_term(self, heard: Heard, context: Context) -> Question | None:
        """The question with the term's name that it goes on about: a glossary has nothing but meanings, what else is
        asked of Form E is known of the certificate."""
        record = self.corpus.content.records.get(context.record or "")
        if record is None or record.kind is not Kind.TERM or heard.records or heard.terms:
            return None
        name = record.names.best(heard.question.language)[0]
        return next(iter(readings(f"{heard.question.text} {name}", heard.question.language)), None)

    def alone(self, heard: Heard) -> Ranked:
        """Scores every unit as if nothing had been said before."""
        said = self.signals.read(heard)
        features = self.signals.features(heard, said)
        weights = self.markless_weights if heard.question.markless else self.weights
        summed = features.scores(weights)
        best = _best(summed, CANDIDATES)
        return self._ordered(heard, said, features, summed, self.reranker.again(summed, best, features.rows(best)))

    def _ordered(
        self, heard: Heard, said: Readings, features: Features, summed: NDArray[np.float32], scores: NDArray[np.float32]
    ) -> Ranked:
        order = _best(scores, WEIGHED)
        seen = aspects(heard, said, features.rows(order[:1])[0], scores[order], order, self.signals, self.corpus)
        scope, right = self.calibration.scope.probability(seen), self.calibration.right.probability(seen)
        best = self.corpus.units[int(order[0])].record
        return Ranked(heard, features, summed, scores, order, seen, scope, right, said, best)

    def _languages(self, question: str, chosen: Language | None) -> tuple[Language, Language]:
        found, clear = detect(question, chosen)
        return found, found if clear or chosen is None else chosen

    def _nothing(self, asked: Language, reply: Language, context: Context | None, talk: SmallTalk | None) -> Finding:
        return Finding("declined", (), reply, asked, 0.0, smalltalk=talk, context=context or Context())

    def _candidates(self, rows: Iterable[int], scores: NDArray[np.float32]) -> tuple[Candidate, ...]:
        units = self.corpus.units
        return tuple(Candidate(units[row].record, units[row].facet.value, round(float(scores[row]), 4)) for row in rows)

    def _finding(self, ranked: Ranked, reply: Language, context: Context | None) -> Finding:
        heard, scores = ranked.heard, ranked.scores
        chosen = follow_ups.ordinal(heard, context) if context else None
        if chosen is not None and not heard.facet_triggers:
            return self._chosen(chosen, heard, reply)
        if (known := self._known_wording(ranked)) is not None:
            return self._chosen(known, heard, reply)
        if (term := asked_term(heard, self.tables)) is not None:
            return self._chosen((term, "definition"), heard, reply)
        if compared := asked_comparison(ranked, self.corpus, self.tables.joins):
            return self._chosen((compared[0], "compare"), heard, reply, compared)
        found = self._candidates(ranked.order[:SHOWN].tolist(), scores)
        if listed := list_records(ranked, self.corpus, self.signals.neighbours):
            first = Candidate(listed[0], "list", found[0].score)
            found = (first, *(one for one in found if (one.record, one.facet) != (first.record, first.facet)))[:SHOWN]
        missing = missing_part(heard, ranked, self.corpus)
        outcome: Outcome = "answer"
        if ranked.scope < self.calibration.decline_below and not self._lacks(ranked):
            outcome = "declined"
        elif (
            ranked.right < self.calibration.answer_above or ranked.stale or missing is not None or self._abroad(ranked)
        ):
            outcome = "choices"
            found = distinct(found, self.corpus)
        remembered = context or Context()
        if outcome != "declined":
            shown = _overviews(listed) or tuple((one.record, one.facet) for one in found[:3])
            remembered = follow_ups.remembered(found[0].record, found[0].facet, heard, shown, self.corpus)
        across = self._across(ranked)
        near = self._near(ranked) if outcome == "declined" else ()
        return Finding(
            outcome,
            found,
            reply,
            heard.question.language,
            round(ranked.right if outcome != "declined" else ranked.scope, 4),
            missing if outcome == "choices" else None,
            listed,
            across,
            None,
            remembered,
            near,
            self._country(ranked, context) if outcome == "declined" else None,
        )

    def _abroad(self, ranked: Ranked) -> bool:
        """Whether the best is of another country than those named: to be offered, not asserted."""
        return not ranked.followed and elsewhere(ranked.heard, self.corpus.content.records[ranked.best])

    def _lacks(self, ranked: Ranked) -> bool:
        """Whether a record is surely named and lacks what is asked for, so that its state is told: no question that the
        weights were fitted on asks for that, so that the chance of being in scope is held too low."""
        return ranked.aspects["named_lacking"] > 0 and not self._far(ranked)

    def _country(self, ranked: Ranked, context: Context | None) -> str | None:
        """The one country that a declined question names, or that of the conversation which it goes on with."""
        if not close_by(ranked.heard, self._far(ranked)):
            return None
        named = {*ranked.heard.countries, *ranked.heard.places} - {"regional"}
        if not named and ranked.followed and context is not None:
            return context.country
        return named.pop() if len(named) == 1 else None

    def _far(self, ranked: Ranked) -> bool:
        """Whether a question is so far from the desk's business that its places and names say nothing."""
        return ranked.scope < self.calibration.far_below

    def _near(self, ranked: Ranked) -> tuple[Candidate, ...]:
        """What the desk knows close by to a declined question, first of what that names; another list is noise."""
        shared = close_by(ranked.heard, self._far(ranked))
        if not shared:
            return ()
        features = ranked.features.rows(ranked.order)
        shares = features[:, [self.signals.names.index(name) for name in shared]].max(axis=1) > 0
        named = features[:, self.signals.names.index("named")] >= _NAMED
        rows = (*ranked.order[shares & named].tolist(), *ranked.order[shares & ~named].tolist())
        close = [row for row in rows if self.corpus.units[row].facet.value != "definition"]
        return distinct(self._candidates(close, ranked.scores), self.corpus)[:3]

    def _known_wording(self, ranked: Ranked) -> tuple[str, str] | None:
        """The (record, facet) whose own questions have these very words: an editor put them there."""
        question = ranked.heard.question
        marks, samples = self._wordings
        mark = hash((question.language, question.plain))
        place = int(np.searchsorted(marks, mark))
        if place == len(marks) or marks[place] != mark:
            return None
        corpus = self.corpus
        source = int(corpus.unit_source[corpus.own_rows[corpus.samples.places[samples[place]]]])
        return corpus.units[source].record, corpus.units[source].facet.value

    @cached_property
    def _wordings(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Sorted marks of the sample questions' words with the first one that has them: as text they take 19 MB."""
        known = zip(self.corpus.samples.languages, self.corpus.samples.texts, strict=True)
        marks = [hash((language, written_out(canonical(text), language))) for language, text in known]
        return np.unique(np.array(marks, np.int64), return_index=True)

    def _chosen(self, chosen: tuple[str, str], heard: Heard, reply: Language, records: tuple[str, ...] = ()) -> Finding:
        found = (Candidate(*chosen, 1.0),)
        remembered = follow_ups.remembered(*chosen, heard, _overviews(records) or (chosen,), self.corpus)
        return Finding("answer", found, reply, heard.question.language, 1.0, records=records, context=remembered)

    def _across(self, ranked: Ranked) -> bool:
        """Nothing but an English text spoke for the best unit."""
        best = int(ranked.order[0])
        block = self.corpus.blocks[ranked.heard.question.language]
        own = bool(block.own[self.corpus.source_place[best]])
        return not own and ranked.aspects["named"] < 0.5 and ranked.aspects["name_share"] < 0.3
