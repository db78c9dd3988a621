"""Fits the weights and the calibration on the tune half of the question sets; the held half is never read here.

    python -m knowledge.search.fit tests/questions/*.tune.jsonl

Deterministic. Writes weights.json and calibration.json beside this file; review their difference before committing.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language, parse_language
from knowledge.loader import load_content
from knowledge.search.confidence import CALIBRATION, Model, aspects, fit_logistic
from knowledge.search.dense import Embedder, load_embedder
from knowledge.search.fusion import WEIGHTS, fit
from knowledge.search.headfit import Case, train_heads
from knowledge.search.hearing import hear
from knowledge.search.index import SearchIndex
from knowledge.search.normalise import readings
from knowledge.search.scripts import stripped

Floats = NDArray[np.float32]
_BIAS_PENALTY, _PENALTY = 0.01, 0.001


def main(arguments: Sequence[str] | None = None) -> int:
    """Fits every mode and writes the two files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args(arguments)
    rows = [json.loads(line) for path in options.files for line in path.read_text("utf-8").splitlines() if line]
    rows = [row for row in rows if not row.get("context")]
    content = load_content()
    embedder = load_embedder()
    weights: dict[str, dict[str, float]] = {}
    calibration: dict[str, Any] = {}
    for mode, model in (("dense", embedder), ("lexical", None)):
        if mode == "dense" and model is None:
            continue
        index = SearchIndex.build(content, model, options.cache)
        print(f"{mode}: features of {len(rows)} questions", file=sys.stderr, flush=True)  # noqa: T201
        cases = list(build_cases(index, rows, model))
        if mode == "dense":
            train_heads(index, cases)
        fit_mode(index, cases, mode, weights, calibration)
        del cases
    WEIGHTS.write_text(json.dumps(weights, indent=1, sort_keys=True) + "\n", "utf-8")
    CALIBRATION.write_text(json.dumps(calibration, indent=1, sort_keys=True) + "\n", "utf-8")
    return 0


def build_cases(index: SearchIndex, rows: Iterable[dict[str, Any]], embedder: Embedder | None) -> Iterable[Case]:
    """Every question; Vietnamese ones a second time without diacritics."""
    for row in rows:
        language = parse_language(row["lang"])
        texts = [row["question"]]
        if language is Language.VI and stripped(row["question"].lower()) != row["question"].lower():
            texts.append(stripped(row["question"].lower()))
        for text in texts:
            question = next(iter(readings(text, language)), None)
            if question is None or question.empty:
                continue
            heard = hear(question, index.tables, embedder)
            features = index.signals.features(heard).astype(np.float16)
            yield Case(row, question.language, heard, features, accepted(index, row), question.markless)


def accepted(index: SearchIndex, row: dict[str, Any]) -> NDArray[np.bool_]:
    """Which units answer the question."""
    right = {(one["record"], one.get("facet")) for one in row["expect"]}
    return np.array(
        [(unit.record, unit.facet.value) in right or (unit.record, None) in right for unit in index.corpus.units]
    )


def fit_mode(
    index: SearchIndex, cases: list[Case], mode: str, weights: dict[str, dict[str, float]], calibration: dict[str, Any]
) -> None:
    """Weights for all, then for questions without diacritics starting from them; then the calibration."""
    names = index.signals.names
    penalties = np.array(
        [_BIAS_PENALTY if name.startswith(("kind:", "facet:")) else _PENALTY for name in names], np.float32
    )
    signs = np.array([sign_of(name) for name in names], np.float32)
    inside = [case for case in cases if case.accepted.any()]
    marked = [(case.features.astype(np.float32), case.accepted) for case in inside if not case.markless]
    rough = fit(marked, penalties, steps=60, signs=signs)
    closest = [_closest(features, yes, rough) for features, yes in marked]
    general = fit(closest, penalties, rough, steps=1200, signs=signs)
    markless = [(case.features.astype(np.float32), case.accepted) for case in inside if case.markless]
    special = general
    if len(markless) >= 30:
        groups = [_closest(features, yes, general) for features, yes in markless]
        special = fit(groups, penalties * 4, general, steps=200, rate=0.02, anchor=general, signs=signs)
    for name, values in ((mode, general), (f"{mode}-markless", special)):
        weights[name] = {one: round(float(value), 4) for one, value in zip(names, values, strict=True)}
    calibration[mode] = calibrate(index, cases, general, special)


def sign_of(name: str) -> float:
    """What a feature may say: evidence never counts against, a miss never for."""
    if name.startswith(("kind:", "facet:")) or name in ("inherited", "text_dense_foreign", "own_extra"):
        return 0.0
    return -1.0 if name.endswith(("_miss", "_untriggered", "_unpaired")) else 1.0


def _closest(
    features: Floats, yes: NDArray[np.bool_], weights: Floats, count: int = 250
) -> tuple[Floats, NDArray[np.bool_]]:
    """The accepted units and their strongest rivals: the others teach nothing more."""
    order = np.argsort(-(features @ weights), kind="stable")[:count]
    rows = np.union1d(order, np.flatnonzero(yes))
    return features[rows], yes[rows]


def calibrate(index: SearchIndex, cases: list[Case], general: Floats, special: Floats) -> dict[str, Any]:
    """The two logistic models and the two thresholds."""
    seen, inside, right = [], [], []
    for case in cases:
        features = case.features.astype(np.float32)
        scores = features @ (special if case.markless else general)
        order = np.argsort(-scores, kind="stable")[:60]
        found = aspects(case.heard, features, scores, order, index.signals, index.corpus)
        if case.scope is not None:
            found["scope_head"] = case.scope
        seen.append(found)
        inside.append(bool(case.row["expect"]))
        right.append(bool(case.accepted[order[0]]))
    scope = fit_logistic(seen, inside)
    certain = fit_logistic(
        [one for one, yes in zip(seen, inside, strict=True) if yes],
        [one for one, yes in zip(right, inside, strict=True) if yes],
    )
    scopes = np.array([scope.probability(one) for one in seen])
    return {
        "scope": _plain(scope),
        "right": _plain(certain),
        "decline_below": decline_line(scopes, np.array(inside)),
        "answer_above": 0.12,
    }


def decline_line(scopes: NDArray[np.float64], inside: NDArray[np.bool_]) -> float:
    """The line at which false declines and false answers cost least (a false decline counts twice)."""
    best, line = 1e9, 0.5
    for candidate in np.arange(0.02, 0.98, 0.01):
        cost = 2.0 * float((scopes[inside] < candidate).mean()) + float((scopes[~inside] >= candidate).mean())
        if cost < best - 1e-9:
            best, line = cost, float(candidate)
    return round(line, 3)


def _plain(model: Model) -> dict[str, Any]:
    return {"weights": model.weights, "scales": {name: list(pair) for name, pair in model.scales.items()}}


if __name__ == "__main__":
    sys.exit(main())
