"""Whether a place is called by one name in all texts of a language: a trader who reads two of them would see two towns.

Where an English text names a place, its translation has to hold the name that the place's record has in that language
(or the Latin spelling of the English, as on road signs). Names of zones, firms and fairs are their own; they may leave
the town out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.check import all_texts
from knowledge.glossary import PROPER, Counted, Miss
from knowledge.language import TRANSLATED, Language
from knowledge.loader import Content
from knowledge.records import Crossing, Zone
from knowledge.search.scripts import canonical
from knowledge.texts import Text

LEAST_RATE = 0.99
BRACKETS = re.compile(r"\s*[(（].*")
SHORTEST = 4  # letters; shorter English names are words of other kinds too


class Places(Counted):
    """The same of places' names."""

    @property
    def ok(self) -> bool:
        return self.reaches(LEAST_RATE)


def names_of(content: Content) -> dict[str, dict[Language, set[str]]]:
    """English name → language → the names that records give the place."""
    names: dict[str, dict[Language, set[str]]] = {}
    for text in _named(content):
        english = BRACKETS.sub("", text.en)
        if len(english) >= SHORTEST:
            for language, name in text.items():
                names.setdefault(english, {}).setdefault(language, set()).add(BRACKETS.sub("", name))
    return names


def _named(content: Content) -> Iterator[Text]:
    yield from (place.names for place in content.places.values())
    yield from (zone.place.province for zone in content.of_type(Zone) if zone.place.province)
    for crossing in content.of_type(Crossing):
        for side in crossing.sides:
            yield from (text for text in (side.names, side.province) if text is not None)


def contradictions(content: Content) -> list[str]:
    """Places that two records call differently in one language."""
    return [
        f"{english}: {', '.join(sorted(names))} ({language.value})"
        for english, by_language in sorted(names_of(content).items())
        for language, names in by_language.items()
        if len(names) > 1 and language is not Language.EN
    ]


def places(content: Content) -> Places:
    """Looks at every text."""
    names, found = names_of(content), Places()
    known = {
        english: {language: {canonical(name) for name in held} for language, held in by_language.items()}
        for english, by_language in names.items()
    }
    longest = sorted(names, key=len, reverse=True)
    finder = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?!\w)")
    for file, where, text in all_texts(content):
        if where.endswith(PROPER):
            continue
        for english in dict.fromkeys(finder.findall(text.en)):
            for language in TRANSLATED:
                shown = text.get(language)
                if shown is not None and language in known[english]:
                    found.occurrences[language] += 1
                    plain = canonical(shown)
                    if english not in shown and not any(name in plain for name in known[english][language]):
                        found.misses.append(Miss(english, language, file, where, english, shown))
    return found


def lines(found: Places, full: bool = False) -> Iterator[str]:
    """The rates for people, the misses only if `full`."""
    yield f"Places called by their record's name (at least {LEAST_RATE:.0%}):"
    for language in TRANSLATED:
        missed = [miss for miss in found.misses if miss.language is language]
        yield f"  {language.value:8}{found.rate(language):.1%} of {found.occurrences[language]}, {len(missed)} misses"
        if full:
            yield from (f"    {miss.where}: {miss.said} is not in {miss.text[:80]!r}" for miss in missed)
