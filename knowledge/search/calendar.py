"""What a question asks of the calendar of events: where, when, about what, in which language.

"forums about agriculture in Kunming next month?" → Wanted(place="kunming", first=…, last=…, sector="agriculture")
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import chain

from knowledge.language import Language
from knowledge.loader import Content
from knowledge.phrases import Phrases, locale_of
from knowledge.records import Kind, RecurringEvent
from knowledge.search import calendar_words as words
from knowledge.search.entities import AliasTable, Match, Squeezed, squeeze
from knowledge.search.scripts import canonical
from knowledge.search.tables import Tables
from knowledge.texts import Text
from knowledge.vocabulary import FacetName

_YEAR = re.compile(r"(?<!\d)(20\d\d|25\d\d)(?!\d)")
_SURELY = 0.85  # weight of a spelling from which on it names its record rather than a place in its name
_PAPERS = frozenset({FacetName.DOCUMENTS, FacetName.STEPS, FacetName.AGENCY, FacetName.LEGAL_BASIS})
_ERA = 543  # years that the Buddhist count is ahead
_LONGEST = 70
"""Letters of the longest question that looks for events; who tells a longer story has one of them in mind."""


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; None filters nothing. `first` to `last` are days, `place` a place of the content."""

    country: str | None = None
    place: str | None = None
    first: date | None = None
    last: date | None = None
    sector: str | None = None
    language: str | None = None
    online: bool = False
    soon: bool = False
    """Asks for what comes next, whatever it is."""
    any: bool = False
    """Asks whether or which there are; the bare word "forum" does too."""
    series: tuple[str, ...] = ()
    """Fairs and forums that are named."""
    others: bool = False
    """Something else is named too: a zone, a programme."""

    @property
    def narrows(self) -> int:
        """How many filters there are."""
        return sum(
            bool(one) for one in (self.country or self.place, self.first, self.sector, self.language, self.online)
        )

    @property
    def by_time(self) -> bool:
        """Only the calendar can answer it."""
        return self.first is not None or self.soon


class CalendarReader:
    """Reads questions with the names of the content."""

    def __init__(self, content: Content, tables: Tables) -> None:
        self._content = content
        self._tables = tables

    def read(self, question: str, language: Language, today: date) -> Wanted | None:
        """What is asked of the calendar; None when the question asks for none."""
        squeezed = squeeze(canonical(question), language)
        cues = [*_cues().find(squeezed), *_short().find(squeezed)]
        others = [(match.start, match.end) for match in cues if "" in dict(match.owners)]
        named = {
            owner for match in cues for owner, _ in match.owners
            if not any(start <= match.start and match.end <= end for start, end in others)
        }  # fmt: skip
        records = self._named(squeezed)
        series = tuple(id_ for id_ in records if self._content.records[id_].kind is Kind.EVENT)
        if ("occasion" not in named and not series) or self._of_papers(squeezed, language, cues):
            return None
        looks = len(squeezed.text) <= _LONGEST and "organiser" not in named
        first, last = _days(named, question, today) if looks else (None, None)
        place = self._place(squeezed)
        return Wanted(
            None if place else self._country(squeezed, cues),
            place,
            first,
            last,
            _one(named, "sector"),
            _one(named, "language"),
            "online" in named,
            looks and "soon" in named,
            looks and ("any" in named or any(match.end - match.start == len(squeezed.text) for match in cues)),
            series,
            len(records) > len(series),
        )

    def _of_papers(self, squeezed: Squeezed, language: Language, cues: list[Match]) -> bool:
        """Whether it is about what goods or people need for an event or what a word of its papers means, which no
        calendar tells."""
        asked = {owner for match in self._tables.facets[language].find(squeezed) for owner, _ in match.owners}
        said = {place for match in cues for place in range(match.start, match.end)}
        other = any(said.isdisjoint(range(term.start, term.end)) for term in self._tables.terms.find(squeezed))
        return (FacetName.DEFINITION in asked and other) or not asked.isdisjoint(_PAPERS)

    def _named(self, squeezed: Squeezed) -> list[str]:
        """The records that are named."""
        matches = self._tables.records.find(squeezed)
        return sorted({owner for match in matches for owner, weight in match.owners if weight >= _SURELY})

    def _country(self, squeezed: Squeezed, cues: list[Match]) -> str | None:
        taken = [(match.start, match.end) for match in cues]
        found = [
            match for match in (*self._tables.countries.find(squeezed), *self._tables.places.find(squeezed))
            if not any(start <= match.start and match.end <= end for start, end in taken)
        ]  # fmt: skip
        codes = {owner for match in found for owner, _ in match.owners if owner} - {"regional"}
        return codes.pop() if len(codes) == 1 else None

    def _place(self, squeezed: Squeezed) -> str | None:
        found = {owner for match in self._places.find(squeezed) for owner, _ in match.owners}
        return found.pop() if len(found) == 1 else None

    @cached_property
    def _places(self) -> AliasTable:
        table = AliasTable()
        for id_, place in self._content.places.items():
            for spelling in (*(name for _, name in place.names.items()), *chain(*place.aliases.values())):
                if canonical(spelling) not in self._tables.countries.spellings:
                    table.add(id_, spelling)
        return table.close()


def fits(event: RecurringEvent, wanted: Wanted, content: Content) -> bool:
    """Whether a fair that comes again usually is what is wanted; of its languages nothing is known beforehand."""
    if wanted.online or wanted.language:
        return False
    if wanted.country and wanted.country not in (event.country, *event.countries):
        return False
    if wanted.place and not stands_in(content, wanted.place, (event.place, event.names)):
        return False
    if wanted.first and wanted.last:
        months = {month for month in range(1, 13) if wanted.first <= date(wanted.first.year, month, 28) <= wanted.last}
        if not months & set(event.usual_months):
            return False
    return wanted.sector is None or wanted.sector in _sectors(event)


def stands_in(content: Content, place: str, texts: Iterable[Text]) -> bool:
    """Whether a text, in any language, holds a name of the place or of a city in it."""
    within = [known for known in content.places.values() if place in (known.id, known.province)]
    names = [name.casefold() for known in within for _, name in known.names.items()]
    said = " ".join(words.casefold() for text in texts for _, words in text.items())
    return any(name in said for name in names)


@lru_cache(maxsize=1_000)
def _about(words: str) -> frozenset[str]:
    found = _cues().find(squeeze(canonical(words), Language.EN))
    return frozenset(owner.partition(":")[2] for match in found for owner, _ in match.owners if owner[:7] == "sector:")


def _sectors(event: RecurringEvent) -> frozenset[str]:
    """What the fair is about, as far as its name and its words on who goes there tell."""
    who = event.facets.get(FacetName.WHO)
    return _about(event.names.en) | _about(who.text.en if who and who.text else "")


def _one(named: set[str], kind: str) -> str | None:
    found = sorted(name.partition(":")[2] for name in named if name.startswith(f"{kind}:"))
    return found[0] if len(found) == 1 else None


def _days(named: set[str], question: str, today: date) -> tuple[date | None, date | None]:
    if "next month" in named:
        return month_days(today.year + today.month // 12, today.month % 12 + 1)
    if "this month" in named:
        return month_days(today.year, today.month)
    year = _year(named, question, today)
    if month := _one(named, "month"):
        number = int(month)
        return month_days(year or today.year + (number < today.month), number)
    return (date(year, 1, 1), date(year, 12, 31)) if year else (None, None)


def _year(named: set[str], question: str, today: date) -> int | None:
    if "this year" in named or "next year" in named:
        return today.year + ("next year" in named)
    years = {int(year) - (_ERA if int(year) >= 2500 else 0) for year in _YEAR.findall(canonical(question))}
    return years.pop() if len(years) == 1 else None


def month_days(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


@lru_cache(maxsize=1)
def _cues() -> AliasTable:
    table = AliasTable(loose=True)
    for key, spellings in {
        "occasion": words.OCCASIONS, "this month": words.THIS_MONTH, "next month": words.NEXT_MONTH,
        "this year": words.THIS_YEAR, "next year": words.NEXT_YEAR, "soon": words.SOON, "online": words.ONLINE,
        "organiser": words.ORGANISER,
    }.items():  # fmt: skip
        for spelling in spellings:
            table.add(key, spelling)
    for sector, spellings in words.SECTORS.items():
        for spelling in spellings:
            table.add(f"sector:{sector}", spelling)
    for number in range(1, 13):
        names = [Phrases(language).month(number) for language in Language]
        for spelling in (*names, *words.MORE_MONTHS[number], *(form.format(number) for form in words.NUMBERED)):
            if spelling.casefold() not in words.AMBIGUOUS:
                table.add(f"month:{number}", spelling)
        table.add(f"month:{number}", f"{Phrases(Language.MY).month(number)}လ")
        for form in words.ENGLISH_MONTHS:
            table.add(f"month:{number}", form.format(Phrases(Language.EN).month(number)))
    for spoken in Language:
        for language in Language:
            name = locale_of(language).languages.get(spoken.value.partition("_")[0], "")
            form = words.SPOKEN.get(language.value.partition("_")[0], "{}")
            if name:
                table.add(f"language:{spoken.value}", form.format(name))
    return table.close()


@lru_cache(maxsize=1)
def _short() -> AliasTable:
    table = AliasTable()
    other = (*words.NO_OCCASIONS, *words.ONE_KNOWN)
    for key, spellings in (("occasion", words.SHORT_OCCASIONS), ("any", words.ANY), ("", other)):
        for spelling in spellings:
            table.add(key, spelling)
    return table.close()
