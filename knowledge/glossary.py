"""Whether translations use the glossary's words: the trader should meet one word for one thing.

Where an English text names a term, its translation has to hold one of the forms that the glossary gives for it in that
language: the name, an alias, or a form of `usage.yaml` (a verb, a short form, what another country says). What is
rightly put otherwise is listed there with its reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydantic import Field

from knowledge.check import all_texts
from knowledge.language import TRANSLATED, Language
from knowledge.loader import CONTENT, Content
from knowledge.reading import read_yaml
from knowledge.records import Frozen, Term
from knowledge.search.scripts import canonical
from knowledge.texts import Text

LEAST_RATE = 0.95
FILE = "usage.yaml"
PROPER = (".names", ".province", "agency.name", ".operator", ".organiser", ".title", ".place")
"""Names are given, not chosen."""


class Apart(Frozen):
    """English words of the glossary that help searching but don't mean the term wherever they stand."""

    reason: str = Field(min_length=1)
    terms: dict[str, tuple[str, ...]]


class Exempt(Frozen):
    """Texts in which a term is rightly put otherwise."""

    term: str
    languages: tuple[Language, ...]
    at: tuple[str, ...] = Field(min_length=1)
    """Paths of the texts, as the check prints them."""
    reason: str = Field(min_length=1)


class Usage(Frozen):
    """How the glossary's words are used in running text."""

    apart: tuple[Apart, ...] = ()
    forms: dict[str, dict[Language, tuple[str, ...]]] = Field(default_factory=dict)
    """Further right words by term and language."""
    exempt: tuple[Exempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Miss:
    """A term that its translation does not name."""

    term: str
    language: Language
    file: str
    where: str
    said: str
    """The English words of the term in that text."""
    text: str


@dataclass
class Counted:
    """How often an English text names something, and where its translation does not."""

    occurrences: Counter[Language] = field(default_factory=Counter)
    misses: list[Miss] = field(default_factory=list)

    def rate(self, language: Language) -> float:
        """The share of a language's occurrences that are no misses."""
        missed = sum(miss.language is language for miss in self.misses)
        return 1 - missed / self.occurrences[language] if self.occurrences[language] else 1.0

    def reaches(self, least: float) -> bool:
        """Whether the rate of every language is at least that."""
        return all(self.rate(language) >= least for language in TRANSLATED)


@dataclass
class Consistency(Counted):
    """The same of the glossary's words; an occurrence that is listed as an exception is no miss."""

    exempt: Counter[Language] = field(default_factory=Counter)
    unused: list[str] = field(default_factory=list)
    """Exceptions that nothing needs (any more)."""

    @property
    def ok(self) -> bool:
        return not self.unused and self.reaches(LEAST_RATE)


def read_usage(folder: Path = CONTENT) -> Usage:
    """Raises pydantic's ValidationError."""
    return Usage.model_validate(read_yaml((folder / FILE).read_bytes()))


class Glossary:
    """The terms, found in English and known in the other languages."""

    def __init__(self, terms: dict[str, Term], usage: Usage) -> None:
        self._terms, self._usage = terms, usage

    @classmethod
    def of(cls, content: Content, usage: Usage) -> Glossary:
        return cls({term.id: term for term in content.of_type(Term)}, usage)

    def named(self, english: str) -> Iterator[tuple[str, str]]:
        """(term, its words) in an English text; of words inside longer ones only the longer count."""
        seen = set()
        for match in self._finder.finditer(english):
            words = match.group()
            term = self._owners.get(words) or self._owners.get(_key(words))
            if term is not None and term not in seen:
                seen.add(term)
                yield term, words

    def holds(self, term: str, said: str, text: str, language: Language) -> bool:
        """Whether a translation has one of the term's words; an abbreviation may stay as it is in English."""
        shown = canonical(text)
        return (_is_abbreviation(said) and said in text) or any(form in shown for form in self._forms[term, language])

    @cached_property
    def _owners(self) -> dict[str, str]:
        owners: dict[str, str] = {}
        apart = {(id_, words) for one in self._usage.apart for id_, held in one.terms.items() for words in held}
        for id_, term in self._terms.items():
            for words in (term.names.en, *term.aliases.get(Language.EN, ())):
                if (id_, words) not in apart:
                    own = words if _is_abbreviation(words) else _key(words)
                    for spelt in (own, *_plurals(own)):
                        owners.setdefault(spelt, id_)
        return owners

    @cached_property
    def _finder(self) -> re.Pattern[str]:
        longest = sorted(self._owners, key=len, reverse=True)
        spelt = "|".join(re.escape(words).replace(r"\ ", r"[\s-]") for words in longest)
        return re.compile(rf"(?<![\w-])(?:{spelt})(?![\w-])", re.IGNORECASE)

    @cached_property
    def _forms(self) -> dict[tuple[str, Language], tuple[str, ...]]:
        forms: dict[tuple[str, Language], tuple[str, ...]] = {}
        for id_, term in self._terms.items():
            for language in TRANSLATED:
                own = (term.names.get(language) or "", *term.aliases.get(language, ()))
                more = self._usage.forms.get(id_, {}).get(language, ())
                forms[id_, language] = tuple(canonical(form) for form in (*own, *more) if form)
        return forms


def _key(words: str) -> str:
    """English words as they are compared: hyphens and blanks are one."""
    return re.sub(r"[\s-]+", " ", words.casefold())


def _plurals(key: str) -> tuple[str, ...]:
    return (f"{key[:-1]}ies",) if key.endswith("y") else (f"{key}s", f"{key}es")


def _is_abbreviation(words: str) -> bool:
    return words.rstrip("s").isupper()


def consistency(content: Content, usage: Usage) -> Consistency:
    """Looks at every text but names."""
    glossary, found = Glossary.of(content, usage), Consistency()
    exempt = {
        (one.term, language, where): one for one in usage.exempt for language in one.languages for where in one.at
    }
    needed = set()
    for file, where, text in all_texts(content):
        if where.endswith(PROPER):
            continue
        for miss in _misses(glossary, file, where, text, found.occurrences):
            key = miss.term, miss.language, where
            if key in exempt:
                needed.add(key)
                found.exempt[miss.language] += 1
            else:
                found.misses.append(miss)
    found.unused = [f"{term} {language.value} {where}" for term, language, where in exempt.keys() - needed]
    return found


def _misses(glossary: Glossary, file: str, where: str, text: Text, occurrences: Counter[Language]) -> Iterator[Miss]:
    for term, said in glossary.named(text.en):
        for language in TRANSLATED:
            translation = text.get(language)
            if translation is None:
                continue
            occurrences[language] += 1
            if not glossary.holds(term, said, translation, language):
                yield Miss(term, language, file, where, said, translation)


def lines(found: Consistency, full: bool = False) -> Iterator[str]:
    """The rates for people, the misses only if `full`."""
    yield f"Glossary's words in the texts (at least {LEAST_RATE:.0%} of occurrences, exceptions, misses):"
    for language in TRANSLATED:
        missed = [miss for miss in found.misses if miss.language is language]
        yield (
            f"  {language.value:8}{found.rate(language):.1%} of {found.occurrences[language]}, "
            f"{found.exempt[language]} exceptions, {len(missed)} misses"
        )
        if full:
            yield from (
                f"    {miss.where}: {miss.said!r} ({miss.term}) is not in {miss.text[:80]!r}" for miss in missed
            )
    yield from (f"  an exception that nothing needs any more: {one}" for one in found.unused)
