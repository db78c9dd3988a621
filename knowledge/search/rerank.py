"""A second look at the strongest candidates: what their features say together, and beside those of the others.

The linear score weighs each feature by itself. One hidden layer over a candidate's features, and over what each of them
lacks of the highest among the candidates, adds what it makes of them: two that each say little may say much together,
and one that all candidates share says nothing. Stored as numbers beside this file;
`python -m knowledge.search.training.fit` trains it. docs/evaluation.md has what it adds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
RERANK = Path(__file__).with_name("rerank.npz")
CANDIDATES = 40
"""So many of the best units are looked at again."""
_WEAKEST = 10
"""So many of them tell what those lose that it doesn't see."""
_FAR = 5.0
"""Nothing is farther from its mean than so many times its spread; of what it must not judge that is endless."""
_SCORE = np.float32(0.3)
"""Brings the distance of scores to the size of the other inputs."""


@dataclass(frozen=True)
class Reranker:
    """The layer of a mode: features × mean and spread → inputs × hidden → one correction per candidate."""

    mean: Floats
    spread: Floats
    hidden: Floats
    """(2 features + 1, width): of the features, of what they lack of the highest, of the score's distance."""
    bias: Floats
    above: Floats

    @classmethod
    def load(cls, mode: str, names: Sequence[str], path: Path = RERANK) -> "Reranker":
        """The layer in the order of `names`, deaf to features that it never learned; without a file it is silent."""
        size = len(names)
        if not path.exists():
            return cls(np.zeros(size, np.float32), np.ones(size, np.float32), *_silent(size))
        with np.load(path) as stored:
            known = {str(name): place for place, name in enumerate(stored["names"])}
            mean, spread, hidden, bias, above = (stored[f"{mode}.{part}"].astype(np.float32) for part in _PARTS)
        places = np.array([known.get(name, -1) for name in names])
        first, second = hidden[: len(known)], hidden[len(known) : -1]
        learned = (places >= 0)[:, None]
        return cls(
            np.where(places >= 0, mean[places], 0).astype(np.float32),
            np.where(places >= 0, spread[places], 1).astype(np.float32),
            np.concatenate([np.where(learned, first[places], 0), np.where(learned, second[places], 0), hidden[-1:]]),
            bias,
            above,
        )

    def inputs(self, features: Floats, scores: Floats) -> Floats:
        """What the layer reads of candidates (…, candidates, features) with their scores, the best one first."""
        seen = np.clip((features - self.mean) / self.spread, -_FAR, _FAR)
        distance = np.clip((scores - scores[..., :1]) * _SCORE, -_FAR, _FAR)[..., None]
        return np.concatenate([seen, seen - seen.max(axis=-2, keepdims=True), distance], axis=-1)

    def again(self, summed: Floats, best: NDArray[np.int64], features: Floats) -> Floats:
        """All scores after the second look at the best ones, of which these are the features, the strongest first.

        The others, which it doesn't see, are corrected as the weakest of these are: else what all lose by it would
        bring them to the front.
        """
        corrections = self.corrections(features, summed[best])
        scores: Floats = summed + corrections[-_WEAKEST:].mean()
        scores[best] = summed[best] + corrections
        return scores

    def corrections(self, features: Floats, scores: Floats) -> Floats:
        """What is to be added to the scores."""
        seen = np.maximum(self.inputs(features, scores) @ self.hidden + self.bias, 0)
        added: Floats = seen @ self.above
        return added


def save(layers: Mapping[str, Reranker], names: Sequence[str], path: Path = RERANK) -> None:
    """Writes the layers of all modes, two bytes a number."""
    parts = {
        f"{mode}.{part}": getattr(layer, part).astype(np.float16) for mode, layer in layers.items() for part in _PARTS
    }
    np.savez_compressed(path, names=np.array(names), allow_pickle=False, **parts)


_PARTS = ("mean", "spread", "hidden", "bias", "above")


def _silent(size: int) -> tuple[Floats, Floats, Floats]:
    return np.zeros((2 * size + 1, 1), np.float32), np.zeros(1, np.float32), np.zeros(1, np.float32)
