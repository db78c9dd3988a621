"""Two small linear readers of the question's vector: which facet it asks for, and whether it is the desk's business.

Trained on the phrasebook (all languages together, each language's mean taken off), so that a new phrase teaches every
language. Stored as numbers beside this file; `python -m knowledge.search.fit` trains them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
HEADS = Path(__file__).with_name("heads.npz")


@dataclass(frozen=True)
class FacetHead:
    """Softmax regression from vector to facet."""

    weights: Floats
    bias: Floats

    @classmethod
    def load(cls, facets: Sequence[str], path: Path = HEADS) -> "FacetHead":
        """The trained head in the order of `facets`; says nothing where it was never trained."""
        weights = np.zeros((384, len(facets)), np.float32)
        bias = np.full(len(facets), -4.0, np.float32)
        if path.exists():
            with np.load(path) as stored:
                known = [str(name) for name in stored["facets"]]
                for place, facet in enumerate(facets):
                    if facet in known:
                        weights[:, place] = stored["weights"][:, known.index(facet)]
                        bias[place] = stored["bias"][known.index(facet)]
        return cls(weights, bias)

    def logits(self, vector: Floats) -> Floats:
        """One number per facet."""
        result: Floats = vector @ self.weights + self.bias
        return result


@dataclass(frozen=True)
class ScopeHead:
    """Logistic regression from vector to "the desk's business"."""

    weights: Floats
    bias: float

    @classmethod
    def load(cls, path: Path = HEADS) -> "ScopeHead":
        """The trained head; says nothing where it was never trained."""
        if not path.exists():
            return cls(np.zeros(384, np.float32), 0.0)
        with np.load(path) as stored:
            return cls(stored["scope"].astype(np.float32), float(stored["scope_bias"]))

    def logit(self, vector: Floats) -> float:
        """Above 0: rather the desk's business."""
        return float(vector @ self.weights + self.bias)


def train_softmax(
    vectors: Floats, targets: NDArray[np.int64], classes: int, penalty: float, steps: int = 400, rate: float = 0.3
) -> tuple[Floats, Floats]:
    """Softmax regression with classes weighed alike; full batch, Adam, deterministic."""
    counts = np.maximum(np.bincount(targets, minlength=classes), 1)
    importance = (len(targets) / (classes * counts[targets])).astype(np.float32)[:, None]
    weights, bias = np.zeros((vectors.shape[1], classes), np.float32), np.zeros(classes, np.float32)
    slopes = [np.zeros_like(weights), np.zeros_like(weights), np.zeros_like(bias), np.zeros_like(bias)]
    truth = np.eye(classes, dtype=np.float32)[targets]
    for step in range(1, steps + 1):
        logits = vectors @ weights + bias
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        odds /= odds.sum(axis=1, keepdims=True)
        error = (odds - truth) * importance / len(targets)
        _adam(weights, vectors.T @ error + penalty * weights, slopes[0], slopes[1], step, rate)
        _adam(bias, error.sum(axis=0), slopes[2], slopes[3], step, rate)
    return weights, bias


def _adam(values: Floats, gradient: Floats, mean: Floats, square: Floats, step: int, rate: float) -> None:
    """One step of Adam, in place."""
    mean[...] = 0.9 * mean + 0.1 * gradient
    square[...] = 0.999 * square + 0.001 * gradient**2
    values -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
