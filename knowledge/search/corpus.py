"""The whole base as arrays: units, records, and per language their texts as words, grams and vectors."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.loader import Content
from knowledge.records import Crossing, Procedure, Record
from knowledge.search.blocks import DenseField, LexicalField, cached_field
from knowledge.search.phrasebook import Phrasebook, load_phrasebook
from knowledge.search.samples import Samples, own_scores
from knowledge.search.units import Unit, build_units, passage
from knowledge.search.vectors import Text, VectorStore

Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Block:
    """One language: what is searched for a question in it."""

    units: LexicalField
    names: LexicalField
    phrases: LexicalField
    phrase_facets: Ints
    phrase_norms: NDArray[np.float32]
    own: NDArray[np.bool_]
    """Own units that have a text in the language itself (the others are searched by their English text)."""
    dense_units: DenseField
    dense_names: DenseField
    dense_phrases: DenseField
    dense_offtopic: DenseField


@dataclass(frozen=True)
class Corpus:
    """Units and records in fixed order; `blocks` per language."""

    content: Content
    book: Phrasebook
    units: list[Unit]
    records: list[Record]
    facets: list[str]
    unit_record: Ints
    unit_facet: Ints
    unit_source: Ints
    """Row of the unit whose text speaks for this one (itself, or the regime's)."""
    own_rows: Ints
    """Rows of the units with texts of their own, in the order of the blocks."""
    source_place: Ints
    """Place of each unit's source within `own_rows`."""
    blocks: dict[Language, Block]
    samples: Samples


def corpus_texts(content: Content, book: Phrasebook | None = None) -> dict[Language, list[Text]]:
    """Every text that needs a vector, by language: unit texts, names, sample questions, phrases of the facets."""
    book = book or load_phrasebook()
    units = build_units(content, book.laws)
    return {
        language: [*unit_texts(content, units, language), *name_texts(content, language), *book.questions_of(language)]
        for language in Language
    }


def texts_of(records: Iterable[Record], content: Content, book: Phrasebook) -> list[Text]:
    """Every text of some records of the content that needs a vector."""
    chosen = {record.id: record for record in records}
    units = [unit for unit in build_units(content, book.laws) if unit.record in chosen]
    names: list[Text] = [("passage", name) for record in chosen.values() for _, name in record.names.items()]
    return [*names, *(text for language in Language for text in unit_texts(content, units, language))]


def unit_texts(content: Content, units: list[Unit], language: Language) -> list[Text]:
    """Passages of the units that have a text of their own in the language, and their sample questions."""
    found: list[Text] = []
    for unit in units:
        if not unit.inherited and language in unit.texts:
            found.append(("passage", passage(content.records[unit.record], unit.texts[language], language)))
        if not unit.inherited:
            found.extend(("question", question) for question in unit.questions.get(language, ()))
    return found


def name_texts(content: Content, language: Language) -> list[Text]:
    """The names of the records."""
    names = (record.names.get(language) for record in content.records.values())
    return [("passage", name) for name in names if name]


def build_corpus(content: Content, book: Phrasebook, store: VectorStore | None, cache: Path | None) -> Corpus:
    """Builds (or takes from the cache) everything that a question is compared with."""
    units = build_units(content, book.laws)
    records = list(content.records.values())
    record_rows = {record.id: row for row, record in enumerate(records)}
    facets = sorted({unit.facet.value for unit in units})
    facet_rows = {facet: row for row, facet in enumerate(facets)}
    rows = {(unit.record, unit.facet): row for row, unit in enumerate(units)}
    own_rows = np.array([row for row, unit in enumerate(units) if not unit.inherited], np.int32)
    place = {int(row): index for index, row in enumerate(own_rows)}
    sources = np.array([rows[unit.source, unit.facet] for unit in units], np.int32)
    vectors = store or VectorStore(Path("/nonexistent"), "none", 384)
    asked = {language: [text for _, text in book.questions_of(language)] for language in Language}
    return Corpus(
        content,
        book,
        units,
        records,
        facets,
        np.array([record_rows[unit.record] for unit in units], np.int32),
        np.array([facet_rows[unit.facet.value] for unit in units], np.int32),
        sources,
        own_rows,
        np.array([place[int(row)] for row in sources], np.int32),
        {
            language: _block(content, book, units, own_rows, records, facet_rows, language, vectors, cache)
            for language in Language
        },
        Samples.build([units[row] for row in own_rows], asked, vectors, cache),
    )


def _block(
    content: Content,
    book: Phrasebook,
    units: list[Unit],
    own_rows: Ints,
    records: list[Record],
    facet_rows: dict[str, int],
    language: Language,
    vectors: VectorStore,
    cache: Path | None,
) -> Block:
    own = [units[row] for row in own_rows]
    texts = [_searched(content, unit, language) for unit in own]
    names = [_names(record, language) for record in records]
    phrases = book.facet_phrases(language, facet_rows)
    phrase_texts = [phrase for _, phrase in phrases]
    phrase_field = cached_field(cache, "phrases", phrase_texts, language)
    passages: list[Text] = [
        ("passage", passage(content.records[unit.record], text, best))
        for unit in own
        for best, text in [_best(unit, language)]
    ]
    known_names: list[Text] = [("passage", record.names.best(language)[0]) for record in records]
    offtopic: list[Text] = [("question", phrase) for phrase in book.offtopic_phrases(language)]
    dense_units = DenseField.build(passages, vectors)
    has_own = np.array([language in unit.texts for unit in own])
    dense_phrases = DenseField.build([("question", phrase) for phrase in phrase_texts], vectors)
    dense_offtopic = DenseField.build(offtopic, vectors)
    return Block(
        cached_field(cache, "units", texts, language),
        cached_field(cache, "names", names, language),
        phrase_field,
        np.array([facet_rows[facet] for facet, _ in phrases], np.int32),
        own_scores(phrase_field.grams, len(phrase_texts)),
        has_own,
        dense_units,
        DenseField.build(known_names, vectors),
        dense_phrases,
        dense_offtopic,
    )


def _best(unit: Unit, language: Language) -> tuple[Language, str]:
    """The unit's text in the language, else the English one."""
    if language in unit.texts:
        return language, unit.texts[language]
    return Language.EN, unit.texts.get(Language.EN, "")


def _searched(content: Content, unit: Unit, language: Language) -> str:
    """What words and grams of a unit are made of: the record's name and its text."""
    record = content.records[unit.record]
    parts = [record.names.best(language)[0], _best(unit, language)[1]]
    if isinstance(record, Procedure):
        parts.append(record.agency.name.best(language)[0])
    return " . ".join(parts)


def _names(record: Record, language: Language) -> str:
    """All names of a record that a question in the language may use."""
    aliases = record.all_aliases()
    parts: list[str] = []
    for key in (language, Language.EN, "any"):
        parts.extend(aliases.get(key, ()))
    if isinstance(record, Crossing):
        for side in record.sides:
            parts.append(side.names.best(language)[0])
            parts.extend(side.aliases.get(language, ()))
    return " . ".join(dict.fromkeys(parts))
