"""Every text that needs a vector, by language."""

from knowledge.language import Language
from knowledge.loader import Content
from knowledge.search.phrasebook import Phrasebook, load_phrasebook
from knowledge.search.units import Unit, build_units, passage
from knowledge.search.vectors import Text


def corpus_texts(content: Content, book: Phrasebook | None = None) -> dict[Language, list[Text]]:
    """Unit texts, record names, sample questions and the phrases of the facets, each in its language."""
    book = book or load_phrasebook()
    units = build_units(content, book.laws)
    return {
        language: [*unit_texts(content, units, language), *name_texts(content, language), *book.questions_of(language)]
        for language in Language
    }


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
