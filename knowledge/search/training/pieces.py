"""The pieces of words that e5 reads, for training only: what the engine does with a text inside, done in Python.

Unigram pieces by Viterbi over the package's own vocabulary (Kudo 2018, "Subword Regularization", section 3.2).
"""

import struct
from functools import cached_property
from itertools import pairwise

import numpy as np

from knowledge.search.e5 import ModelFile

_BLANK = "▁"
_UNKNOWN = 10.0
"""How far below the rarest piece an unknown letter counts."""


class Pieces:
    """Cuts texts the way the engine does."""

    def __init__(self, file: ModelFile) -> None:
        self._file = file
        image, place, count = file.image, file.spelling, file.pieces
        ends = np.frombuffer(image, np.uint32, count + 1, place)
        scores = np.frombuffer(image, np.float32, count, place + 4 * (count + 1))
        letters = place + 4 * (count + 1) + 4 * count
        blob = image[letters : letters + int(ends[-1])]
        words = [blob[start:end].decode("utf-8", "replace") for start, end in pairwise(ends.tolist())]
        self._piece = {word: row for row, word in reversed(list(enumerate(words))) if word and row != file.unknown}
        self._scores = scores.tolist()
        self._longest = max(map(len, words))
        self._worst = min(self._scores) - _UNKNOWN
        self._after = letters + len(blob)

    @cached_property
    def _spelt(self) -> dict[int, str]:
        """What letters are written as before they are cut."""
        image, place = self._file.image, self._after
        count, _ = struct.unpack_from("<iI", image, place)
        place, found = place + 8, dict[int, str]()
        for _ in range(count):
            letter, length = struct.unpack_from("<IB", image, place)
            found[letter] = "".join(map(chr, struct.unpack_from(f"<{length}I", image, place + 5)))
            place += 5 + 4 * length
        return found

    def rows(self, text: str, question: bool) -> list[int]:
        """The rows of the pieces of a question or passage, with the marks of its start and end."""
        text = f"{'query' if question else 'passage'}: {text}".translate(self._spelt)
        while "  " in text:
            text = text.replace("  ", " ")
        text = (text if text.startswith(" ") else f" {text}").replace(" ", _BLANK)
        best, cut = [0.0] + [-1e30] * len(text), [(0, self._file.unknown)] * (len(text) + 1)
        for start in range(len(text)):
            for end in range(start + 1, min(start + self._longest, len(text)) + 1):
                row = self._piece.get(text[start:end])
                score = self._worst if row is None else self._scores[row]
                if (row is not None or end == start + 1) and best[start] + score > best[end]:
                    best[end], cut[end] = best[start] + score, (start, self._file.unknown if row is None else row)
        found, place = [self._file.last], len(text)
        while place:
            place, row = cut[place]
            found.append(row)
        return [self._file.first, *reversed(found)]
