"""BM25 over hashed words (ICU) and hashed character 2-4-grams, in flat numpy arrays that can be stored and mapped.

Nothing loops over single grams in Python: texts become one array of code points, grams are rolling hashes of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language

K1, B = 1.2, 0.75
CAP = 6.0
_MIX = np.uint64(0x9E3779B97F4A7C15)
_PLACES = [np.uint64(value) for value in (0x100000001B3, 0x1000193F7A3, 0xC6A4A7935BD1, 0x5BD1E995A1B3)]
_LATIN_WORD = re.compile(r"[^\W_]+")
Hashes = NDArray[np.uint64]


def _mixed(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(31))) * _MIX
    return values ^ (values >> np.uint64(29))


def _points(text: str) -> Hashes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)


def grams_of(texts: Sequence[str], shortest: int = 2, longest: int = 4) -> tuple[Hashes, NDArray[np.int32]]:
    """Hashes of all character grams of the texts and the text each comes from; no gram reaches over two texts."""
    joined = "".join(f" {text} \0" for text in texts)
    points = _points(joined)
    ends = points == 0
    owner = np.concatenate(([0], np.cumsum(ends)[:-1])).astype(np.int32) if len(points) else np.zeros(0, np.int32)
    hashes, owners = [], []
    for size in range(shortest, longest + 1):
        if len(points) < size:
            continue
        count = len(points) - size + 1
        rolled = np.full(count, size, np.uint64)
        for place in range(size):
            rolled = rolled * _PLACES[place % 4] + points[place : place + count] * _PLACES[(place + size) % 4]
        whole = owner[:count] == owner[size - 1 : size - 1 + count]
        whole &= ~ends[size - 1 : size - 1 + count]
        hashes.append(_mixed(rolled[whole]))
        owners.append(owner[:count][whole])
    if not hashes:
        return np.zeros(0, np.uint64), np.zeros(0, np.int32)
    return np.concatenate(hashes), np.concatenate(owners)


@cache
def _breaker() -> Any:
    try:
        import icu
    except ImportError:
        return None
    return icu


def words_of(text: str, language: Language) -> list[str]:
    """Words by ICU's dictionaries (by blanks where ICU is missing)."""
    if text.isascii():
        return _LATIN_WORD.findall(text)
    icu = _breaker()
    if icu is None:
        return text.split()
    iterator = icu.BreakIterator.createWordInstance(icu.Locale(language.value))
    boundaries = icu.UnicodeString(text)
    iterator.setText(boundaries)
    words, start = [], 0
    for end in iterator:
        if iterator.getRuleStatus() >= 100:
            words.append(str(boundaries[start:end]))
        start = end
    return words


def word_breaks(text: str, language: Language) -> frozenset[int] | None:
    """Where ICU's dictionaries see words begin and end; None where ICU is missing."""
    icu = _breaker()
    if icu is None:
        return None
    iterator = icu.BreakIterator.createWordInstance(icu.Locale(language.value))
    iterator.setText(icu.UnicodeString(text))
    return frozenset((0, *iterator))


def word_hashes(texts: Sequence[str], language: Language) -> tuple[Hashes, NDArray[np.int32]]:
    """Hashes of all words and the text each comes from."""
    values: list[int] = []
    owners: list[int] = []
    for owner, text in enumerate(texts):
        words = words_of(text, language)
        values.extend(hash_word(word) for word in words)
        owners.extend([owner] * len(words))
    return np.array(values, np.uint64), np.array(owners, np.int32)


@cache
def _word_cache() -> dict[str, int]:
    return {}


def hash_word(word: str) -> int:
    """A stable 64-bit hash (Python's own differs from run to run)."""
    known = _word_cache()
    value = known.get(word)
    if value is None:
        value = 0xCBF29CE484222325
        for byte in word.encode("utf-8", "surrogatepass"):
            value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
        if len(known) < 500_000:
            known[word] = value
    return value


@dataclass(frozen=True)
class Bm25:
    """An inverted index: for each hash (sorted) its documents and their ready-made weights.

    Documents and weights are kept in as few bytes as they need: there are millions of them, mapped by each process.
    """

    hashes: Hashes
    starts: NDArray[np.int32]
    documents: NDArray[np.unsignedinteger[Any]]
    weights: NDArray[np.float16]
    idf: NDArray[np.float32]
    size: int
    unknown: float
    """The idf of what no document has."""

    @classmethod
    def build(cls, hashes: Hashes, owners: NDArray[np.int32], size: int) -> "Bm25":
        """Counts, weighs and sorts; `size` is the number of documents."""
        unknown = float(np.log(1 + (size + 0.5) / 0.5))
        if not len(hashes):
            nothing = np.zeros(0, np.uint8), np.zeros(0, np.float16), np.zeros(0, np.float32)
            return cls(hashes, np.zeros(1, np.int32), *nothing, size, unknown)
        terms, ids = np.unique(hashes, return_inverse=True)
        pairs, counts = np.unique(ids.astype(np.int64) * size + owners, return_counts=True)
        term, document = pairs // size, pairs % size
        lengths = np.bincount(owners, minlength=size).astype(np.float32)
        mean = max(float(lengths[lengths > 0].mean()), 1.0)
        frequency = np.bincount(term, minlength=len(terms))
        idf = np.log(1 + (size - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        norm = K1 * (1 - B + B * lengths[document] / mean)
        weights = idf[term] * counts * (K1 + 1) / (counts + norm)
        return cls.packed(terms, frequency, document, weights, idf, size, unknown)

    @classmethod
    def packed(
        cls,
        hashes: Hashes,
        frequency: NDArray[np.int64],
        documents: NDArray[np.int64],
        weights: NDArray[np.floating[Any]],
        idf: NDArray[np.float32],
        size: int,
        unknown: float,
    ) -> "Bm25":
        """Of documents and weights in the order of their hashes; `frequency`: how many of them each hash has."""
        starts = np.concatenate(([0], np.cumsum(frequency))).astype(np.int32)
        small = documents.astype(np.min_scalar_type(size)), weights.astype(np.float16)
        return cls(hashes, starts, *small, idf, size, unknown)

    def scores(self, asked: Hashes) -> NDArray[np.float32]:
        """The BM25 score of every document."""
        rows, _ = self._rows(np.unique(asked))
        if not len(rows):
            return np.zeros(self.size, np.float32)
        return np.bincount(*self._postings(rows), self.size).astype(np.float32)

    def coverage(self, asked: Hashes) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Score of every document, and which share of the question (by rarity) each document has."""
        unique = np.unique(asked)
        rows, known = self._rows(unique)
        total = float(self.idf[rows].sum()) + self.unknown * int((~known).sum())
        if not len(rows):
            zero = np.zeros(self.size, np.float32)
            return zero, zero
        documents, weights = self._postings(rows)
        rarity = np.repeat(self.idf[rows], self.starts[rows + 1] - self.starts[rows])
        score = np.bincount(documents, weights, self.size).astype(np.float32)
        share = np.bincount(documents, rarity, self.size).astype(np.float32)
        return score, share / np.float32(max(total, 1e-6))

    def _rows(self, unique: Hashes) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        if not len(self.hashes):
            return np.zeros(0, np.int64), np.zeros(len(unique), np.bool_)
        places = np.minimum(np.searchsorted(self.hashes, unique), len(self.hashes) - 1)
        known = self.hashes[places] == unique
        return places[known], known

    def _postings(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """The documents of these hashes with their weights, as wide as counting wants them; joined run by run, which is
        half the work of picking them one by one."""
        runs = [slice(*ends) for ends in zip(self.starts[rows].tolist(), self.starts[rows + 1].tolist(), strict=True)]
        return (
            np.concatenate([self.documents[run] for run in runs], dtype=np.intp),
            np.concatenate([self.weights[run] for run in runs], dtype=np.float64),
        )

    _ARRAYS = ("hashes", "starts", "documents", "weights", "idf")

    def save(self, folder: Path, name: str) -> None:
        """One .npy file per array, so that they can be mapped."""
        for array in self._ARRAYS:
            np.save(folder / f"{name}.{array}.npy", getattr(self, array))

    @classmethod
    def load(cls, folder: Path, name: str, size: int) -> "Bm25":
        """The stored index, mapped into memory; as plain arrays, because a memmap makes each slice slow."""
        arrays = {array: np.asarray(np.load(folder / f"{name}.{array}.npy", mmap_mode="r")) for array in cls._ARRAYS}
        return cls(**arrays, size=size, unknown=float(np.log(1 + (size + 0.5) / 0.5)))


def zscores(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Standard scores, capped so that one rare word cannot outweigh everything else; zeros where all are alike."""
    scores: NDArray[np.float32] = (values - values.mean(dtype=np.float64)).astype(np.float32)
    spread = float(np.sqrt(np.dot(scores, scores) / len(scores)))
    if spread < 1e-9:
        return np.zeros_like(scores)
    scores /= np.float32(spread)
    return np.clip(scores, -CAP, CAP, out=scores)
