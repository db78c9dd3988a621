"""Trains the second look at the strongest candidates, on what the fitted weights make of the questions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.search.rerank import CANDIDATES, Reranker
from knowledge.search.training.calibrate import Seen
from knowledge.search.training.descent import Adam, batches, error_of

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
_WIDTH, _VOICES = 128, 3
_EPOCHS, _BATCH, _RATE, _PENALTY = 14, 128, 2e-3, 1e-3
_DROPPED = 0.4
"""The share of the hidden units that is silenced in a step, so that none is learned by heart."""
_NONE = -1e9


@dataclass(frozen=True)
class Looked:
    """Questions with the features, scores and truth of their candidates, the best first, filled up to `CANDIDATES`."""

    features: Floats
    scores: Floats
    accepted: Bools
    fold: NDArray[np.int64]

    @classmethod
    def of(cls, seen: Sequence[Seen], summed: Sequence[Floats]) -> "Looked":
        """Of the questions of the sets that are the desk's business."""
        chosen = [(one, sums) for one, sums in zip(seen, summed, strict=True) if one.case.real and one.accepted.any()]
        count, size = len(chosen), chosen[0][0].features.shape[1]
        features = np.zeros((count, CANDIDATES, size), np.float32)
        scores = np.full((count, CANDIDATES), _NONE, np.float32)
        accepted = np.zeros((count, CANDIDATES), np.bool_)
        for row, (one, sums) in enumerate(chosen):
            order = strongest(sums)
            features[row, : len(order)], scores[row, : len(order)] = one.features[order], sums[order]
            features[row, len(order) :] = one.features[order[-1]]
            accepted[row, : len(order)] = one.accepted[order]
        return cls(features, scores, accepted, np.array([one.case.fold for one, _ in chosen]))

    def without(self, fold: int) -> "Looked":
        """The questions of the other folds."""
        others = self.fold != fold
        return Looked(self.features[others], self.scores[others], self.accepted[others], self.fold[others])


def strongest(summed: Floats) -> NDArray[np.int64]:
    """The candidates that are looked at again, the best first."""
    return np.argsort(-summed, kind="stable")[:CANDIDATES]


def fit_reranker(looked: Looked, unheard: Sequence[int] = ()) -> Reranker:
    """A layer that puts an accepted candidate first; the same each time.

    It is the mean of some that began and went on by other chances: each errs elsewhere. Side by side they are one.
    `unheard`: the features that it must not judge, because no question teaches them.
    """
    voices = [_fit(looked, unheard, np.random.default_rng(seed)) for seed in range(_VOICES)]
    return Reranker(
        voices[0].mean,
        voices[0].spread,
        np.concatenate([voice.hidden for voice in voices], axis=1),
        np.concatenate([voice.bias for voice in voices]),
        np.concatenate([voice.above for voice in voices]) * np.float32(1 / _VOICES),
    )


def _fit(looked: Looked, unheard: Sequence[int], chance: np.random.Generator) -> Reranker:
    """One of them (softmax over the candidates, Adam)."""
    known = looked.scores > _NONE
    told = np.flatnonzero(looked.accepted.any(axis=1))
    flat = looked.features[known]
    size = flat.shape[1]
    spread = flat.std(axis=0) + 1e-3
    spread[list(unheard)] = np.inf
    layer = Reranker(
        flat.mean(axis=0),
        spread,
        (chance.standard_normal((2 * size + 1, _WIDTH)) / np.sqrt(2 * size + 1)).astype(np.float32),
        np.zeros(_WIDTH, np.float32),
        np.zeros(_WIDTH, np.float32),
    )
    learning = Adam((layer.hidden, layer.bias, layer.above))
    for rows, step, share in batches(told, chance, _EPOCHS, _BATCH):
        heard = chance.random((_BATCH, 1, _WIDTH), np.float32) > _DROPPED
        kept = heard.astype(np.float32) / np.float32(1 - _DROPPED)
        learning.step(_slopes(layer, looked, rows, kept), step, _RATE * share)
    return layer


def _slopes(layer: Reranker, looked: Looked, rows: NDArray[np.int64], kept: Floats) -> tuple[Floats, Floats, Floats]:
    """The gradients of -log of the share that the accepted candidates have."""
    scores, accepted = looked.scores[rows], looked.accepted[rows]
    inputs = layer.inputs(looked.features[rows], scores)
    before = inputs @ layer.hidden + layer.bias
    kept = kept * (before > 0)
    seen = before * kept
    again = np.asarray(scores + seen @ layer.above, np.float32)
    error = error_of(again, accepted, scores > _NONE, (slice(None),)) / np.float32(len(rows))
    below = (error[..., None] * layer.above * kept).reshape(-1, kept.shape[-1])
    return (
        inputs.reshape(len(below), -1).T @ below + _PENALTY * layer.hidden,
        below.sum(axis=0),
        np.einsum("qcw,qc->w", seen, error) + _PENALTY * layer.above,
    )
