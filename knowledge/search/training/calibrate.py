"""Fits how sure an answer is, on what the fitted weights make of the questions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.search.confidence import Model, aspects, fit_logistic
from knowledge.search.index import WEIGHED, SearchIndex
from knowledge.search.readings import Readings
from knowledge.search.training.headfit import FOLDS, Case

Floats = NDArray[np.float32]
_PENALTY = 0.02
_FALSE_DECLINES = 0.021
"""The share of the desk's own questions that may be declined, so that nearly all others are; crossed, a third of the
heads' lessons is missing: with all of them it is .02 of questions nobody has seen."""
DRAWN = "tune"
"""The question set by which the line is drawn: who wrote the taught ones saw what is known, and asks more plainly."""
_ANSWER_ABOVE = 0.25
"""Below this chance of being right three choices serve better than one answer."""


@dataclass(frozen=True)
class Seen:
    """A question with its strongest candidates."""

    case: Case
    said: Readings
    rows: NDArray[np.int64]
    """Which units they are."""
    features: Floats
    accepted: NDArray[np.bool_]

    @property
    def markless(self) -> bool:
        """Whether it is Vietnamese without diacritics."""
        return self.case.heard.question.markless


def calibrate(index: SearchIndex, seen: Sequence[Seen], scored: Sequence[Floats]) -> dict[str, Any]:
    """The two logistic models and the two thresholds; `scored`: what was seen, after the second look."""
    found, inside, right, importance = [], [], [], []
    for one, scores in zip(seen, scored, strict=True):
        order = np.argsort(-scores, kind="stable")[:WEIGHED]
        heard, best = one.case.heard, one.features[order[0]]
        found.append(aspects(heard, one.said, best, scores[order], one.rows[order], index.signals, index.corpus))
        inside.append(bool(one.accepted.any()))
        right.append(bool(one.accepted[order[0]]))
        importance.append(one.case.weight)
    every = range(len(seen))
    scope = _logistic(every, found, inside, importance, balanced=True)
    certain = _logistic([place for place in every if inside[place]], found, right, importance, balanced=False)
    folds = [one.case.fold for one in seen]

    def scope_without(fold: int) -> Model:
        return _logistic([place for place in every if folds[place] != fold], found, inside, importance, balanced=True)

    scopes = crossed_chances(found, folds, scope_without)
    drawn = np.array([one.case.row.get("set") == DRAWN for one in seen])
    return {
        "scope": plain(scope),
        "right": plain(certain),
        "decline_below": decline_line(scopes[drawn], np.array(inside)[drawn]),
        "answer_above": _ANSWER_ABOVE,
    }


def crossed_chances(
    found: Sequence[dict[str, float]], folds: Sequence[int], without: Callable[[int], Model]
) -> NDArray[np.float64]:
    """The chance of each by a model that was fitted without its fold."""
    models = [without(fold) for fold in range(FOLDS)]
    return np.array([models[fold].probability(one) for one, fold in zip(found, folds, strict=True)])


def _logistic(
    places: Iterable[int],
    found: list[dict[str, float]],
    truth: list[bool],
    importance: list[float],
    balanced: bool,
) -> Model:
    chosen = list(places)
    return fit_logistic(
        [found[place] for place in chosen],
        [truth[place] for place in chosen],
        [importance[place] for place in chosen],
        balanced,
        _PENALTY,
    )


def decline_line(scopes: NDArray[np.float64], inside: NDArray[np.bool_]) -> float:
    """The highest line that turns away no more of the desk's own questions than may be."""
    return round(float(np.quantile(scopes[inside], _FALSE_DECLINES)), 3)


def plain(model: Model) -> dict[str, Any]:
    """As it is stored."""
    return {"weights": model.weights, "scales": {name: list(pair) for name, pair in model.scales.items()}}
