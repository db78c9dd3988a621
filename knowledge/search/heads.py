"""Two small readers of a question, one of its vector (with a hidden layer) and one of its wording (linear).

Each says which facet is asked for, of which kind of record, on which topic, and whether that is the desk's business;
that of the vector also which record is meant (the wording has no names).
They are trained on the sample questions, the phrasebook and the tune questions (all languages together, each
language's mean taken off the vectors), so that a new phrase teaches every language. Stored as numbers beside this
file; `python -m knowledge.search.training.fit` trains them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.search.wording import BUCKETS, Wordings

Floats = NDArray[np.float32]
HEADS = Path(__file__).with_name("heads.npz")
INSIDE, OUTSIDE = "scope:inside", "scope:outside"
RECORD = "record:"
_FAR = -8.0
STRETCH = 8.0
"""A vector without its mean is short; the hidden layer learns better from one of usual length."""


@dataclass(frozen=True)
class Heads:
    """Both readers; `columns` are "facet:…", "kind:…", "topic:…", "scope:…" and, of the vector alone, "record:…"."""

    columns: tuple[str, ...]
    hidden: Floats
    hidden_bias: Floats
    vector: Floats
    vector_bias: Floats
    wording: NDArray[Any]
    """To be multiplied by its scale: as bytes, because as floats it would take a dozen megabytes."""
    wording_bias: Floats
    rarity: Floats
    wording_scale: Floats | float = 1.0
    known: NDArray[np.bool_] | bool = True
    """Which columns were trained: of a record that was published since the vector says nothing."""

    @classmethod
    def untrained(cls, columns: Sequence[str]) -> "Heads":
        """Says nothing."""
        size, worded = len(columns), len(worded_of(columns))
        hidden, hidden_bias = np.zeros((384, 1), np.float32), np.zeros(1, np.float32)
        vector, wording = np.zeros((1, size), np.float32), np.zeros((BUCKETS, worded), np.float32)
        biases = np.zeros(size, np.float32), np.zeros(worded, np.float32)
        rarity = np.ones(BUCKETS, np.float32)
        return cls(tuple(columns), hidden, hidden_bias, vector, biases[0], wording, biases[1], rarity)

    @classmethod
    def load(cls, columns: Sequence[str], path: Path = HEADS) -> "Heads":
        """The trained readers in the order of `columns`; what was never trained is held for unlikely."""
        if not path.exists():
            return cls.untrained(columns)
        with np.load(path) as stored:
            known = {str(name): place for place, name in enumerate(stored["columns"])}
            hidden = (stored["hidden"] * stored["hidden_scale"]).astype(np.float32)
            hidden_bias, rarity = stored["hidden_bias"].astype(np.float32), stored["rarity"].astype(np.float32)
            vector, vector_bias = stored["vector"] * stored["vector_scale"], stored["vector_bias"]
            wording, wording_bias = stored["wording"], stored["wording_bias"]
            scale = stored["wording_scale"].astype(np.float32)
        places = np.array([known.get(column, -1) for column in columns])
        worded = places[: len(worded_of(columns))]
        return cls(
            tuple(columns),
            hidden,
            hidden_bias,
            np.where(places >= 0, vector[:, places], 0).astype(np.float32),
            np.where(places >= 0, vector_bias[places], _FAR).astype(np.float32),
            np.where(worded >= 0, wording[:, worded], np.int8(0)),
            np.where(worded >= 0, wording_bias[worded], _FAR).astype(np.float32),
            rarity,
            scale[worded],
            places >= 0,
        )

    def save(self, path: Path = HEADS) -> None:
        """One byte a number."""
        small = {}
        for name, table in (
            ("hidden", self.hidden),
            ("vector", self.vector),
            ("wording", self.wording * self.wording_scale),
        ):
            scale = np.maximum(np.abs(table).max(axis=0), 1e-6) / 127
            small[name] = np.round(table / scale).astype(np.int8)
            small[f"{name}_scale"] = scale.astype(np.float32)
        np.savez_compressed(
            path,
            columns=np.array(self.columns),
            hidden_bias=self.hidden_bias,
            vector_bias=self.vector_bias,
            wording_bias=self.wording_bias,
            rarity=self.rarity.astype(np.float16),
            **small,
        )

    def of_vector(self, vector: Floats) -> Floats:
        """One number per column for a vector without its language's mean."""
        above = np.maximum((vector * np.float32(STRETCH)) @ self.hidden + self.hidden_bias, 0)
        read: Floats = above @ self.vector + self.vector_bias
        return read

    def of_wording(self, text: str, language: Language) -> Floats:
        """One number per column for a canonical text without names."""
        wording = Wordings.of([(text, language)])
        values = self.rarity[wording.buckets]
        values = values / np.float32(max(float(np.sqrt((values**2).sum())), 1e-6))
        read: Floats = (values @ self.wording[wording.buckets]) * self.wording_scale + self.wording_bias
        return read


def worded_of(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that the wording is read for: the first ones."""
    return tuple(column for column in columns if not column.startswith(RECORD))


def log_shares(logits: Floats) -> Floats:
    """Logarithms of the softmax."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    shares: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shares
