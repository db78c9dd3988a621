"""One language's part of the index: its texts as words, grams and vectors."""

import hashlib
import json
import os
import shutil
import tempfile
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.search.lexical import Bm25, Hashes, grams_of, hash_word, word_hashes, words_of
from knowledge.search.patching import GONE, SHARE, Places, moved, patched
from knowledge.search.scripts import canonical, joined, stripped
from knowledge.search.vectors import Packed, Text, VectorStore

Floats = NDArray[np.float32]
Marks = Sequence[int]
"""Of each text its hash, as an array: as a list they would take five times the room."""
Owned = tuple[Hashes, NDArray[np.int32]]
"""Hashes and the text that each comes from."""
VERSION = 5
"""Raised when the form of the stored arrays changes."""


@dataclass(frozen=True)
class LexicalField:
    """A list of texts as words and as grams; `folded` has the words without Latin marks (Vietnamese)."""

    words: Bm25
    grams: Bm25
    folded: Bm25 | None

    @classmethod
    def build(cls, texts: Sequence[str], language: Language) -> "LexicalField":
        """Indexes texts in their canonical form."""
        size = len(texts)
        words, grams, folded = _hashes_of(texts, language)
        return cls(
            Bm25.build(*words, size),
            Bm25.build(*grams, size),
            Bm25.build(*folded, size) if folded is not None else None,
        )

    def patched(self, places: Places, size: int, fresh: Mapping[int, str], language: Language) -> "LexicalField":
        """The same with the old texts at other places, and fresh ones by their places."""
        rows = np.array(list(fresh), np.int32)
        words, grams, folded = _hashes_of(list(fresh.values()), language)

        def renewed(index: Bm25, owned: Owned) -> Bm25:
            hashes, owners = owned
            return patched(index, places, size, hashes, rows[owners])

        return LexicalField(
            renewed(self.words, words),
            renewed(self.grams, grams),
            renewed(self.folded, folded) if self.folded is not None and folded is not None else None,
        )

    def ask(self, plain: str, bare: str, language: Language, markless: bool) -> tuple[Floats, Floats, Floats, Floats]:
        """Word and gram scores of every text, and the shares of the question that each has."""
        index = self.words
        if markless and self.folded is not None:
            index, plain = self.folded, stripped(plain)
        asked = np.array([hash_word(word) for word in words_of(plain, language)], np.uint64)
        grams, _ = grams_of([bare])
        return (*index.coverage(asked), *self.grams.coverage(grams))

    def save(self, folder: Path, name: str) -> None:
        """Stores its arrays."""
        self.words.save(folder, f"{name}.words")
        self.grams.save(folder, f"{name}.grams")
        if self.folded is not None:
            self.folded.save(folder, f"{name}.folded")

    @classmethod
    def load(cls, folder: Path, name: str, size: int) -> "LexicalField":
        """Maps its arrays."""
        folded = folder / f"{name}.folded.hashes.npy"
        return cls(
            Bm25.load(folder, f"{name}.words", size),
            Bm25.load(folder, f"{name}.grams", size),
            Bm25.load(folder, f"{name}.folded", size) if folded.exists() else None,
        )


def _hashes_of(texts: Sequence[str], language: Language) -> tuple[Owned, Owned, Owned | None]:
    """Words, grams, and in Vietnamese the words without marks."""
    plain = [canonical(text) for text in texts]
    folded = word_hashes([stripped(text) for text in plain], language) if language is Language.VI else None
    return word_hashes(plain, language), grams_of([stripped(joined(text)) for text in plain]), folded


@dataclass(frozen=True)
class DenseField:
    """The same texts as vectors."""

    vectors: Packed

    @classmethod
    def build(cls, texts: Sequence[Text], store: VectorStore) -> "DenseField":
        """Looks the texts up among the stored vectors."""
        return cls(store.packed(texts))

    def ask(self, vector: Floats | None) -> Floats:
        """Cosines to the question; 0 where there is no vector."""
        return np.zeros(len(self.vectors), np.float32) if vector is None else self.vectors.dot(vector)


_whole: dict[tuple[str, Language], tuple[LexicalField, Marks]] = {}
"""What this process built or loaded last for a purpose, with a mark of each text: most of the next one is the same."""


def cached_field(cache: Path | None, name: str, texts: Sequence[str], language: Language) -> LexicalField:
    """The lexical index of the texts: the one in memory, patched where few texts differ, or from the cache folder."""
    marks = array("q", map(hash, texts))
    held = _whole.get((name, language))
    if held is not None and held[1] == marks:
        return held[0]
    folder = _folder(cache, name, texts, language)
    if held is not None and not (folder and (folder / "ready").exists()):
        patched = _patch(*held, marks, texts, language)
        if patched is not None:
            return patched
    field = _stored(cache, folder, texts, language) if cache and folder else LexicalField.build(texts, language)
    _whole[name, language] = field, marks
    return field


def _patch(
    field: LexicalField, before: Marks, now: Marks, texts: Sequence[str], language: Language
) -> LexicalField | None:
    places, fresh = moved(before, now)
    if len(fresh) + int((places == GONE).sum()) > SHARE * len(texts):
        return None
    return field.patched(places, len(texts), {row: texts[row] for row in fresh}, language)


def _folder(cache: Path | None, name: str, texts: Sequence[str], language: Language) -> Path | None:
    if cache is None:
        return None
    digest = hashlib.sha256(json.dumps([VERSION, language.value, list(texts)]).encode()).hexdigest()[:16]
    return cache / f"{name}.{language.value}.{digest}"


def _stored(cache: Path, folder: Path, texts: Sequence[str], language: Language) -> LexicalField:
    if not (folder / "ready").exists():
        _store(LexicalField.build(texts, language), cache, folder)
    return LexicalField.load(folder, "field", len(texts))


def _store(field: LexicalField, cache: Path, folder: Path) -> None:
    """Stores beside and moves into place, so that two processes never read half a folder."""
    cache.mkdir(parents=True, exist_ok=True)
    name = folder.name.rsplit(".", 1)[0]
    temporary = Path(tempfile.mkdtemp(prefix=".building-", dir=cache))
    field.save(temporary, "field")
    (temporary / "ready").touch()
    stale = [old for old in cache.glob(f"{name}.*") if old != folder]
    try:
        os.replace(temporary, folder)
    except OSError:  # another process was faster
        shutil.rmtree(temporary, ignore_errors=True)
    for old in stale:
        shutil.rmtree(old, ignore_errors=True)
