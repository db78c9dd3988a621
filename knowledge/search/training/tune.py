"""Teaches the upper layers of e5 what this desk is asked, from sample questions, wordings and phrases of the content.

    python -m knowledge.search.training.tune --without tests/questions/*.taught.jsonl

Needs JAX (`pip install -c constraints.txt -e .[tune]`) and about half an hour on two cores; with `--on` it goes on from
what it learned before, after new content. Writes tuned.npz in the folder above; count up the model's name in dense.py
then, and let the vectors and the fit follow (`python -m knowledge.search.training.embed`,
`python -m knowledge.search.training.fit`). No question of the question sets is learned, also where it is a sample
question, so that the fit meets vectors of questions that the encoder has not seen.

Learned at once: which facet, kind and topic a question is about and whether it is the desk's business; that
questions for the same unit lie together in all languages; and that a question lies near the unit's text.
"""

import argparse
import random
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from knowledge.evaluate import read_rows
from knowledge.language import Language
from knowledge.loader import load_content
from knowledge.search.dense import LONGEST_PASSAGE, LONGEST_QUESTION, model_file
from knowledge.search.e5 import LEARNED, STEP, ModelFile
from knowledge.search.index import SearchIndex
from knowledge.search.scripts import stripped
from knowledge.search.training.encoder import FIRST, Encoder
from knowledge.search.training.headfit import answered_by, phrases_of, told_by
from knowledge.search.training.pieces import Pieces
from knowledge.search.training.wordingfit import answers, spellings
from knowledge.search.units import passage
from knowledge.wordings import load_wordings

Bools = NDArray[np.bool_]
Changes = dict[str, list[dict[str, Any]]]
_PAIRS, _WORDINGS, _OTHERS, _PASSAGES = 32, 64, 16, 16
"""What a step teaches: pairs of sample questions, wordings, phrases or what is off topic, questions with their text."""
_SHORT, _LONG, _TEXT = 16, 28, 48
"""Pieces that are read of the shorter half of the questions, of the longer one, of a text."""
_RATES = {"scales": 2e-3, "numbers": 1e-3, "heads": 1e-2}
_WARM = 30
_SHARPNESS, _STRETCH = 20.0, 8.0
_FILLINGS = 4
"""Names that each wording is read with."""
_SAME = 0.5
"""How often the other question for a unit is one in the same language."""


@dataclass(frozen=True)
class Asked:
    """A question as pieces, in each of its spellings, and which columns are right among the open ones."""

    spellings: tuple[list[int], ...]
    target: Bools
    open: Bools
    unit: int = -1
    language: Language = Language.EN


@dataclass(frozen=True)
class School:
    """All that is taught; `texts` are the units' by language, `groups` the columns that are told from each other."""

    samples: list[Asked]
    wordings: list[Asked]
    others: list[Asked]
    texts: dict[tuple[int, Language], list[int]]
    groups: tuple[slice, ...]


@dataclass(frozen=True)
class Lesson:
    """What one step teaches: the first `_PAIRS` questions ask the same as the next ones; texts answer the first."""

    questions: list[Asked]
    texts: list[list[int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains and writes what was learned."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=650)
    parser.add_argument("--to", type=Path, default=LEARNED)
    parser.add_argument("--on", action="store_true", help="go on from what was learned before, after new content")
    parser.add_argument("--without", nargs="*", type=Path, default=(), help="sets of which no question is learned")
    options = parser.parse_args(arguments)
    file = ModelFile(model_file())
    without = frozenset(row["question"] for path in options.without for row in read_rows(path))
    school = school_of(SearchIndex.build(load_content(), None), Pieces(file), without)
    encoder = Encoder(file)
    start = known_before(encoder, options.to) if options.on else encoder.start()
    save(train(encoder, school, options.steps, start), options.to)
    return 0


def school_of(index: SearchIndex, pieces: Pieces, without: Set[str] = frozenset()) -> School:
    """Everything the content says about how it is asked, but for these sample questions."""
    signals, corpus, reader = index.signals, index.corpus, index.signals.reader
    samples = [
        Asked(spelt(pieces, [text], language), *answered_by(signals, np.array([row])), row, language)
        for text, language, row in zip(
            corpus.samples.texts, corpus.samples.languages, corpus.own_rows[corpus.samples.places].tolist(), strict=True
        )
        if text not in without
    ]
    wordings: list[Asked] = []
    others: list[Asked] = []
    known = load_wordings()
    for wording, texts in zip(known, spellings(index, known, _FILLINGS), strict=True):
        asked = Asked(spelt(pieces, texts, wording.language), *answers(index, wording))
        (wordings if wording.kind else others).append(asked)
    for language in Language:
        for column, text in phrases_of(signals, language):
            others.append(Asked(spelt(pieces, [text], language), *told_by(reader, column)))
    answering = {
        (row, language): pieces.rows(
            passage(corpus.records[corpus.unit_record[row]], text, language)[:LONGEST_PASSAGE], question=False
        )
        for row in corpus.own_rows.tolist()
        for language, text in corpus.units[row].texts.items()
    }
    return School(samples, wordings, others, answering, reader.groups)


def spelt(pieces: Pieces, texts: Sequence[str], language: Language) -> tuple[list[int], ...]:
    """The pieces of each spelling; Vietnamese also without diacritics, as it is often typed."""
    known = [*texts, *(stripped(text.lower()) for text in texts[:1] if language is Language.VI)]
    normal = (unicodedata.normalize("NFC", text)[:LONGEST_QUESTION] for text in dict.fromkeys(known))
    return tuple(pieces.rows(text, question=True) for text in normal)


def lessons(school: School) -> Iterator[Lesson]:
    """Without end; everything comes once before anything comes twice."""
    chance = random.Random(0)
    mates: dict[int, list[Asked]] = defaultdict(list)
    for sample in school.samples:
        mates[sample.unit].append(sample)
    paired = [one for one in school.samples if len(mates[one.unit]) > 1]
    samples = shuffled(paired, chance)
    answered = shuffled([one for one in paired if (one.unit, one.language) in school.texts], chance)
    wordings, others = shuffled(school.wordings, chance), shuffled(school.others, chance)
    while True:
        first = [*islice(answered, _PASSAGES), *islice(samples, _PAIRS - _PASSAGES)]
        second = [mate_of(one, mates[one.unit], chance) for one in first]
        yield Lesson(
            [*first, *second, *islice(wordings, _WORDINGS), *islice(others, _OTHERS)],
            [school.texts[one.unit, one.language] for one in first[:_PASSAGES]],
        )


def shuffled(asked: Sequence[Asked], chance: random.Random) -> Iterator[Asked]:
    """All of them in an order of chance, again and again."""
    while True:
        yield from chance.sample(asked, len(asked))


def mate_of(asked: Asked, mates: Sequence[Asked], chance: random.Random) -> Asked:
    """Another question for the same unit, half the time in the same language."""
    others = [one for one in mates if one is not asked]
    same = [one for one in others if one.language is asked.language]
    return chance.choice(same if same and chance.random() < _SAME else others)


def train(encoder: Encoder, school: School, steps: int, start: Changes) -> Changes:
    """What the encoder knows after so many lessons; the same each time but for the last digits of a machine."""
    columns = len(school.samples[0].target)
    learned = {**start, "heads": [{"weight": jnp.zeros((encoder.size, columns)), "bias": jnp.zeros(columns)}]}
    mean, square = (jax.tree.map(jnp.zeros_like, learned) for _ in range(2))
    slope = jax.jit(jax.value_and_grad(partial(error, encoder, school.groups)))
    step_ = jax.jit(adam)
    chance, started = random.Random(0), time.monotonic()
    for step, lesson in zip(range(1, steps + 1), lessons(school), strict=False):
        wrong, slopes = slope(learned, *prepared(encoder, lesson, chance))
        share = min(1.0, step / _WARM) * (1 - step / (steps + 1))
        learned, mean, square = step_(learned, slopes, mean, square, step, share)
        if step % 20 == 0:
            print(f"{step} of {steps}: {wrong:.2f}, {time.monotonic() - started:.0f} s", file=sys.stderr)
    return learned


def prepared(encoder: Encoder, lesson: Lesson, chance: random.Random) -> tuple[Any, ...]:
    """What the lower layers read of a lesson, its rows' places in that, and what is right."""
    rows = [chance.choice(one.spellings) for one in lesson.questions]
    order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    half = len(order) // 2
    read = [
        encoder.read([rows[row] for row in order[:half]], _SHORT),
        encoder.read([rows[row] for row in order[half:]], _LONG),
        encoder.read(lesson.texts, _TEXT),
    ]
    places = np.argsort([*order, *range(len(rows), len(rows) + len(lesson.texts))])
    target = np.array([one.target for one in lesson.questions])
    open_ = np.array([one.open for one in lesson.questions])
    units = np.array([one.unit for one in lesson.questions])
    return read, places, target, open_, units


def error(
    encoder: Encoder, groups: Sequence[slice], learned: Any, read: Any, places: Any, target: Any, open_: Any, units: Any
) -> Any:
    """How far the lesson is from being known: minus the logarithm of what is right, summed over all that is taught."""
    vectors = jnp.concatenate([encoder.vectors(learned, *one) for one in read])[places]
    questions, texts = vectors[: len(target)], vectors[len(target) :]
    (head,) = learned["heads"]
    logits = questions * _STRETCH @ head["weight"] + head["bias"]
    wrong = sum(_unread(logits[:, group], target[:, group], open_[:, group]) for group in groups)
    first, second = questions[:_PAIRS], questions[_PAIRS : 2 * _PAIRS]
    wrong += _unlike(first, second, units[:_PAIRS], units[_PAIRS : 2 * _PAIRS])
    wrong += _unlike(second, first, units[_PAIRS : 2 * _PAIRS], units[:_PAIRS])
    return wrong + _unlike(first[:_PASSAGES], texts, units[:_PASSAGES], units[:_PASSAGES])


def _unread(logits: Any, target: Any, open_: Any) -> Any:
    """For the questions that say something of the group: minus the logarithm of the share of what is right."""
    told = (target & open_).any(axis=1)
    shares = jax.nn.log_softmax(jnp.where(open_, logits, -1e9), axis=1)
    right = jax.nn.logsumexp(jnp.where(target & open_, shares, -1e9), axis=1)
    return -(right * told).sum() / jnp.maximum(told.sum(), 1)


def _unlike(one: Any, other: Any, units: Any, others: Any) -> Any:
    """Half the contrast of each row with its partner against those of other units (InfoNCE, van den Oord 2018)."""
    known = (units[:, None] == others[None]) & ~jnp.eye(len(units), dtype=bool)
    likeness = jnp.where(known, -1e9, one @ other.T * _SHARPNESS)
    return -jnp.diag(jax.nn.log_softmax(likeness, axis=1)).mean() / 2


def adam(learned: Any, slopes: Any, mean: Any, square: Any, step: Any, share: Any) -> tuple[Any, Any, Any]:
    """One step of Adam with a rate for each part; a wild slope is shortened."""
    length = jnp.sqrt(sum((one**2).sum() for one in jax.tree.leaves({**slopes, "heads": ()})))
    shorter = jax.tree.map(lambda one: one * jnp.minimum(1, 1 / length), slopes)
    slopes = {**shorter, "heads": slopes["heads"]}
    mean = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, mean, slopes)
    square = jax.tree.map(lambda old, new: 0.999 * old + 0.001 * new**2, square, slopes)

    def moved(rate: float, value: Any, first: Any, second: Any) -> Any:
        return value - rate * share * (first / (1 - 0.9**step)) / (jnp.sqrt(second / (1 - 0.999**step)) + 1e-8)

    learned = {
        part: jax.tree.map(partial(moved, _RATES[part]), values, mean[part], square[part])
        for part, values in learned.items()
    }
    return learned, mean, square


def known_before(encoder: Encoder, path: Path) -> Changes:
    """What `save` wrote."""
    learned = encoder.start()
    with np.load(path) as stored:
        for layer, (scales, numbers) in enumerate(zip(learned["scales"], learned["numbers"], strict=True), FIRST):
            for name, change in scales.items():
                scales[name] = jnp.asarray(stored[f"l{layer}.{name}.w"] * np.float32(STEP)).reshape(change.shape)
            for name, change in numbers.items():
                numbers[name] = jnp.asarray(stored[f"l{layer}.{name}"], jnp.float32).reshape(change.shape)
    return learned


def save(learned: Changes, path: Path) -> None:
    """One byte for a scale, two for a number."""
    small: dict[str, NDArray[Any]] = {}
    for layer, (scales, numbers) in enumerate(zip(learned["scales"], learned["numbers"], strict=True), FIRST):
        for name, change in scales.items():
            small[f"l{layer}.{name}.w"] = np.clip(np.round(np.ravel(change) / STEP), -127, 127).astype(np.int8)
        for name, change in numbers.items():
            small[f"l{layer}.{name}"] = np.ravel(change).astype(np.float16)
    np.savez_compressed(path, allow_pickle=False, **small)


if __name__ == "__main__":
    sys.exit(main())
