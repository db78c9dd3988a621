"""Conversations to learn from: questions that are said after an answer, known ones and made-up ones.

Known: the tune half's follow-ups. Made up: wordings that name nothing, said after an answer that they fit (a
follow-up); tune questions that stand alone, in scope and out of it, said after some other answer (a new topic).
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.evaluate import context_of
from knowledge.language import Language, parse_language
from knowledge.search.finding import Context
from knowledge.search.hearing import Heard, hear
from knowledge.search.index import SearchIndex
from knowledge.search.normalise import readings
from knowledge.search.phrasebook import bare
from knowledge.search.relations import stand_ins
from knowledge.search.training.calibrate import DRAWN
from knowledge.search.training.headfit import Case, accepted_by, fold_of, rows_of
from knowledge.search.vectors import VectorStore
from knowledge.wordings import Wording

_NEW, _OFF_TOPIC, _MADE_UP = 0.5, 0.7, 0.15
"""How much one made-up conversation counts against a known follow-up."""
_TOPICS = 2_000
"""Questions of the desk's business that are said after some other answer; what is none of it all is."""
_TOLD = 2
"""After how many other answers each question that stands alone is said."""
_SWAPS = 60
"""How often in a language the same is asked of other goods."""
_SAME_OF_OTHER_GOODS = {
    Language.EN: "and {}?",
    Language.ZH: "{}呢",
    Language.TH: "แล้ว{}ล่ะ",
    Language.LO: "ແລ້ວ{}ເດ",
    Language.KM: "ចុះ{}វិញ",
    Language.MY: "{}ရော",
    Language.VI: "còn {} thì sao",
}
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
    accepted: NDArray[np.int64]
    """Rows of the units that answer it; none where it is off topic."""
    drawn: bool = False
    """Whether the line for declining is drawn by it."""


def conversations(
    index: SearchIndex,
    rows: Sequence[dict[str, Any]],
    cases: Sequence[Case],
    wordings: Sequence[Wording],
    store: VectorStore,
) -> list[Said]:
    """Everything that was said, always the same."""
    chance = random.Random(0)  # noqa: S311 - not for secrets
    return [
        *_known(index, rows),
        *_new_topics(index, cases, chance),
        *_made_up(index, wordings, store, chance),
        *_other_goods(index, chance),
    ]


def _known(index: SearchIndex, rows: Sequence[dict[str, Any]]) -> Iterator[Said]:
    for row in rows:
        language = parse_language(row["lang"])
        context = context_of(index, row.get("context"), language)
        question = next(iter(readings(row["question"], language)), None)
        if context is not None and context.record is not None and question is not None and not question.empty:
            heard = hear(question, index.tables, index.embedder)
            accepted = accepted_by(index.corpus, row)
            yield Said(heard, context, True, 1.0, fold_of(str(row["id"])), accepted, row.get("set") == DRAWN)


def _new_topics(index: SearchIndex, cases: Sequence[Case], chance: random.Random) -> Iterator[Said]:
    inside = [case for case in cases if case.real and len(case.accepted)]
    outside = [case for case in cases if case.real and not len(case.accepted)]
    answered = {
        language: [case for case in inside if case.heard.question.language is language] for language in Language
    }
    for case in (*chance.sample(inside, min(_TOPICS, len(inside))), *outside):
        mine = set(index.corpus.unit_record[case.accepted].tolist())
        for other in chance.sample(answered[case.heard.question.language], _TOLD):
            unit = index.corpus.units[int(other.accepted[0])]
            if index.signals.row[unit.record] in mine:
                continue
            context = _told(index, unit.record, unit.facet.value, other.heard)
            weight = (_NEW if mine else _OFF_TOPIC) / _TOLD
            yield Said(case.heard, context, False, weight, case.fold, case.accepted, case.row.get("set") == DRAWN)


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
            asked = rows_of(index.corpus, {(record.id, wording.facet.value)})
            yield Said(heard, context, True, _MADE_UP, fold_of(wording.text), asked)


def _other_goods(index: SearchIndex, chance: random.Random) -> Iterator[Said]:
    """The same of other goods: of the record itself where it is about both, else of what stands for it or is about
    those."""
    records, about = index.corpus.content.records, index.corpus.book.goods.values()
    swaps = [
        (record, goods, other)
        for goods, other in permutations(about, 2)
        if goods.group == other.group
        for record in goods.records
    ]
    for language, said in _SAME_OF_OTHER_GOODS.items():
        for record, goods, other in chance.sample(swaps, _SWAPS):
            facet = chance.choice(sorted(one.value for one in records[record].facet_names))
            text = said.format(chance.choice(other.words[language]))
            question = next(iter(readings(text, language)), None)
            if question is None:
                continue
            heard = hear(question, index.tables, index.embedder)
            context = Context(record, facet, records[record].country, goods.id)
            stands = stand_ins(records[record], context, heard, index.corpus)
            for chosen in ({record} & set(other.records), stands.keys(), other.records):
                accepted = rows_of(index.corpus, {(one, facet) for one in chosen})
                if len(accepted):
                    yield Said(heard, context, True, _MADE_UP, fold_of(text), accepted)
                    break


def _told(index: SearchIndex, record: str, facet: str, heard: Heard) -> Context:
    country = index.corpus.content.records[record].country
    return Context(record, facet, None if country == "regional" else country, next(iter(heard.goods), None))
