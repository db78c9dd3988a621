"""The search core over any set of passages: the same words, grams, vectors and z-fusion that the desk answers with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.loader import CONTENT
from knowledge.search.blocks import LexicalField
from knowledge.search.dense import LONGEST_PASSAGE, Embedder
from knowledge.search.finding import PassageHit
from knowledge.search.lexical import zscores
from knowledge.search.normalise import Question, readings
from knowledge.search.phrasebook import load_phrasebook
from knowledge.search.samples import mean_of
from knowledge.search.vectors import VectorStore

Floats = NDArray[np.float32]
DENSE, WORDS, GRAMS = 0.5, 0.25, 0.25
"""Shares of the z-scores within one language (measured: RETRIEVAL §1)."""
MARKLESS = (0.2, 0.4, 0.4)
_LISTED = 10
SYSTEMS = ("fused", "words", "grams", "dense")

_SHIFT = np.float32(0.5)
"""How far a question is led to another language: the taught encoder has brought the languages closer already."""


@dataclass(frozen=True)
class Passage:
    """One text of a foreign set."""

    id: str
    language: Language
    text: str


@dataclass(frozen=True)
class _Part:
    """The passages of one language."""

    language: Language
    ids: list[str]
    field: LexicalField
    vectors: Floats | None
    """One row per chunk: a fact diluted in a long text is found worse."""
    owners: NDArray[np.int32]
    """The passage of each chunk."""


def search_passages(
    passages: Sequence[Passage], questions: Sequence[tuple[Language, str]], embedder: Embedder | None
) -> dict[str, list[list[PassageHit]]]:
    """The best passages for every question, by the fused core and by each of its systems alone.

    A question is searched in its own language's passages, and across languages where that language has none.
    """
    means = _means(embedder) if embedder is not None else {}
    parts = {language: _part(passages, language, embedder) for language in {one.language for one in passages}}
    found: dict[str, list[list[PassageHit]]] = {system: [] for system in SYSTEMS}
    for language, text in questions:
        part = parts.get(language) or parts.get(Language.EN) or next(iter(parts.values()))
        question = next(iter(readings(text, language)))
        across = part.language is not language
        shift = _SHIFT * (means[part.language] - means[language]) if across and embedder is not None else None
        scores = _scores(question, part, embedder, shift)
        for system, values in scores.items():
            best = np.argsort(-values, kind="stable")[:_LISTED]
            found[system].append([PassageHit(part.ids[row], float(values[row])) for row in best])
    return found


def _means(embedder: Embedder) -> dict[Language, Floats]:
    """The mean vector of what is asked in each language: what a question's vector owes to its language alone."""
    store, book = VectorStore(CONTENT / "vectors", embedder.name, embedder.size), load_phrasebook()
    found: dict[Language, Floats] = {}
    for language in Language:
        vectors, known = store.get(book.questions_of(language))
        found[language] = mean_of(vectors[known])
    return found


def _part(passages: Sequence[Passage], language: Language, embedder: Embedder | None) -> _Part:
    own = [one for one in passages if one.language is language]
    pieces = [(row, piece) for row, one in enumerate(own) for piece in chunks(one.text)]
    vectors = embedder.passages([piece for _, piece in pieces]) if embedder is not None else None
    owners = np.array([row for row, _ in pieces], np.int32)
    return _Part(
        language, [one.id for one in own], LexicalField.build([one.text for one in own], language), vectors, owners
    )


def chunks(text: str, longest: int = LONGEST_PASSAGE) -> list[str]:
    """The text in pieces that a vector can hold, cut after sentences where there are any, half overlapping."""
    if len(text) <= longest:
        return [text]
    found, start = [], 0
    while start < len(text):
        end = min(start + longest, len(text))
        if end < len(text):
            cut = max(
                text.rfind(mark, start + longest // 2, end) for mark in (". ", "? ", "! ", "。", "？", "！", "; ", " ")
            )
            end = cut + 1 if cut > start else end
        found.append(text[start:end].strip())
        if end >= len(text):
            break
        start = max(end - longest // 3, start + 1)
    return found


def _scores(question: Question, part: _Part, embedder: Embedder | None, shift: Floats | None) -> dict[str, Floats]:
    """By system; `shift` leads from the question's language to the passages' where these are others."""
    words, grams, _, _ = part.field.ask(question.plain, question.stripped, question.language, question.markless)
    scores: dict[str, Floats] = {"words": words, "grams": grams}
    if embedder is None or part.vectors is None:
        return {"fused": (zscores(words) + zscores(grams)).astype(np.float32), **scores}
    vector = embedder.questions([question.text])[0]
    if shift is not None:
        vector = vector + shift
    dense = np.full(len(part.ids), -1.0, np.float32)
    np.maximum.at(dense, part.owners, part.vectors @ vector)
    scores["dense"] = dense
    shares = MARKLESS if question.markless else (DENSE, WORDS, GRAMS)
    if shift is not None:
        # Words meet only in names and numbers here: they may tip a close race, not more.
        shares = (0.97, 0.015, 0.015)
    return {
        "fused": (shares[0] * zscores(dense) + shares[1] * zscores(words) + shares[2] * zscores(grams)).astype(
            np.float32
        ),
        **scores,
    }
