"""Vectors of new texts: computed once, kept beside the shipped ones, and the work can be stopped."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.base import KnowledgeBase
from knowledge.freshness import FreshVectors
from knowledge.language import Language
from knowledge.loader import Content, load_content
from knowledge.search.corpus import corpus_texts
from knowledge.search.vectors import VectorStore
from knowledge.texts import Text


class Counting:
    """An embedder of the right shape that counts what it is asked for."""

    name = "counting"
    size = 384

    def __init__(self) -> None:
        self.texts: list[str] = []

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.passages(texts)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts.extend(texts)
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little") for text in texts]
        rows = np.stack([np.random.default_rng(seed).standard_normal(self.size) for seed in seeds])
        unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit


@pytest.fixture(scope="module")
def content() -> Content:
    whole = load_content()
    few = ("la-savan-park", "la-sez-zone-terms", "caexpo")
    return replace(whole, records={id_: whole.records[id_] for id_ in few}, hash="few")


@pytest.fixture
def shipped(tmp_path: Path, content: Content) -> Path:
    """Vectors as they ship: all but those of one language."""
    folder = tmp_path / "shipped"
    store = VectorStore(folder, Counting.name)
    for language, texts in corpus_texts(content).items():
        store.embed(texts, Counting())
        if language is not Language.LO:
            store.save(language, texts)
    return folder


def test_only_what_is_new_is_computed_and_kept(content: Content, shipped: Path, tmp_path: Path) -> None:
    embedder = Counting()
    fresh = FreshVectors(embedder, tmp_path / "cache", shipped)
    assert fresh.folder == shipped
    assert not fresh.covers(content)
    added = fresh.fill(content)
    assert added == len(embedder.texts) > 0
    assert fresh.covers(content)
    everything = [text for texts in corpus_texts(content).values() for text in texts]
    assert VectorStore(fresh.folder, embedder.name).missing(everything) == []

    named = content.records["caexpo"].model_copy(update={"names": Text(en="A fair with a new name")})
    edited = replace(content, records=content.records | {"caexpo": named}, hash="edited")
    embedder.texts.clear()
    again = FreshVectors(embedder, tmp_path / "cache", shipped)
    assert not again.covers(edited)
    assert again.fill(edited) == len(embedder.texts)
    assert 0 < len(embedder.texts) < 60
    assert any("A fair with a new name" in text for text in embedder.texts)


def test_the_work_can_be_stopped(content: Content, shipped: Path, tmp_path: Path) -> None:
    fresh = FreshVectors(Counting(), tmp_path / "cache", shipped)
    fresh.stop()
    assert fresh.fill(content) == 0
    assert not fresh.covers(content)


def test_a_trial_leaves_nothing_on_disk(content: Content, tmp_path: Path) -> None:
    base = KnowledgeBase.from_content(content, None, tmp_path)
    before = set(tmp_path.iterdir())
    named = content.records["caexpo"].model_copy(update={"names": Text(en="A fair with a new name")})
    base.trial([named])
    base.close()
    assert set(tmp_path.iterdir()) == before != set()


def test_a_base_without_a_model_needs_none(content: Content, tmp_path: Path) -> None:
    base = KnowledgeBase.from_content(content, None, tmp_path)
    base.close()
    assert not (tmp_path / "vectors").exists()
