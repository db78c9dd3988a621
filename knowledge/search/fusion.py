"""One transparent linear score: features times fitted weights, kept in a file that people can read and review."""

import json
from collections.abc import Sequence
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


def fit(
    groups: Sequence[tuple[Floats, NDArray[np.bool_]]],
    penalties: Floats,
    start: Floats | None = None,
    steps: int = 300,
    rate: float = 0.05,
    anchor: Floats | None = None,
    signs: Floats | None = None,
) -> Floats:
    """Weights by which acceptable units come first (softmax over all units of a question, L2, full batch, Adam).

    `anchor`: the weights that the penalty pulls to (zero where none is given). `signs`: +1 where a feature can only
    speak for a unit, -1 where only against it, 0 where either. Deterministic: no sampling, fixed steps.
    """
    size = groups[0][0].shape[1]
    weights = np.zeros(size, np.float64) if start is None else start.astype(np.float64)
    mean, square = np.zeros(size), np.zeros(size)
    rest = np.zeros(size) if anchor is None else anchor.astype(np.float64)
    for step in range(1, steps + 1):
        gradient = penalties * (weights - rest)
        for features, accepted in groups:
            scores = features @ weights.astype(np.float32)
            odds = np.exp((scores - scores.max()).astype(np.float64))
            odds /= odds.sum()
            right = odds * accepted
            total = max(right.sum(), 1e-12)
            # Questions that are answered well teach little; the gradient of -log p fades by itself.
            gradient += features.T @ (odds - right / total).astype(np.float32) / len(groups)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        if signs is not None:
            weights[weights * signs < 0] = 0.0
    return weights.astype(np.float32)
