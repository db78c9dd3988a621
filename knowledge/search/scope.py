"""Is a question the desk's business at all? A hidden layer over what the search saw, beside a linear model of it.

What one aspect says depends on others: goods and a country that are known count for little where another country is
named that isn't ("thai durian to japan"), and a name that was surely heard for little where somebody asks for their
own file ("is my boten licence approved yet"). Stored as numbers beside this file;
`python -m knowledge.search.training.fit` trains it. docs/evaluation.md has what it adds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SCOPE = Path(__file__).with_name("scope.npz")
_FAR = 6.0
"""Nothing is farther from its mean than so many times its spread."""
_SURE = 30.0


@dataclass(frozen=True)
class Scope:
    """The model of a mode over the named aspects; `hidden` is aspects × width."""

    names: tuple[str, ...]
    mean: Floats
    spread: Floats
    hidden: Floats
    bias: Floats
    above: Floats
    linear: Floats
    offset: Floats
    """One number."""

    @classmethod
    def load(cls, mode: str, path: Path = SCOPE) -> "Scope":
        """The model of a mode ("dense", "lexical"); without a file everything is rather the desk's business."""
        if not path.exists():
            none = np.zeros(0, np.float32)
            return cls((), none, none, none.reshape(0, 0), none, none, none, np.ones(1, np.float32))
        with np.load(path) as stored:
            return cls(
                tuple(map(str, stored["names"])), *(stored[f"{mode}.{part}"].astype(np.float32) for part in _PARTS)
            )

    def probability(self, aspects: Mapping[str, float]) -> float:
        """Between 0 and 1."""
        seen = self.inputs(np.array([aspects.get(name, 0.0) for name in self.names], np.float32))
        total = float(self.odds(seen)[0])
        return float(1 / (1 + np.exp(-np.clip(total, -_SURE, _SURE))))

    def inputs(self, aspects: Floats) -> Floats:
        """What the layer reads of aspects in the order of `names`."""
        seen: Floats = np.clip((aspects - self.mean) / self.spread, -_FAR, _FAR)
        return seen

    def odds(self, inputs: Floats) -> Floats:
        """The logarithm of the odds, of one or of many."""
        read: Floats = np.maximum(inputs @ self.hidden + self.bias, 0) @ self.above + inputs @ self.linear + self.offset
        return read


def save(models: Mapping[str, Scope], path: Path = SCOPE) -> None:
    """Writes the models of all modes, two bytes a number."""
    parts = {
        f"{mode}.{part}": getattr(model, part).astype(np.float16) for mode, model in models.items() for part in _PARTS
    }
    names = next(iter(models.values())).names
    np.savez_compressed(path, names=np.array(names), allow_pickle=False, **parts)


_PARTS = ("mean", "spread", "hidden", "bias", "above", "linear", "offset")
