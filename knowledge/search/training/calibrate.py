"""Fits how sure an answer is, on what the fitted weights make of the questions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.search.confidence import Model, aspects, fit_logistic
from knowledge.search.index import WEIGHED, SearchIndex
from knowledge.search.readings import Readings
from knowledge.search.scope import Scope
from knowledge.search.training.headfit import FOLDS, Case
from knowledge.search.training.scopefit import fit_scope

Floats = NDArray[np.float32]
_PENALTY = 0.02
_FALSE_DECLINES, _FALSE_DECLINES_BY_WORDS = 0.019, 0.03
"""The share of the desk's own questions that may be declined, so that nearly all others are; crossed, a third of the
heads' lessons is missing: with all of them it is .02 of questions nobody has seen. Words alone tell less well what is
no business of the desk: with .019, .07 of that would be answered."""
DRAWN = "tune"
"""The question set by which the line is drawn: who wrote the taught ones saw what is known, and asks more plainly."""
_FAR_HELD_NEAR = 0.2
"""The share of what has nothing to do with the desk (football, weather) that may be held for near its business."""
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


def calibrate(index: SearchIndex, seen: Sequence[Seen], scored: Sequence[Floats]) -> tuple[Scope, dict[str, Any]]:
    """The models of what is the desk's business and what is right, with the lines between.

    `scored`: what was seen, after the second look.
    """
    found, inside, right, importance = [], [], [], []
    for one, scores in zip(seen, scored, strict=True):
        order = np.argsort(-scores, kind="stable")[:WEIGHED]
        heard, best = one.case.heard, one.features[order[0]]
        found.append(aspects(heard, one.said, best, scores[order], one.rows[order], index.signals, index.corpus))
        inside.append(bool(one.accepted.any()))
        right.append(bool(one.accepted[order[0]]))
        importance.append(one.case.weight)
    own = [place for place in range(len(seen)) if inside[place]]
    certain = fit_logistic(
        [found[place] for place in own],
        [right[place] for place in own],
        [importance[place] for place in own],
        balanced=False,
        penalty=_PENALTY,
    )

    def scope_without(fold: int | None) -> Scope:
        others = [place for place, one in enumerate(seen) if one.case.fold != fold]
        return fit_scope(
            [found[place] for place in others],
            [inside[place] for place in others],
            [importance[place] for place in others],
        )

    scopes = crossed_chances(found, [one.case.fold for one in seen], scope_without)
    share = _FALSE_DECLINES_BY_WORDS if index.embedder is None else _FALSE_DECLINES
    drawn = np.array([one.case.row.get("set") == DRAWN for one in seen])
    far = np.array([one.case.row.get("kind") == "far" for one in seen])
    return scope_without(None), {
        "right": plain(certain),
        "decline_below": round(float(np.quantile(scopes[drawn & np.array(inside)], share)), 3),
        "far_below": round(float(np.quantile(scopes[far], 1 - _FAR_HELD_NEAR)), 4),
        "answer_above": _ANSWER_ABOVE,
    }


def crossed_chances(
    found: Sequence[dict[str, float]], folds: Sequence[int], without: Callable[[int], Model | Scope]
) -> NDArray[np.float64]:
    """The chance of each by a model that was fitted without its fold."""
    models = [without(fold) for fold in range(FOLDS)]
    return np.array([models[fold].probability(one) for one, fold in zip(found, folds, strict=True)])


def plain(model: Model) -> dict[str, Any]:
    """As it is stored."""
    return {"weights": model.weights, "scales": {name: list(pair) for name, pair in model.scales.items()}}
