"""The shipped model with the vectors of the held questions at hand: to compute them takes CI a minute."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.search.dense import Embedder
from knowledge.search.vectors import key

FILE = Path(__file__).with_name("held.npz")


class Kept:
    """Gives the kept vectors and computes the others. A mark holds the model's name, so none of another model fits."""

    def __init__(self, model: Embedder) -> None:
        self.name, self.size, self._model = model.name, model.size, model
        with np.load(FILE) as stored:
            self._known = dict(zip(stored["keys"].tolist(), stored["vectors"].astype(np.float32), strict=True))

    def __contains__(self, text: str) -> bool:
        return key(self.name, "question", text) in self._known

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per question."""
        return np.concatenate([self._question(text) for text in texts])

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per text of the base."""
        return self._model.passages(texts)

    def _question(self, text: str) -> NDArray[np.float32]:
        known = self._known.get(key(self.name, "question", text))
        return self._model.questions([text]) if known is None else known[None]


class Keeping:
    """The model, and what it was asked."""

    def __init__(self, model: Embedder) -> None:
        self.name, self.size, self._model = model.name, model.size, model
        self._asked: dict[int, NDArray[np.float32]] = {}

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per question."""
        vectors = self._model.questions(texts)
        self._asked.update(zip((key(self.name, "question", text) for text in texts), vectors, strict=True))
        return vectors

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per text of the base."""
        return self._model.passages(texts)

    def write(self) -> None:
        """Keeps them, two bytes a number."""
        vectors = np.array(list(self._asked.values()), np.float16)
        np.savez_compressed(FILE, keys=np.array(list(self._asked), np.uint64), vectors=vectors)
