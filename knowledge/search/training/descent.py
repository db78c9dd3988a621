"""Steps of learning that the trainers of the heads share."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


def error_of(logits: Floats, target: Bools, open_: Bools, groups: Sequence[slice]) -> Floats:
    """The gradient of -log of the share that the targets have of their group."""
    error = np.zeros_like(logits)
    for group in groups:
        told = (target[:, group] & open_[:, group]).any(axis=1, keepdims=True)
        shares = np.where(open_[:, group], logits[:, group], -1e9)
        shares = np.exp(shares - shares.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        right = shares * target[:, group]
        right /= np.maximum(right.sum(axis=1, keepdims=True), 1e-9)
        error[:, group] = np.where(told, shares - right, 0)
    return error


def batches(
    rows: NDArray[np.int64], chance: np.random.Generator, epochs: int, size: int
) -> Iterator[tuple[NDArray[np.int64], int, float]]:
    """In each epoch the rows in an order of chance, in whole batches: with the step and the share of the rate."""
    total, step = epochs * (len(rows) // size), 0
    for _ in range(epochs):
        shuffled = chance.permutation(rows)
        for start in range(0, len(rows) - size + 1, size):
            step += 1
            yield shuffled[start : start + size], step, 1 - step / (total + 1)


class Adam:
    """Adam on several tables at once, in place (Kingma and Ba 2015)."""

    def __init__(self, values: Sequence[Floats]) -> None:
        self._values = values
        self._means, self._squares = ([np.zeros_like(one) for one in values] for _ in range(2))

    def step(self, slopes: Sequence[Floats], step: int, rate: float) -> None:
        """One step against the gradients; steps count from 1."""
        for value, slope, mean, square in zip(self._values, slopes, self._means, self._squares, strict=True):
            adam(value, slope, mean, square, step, rate)


def adam(values: Floats, gradient: Floats, mean: Floats, square: Floats, step: int, rate: float) -> None:
    """One step of Adam, in place."""
    mean *= 0.9
    mean += 0.1 * gradient
    square *= 0.999
    square += 0.001 * gradient**2
    values -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
