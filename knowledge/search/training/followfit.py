"""Fits when a question is said with the last answer in mind, on conversations that are known and on made-up ones.

Known: the tune half's follow-ups. Made up: wordings that name nothing, said after an answer that they fit (a
follow-up); tune questions that stand alone, in scope and out of it, said after some other answer (a new topic).
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge.evaluate import context_of
from knowledge.language import parse_language
from knowledge.search.confidence import Model, fit_logistic
from knowledge.search.finding import Context
from knowledge.search.following import TIES, ties
from knowledge.search.heads import Heads
from knowledge.search.hearing import Heard, hear
from knowledge.search.index import SearchIndex
from knowledge.search.normalise import readings
from knowledge.search.phrasebook import bare
from knowledge.search.training.headfit import Case, fold_of
from knowledge.search.vectors import VectorStore
from knowledge.wordings import Wording

_NEW, _OFF_TOPIC, _MADE_UP = 0.5, 0.7, 0.15
"""How much one made-up conversation counts against a known follow-up."""
_PENALTY = 0.01
_TOPICS = 2_000
"""Questions of the desk's business that are said after some other answer; what is none of it all is."""
_TOLD = 2
"""After how many other answers each question that stands alone is said."""
_EVERY = 2
"""Every how many wordings are asked."""


@dataclass(frozen=True)
class Said:
    """A question said after an answer."""

    heard: Heard
    context: Context
    followed: bool
    weight: float
    fold: int


def follow_model(index: SearchIndex, said: Sequence[Said], folds: Sequence[Heads]) -> Model:
    """The model, of all that was said."""
    rows = [ties_of(index, one, folds[one.fold]) for one in said]
    return fit_logistic(
        rows, [one.followed for one in said], [one.weight for one in said], penalty=_PENALTY, names=TIES
    )


def ties_of(index: SearchIndex, one: Said, heads: Heads) -> dict[str, float]:
    """What the decision is made from, read by heads that have not seen the question."""
    index.signals.reader.heads = heads
    return ties(one.heard, one.context, index.alone(one.heard), index.corpus, index.signals)


def conversations(
    index: SearchIndex,
    rows: Sequence[dict[str, Any]],
    cases: Sequence[Case],
    wordings: Sequence[Wording],
    store: VectorStore,
) -> list[Said]:
    """Everything that was said, always the same."""
    chance = random.Random(0)  # noqa: S311 - not for secrets
    return [*_known(index, rows), *_new_topics(index, cases, chance), *_made_up(index, wordings, store, chance)]


def _known(index: SearchIndex, rows: Sequence[dict[str, Any]]) -> Iterator[Said]:
    for row in rows:
        language = parse_language(row["lang"])
        context = context_of(index, row.get("context"), language)
        question = next(iter(readings(row["question"], language)), None)
        if context is not None and context.record is not None and question is not None and not question.empty:
            yield Said(hear(question, index.tables, index.embedder), context, True, 1.0, fold_of(str(row["id"])))


def _new_topics(index: SearchIndex, cases: Sequence[Case], chance: random.Random) -> Iterator[Said]:
    inside = [case for case in cases if case.real and len(case.accepted)]
    outside = [case for case in cases if case.real and not len(case.accepted)]
    for case in (*chance.sample(inside, min(_TOPICS, len(inside))), *outside):
        same = [other for other in cases if other.heard.question.language is case.heard.question.language]
        answered = [other for other in same if len(other.accepted) and other.real]
        mine = set(index.corpus.unit_record[case.accepted].tolist())
        for other in chance.sample(answered, _TOLD):
            unit = index.corpus.units[int(other.accepted[0])]
            if index.signals.row[unit.record] in mine:
                continue
            context = _told(index, unit.record, unit.facet.value, other.heard)
            yield Said(case.heard, context, False, (_NEW if mine else _OFF_TOPIC) / _TOLD, case.fold)


def _made_up(
    index: SearchIndex, wordings: Sequence[Wording], store: VectorStore, chance: random.Random
) -> Iterator[Said]:
    records = index.corpus.records
    for wording in wordings[::_EVERY]:
        if wording.kind is None or wording.facet is None or "{name}" in wording.text:
            continue
        question = next(iter(readings(wording.text, wording.language)), None)
        if question is None or question.empty:
            continue
        heard = hear(question, index.tables, None)
        if heard.records or heard.countries or heard.places or heard.goods or heard.terms:
            continue
        vectors, known = store.get([("question", bare(wording.text))])
        heard.vector = vectors[0] if known[0] and index.embedder is not None else None
        fitting = [one for one in records if one.kind is wording.kind and wording.facet in one.facet_names]
        if fitting:
            record = chance.choice(fitting)
            facet = chance.choice(sorted(one.value for one in record.facet_names))
            context = _told(index, record.id, facet, heard)
            yield Said(heard, context, True, _MADE_UP, fold_of(wording.text))


def _told(index: SearchIndex, record: str, facet: str, heard: Heard) -> Context:
    country = index.corpus.content.records[record].country
    return Context(record, facet, None if country == "regional" else country, next(iter(heard.goods), None))
