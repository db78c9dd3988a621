"""The sample questions as a field of their own: the nearest one speaks for its unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.search.blocks import LexicalField, cached_field
from knowledge.search.units import Unit
from knowledge.search.vectors import Packed, VectorStore

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Samples:
    """All sample questions, language after language."""

    texts: list[str]
    languages: list[Language]
    places: Ints
    """The unit of each, as its place among the units with texts of their own."""
    spans: dict[Language, slice]
    fields: dict[Language, LexicalField]
    norms: dict[Language, Floats]
    means: dict[Language, Floats]
    """The mean vector of what is asked in each language."""
    vectors: Packed
    lengths: Floats
    """How long they are without the mean of their language; endless where there is no vector."""

    @classmethod
    def build(
        cls, own: Sequence[Unit], asked: dict[Language, list[str]], store: VectorStore, cache: Path | None
    ) -> "Samples":
        """Collects the questions of the units with texts of their own; `asked` is what else is asked in a language."""
        texts: list[str] = []
        languages: list[Language] = []
        places: list[int] = []
        spans: dict[Language, slice] = {}
        for language in Language:
            start = len(texts)
            for place, unit in enumerate(own):
                questions = unit.questions.get(language, ())
                texts.extend(questions)
                places.extend([place] * len(questions))
            spans[language] = slice(start, len(texts))
            languages.extend([language] * (len(texts) - start))
        fields = {one: cached_field(cache, "samples", texts[span], one) for one, span in spans.items()}
        norms = {one: own_scores(field.grams, field.grams.size) for one, field in fields.items()}
        vectors = store.packed([("question", text) for text in texts])
        means: dict[Language, Floats] = {}
        lengths = np.zeros(len(texts), np.float32)
        for language, span in spans.items():
            asking, known = vectors.floats(span), vectors.known[span]
            others, have = store.get([("question", text) for text in asked[language]])
            means[language] = mean_of(np.concatenate([asking[known], others[have]]))
            lengths[span] = np.maximum(np.linalg.norm(asking - means[language], axis=1), 1e-6)
        lengths[~vectors.known] = np.inf
        return cls(texts, languages, np.array(places, np.int32), spans, fields, norms, means, vectors, lengths)

    def near(self, vector: Floats, language: Language) -> Floats:
        """The cosine of each to a question in a language, both without their languages' means: so questions of all
        languages lie together."""
        centred = vector - self.means[language]
        centred /= np.float32(max(float(np.linalg.norm(centred)), 1e-6))
        products = self.vectors.dot(centred)
        for other, span in self.spans.items():
            products[span] -= self.means[other] @ centred
        cosines: Floats = products / self.lengths
        return cosines


def mean_of(vectors: Floats) -> Floats:
    """The mean vector; zeros where there is none."""
    if not len(vectors):
        return np.zeros(vectors.shape[1], np.float32)
    mean: Floats = vectors.mean(axis=0)
    return mean


def own_scores(grams: Any, size: int) -> Floats:
    """The gram score that each text has with itself."""
    return np.maximum(np.bincount(grams.documents, grams.weights, size).astype(np.float32), 1.0)


def best_of(values: NDArray[np.floating[Any]], groups: Ints, size: int) -> Floats:
    """The highest value of each group, 0 where it has none."""
    best = np.zeros(size, np.float32)
    np.maximum.at(best, groups, values.astype(np.float32))
    return best
