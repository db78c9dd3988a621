"""Trains the reader of a question's vector: one hidden layer, all groups of columns at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.search.heads import STRETCH
from knowledge.search.training.descent import Adam, error_of

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
WIDTH = 384
_EPOCHS, _BATCH, _RATE, _PENALTY = 12, 384, 0.002, 1e-5
_DROPPED, _NOISE = 0.5, 0.2
"""What keeps it from learning the questions by heart: half of its units silenced, and every vector shaken."""


def fit_hidden(
    vectors: Floats, target: Bools, open_: Bools, weight: Floats, groups: Sequence[slice]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Weights and biases of the hidden layer and of the one above; the same each time."""
    chance = np.random.default_rng(0)
    size, width = vectors.shape
    columns = target.shape[1]
    layers = [
        (chance.standard_normal((width, WIDTH)) * np.sqrt(2 / width)).astype(np.float32),
        np.zeros(WIDTH, np.float32),
        np.zeros((WIDTH, columns), np.float32),
        np.zeros(columns, np.float32),
    ]
    learning = Adam(layers)
    total, step = _EPOCHS * -(-size // _BATCH), 0
    for _ in range(_EPOCHS):
        shuffled = chance.permutation(size)
        for start in range(0, size, _BATCH):
            rows = shuffled[start : start + _BATCH]
            step += 1
            shaken = vectors[rows] * np.float32(STRETCH)
            shaken += chance.standard_normal(shaken.shape, np.float32) * np.float32(_NOISE)
            kept = (chance.random((len(rows), WIDTH), np.float32) > _DROPPED) / np.float32(1 - _DROPPED)
            seen = shaken @ layers[0] + layers[1]
            kept *= seen > 0
            above = seen * kept
            error = error_of(above @ layers[2] + layers[3], target[rows], open_[rows], groups)
            error *= weight[rows, None] / weight[rows].sum()
            below = (error @ layers[2].T) * kept
            slopes = (
                shaken.T @ below + _PENALTY * layers[0],
                below.sum(axis=0),
                above.T @ error + _PENALTY * layers[2],
                error.sum(axis=0),
            )
            learning.step(slopes, step, _RATE * (1 - step / (total + 1)))
    return layers[0], layers[1], layers[2], layers[3]
