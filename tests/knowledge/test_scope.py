"""What is the desk's business: learned from what aspects say together, and stored as it was learned."""

from pathlib import Path

import numpy as np
import pytest

from knowledge.search.confidence import ASPECTS
from knowledge.search.scope import Scope, save
from knowledge.search.training.scopefit import fit_scope


def seen(**told: float) -> dict[str, float]:
    return {**dict.fromkeys(ASPECTS, 0.0), **told}


@pytest.fixture(scope="module")
def trained() -> Scope:
    """What no sum can say: known goods are the desk's business, and so is a name, but not both (a made-up rule)."""
    chance = np.random.default_rng(1)
    goods, name = chance.integers(0, 2, (2, 1_500)).astype(float).tolist()
    inside = [one != other for one, other in zip(goods, name, strict=True)]
    found = [seen(goods=one, named=other) for one, other in zip(goods, name, strict=True)]
    return fit_scope(found, inside, [1.0] * len(inside))


def test_it_learns_what_aspects_say_together(trained: Scope) -> None:
    either = trained.probability(seen(goods=1)), trained.probability(seen(named=1))
    both_or_none = trained.probability(seen(goods=1, named=1)), trained.probability(seen())
    assert min(either) > 0.8
    assert max(both_or_none) < 0.2


def test_the_rarer_kind_weighs_as_much() -> None:
    found = [seen(goods=1.0)] * 95 + [seen(foreign=1.0)] * 5
    model = fit_scope(found * 40, ([True] * 95 + [False] * 5) * 40, [1.0] * 4_000)
    assert model.probability(seen(foreign=1.0)) < 0.1 < 0.9 < model.probability(seen(goods=1.0))


def test_stored_it_says_the_same(trained: Scope, tmp_path: Path) -> None:
    save({"dense": trained}, tmp_path / "scope.npz")
    stored = Scope.load("dense", tmp_path / "scope.npz")
    for told in (seen(goods=1), seen(named=1), seen(goods=1, named=1), {}):
        assert stored.probability(told) == pytest.approx(trained.probability(told), abs=0.01)


def test_before_the_first_fit_a_question_is_rather_the_desks_business(tmp_path: Path) -> None:
    assert Scope.load("dense", tmp_path / "scope.npz").probability(seen(foreign=1.0)) > 0.5
