"""How sure is it? Answer, offer choices, or decline: small models over what the search saw."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.search.corpus import Block, Corpus
from knowledge.search.hearing import Heard
from knowledge.search.readings import Readings
from knowledge.search.scope import Scope
from knowledge.search.signals import Signals

Floats = NDArray[np.float32]
CALIBRATION = Path(__file__).with_name("calibration.json")
ASPECTS = (
    *("bias", "top", "margin_record", "margin_unit", "named", "named_cover", "misspelt", "term", "facet_trigger"),
    *("facet_dense", "facet_vector", "facet_wording", "country", "place", "home", "goods", "kind", "text_dense"),
    *("text_share", "name_share", "sample_dense", "sample_share", "sample_foreign", "sample_cosine"),
    *("scope_vector", "scope_wording", "offtopic", "phrase", "foreign", "foreign_alone", "length", "unnamed_zone"),
    *("misspelt_any", "live"),
)


@dataclass(frozen=True)
class Model:
    """Logistic regression by name of aspect."""

    weights: dict[str, float]
    scales: dict[str, tuple[float, float]]

    def probability(self, aspects: Mapping[str, float]) -> float:
        """Between 0 and 1."""
        names = tuple(self.weights)
        total = float(np.dot(self.standardised(aspects, names), [self.weights[name] for name in names]))
        return float(1 / (1 + np.exp(-np.clip(total, -30, 30))))

    def standardised(self, aspects: Mapping[str, float], names: Sequence[str]) -> NDArray[np.float64]:
        """The aspects in the order of `names`, each by its distance from the mean in spreads."""
        scales = {**self.scales, "bias": (0.0, 1.0)}
        told = [(aspects.get(name, 0.0), *scales.get(name, (0.0, 1.0))) for name in names]
        return np.array([(value - mean) / spread for value, mean, spread in told])


NEVER = Model({"bias": -30.0}, {})
BY_ITSELF = Model({"scope": 1.0}, {})
"""Takes a question after an answer for as much the desk's business as without it."""


@dataclass(frozen=True)
class Calibration:
    """In scope at all? Is the best one right? And where the lines are drawn."""

    scope: Scope
    right: Model
    decline_below: float
    far_below: float
    """Under this chance a question isn't even near the desk's business."""
    answer_above: float
    follows: Model = NEVER
    """Is a question said with the last answer in mind?"""
    inside: Model = BY_ITSELF
    """Is such a question in scope?"""


def load_calibration(mode: str, path: Path = CALIBRATION) -> Calibration:
    """The calibration of a mode ("dense", "lexical")."""
    stored = json.loads(path.read_text("utf-8")) if path.exists() else {}
    scope = Scope.load(mode)
    if mode not in stored:  # before the first fit
        return Calibration(scope, Model({"bias": 1.0}, {}), 0.0, 0.0, 0.0)
    return calibration_of(stored[mode], scope)


def calibration_of(stored: dict[str, Any], scope: Scope) -> Calibration:
    """The calibration as it is stored."""
    follows = _stored(stored["follows"]) if "follows" in stored else NEVER
    inside = _stored(stored["inside"]) if "inside" in stored else BY_ITSELF
    decline_below, far_below, answer_above = (stored[line] for line in ("decline_below", "far_below", "answer_above"))
    return Calibration(scope, _stored(stored["right"]), decline_below, far_below, answer_above, follows, inside)


def _stored(model: dict[str, Any]) -> Model:
    return Model(model["weights"], {key: (value[0], value[1]) for key, value in model["scales"].items()})


def aspects(
    heard: Heard,
    said: Readings,
    row: Floats,
    scores: Floats,
    order: NDArray[np.int64],
    signals: Signals,
    corpus: Corpus,
) -> dict[str, float]:
    """What the decision is made from: `order` has the best units with their `scores`, `row` the best one's features."""
    block = corpus.blocks[heard.question.language]
    best = int(order[0])
    at = {name: float(row[place]) for place, name in enumerate(signals.names)}
    other = corpus.unit_record[order] != corpus.unit_record[best]
    foreign = min(sum(heard.foreign.values()), 2.0)
    named_any = max((match.weight for match in heard.records), default=0.0)
    length = len(heard.squeezed.text)
    return {
        "bias": 1.0,
        "top": float(scores[0]),
        "margin_record": float(scores[0] - scores[other].max()) if other.any() else 0.0,
        "margin_unit": float(scores[0] - scores[1]) if len(scores) > 1 else 0.0,
        "named": at["named"],
        "named_lacking": at["named_lacking"],
        "named_cover": at["name_coverage"],
        "misspelt": at["misspelt_name"],
        "term": at["term_coverage"],
        "facet_trigger": at["trigger"],
        "facet_dense": at["phrase_dense"],
        "facet_vector": at["facet_vector"],
        "facet_wording": at["facet_wording"],
        "sample_dense": at["sample_dense"],
        "sample_share": at["sample_word_share"],
        "sample_foreign": at["sample_foreign"],
        "sample_cosine": 10 * at["sample_cosine"],
        "place": at["place_match"] - at["place_miss"],
        "country": at["country_match"] - at["country_miss"],
        "home": at["home_country"],
        "goods": at["goods_match"],
        "kind": at["kind_match"] - at["kind_miss"],
        "text_dense": _relative_dense(heard, block, corpus, best),
        "text_share": at["text_gram_share"] + at["text_word_share"],
        "name_share": at["name_gram_share"] + at["name_word_share"],
        "scope_vector": said.scope_vector,
        "scope_wording": said.scope_wording,
        **_topical(heard, block),
        "foreign": foreign,
        "foreign_alone": foreign * float(not heard.countries) * float(named_any < 0.7),
        "length": min(length / 60, 2.0),
        "unnamed_zone": float("zone" in heard.kinds and named_any < 0.7 and not heard.close),
        "misspelt_any": float(bool(heard.close)),
        "live": float("live" in heard.intents),
    }


def _topical(heard: Heard, block: Block) -> dict[str, float]:
    """How near the question is to what is asked here and to what is not, each above the language's usual cosine."""
    if heard.vector is None:
        return {"offtopic": 0.0, "phrase": 0.0}
    offtopic, phrases = block.dense_offtopic.ask(heard.vector), block.dense_phrases.ask(heard.vector)
    usual = float(np.median(phrases)) if len(phrases) else 0.0
    return {
        "offtopic": 10 * (float(offtopic.max()) - usual) if len(offtopic) else 0.0,
        "phrase": 10 * (float(phrases.max()) - usual) if len(phrases) else 0.0,
    }


def _relative_dense(heard: Heard, block: Block, corpus: Corpus, best: int) -> float:
    """The cosine of the best unit's text above the background of the language."""
    if heard.vector is None:
        return 0.0
    cosines = block.dense_units.ask(heard.vector)
    own = cosines[block.own] if block.own.any() else cosines
    return float(cosines[corpus.source_place[best]] - np.median(own)) * 10


def fit_logistic(
    rows: Sequence[dict[str, float]],
    truth: Sequence[bool],
    importance: Sequence[float] | None = None,
    balanced: bool = True,
    penalty: float = 0.02,
    names: Sequence[str] = ASPECTS,
) -> Model:
    """Logistic regression by Newton steps on standardised aspects; deterministic."""
    values = np.array([[row[name] for name in names] for row in rows], np.float64)
    means, spreads = values.mean(axis=0), values.std(axis=0)
    spreads[spreads < 1e-6] = 1.0
    table = (values - means) / spreads
    table[:, 0] = 1.0
    target = np.array(truth, np.float64)
    balance = np.ones(len(target)) if importance is None else np.array(importance, np.float64)
    if balanced:
        share = float((balance * target).sum() / balance.sum())
        balance *= np.where(target > 0, 0.5 / max(share, 1e-6), 0.5 / max(1 - share, 1e-6))
    weights = np.zeros(table.shape[1])
    ridge = penalty * balance.sum() * np.eye(table.shape[1])
    ridge[0, 0] = 1e-6
    for _ in range(50):
        odds = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        gradient = table.T @ (balance * (odds - target)) + ridge @ weights
        curve = (table * (balance * odds * (1 - odds))[:, None]).T @ table + ridge
        weights -= np.linalg.solve(curve, gradient)
    return Model(
        {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)},
        {name: (round(float(m), 5), round(float(s), 5)) for name, m, s in zip(names, means, spreads, strict=True)},
    )
