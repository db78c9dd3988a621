"""Fits what a follow-up gains by the answer before it, on conversations that are known and on made-up ones."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from knowledge.search.confidence import Model, fit_logistic
from knowledge.search.following import INSIDE, TIES, Following, log_odds, ties, told_of_scope
from knowledge.search.heads import Heads
from knowledge.search.index import SearchIndex
from knowledge.search.relations import RELATIONS, relations
from knowledge.search.training.calibrate import crossed_chances
from knowledge.search.training.descent import adam, batches, error_of
from knowledge.search.training.followfit import Said

Floats = NDArray[np.float32]
_CANDIDATES, _STRONGEST, _RELATED = 200, 60, 25
"""Units of a question that teach: the best by themselves, and the best of each relation."""
_PENALTY, _EPOCHS, _BATCH, _RATE = 1e-4, 40, 256, 0.05
_FOLLOW_PENALTY = 0.01
_FALSE_DECLINES = 0.04
"""The share of the desk's own questions, said after an answer, that may be declined. With .025 a fifth of
what is off topic passed for a follow-up, crossed; so it is a tenth."""
_NONE = -1e9


@dataclass(frozen=True)
class Turns:
    """Questions with what ties each to the answer before, and their candidates, filled up to `_CANDIDATES`."""

    said: Sequence[Said]
    ties: Sequence[dict[str, float]]
    scores: Floats
    """Without the context."""
    related: Floats
    """(questions, candidates, relations)"""
    accepted: NDArray[np.bool_]

    @classmethod
    def of(cls, index: SearchIndex, said: Sequence[Said], folds: Sequence[Heads]) -> "Turns":
        """Each question is read by heads that have not seen it."""
        tied: list[dict[str, float]] = []
        scores = np.full((len(said), _CANDIDATES), _NONE, np.float32)
        related = np.zeros((len(said), _CANDIDATES, len(RELATIONS)), np.float32)
        accepted = np.zeros((len(said), _CANDIDATES), np.bool_)
        for row, one in enumerate(said):
            index.signals.reader.heads = folds[one.fold]
            alone = index.alone(one.heard)
            bears = relations(one.heard, one.context, alone.best, index.corpus, index.signals)
            tied.append(ties(one.heard, one.context, alone, bears, index.corpus, index.signals))
            chosen = _chosen(alone.scores, bears, one.accepted)
            scores[row, : len(chosen)], related[row, : len(chosen)] = alone.scores[chosen], bears[chosen]
            accepted[row, : len(chosen)] = np.isin(chosen, one.accepted)
        return cls(said, tied, scores, related, accepted)


def _chosen(scores: Floats, related: Floats, accepted: NDArray[np.int64]) -> NDArray[np.int64]:
    order = np.argsort(-scores, kind="stable")
    related_best = [order[bears > 0][:_RELATED] for bears in related[order].T]
    places = np.concatenate([accepted, order[:_STRONGEST], *related_best])
    _, first = np.unique(places, return_index=True)
    return places[np.sort(first)][:_CANDIDATES]


def fit_following(turns: Turns, decline_below: float) -> Following:
    """All that a context tells, of all turns.

    What builds on the chance of being a follow-up is learned on chances by models that have not seen the question.
    """
    chances = crossed_chances(turns.ties, [one.fold for one in turns.said], partial(follow_model, turns))
    follows, inside = follow_model(turns), inside_model(turns, chances, decline_below)
    start = Following(follows, inside, np.zeros((len(RELATIONS), 2 * len(TIES)), np.float32))
    worth = np.array([start.worth(tied, chance) for tied, chance in zip(turns.ties, chances, strict=True)])
    return replace(start, gains=fit_gains(turns, worth, np.flatnonzero(turns.accepted.any(axis=1))))


def inside_model(turns: Turns, chances: NDArray[np.float64], decline_below: float) -> Model:
    """Is a question the desk's business, said after an answer? Moved to the line for declining."""
    rows = [told_of_scope(tied, chance) for tied, chance in zip(turns.ties, chances, strict=True)]
    own = np.array([len(one.accepted) > 0 or one.followed for one in turns.said])
    model = fit_logistic(rows, own.tolist(), [one.weight for one in turns.said], penalty=_FOLLOW_PENALTY, names=INSIDE)
    drawn = [row for row, one in zip(rows, turns.said, strict=True) if one.drawn and len(one.accepted)]
    told = [model.probability(row) for row in drawn]
    moved = log_odds(decline_below) - log_odds(float(np.quantile(told, _FALSE_DECLINES)))
    return replace(model, weights={**model.weights, "bias": round(model.weights["bias"] + moved, 4)})


def follow_model(turns: Turns, without: int | None = None) -> Model:
    """How likely a question is a follow-up, by all turns that aren't in a fold."""
    rows = [row for row, one in enumerate(turns.said) if one.fold != without]
    said = [turns.said[row] for row in rows]
    return fit_logistic(
        [turns.ties[row] for row in rows],
        [one.followed for one in said],
        [one.weight for one in said],
        penalty=_FOLLOW_PENALTY,
        names=TIES,
    )


def fit_gains(turns: Turns, worth: Floats, told: NDArray[np.int64]) -> Floats:
    """The gains that put an accepted unit first (softmax over the candidates, Adam); the same each time."""
    chance = np.random.default_rng(0)
    weight = np.array([one.weight for one in turns.said], np.float32)
    gains = np.zeros((len(RELATIONS), worth.shape[1]), np.float32)
    mean, square = np.zeros_like(gains), np.zeros_like(gains)
    for rows, step, share in batches(told, chance, _EPOCHS, _BATCH):
        scores = turns.scores[rows] + (turns.related[rows] @ (worth[rows] @ gains.T)[..., None])[..., 0]
        error = error_of(scores, turns.accepted[rows], turns.scores[rows] > _NONE, (slice(None),))
        error *= (weight[rows] / weight[rows].sum())[:, None]
        pulled = (error[:, None] @ turns.related[rows])[:, 0]
        adam(gains, pulled.T @ worth[rows] + _PENALTY * gains, mean, square, step, _RATE * share)
    return gains
