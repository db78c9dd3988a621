"""The encoder of e5 once more, in JAX, because the package's engine can't learn; same vectors (cosine .9999).

Learned are scales (as a share of what they were), biases and norms of the layers from `FIRST` on. BERT as in Devlin
et al. 2019; only bias and norm are trained as in BitFit (Ben Zaken et al. 2022), only scales of quantised weights as in
PEQA (Kim et al. 2023).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from knowledge.search.e5 import ModelFile

Floats = NDArray[np.float32]
Layer = Mapping[str, Any]
FIRST = 4
"""The layer from which it learns: what is below reads letters more than meaning."""
WEIGHTS = ("q", "k", "v", "ao", "fi", "fo")
_NORMS = ("aln.w", "aln.b", "oln.w", "oln.b")


class Encoder:
    """The model's tables; `start` is what is learned before anything was."""

    def __init__(self, file: ModelFile) -> None:
        self._file, self.size = file, file.size
        self._whole = [self._whole_numbers(layer) for layer in range(file.layers)]
        self._scales = [{one: self._scale(layer, one) for one in WEIGHTS} for layer in range(file.layers)]
        self._plain = [self._numbers(layer) for layer in range(file.layers)]
        self._below = jax.jit(self._lower)

    def start(self) -> dict[str, list[dict[str, Any]]]:
        """Changes of scales and of numbers, all zero."""
        return {
            "scales": [{name: jnp.zeros_like(one) for name, one in layer.items()} for layer in self._scales[FIRST:]],
            "numbers": [{name: jnp.zeros_like(one) for name, one in layer.items()} for layer in self._plain[FIRST:]],
        }

    def read(self, rows: Sequence[Sequence[int]], longest: int) -> tuple[Floats, NDArray[np.bool_]]:
        """What the lower layers make of texts cut or filled to one length, and which places are text."""
        place, mask = np.zeros((len(rows), longest), np.int64), np.zeros((len(rows), longest), np.bool_)
        for one, (pieces, row) in enumerate(zip(rows, place, strict=True)):
            row[: len(pieces)] = pieces[:longest]
            mask[one, : len(pieces)] = True
        return np.asarray(self._below(self._embedded(place), mask)), mask

    def vectors(self, learned: Mapping[str, Any], below: Any, mask: Any) -> Any:
        """Unit vectors of what `read` gave."""
        for layer in range(FIRST, self._file.layers):
            scales, numbers = learned["scales"][layer - FIRST], learned["numbers"][layer - FIRST]
            tables = {one: self._weight(layer, one, 1 + scales[one]) for one in WEIGHTS}
            plain = {one: value + numbers[one] for one, value in self._plain[layer].items()}
            below = self._layer(below, mask, tables, plain)
        mean = (below * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        return mean / jnp.linalg.norm(mean, axis=-1, keepdims=True)

    def _lower(self, seen: Any, mask: Any) -> Any:
        for layer in range(FIRST):
            tables = {one: self._weight(layer, one, 1.0) for one in WEIGHTS}
            seen = self._layer(seen, mask, tables, self._plain[layer])
        return seen

    def _embedded(self, place: NDArray[np.int64]) -> Floats:
        file = self._file
        blocks = file.blocks("emb.word").reshape(file.words, -1)[place]
        words = (_opened(blocks) * blocks["scale"].astype(np.float32)[..., None]).reshape(*place.shape, file.size)
        positions = file.numbers("emb.pos").reshape(-1, file.size)[: place.shape[1]]
        seen = words + positions + file.numbers("emb.type")[: file.size]
        return np.asarray(_norm(seen, file.numbers("emb.ln.w"), file.numbers("emb.ln.b"), file.epsilon), np.float32)

    def _layer(self, seen: Any, mask: Any, tables: Layer, plain: Layer) -> Any:
        count, length, size = seen.shape
        heads = self._file.heads

        def through(value: Any, name: str) -> Any:
            return value @ tables[name].T + plain[f"{name}.b"]

        def apart(value: Any) -> Any:
            return value.reshape(count, length, heads, -1).transpose(0, 2, 1, 3)

        likeness = apart(through(seen, "q")) @ apart(through(seen, "k")).transpose(0, 1, 3, 2) / np.sqrt(size / heads)
        shares = jax.nn.softmax(jnp.where(mask[:, None, None, :], likeness, -1e9), -1)
        heeded = (shares @ apart(through(seen, "v"))).transpose(0, 2, 1, 3).reshape(count, length, size)
        seen = _norm(seen + through(heeded, "ao"), plain["aln.w"], plain["aln.b"], self._file.epsilon)
        inner = jax.nn.gelu(through(seen, "fi"), approximate=False)
        return _norm(seen + through(inner, "fo"), plain["oln.w"], plain["oln.b"], self._file.epsilon)

    def _weight(self, layer: int, name: str, change: Any) -> Any:
        whole = self._whole[layer][name]
        scale = self._scales[layer][name] * change
        return (whole.astype(jnp.float32) * scale[..., None]).reshape(len(whole), -1)

    def _blocks(self, layer: int, name: str) -> NDArray[Any]:
        outputs = self._file.inner if name == "fi" else self._file.size
        return self._file.blocks(f"l{layer}.{name}.w").reshape(outputs, -1)

    def _whole_numbers(self, layer: int) -> dict[str, Any]:
        return {one: jnp.asarray(_opened(self._blocks(layer, one))) for one in WEIGHTS}

    def _scale(self, layer: int, name: str) -> Any:
        return jnp.asarray(self._blocks(layer, name)["scale"].astype(np.float32))

    def _numbers(self, layer: int) -> dict[str, Any]:
        names = (*(f"{one}.b" for one in WEIGHTS), *_NORMS)
        return {one: jnp.asarray(self._file.numbers(f"l{layer}.{one}")) for one in names}


def _opened(blocks: NDArray[Any]) -> NDArray[np.int8]:
    """The whole numbers of blocks: from -8 to 7, 32 in each."""
    nibbles = blocks["nibbles"]
    return np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.int8) - np.int8(8)


def _norm(seen: Any, weight: Any, bias: Any, epsilon: float) -> Any:
    mean = seen.mean(-1, keepdims=True)
    spread = ((seen - mean) ** 2).mean(-1, keepdims=True)
    return (seen - mean) / (spread + epsilon) ** 0.5 * weight + bias
