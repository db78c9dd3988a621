"""What the wordings of the content teach the heads: the facet that is asked for, and of which kind of record."""

import random
import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.records import INCENTIVES, Kind
from knowledge.search.heads import INSIDE, OUTSIDE
from knowledge.search.hearing import hear
from knowledge.search.index import SearchIndex
from knowledge.search.normalise import readings
from knowledge.search.phrasebook import bare
from knowledge.search.record_signals import KINDS
from knowledge.search.scripts import stripped
from knowledge.search.training.headfit import Lesson
from knowledge.search.vectors import VectorStore
from knowledge.wordings import Wording

_WEIGHT, _OUTSIDE = 0.5, 3.0
"""How much a spelling of a wording, and one that is none of the desk's business, counts against a sample question."""
_FILLINGS, _NAME, _SMALL = 2, 40, 0.3
"""Names that each wording is read with, the letters of a name, and how often they are small ones."""


def spellings(index: SearchIndex, wordings: Sequence[Wording], fillings: int = _FILLINGS) -> list[tuple[str, ...]]:
    """Each wording without a name and with some, the same each time: real questions nearly always name something."""
    chance = random.Random(0)  # noqa: S311 - not for secrets
    names: dict[tuple[tuple[Kind, ...], Language], list[str]] = {}
    found = []
    for one in wordings:
        key = kinds_of(one), one.language
        if key not in names:
            names[key] = names_of(index, *key)
        found.append((bare(one.text), *filled(one, names[key], chance, fillings)))
    return found


def names_of(index: SearchIndex, kinds: Sequence[Kind], language: Language) -> list[str]:
    """What could stand for {name}: the names of the records of some kinds, as people write them."""
    names = [record.names.best(language)[0] for record in index.corpus.records if record.kind in kinds]
    return [re.split(r" / |[(（]", name)[0].strip()[:_NAME] for name in names]


def filled(wording: Wording, names: Sequence[str], chance: random.Random, times: int) -> Iterator[str]:
    """The wording with names in it, now and then in small letters."""
    if "{name}" not in wording.text or not names:
        return
    for _ in range(times):
        text = wording.text.replace("{name}", chance.choice(names))
        yield text.lower() if chance.random() < _SMALL else text


def wording_lessons(
    index: SearchIndex, wordings: Sequence[Wording], spelt: Sequence[Sequence[str]], store: VectorStore
) -> Iterator[Lesson]:
    """A lesson of every spelling; Vietnamese ones a second time without diacritics, as they are often typed."""
    known = {None, *index.signals.facet_row}
    for wording, texts in zip(wordings, spelt, strict=True):
        if wording.facet not in known:
            continue
        mean = index.corpus.samples.means[wording.language]
        vectors = store.get([("question", text) for text in texts])[0] - mean
        target, open_ = answers(index, wording)
        weight = _WEIGHT if wording.kind else _OUTSIDE
        words = [texts[0]]
        if wording.language is Language.VI and stripped(texts[0].lower()) != texts[0].lower():
            words.append(stripped(texts[0].lower()))
        for place in range(max(len(words), len(vectors))):
            question = next(iter(readings(words[place % len(words)], wording.language)), None)
            if question is None or question.empty:
                continue
            heard = hear(question, index.tables, None)
            vector = vectors[place % len(vectors)]
            yield Lesson(vector, heard.wording, wording.language, target, open_, weight / len(words))


def kinds_of(wording: Wording) -> tuple[Kind, ...]:
    """The kinds of record that are asked so: a zone is asked about the law in the same words."""
    if wording.kind is None:
        return ()
    return (wording.kind, Kind.ZONE) if wording.kind is Kind.REGIME and wording.facet in INCENTIVES else (wording.kind,)


def answers(index: SearchIndex, wording: Wording) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which columns are right, and from which they are told: the facets that records of the kind have, every kind."""
    signals, reader = index.signals, index.signals.reader
    target, open_ = np.zeros((2, len(reader.columns)), np.bool_)
    target[reader.columns.index(INSIDE if wording.kind else OUTSIDE)] = open_[reader.scope] = True
    if wording.kind is None or wording.facet is None:
        return target, open_
    kinds = kinds_of(wording)
    target[reader.columns.index(f"facet:{wording.facet.value}")] = True
    open_[reader.facets] = signals.has_facet[np.isin(signals.kinds, [KINDS.index(kind) for kind in kinds])].any(axis=0)
    for kind in kinds:
        target[reader.columns.index(f"kind:{kind.value}")] = True
    open_[reader.kinds] = True
    return target, open_
