"""Lexical indexes brought up to date with a few changed texts, in milliseconds instead of seconds.

A new or changed text counts at once with all its words. How rare each word is stays as it was until the index is built
whole again, which is due when a twentieth of the texts has changed.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.search.lexical import K1, Bm25, Hashes

SHARE = 0.05
GONE = -1
Places = NDArray[np.int64]


def moved(before: Sequence[int], now: Sequence[int]) -> tuple[Places, list[int]]:
    """Where each old text stands now (GONE: nowhere), and which of the new ones are not among the old ones."""
    stock: dict[int, list[int]] = defaultdict(list)
    for place in range(len(before) - 1, -1, -1):
        stock[before[place]].append(place)
    places = np.full(len(before), GONE, np.int64)
    fresh = []
    for place, mark in enumerate(now):
        if stock[mark]:
            places[stock[mark].pop()] = place
        else:
            fresh.append(place)
    return places, fresh


def patched(index: Bm25, places: Places, size: int, hashes: Hashes, owners: NDArray[np.int32]) -> Bm25:
    """The index with its texts at their new places, and the fresh ones (`hashes` of `owners`) added."""
    documents = places[index.documents]
    kept = documents != GONE
    old_term = np.repeat(np.arange(len(index.hashes)), np.diff(index.starts))[kept]
    known = np.union1d(index.hashes, hashes)
    row = np.searchsorted(known, index.hashes)
    idf = np.full(len(known), index.unknown, np.float32)
    idf[row] = index.idf
    new_term, new_document, weights = _weighed(idf, np.searchsorted(known, hashes), owners)
    term = np.concatenate([row[old_term], new_term])
    order = np.argsort(term, kind="stable")
    return Bm25.packed(
        known,
        np.bincount(term, minlength=len(known)),
        np.concatenate([documents[kept], new_document])[order],
        np.concatenate([index.weights[kept], weights])[order],
        idf,
        size,
        index.unknown,
    )


def _weighed(
    idf: NDArray[np.float32], term: Places, owners: NDArray[np.int32]
) -> tuple[Places, NDArray[np.int32], NDArray[np.float32]]:
    """(term, document, weight) of the fresh texts, as if each were of middle length."""
    pairs, counts = np.unique(np.stack([term, owners.astype(np.int64)]), axis=1, return_counts=True)
    weights = idf[pairs[0]] * counts * (K1 + 1) / (counts + K1)
    return pairs[0], pairs[1].astype(np.int32), weights.astype(np.float32)
