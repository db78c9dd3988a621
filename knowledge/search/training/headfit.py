"""Trains the heads on sample questions, phrasebook and tune questions, each question read by heads without it.

What is right: of the facets that the record has the asked one, the record's kind, its topic, and whether the question
is the desk's business at all.
"""

import hashlib
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.search.corpus import Corpus
from knowledge.search.heads import INSIDE, OUTSIDE, Heads, worded_of
from knowledge.search.hearing import Heard
from knowledge.search.readings import Reader
from knowledge.search.scripts import canonical
from knowledge.search.signals import Signals
from knowledge.search.training.descent import adam, error_of
from knowledge.search.training.hiddenfit import fit_hidden
from knowledge.search.wording import BUCKETS, Wordings, rarity_of

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
FOLDS = 3
_EPOCHS, _BATCH = 8, 384
_PENALTY, _RATE = 2e-6, 0.1
_PHRASE, _REAL, _OFFTOPIC = 0.5, 5.0, 3.0
"""How much a phrase, a tune question and a question off topic count against a sample question."""


@dataclass
class Case:
    """One question and what would be right."""

    row: dict[str, Any]
    heard: Heard
    accepted: NDArray[np.int64]
    """Rows of the units that answer it."""
    fold: int
    weight: float = 1.0
    real: bool = True
    """Whether it is of the question sets, not of the content."""


@dataclass(frozen=True)
class Lesson:
    """One question as the heads learn it; a group without a target isn't taught."""

    vector: Floats | None
    wording: str
    language: Language
    target: Bools
    open: Bools
    """The columns that the target is told from."""
    weight: float


def fold_of(name: str) -> int:
    """Which fold a name falls in, always the same."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % FOLDS


def accepted_by(corpus: Corpus, row: dict[str, Any]) -> NDArray[np.int64]:
    """The units that answer a labelled question in full."""
    right = {(one["record"], one.get("facet")) for one in row["expect"] if not one.get("also")}
    return rows_of(corpus, right)


def rows_of(corpus: Corpus, pairs: Set[tuple[str, str | None]]) -> NDArray[np.int64]:
    """The units of (record, facet) pairs; without a facet all of the record."""
    found = [
        place
        for place, unit in enumerate(corpus.units)
        if (unit.record, unit.facet.value) in pairs or (unit.record, None) in pairs
    ]
    return np.array(found, np.int64)


def crossed(signals: Signals, cases: Sequence[Case], always: Sequence[Lesson]) -> list[Heads]:
    """For each fold the heads that have seen nothing of it; what `always` teaches is no question of any fold."""
    shared = [*phrase_lessons(signals), *always]
    lessons = [lesson_of(signals, case) for case in cases]
    return [
        train(signals, [*shared, *(one for one, case in zip(lessons, cases, strict=True) if case.fold != fold)])
        for fold in range(FOLDS)
    ]


def trained(signals: Signals, cases: Sequence[Case], always: Sequence[Lesson]) -> Heads:
    """The heads that have seen everything."""
    return train(signals, [*phrase_lessons(signals), *always, *(lesson_of(signals, case) for case in cases)])


def lesson_of(signals: Signals, case: Case) -> Lesson:
    """What a question teaches."""
    target, open_ = answered_by(signals, case.accepted)
    mean = signals.corpus.samples.means[case.heard.question.language]
    vector = None if case.heard.vector is None else case.heard.vector - mean
    weight = _REAL if case.real else 1.0
    return Lesson(vector, case.heard.wording, case.heard.question.language, target, open_, weight)


def answered_by(signals: Signals, rows: NDArray[np.int64]) -> tuple[Bools, Bools]:
    """Which columns are right of a question that these units answer (none: that is off topic), and the open ones."""
    reader, corpus = signals.reader, signals.corpus
    target, open_ = np.zeros((2, len(reader.columns)), np.bool_)
    records = corpus.unit_record[rows]
    target[reader.facets][corpus.unit_facet[rows]] = True
    open_[reader.facets] = signals.has_facet[records].any(axis=0)
    target[reader.kinds][signals.kinds[records]] = True
    target[reader.topics][signals.records.topic_rows[records]] = True
    target[reader.records][records] = True
    open_[reader.kinds] = open_[reader.topics] = open_[reader.scope] = open_[reader.records] = True
    target[reader.columns.index(INSIDE if len(records) else OUTSIDE)] = True
    return target, open_


def phrase_lessons(signals: Signals) -> list[Lesson]:
    """What the phrasebook teaches: facets by their phrases, and what is off topic."""
    corpus = signals.corpus
    found: list[Lesson] = []
    for language in Language:
        block, mean = corpus.blocks[language], corpus.samples.means[language]
        vectors = np.concatenate([one.vectors.floats() for one in (block.dense_phrases, block.dense_offtopic)]) - mean
        for (column, text), vector in zip(phrases_of(signals, language), vectors, strict=True):
            weight = _OFFTOPIC if column == OUTSIDE else _PHRASE
            found.append(Lesson(vector, canonical(text), language, *told_by(signals.reader, column), weight))
    return found


def phrases_of(signals: Signals, language: Language) -> list[tuple[str, str]]:
    """Each phrase of the phrasebook after its column."""
    book = signals.corpus.book
    texts = [(f"facet:{one}", phrase) for one, phrase in book.facet_phrases(language, signals.facet_row)]
    return [*texts, *((OUTSIDE, phrase) for phrase in book.offtopic_phrases(language))]


def told_by(reader: Reader, column: str) -> tuple[Bools, Bools]:
    """The column of a phrase as the right one, and those it is told from."""
    target, open_ = np.zeros((2, len(reader.columns)), np.bool_)
    target[reader.columns.index(column)] = True
    open_[reader.facets] = column != OUTSIDE
    open_[reader.scope] = column == OUTSIDE
    return target, open_


def train(signals: Signals, lessons: Sequence[Lesson]) -> Heads:
    """Both readers."""
    reader = signals.reader
    worded = len(worded_of(reader.columns))
    wordings = Wordings.of([(lesson.wording, lesson.language) for lesson in lessons])
    rarity = rarity_of(wordings)
    vectors = np.array([np.zeros(384) if one.vector is None else one.vector for one in lessons], np.float32)
    target, open_ = np.array([one.target for one in lessons]), np.array([one.open for one in lessons])
    weight = np.array([one.weight for one in lessons], np.float32)
    vector = fit_hidden(vectors, target, open_, weight, reader.groups)
    wording = fit_linear(
        lambda rows: wordings.table(rarity, rows),
        *(target[:, :worded], open_[:, :worded], weight, reader.groups[:-1]),
    )
    return Heads(reader.columns, *vector, *wording, rarity)


def fit_linear(
    rows_of: Callable[[NDArray[np.int64]], tuple[NDArray[np.int64], Floats]],
    target: Bools,
    open_: Bools,
    weight: Floats,
    groups: Sequence[slice],
) -> tuple[Floats, Floats]:
    """A softmax regression per group, all groups at once, by mini-batches in an order that is always the same."""
    shape = target.shape
    table, bias = np.zeros((BUCKETS, shape[1]), np.float32), np.zeros(shape[1], np.float32)
    slopes = [np.zeros_like(table), np.zeros_like(table), np.zeros_like(bias), np.zeros_like(bias)]
    order, step = np.random.default_rng(0), 0
    total = _EPOCHS * -(-shape[0] // _BATCH)
    for _ in range(_EPOCHS):
        shuffled = order.permutation(shape[0])
        for start in range(0, shape[0], _BATCH):
            rows = shuffled[start : start + _BATCH]
            step += 1
            used, values = rows_of(rows)
            error = error_of(values @ table[used] + bias, target[rows], open_[rows], groups)
            error *= weight[rows, None] / weight[rows].sum()
            rate = _RATE * (1 - step / (total + 1))
            slope = _PENALTY * table
            slope[used] += values.T @ error
            adam(table, slope, slopes[0], slopes[1], step, rate)
            adam(bias, error.sum(axis=0), slopes[2], slopes[3], step, rate)
    return table, bias
