"""Trains the model of what is the desk's business, on what the fitted weights make of the questions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.search.confidence import ASPECTS
from knowledge.search.scope import Scope
from knowledge.search.training.descent import Adam, batches

Floats = NDArray[np.float32]
_WIDTH, _VOICES = 48, 3
_EPOCHS, _BATCH, _RATE = 20, 128, 3e-3
_PENALTY, _LINEAR_PENALTY = 3e-3, 1e-3
_DROPPED = 0.2
"""The share of the hidden units that is silenced in a step, so that none is learned by heart."""
_NAMES = ASPECTS[1:]
"""All but the constant one."""


def fit_scope(found: Sequence[dict[str, float]], inside: Sequence[bool], importance: Sequence[float]) -> Scope:
    """The mean of some layers that began by other chances, side by side as one; the same each time.

    `inside`: whether the question is the desk's business; both kinds weigh the same as a whole.
    """
    aspects = np.array([[one[name] for name in _NAMES] for one in found], np.float32)
    target, weight = np.array(inside, np.float32), np.array(importance, np.float32)
    weight[target > 0] *= weight[target < 1].sum() / weight[target > 0].sum()
    weight /= weight.mean()
    voices = [_fit(aspects, target, weight, np.random.default_rng(seed)) for seed in range(_VOICES)]
    share = np.float32(1 / _VOICES)
    return Scope(
        _NAMES,
        voices[0].mean,
        voices[0].spread,
        np.concatenate([voice.hidden for voice in voices], axis=1),
        np.concatenate([voice.bias for voice in voices]),
        np.concatenate([voice.above for voice in voices]) * share,
        sum((voice.linear for voice in voices), np.zeros(len(_NAMES), np.float32)) * share,
        sum((voice.offset for voice in voices), np.zeros(1, np.float32)) * share,
    )


def _fit(aspects: Floats, target: Floats, weight: Floats, chance: np.random.Generator) -> Scope:
    """One of them (logistic loss, Adam)."""
    size = aspects.shape[1]
    model = Scope(
        _NAMES,
        aspects.mean(axis=0),
        aspects.std(axis=0) + np.float32(1e-3),
        (chance.standard_normal((size, _WIDTH)) / np.sqrt(size)).astype(np.float32),
        np.zeros(_WIDTH, np.float32),
        np.zeros(_WIDTH, np.float32),
        np.zeros(size, np.float32),
        np.zeros(1, np.float32),
    )
    inputs = model.inputs(aspects)
    learning = Adam((model.hidden, model.bias, model.above, model.linear, model.offset))
    for rows, step, share in batches(np.arange(len(inputs)), chance, _EPOCHS, _BATCH):
        heard = chance.random((_BATCH, _WIDTH), np.float32) > _DROPPED
        kept = heard.astype(np.float32) / np.float32(1 - _DROPPED)
        learning.step(_slopes(model, inputs[rows], target[rows], weight[rows], kept), step, _RATE * share)
    return model


def _slopes(model: Scope, inputs: Floats, target: Floats, weight: Floats, kept: Floats) -> tuple[Floats, ...]:
    """The gradients of the logistic loss."""
    before = inputs @ model.hidden + model.bias
    kept = kept * (before > 0)
    seen = before * kept
    odds = seen @ model.above + inputs @ model.linear + model.offset
    error = weight * (1 / (1 + np.exp(-odds)) - target) / np.float32(len(target))
    below = error[:, None] * model.above * kept
    return (
        inputs.T @ below + _PENALTY * model.hidden,
        below.sum(axis=0),
        seen.T @ error + _PENALTY * model.above,
        inputs.T @ error + _LINEAR_PENALTY * model.linear,
        error.sum(keepdims=True),
    )
