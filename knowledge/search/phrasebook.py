"""How people ask: the phrases of facets, goods, small talk and foreign matters in seven languages (YAML data)."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.language import Language
from knowledge.loader import CONTENT
from knowledge.search.vectors import Text

Phrases = Mapping[str, Mapping[Language, tuple[str, ...]]]
"""Key (facet, good, …) → language → phrases."""
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Phrasebook:
    """The data of facets.yaml and goods.yaml."""

    facets: Phrases
    """Short triggers."""
    templates: Phrases
    """Whole questions with {name} for the record."""
    intents: Phrases
    smalltalk: Phrases
    offtopic: Phrases
    """Whole questions that have nothing to do with the desk, by theme."""
    foreign: Phrases
    """Countries and places that the desk does not cover."""
    kinds: Phrases
    """Words that say what kind of record is meant (zone, crossing, fair …)."""
    topics: Phrases
    """Procedure topics as people call them."""
    directions: Phrases
    """Words before (in Burmese: after) a country that make it the origin or the destination."""
    joins: Mapping[Language, tuple[str, ...]]
    """Words between two names that are set side by side."""
    ways: Phrases
    """Words for the means of transport."""
    follow: Phrases
    """Words that tie a question to the one before."""
    generic: Mapping[Language, tuple[str, ...]]
    """Words that all names of zones and crossings have ("special economic zone")."""
    laws: Mapping[str, tuple[str, ...]]
    aliases: Mapping[str, tuple[str, ...]]
    """Spellings of records that the records don't carry yet."""
    towns: Mapping[str, tuple[str, ...]]
    """Towns and provinces by country that are no records and have no place of their own."""
    goods: Mapping[str, "Goods"]
    facet_names: Mapping[str, Mapping[Language, str]]

    def questions_of(self, language: Language) -> list[Text]:
        """What is embedded of the phrasebook."""
        found: list[Text] = []
        for group in (self.facets, self.templates, self.offtopic, self.smalltalk, self.intents, self.topics):
            for phrases in group.values():
                found.extend(("question", bare(phrase)) for phrase in phrases.get(language, ()))
        return [text for text in dict.fromkeys(found) if text[1]]

    def facet_phrases(self, language: Language, facets: Container[str]) -> list[tuple[str, str]]:
        """(facet, phrase) of these facets, in the order in which the index holds them."""
        return [
            (facet, bare(phrase))
            for group in (self.facets, self.templates)
            for facet, by_language in group.items()
            if facet in facets
            for phrase in by_language.get(language, ())
        ]

    def offtopic_phrases(self, language: Language) -> list[str]:
        """Questions that have nothing to do with the desk, in the order in which the index holds them."""
        return [bare(phrase) for phrases in self.offtopic.values() for phrase in phrases.get(language, ())]


@dataclass(frozen=True)
class Goods:
    """Something that is traded, its words, and the records that are about it."""

    id: str
    words: Mapping[Language, tuple[str, ...]]
    group: str | None
    records: tuple[str, ...]


def bare(template: str) -> str:
    """A template without its name."""
    return " ".join(template.replace("{name}", " ").split())


@cache
def load_phrasebook(folder: Path = CONTENT) -> Phrasebook:
    """Reads facets.yaml and goods.yaml, once in a process."""
    raw = yaml.load((folder / "facets.yaml").read_bytes(), _Loader)  # noqa: S506 - the safe loader, in C where built
    goods = yaml.load((folder / "goods.yaml").read_bytes(), _Loader)["goods"]  # noqa: S506
    facets = raw["facets"]
    return Phrasebook(
        facets={name: _by_language(one["phrases"]) for name, one in facets.items()},
        templates={name: _by_language(one.get("questions", {})) for name, one in facets.items()},
        intents={name: _by_language(one) for name, one in raw.get("intents", {}).items()},
        smalltalk={name: _by_language(one) for name, one in raw.get("smalltalk", {}).items()},
        offtopic={name: _by_language(one) for name, one in raw.get("offtopic", {}).items()},
        foreign={name: _by_language(one) for name, one in raw.get("foreign", {}).items()},
        kinds={name: _by_language(one) for name, one in raw.get("kinds", {}).items()},
        topics={name: _by_language(one) for name, one in raw.get("topics", {}).items()},
        directions={name: _by_language(one) for name, one in raw.get("directions", {}).items()},
        joins=_by_language(raw.get("joins", {})),
        ways={name: _by_language(one) for name, one in raw.get("ways", {}).items()},
        follow={name: _by_language(one) for name, one in raw.get("follow", {}).items()},
        generic=_by_language(raw.get("generic", {})),
        laws={name: tuple(laws) for name, laws in raw.get("laws", {}).items()},
        aliases={name: tuple(words) for name, words in raw.get("aliases", {}).items()},
        towns={country: tuple(words) for country, words in raw.get("towns", {}).items()},
        goods={
            one["id"]: Goods(one["id"], _by_language(one["words"]), one.get("group"), tuple(one.get("records", ())))
            for one in goods
        },
        facet_names={
            name: {Language(code): text for code, text in one["names"].items()} for name, one in facets.items()
        },
    )


def _by_language(raw: Mapping[str, Any]) -> dict[Language, tuple[str, ...]]:
    return {Language(code): tuple(str(phrase) for phrase in phrases or ()) for code, phrases in raw.items()}
