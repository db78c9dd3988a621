"""One transparent linear score: features times fitted weights, kept in a file that people can read and review."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
WEIGHTS = Path(__file__).with_name("weights.json")


def load_weights(mode: str, names: Sequence[str], path: Path = WEIGHTS, fallback: str = "dense") -> Floats:
    """The weights of a mode ("dense", "lexical", …) in the order of `names`; 0 for what was never fitted."""
    stored: dict[str, dict[str, float]] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    chosen = stored.get(mode) or stored.get(fallback) or {}
    return np.array([chosen.get(name, 0.0) for name in names], np.float32)


@dataclass(frozen=True)
class Groups:
    """The candidates of several questions, one below the other."""

    features: Floats
    accepted: NDArray[np.bool_]
    starts: NDArray[np.int64]
    weight: Floats
    """How much each question counts."""

    @classmethod
    def of(cls, groups: Sequence[tuple[Floats, NDArray[np.bool_], float]]) -> "Groups":
        """Stacks them."""
        sizes = [len(accepted) for _, accepted, _ in groups]
        weight = np.array([weight for *_, weight in groups], np.float32)
        return cls(
            np.concatenate([features for features, *_ in groups]),
            np.concatenate([accepted for _, accepted, _ in groups]),
            np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64),
            weight / weight.sum(),
        )

    def gradient(self, weights: Floats) -> Floats:
        """Of -log of the share that the accepted units have."""
        sizes = np.diff(np.concatenate((self.starts, [len(self.accepted)])))
        scores = self.features @ weights
        odds = np.exp(scores - np.repeat(np.maximum.reduceat(scores, self.starts), sizes))
        odds /= np.repeat(np.add.reduceat(odds, self.starts), sizes)
        right = odds * self.accepted
        total = np.maximum(np.add.reduceat(right, self.starts), 1e-12)
        error = (odds - right / np.repeat(total, sizes)) * np.repeat(self.weight, sizes)
        gradient: Floats = error.astype(np.float32) @ self.features
        return gradient


def fit(
    groups: Groups,
    penalties: Floats,
    start: Floats,
    steps: int,
    rate: float = 0.05,
    anchor: Floats | None = None,
    signs: Floats | None = None,
) -> Floats:
    """Weights by which acceptable units come first (softmax over the units of a question, L2, full batch, Adam).

    `anchor`: the weights that the penalty pulls to (zero where none is given). `signs`: +1 where a feature can only
    speak for a unit, -1 where only against it, 0 where either. Deterministic: no sampling, fixed steps.
    """
    weights = start.astype(np.float64)
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    rest = np.zeros_like(weights) if anchor is None else anchor.astype(np.float64)
    for step in range(1, steps + 1):
        gradient = groups.gradient(weights.astype(np.float32)) + penalties * (weights - rest)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        slowing = rate * (1 - 0.95 * step / steps)
        weights -= slowing * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        if signs is not None:
            weights[weights * signs < 0] = 0.0
    return weights.astype(np.float32)
