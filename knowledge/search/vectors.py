"""Vectors as data: int8, keyed by a hash of model, role and text, shipped with the content."""

import hashlib
import io
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.search.dense import LONGEST_PASSAGE, LONGEST_QUESTION, Embedder

Role = Literal["question", "passage"]
Text = tuple[Role, str]
_BATCH = 16
_PART = 1_024
"""Vectors that are unpacked at once: so many stay in the processor's cache."""


def key(model: str, role: Role, text: str) -> int:
    """The mark of one text for one model."""
    longest = LONGEST_QUESTION if role == "question" else LONGEST_PASSAGE
    digest = hashlib.sha256(f"{model}\0{role}\0{text[:longest]}".encode("utf-8", "replace"))
    return int.from_bytes(digest.digest()[:8], "little")


@dataclass(frozen=True)
class Packed:
    """Vectors as whole numbers, a scale for each (0 where a text has no vector): a quarter of the room of floats, and
    compared faster than these are read."""

    rows: NDArray[np.int8]
    scales: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which texts have a vector."""
        return self.scales > 0

    def dot(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """The product of each with a vector."""
        found = np.empty(len(self.rows), np.float32)
        room = np.empty((min(_PART, len(self.rows)), self.rows.shape[1]), np.float32)
        for start in range(0, len(self.rows), _PART):
            part = self.rows[start : start + _PART]
            room[: len(part)] = part
            np.dot(room[: len(part)], vector, out=found[start : start + _PART])
        found *= self.scales
        return found

    def floats(self, wanted: slice | int = slice(None)) -> NDArray[np.float32]:
        """The vectors themselves, or one of them; zeros where there is none."""
        return self.rows[wanted] * self.scales[wanted, None]


@dataclass(frozen=True)
class _Marked:
    """Vectors with the marks of their texts."""

    keys: NDArray[np.uint64]
    vectors: Packed

    @classmethod
    def join(cls, parts: Sequence["_Marked"]) -> "_Marked":
        rows = np.concatenate([part.vectors.rows for part in parts])
        scales = np.concatenate([part.vectors.scales for part in parts])
        return cls(np.concatenate([part.keys for part in parts]), Packed(rows, scales))

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(self.keys, kind="stable")

    def places(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Where the vector of each mark stands; -1 where there is none."""
        if not len(self.keys):
            return np.full(len(keys), -1, np.int64)
        near = np.searchsorted(self.keys, keys, sorter=self._order)
        found = self._order[np.minimum(near, len(self.keys) - 1)]
        return np.where(self.keys[found] == keys, found, -1)


def _read(path: Path) -> _Marked:
    with np.load(path) as stored:
        return _Marked(stored["keys"], Packed(stored["rows"], stored["scales"].astype(np.float32)))


class VectorStore:
    """Vectors by text; a folder of one file per language, and what was embedded since in memory.

    One array of each, because as objects sixty thousand vectors take twice their room.
    """

    def __init__(self, folder: Path, model: str, size: int = 384) -> None:
        self.folder, self.model, self.size = folder, model, size
        none = _Marked(np.zeros(0, np.uint64), Packed(np.zeros((0, size), np.int8), np.zeros(0, np.float32)))
        self._known = _Marked.join([none, *map(_read, sorted(folder.glob(f"{model}.*.npz")))])

    def missing(self, texts: Iterable[Text]) -> list[Text]:
        """The texts without a vector, each once."""
        once = list(dict.fromkeys(texts))
        known = self._places(once) >= 0
        return [text for text, have in zip(once, known.tolist(), strict=True) if not have]

    def packed(self, texts: Sequence[Text]) -> Packed:
        """Vectors in the texts' order."""
        places = self._places(texts)
        known = np.flatnonzero(places >= 0)
        rows, scales = np.zeros((len(texts), self.size), np.int8), np.zeros(len(texts), np.float32)
        rows[known], scales[known] = self._known.vectors.rows[places[known]], self._known.vectors.scales[places[known]]
        return Packed(rows, scales)

    def get(self, texts: Sequence[Text]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Vectors in the texts' order and whether each is known (zeros where not)."""
        packed = self.packed(texts)
        return packed.floats(), packed.known

    def _places(self, texts: Sequence[Text]) -> NDArray[np.int64]:
        if not len(self._known.keys):  # without a model: a hundred thousand marks take half a second
            return np.full(len(texts), -1, np.int64)
        return self._known.places(self._marks(texts))

    def _marks(self, texts: Sequence[Text]) -> NDArray[np.uint64]:
        return np.fromiter((key(self.model, *text) for text in texts), np.uint64, len(texts))

    def embed(self, texts: Iterable[Text], embedder: Embedder, progress: bool = False) -> int:
        """Embeds what is missing; returns how many that were."""
        missing = sorted(self.missing(texts), key=lambda text: (text[0], len(text[1])))
        fresh = [self._known]
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            for role in ("question", "passage"):
                chosen = [text for text in batch if text[0] == role]
                if chosen:
                    fresh.append(self._embedded(chosen, embedder))
            if progress and start // _BATCH % 20 == 0:
                print(f"{start} of {len(missing)}", file=sys.stderr, flush=True)  # noqa: T201
        self._known = _Marked.join(fresh)
        return len(missing)

    def _embedded(self, texts: list[Text], embedder: Embedder) -> _Marked:
        words = [text for _, text in texts]
        vectors = embedder.questions(words) if texts[0][0] == "question" else embedder.passages(words)
        scales = np.abs(vectors).max(axis=1) / 127
        rows = np.round(vectors / scales[:, None]).astype(np.int8)
        return _Marked(self._marks(texts), Packed(rows, scales.astype(np.float32)))

    def save(self, language: Language, texts: Iterable[Text]) -> Path | None:
        """Writes the vectors of one language's texts to its file (whole or not at all)."""
        wanted = np.unique(self._marks(list(texts)))
        places = self._known.places(wanted)
        keys, places = wanted[places >= 0], places[places >= 0]
        if not len(keys):
            return None
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self.model}.{language.value}.npz"
        buffer = io.BytesIO()
        np.savez(
            buffer,
            keys=keys,
            rows=self._known.vectors.rows[places],
            scales=self._known.vectors.scales[places].astype(np.float16),
        )
        _replace(path, buffer.getvalue())
        return path


def _replace(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).chmod(0o644)
    os.replace(file.name, path)
