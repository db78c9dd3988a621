"""A question's wording as a few hashed grams and words: what the heads read where there is no vector."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.search.lexical import grams_of, hash_word, words_of
from knowledge.search.scripts import joined, stripped

Floats = NDArray[np.float32]
_BITS = 15
BUCKETS = 1 << _BITS
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Wordings:
    """Several wordings: which bucket each has (sorted by wording)."""

    owners: NDArray[np.int64]
    buckets: NDArray[np.int64]
    size: int

    @classmethod
    def of(cls, texts: Sequence[tuple[str, Language]]) -> "Wordings":
        """Character 2-4-grams, words and pairs of words of canonical texts, each bucket once."""
        grams, of = grams_of([stripped(joined(text)) for text, _ in texts])
        hashes: list[int] = []
        owners: list[int] = []
        for owner, (text, language) in enumerate(texts):
            words = words_of(stripped(text), language)
            found = [hash_word(word) for word in (*words, *map(" ".join, pairwise(words)))]
            hashes.extend(found)
            owners.extend([owner] * len(found))
        every = np.concatenate([grams, np.array(hashes, np.uint64)])
        buckets = ((every * _MIX) >> np.uint64(64 - _BITS)).astype(np.int64)
        keys = np.unique(np.concatenate([of, np.array(owners, np.int32)]).astype(np.int64) * BUCKETS + buckets)
        return cls(keys // BUCKETS, keys % BUCKETS, len(texts))

    def table(self, rarity: Floats, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
        """The buckets that the chosen wordings have, and one row per wording with one column per bucket of these, each
        row of length 1.
        """
        starts = np.searchsorted(self.owners, rows)
        counts = np.searchsorted(self.owners, rows, side="right") - starts
        places = np.repeat(starts - np.concatenate(([0], np.cumsum(counts)[:-1])), counts) + np.arange(counts.sum())
        used, columns = np.unique(self.buckets[places], return_inverse=True)
        found = np.zeros((len(rows), len(used)), np.float32)
        found[np.repeat(np.arange(len(rows)), counts), columns] = rarity[self.buckets[places]]
        lengths: Floats = np.sqrt((found**2).sum(axis=1, keepdims=True))
        found /= np.maximum(lengths, 1e-6)
        return used, found


def rarity_of(wordings: Wordings) -> Floats:
    """How much a bucket says: the rarer, the more."""
    having = np.bincount(wordings.buckets, minlength=BUCKETS)
    return np.log((wordings.size + 1) / (having + 1)).astype(np.float32)
