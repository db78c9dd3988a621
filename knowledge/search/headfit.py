"""Trains the heads on phrasebook and tune questions, and tells every tune question what a head without it would say."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.search.heads import HEADS, FacetHead, ScopeHead, train_softmax
from knowledge.search.hearing import Heard
from knowledge.search.index import SearchIndex
from knowledge.search.lexical import zscores

Floats = NDArray[np.float32]
_FOLDS = 4
_PENALTY, _SCOPE_PENALTY = 2e-5, 2e-5
_WEIGHT = 2
"""How often a real question counts against a phrase of the phrasebook."""


@dataclass
class Case:
    """One question with its features and what would be right."""

    row: dict[str, Any]
    language: Language
    heard: Heard
    features: NDArray[np.float16]
    accepted: NDArray[np.bool_]
    markless: bool
    scope: float | None = None
    """What the scope head says that was trained without this question."""


def train_heads(index: SearchIndex, cases: list[Case]) -> None:
    """Writes heads.npz (trained on everything) and sets the head columns of the cases by four-fold crossing."""
    folds = np.array([int(hashlib.sha256(str(case.row["id"]).encode()).hexdigest(), 16) % _FOLDS for case in cases])
    place = index.signals.names.index("facet_head")
    for fold in range(_FOLDS):
        rest = [case for case, of in zip(cases, folds, strict=True) if of != fold]
        facet, scope = _heads(index, rest)
        for case in (case for case, of in zip(cases, folds, strict=True) if of == fold):
            _set(index, case, facet, scope, place)
    facet, scope = _heads(index, cases)
    np.savez(
        HEADS,
        weights=facet.weights.astype(np.float16),
        bias=facet.bias,
        facets=np.array(index.corpus.facets),
        scope=scope.weights.astype(np.float16),
        scope_bias=np.float32(scope.bias),
    )
    index.signals.head, index.signals.scope = facet, scope


def _set(index: SearchIndex, case: Case, facet: FacetHead, scope: ScopeHead, place: int) -> None:
    mean = index.corpus.blocks[case.language].question_mean
    if case.heard.masked_vector is None or case.heard.vector is None:
        return
    logits = facet.logits(case.heard.masked_vector - mean)
    odds = np.exp(logits - logits.max())
    case.features[:, place] = zscores(logits)[index.corpus.unit_facet]
    case.features[:, place + 1] = (odds / odds.sum())[index.corpus.unit_facet]
    case.scope = scope.logit(case.heard.vector - mean)


def _heads(index: SearchIndex, cases: list[Case]) -> tuple[FacetHead, ScopeHead]:
    vectors, facets, topical, inside = [], [], [], []
    for language in Language:
        block = index.corpus.blocks[language]
        known = block.dense_phrases.known
        vectors.append(block.dense_phrases.vectors[known] - block.question_mean)
        facets.extend(block.phrase_facets[known].tolist())
        topical.append(vectors[-1])
        inside.extend([1] * len(vectors[-1]))
        other = block.dense_offtopic.vectors[block.dense_offtopic.known] - block.question_mean
        topical.append(other)
        inside.extend([0] * len(other))
    for case in cases:
        mean = index.corpus.blocks[case.language].question_mean
        if case.heard.masked_vector is None or case.heard.vector is None:
            continue
        for facet in {index.signals.facet_row.get(one.get("facet") or "", -1) for one in case.row["expect"]} - {-1}:
            vectors.append(np.repeat((case.heard.masked_vector - mean)[None], _WEIGHT, axis=0))
            facets.extend([facet] * _WEIGHT)
        topical.append(np.repeat((case.heard.vector - mean)[None], 2 * _WEIGHT, axis=0))
        inside.extend([int(bool(case.row["expect"]))] * (2 * _WEIGHT))
    weights, bias = train_softmax(np.concatenate(vectors), np.array(facets), len(index.corpus.facets), _PENALTY)
    scope, scope_bias = train_softmax(np.concatenate(topical), np.array(inside), 2, _SCOPE_PENALTY)
    return FacetHead(weights, bias), ScopeHead(scope[:, 1] - scope[:, 0], float(scope_bias[1] - scope_bias[0]))
