"""The second look at the strongest candidates: what is stored is what was trained, whatever the features' order."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.search.rerank import Reranker, save
from knowledge.search.training.rerankfit import Looked, fit_reranker

NAMES = ("near", "named", "far")


@pytest.fixture(scope="module")
def looked() -> Looked:
    """What no sum can say: right is the one candidate of forty of which "near" or "named" holds, but not both."""
    chance = np.random.default_rng(1)
    features = chance.integers(0, 2, (2_000, 40, len(NAMES))).astype(np.float32)
    features[..., 1] = features[..., 0]
    features[:, 7, 1] = 1 - features[:, 7, 0]
    accepted = np.zeros(features.shape[:2], np.bool_)
    accepted[:, 7] = True
    return Looked(features, np.zeros(features.shape[:2], np.float32), accepted, np.zeros(len(features), np.int64))


@pytest.fixture(scope="module")
def trained(looked: Looked) -> Reranker:
    return fit_reranker(looked)


def test_it_learns_what_features_say_together(trained: Reranker) -> None:
    either = np.array([[1, 0, 1], [1, 1, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    said = trained.corrections(either, np.zeros(4, np.float32))
    assert min(said[0], said[2]) > max(said[1], said[3])


def test_what_it_must_not_judge_makes_no_difference(looked: Looked) -> None:
    layer = fit_reranker(looked, unheard=[0])
    with_and_without = np.array([[1, 1, 0], [0, 1, 0]], np.float32)
    said = layer.corrections(with_and_without, np.zeros(2, np.float32))
    assert said[0] == said[1] != 0


def test_stored_and_read_in_another_order_it_says_the_same(trained: Reranker, tmp_path: Path) -> None:
    save({"dense": trained}, NAMES, tmp_path / "rerank.npz")
    features = np.random.default_rng(2).random((5, 4)).astype(np.float32)
    stored = Reranker.load("dense", ("far", "added since", "near", "named"), tmp_path / "rerank.npz")
    scores = np.arange(5, 0, -1).astype(np.float32)
    said = trained.corrections(features[:, [2, 3, 0]], scores)
    assert np.allclose(stored.corrections(features, scores), said, atol=0.02)


def test_before_the_first_fit_it_is_silent(tmp_path: Path) -> None:
    layer = Reranker.load("dense", NAMES, tmp_path / "rerank.npz")
    assert not layer.corrections(np.ones((3, 3), np.float32), np.zeros(3, np.float32)).any()


def test_what_all_candidates_lose_brings_no_other_to_the_front(trained: Reranker) -> None:
    """A long question that resembles nothing: each of the forty is thought less of, the one behind them isn't read."""
    doubtful = Reranker(
        trained.mean, trained.spread, np.zeros_like(trained.hidden), np.ones_like(trained.bias), -(trained.above**2) - 1
    )
    summed = np.linspace(4, 0, 41, dtype=np.float32)
    best = np.arange(40)
    scores = doubtful.again(summed, best, np.zeros((40, len(NAMES)), np.float32))
    assert scores[0] < 0
    assert scores.argsort()[::-1].tolist() == list(range(41))
