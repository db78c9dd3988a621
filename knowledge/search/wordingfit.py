"""What the wordings of the content teach the heads: the facet that is asked for, and of which kind of record."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.records import INCENTIVES, Kind
from knowledge.search.headfit import Lesson
from knowledge.search.heads import INSIDE, OUTSIDE
from knowledge.search.hearing import hear
from knowledge.search.index import SearchIndex
from knowledge.search.normalise import readings
from knowledge.search.phrasebook import bare
from knowledge.search.record_signals import KINDS
from knowledge.search.scripts import stripped
from knowledge.search.vectors import VectorStore
from knowledge.wordings import Wording

_WEIGHT, _OUTSIDE = 1.0, 3.0
"""How much a wording, and one that is none of the desk's business, counts against a sample question."""


def wording_lessons(index: SearchIndex, wordings: Sequence[Wording], store: VectorStore) -> Iterator[Lesson]:
    """A lesson of every wording; Vietnamese ones a second time without diacritics, as they are often typed."""
    known = {None, *index.signals.facet_row}
    for wording in wordings:
        if wording.facet not in known:
            continue
        text = bare(wording.text)
        vector = store.get([("question", text)])[0][0] - index.corpus.samples.means[wording.language]
        target, open_ = answers(index, wording)
        weight = _WEIGHT if wording.kind else _OUTSIDE
        spellings = [text]
        if wording.language is Language.VI and stripped(text.lower()) != text.lower():
            spellings.append(stripped(text.lower()))
        for spelling in spellings:
            question = next(iter(readings(spelling, wording.language)), None)
            if question is None or question.empty:
                continue
            heard = hear(question, index.tables, None)
            yield Lesson(vector, heard.wording, wording.language, target, open_, weight / len(spellings))


def answers(index: SearchIndex, wording: Wording) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which columns are right, and from which they are told: the facets that records of the kind have, every kind."""
    signals, reader = index.signals, index.signals.reader
    target, open_ = np.zeros((2, len(reader.columns)), np.bool_)
    target[reader.columns.index(INSIDE if wording.kind else OUTSIDE)] = open_[reader.scope] = True
    if wording.kind is None or wording.facet is None:
        return target, open_
    kinds = [wording.kind]
    if wording.kind is Kind.REGIME and wording.facet in INCENTIVES:
        kinds.append(Kind.ZONE)  # a zone is asked about the law in the same words
    target[reader.columns.index(f"facet:{wording.facet.value}")] = True
    open_[reader.facets] = signals.has_facet[np.isin(signals.kinds, [KINDS.index(kind) for kind in kinds])].any(axis=0)
    for kind in kinds:
        target[reader.columns.index(f"kind:{kind.value}")] = True
    open_[reader.kinds] = True
    return target, open_
