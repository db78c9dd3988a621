"""Alias tables of records, countries, goods, kinds, intents and foreign places, built from content and phrasebook."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property

from knowledge.language import Language
from knowledge.loader import Content
from knowledge.records import CountryRecord, Crossing, Kind, Procedure, Record, Zone
from knowledge.search.entities import AliasTable, core_names, squeeze
from knowledge.search.phrasebook import Phrasebook, Phrases
from knowledge.search.scripts import canonical, stripped

_SIDE, _CORE, _PLACE = 0.8, 0.85, 0.45
_NO_NAMES = frozenset(
    "khong long hai ban nam bac dong tay la ha may the new tha mae park sez sme cai moc bo mien เว้ ลาน".split()  # noqa: SIM905
)
"""Parts of names that are everyday words."""
_UNMARKED = frozenset("dau toi ca mi hanh bo ga nhan che rau du tom muc chi voi den vai".split())  # noqa: SIM905
"""Vietnamese words for goods that are everyday words when typed without diacritics."""
_FALSE_FRIENDS = ("lao động", "lao công", "lao dong", "lao cong", "中老年", "老中医", "越老越", "其中", "当中", "途中")
"""Words that a country's name, or two of them in short, begins or ends."""


@dataclass(frozen=True)
class Tables:
    """All alias tables."""

    records: AliasTable
    terms: AliasTable
    countries: AliasTable
    places: AliasTable
    """Towns, provinces and sides of crossings → the country they lie in."""
    goods: AliasTable
    kinds: AliasTable
    intents: AliasTable
    foreign: AliasTable
    topics: AliasTable
    facets: dict[Language, AliasTable]
    follow: AliasTable
    ways: AliasTable
    smalltalk: AliasTable
    directions: dict[Language, dict[str, tuple[str, ...]]]
    """Squeezed direction words of each language."""
    joins: frozenset[str]
    """Squeezed words that set two names side by side."""

    @cached_property
    def known(self) -> frozenset[str]:
        """All spellings: what is none of them need not be looked up in each table."""
        parts = [part for part in (getattr(self, one.name) for one in fields(self)) if isinstance(part, AliasTable)]
        return frozenset(spelling for table in (*parts, *self.facets.values()) for spelling in table.spellings)


def build_tables(content: Content, book: Phrasebook) -> Tables:
    """Everything that can be named."""
    records, terms, countries = AliasTable(by_sound=True), AliasTable(), AliasTable(loose=True)
    for record in content.records.values():
        if isinstance(record, CountryRecord):
            for words in (*record.all_aliases().values(), *record.adjectives.values()):
                for word in words:
                    if stripped(canonical(word)) not in _NO_NAMES:
                        countries.add(record.country, word)
            continue
        table = terms if record.kind is Kind.TERM else records
        for spelling, weight in spellings(record, book.generic):
            if canonical(spelling) not in _NO_NAMES:
                table.add(record.id, spelling, weight)
        for spelling in book.aliases.get(record.id, ()):
            table.add(record.id, spelling)
    for friend in _FALSE_FRIENDS:
        countries.add("", friend)
    return Tables(
        records.close(),
        terms.close(),
        countries.close(),
        _place_table(content, book, countries),
        _table({good.id: good.words for good in book.goods.values()}, needing_marks=_UNMARKED),
        _table(book.kinds),
        _table(book.intents),
        _table(book.foreign),
        _table(book.topics),
        {language: _table(_spoken(book.facets, language), loose=True) for language in Language},
        _table(book.follow),
        _table(book.ways),
        _table(book.smalltalk, shortest=2),
        {
            language: {
                way: tuple(squeeze(canonical(word)).text for word in words.get(language, ()))
                for way, words in book.directions.items()
            }
            for language in Language
        },
        frozenset(squeeze(canonical(word)).text for words in book.joins.values() for word in words),
    )


def _place_table(content: Content, book: Phrasebook, countries: AliasTable) -> AliasTable:
    """Place names that lie in one country only."""
    places = AliasTable(by_sound=True)
    for country, spelling in _place_names(content, book):
        if canonical(spelling) not in _NO_NAMES:
            places.add(country, spelling)
    for key in [key for key, owners in places.spellings.items() if len(owners) > 1 or key in countries.spellings]:
        del places.spellings[key]
    return places.close()


def _place_names(content: Content, book: Phrasebook) -> Iterator[tuple[str, str]]:
    for country, towns in book.towns.items():
        yield from ((country, town) for town in towns)
    for place in content.places.values():
        for _, name in place.names.items():
            yield place.country, name
        for words in place.aliases.values():
            yield from ((place.country, word) for word in words)
    for zone in content.of_type(Zone):
        for text in (zone.place.province, zone.place.former_province):
            if text is not None:
                for _, name in text.items():
                    yield from ((zone.country, half) for half, _ in _halves(name, _PLACE))
    for crossing in content.of_type(Crossing):
        for side in crossing.sides:
            names = [side.place, *(name for text in (side.names, side.province) for _, name in text.items())]
            for name in (*names, *(word for words in side.aliases.values() for word in words)):
                yield from ((side.country, half) for half, _ in _halves(name, _PLACE))


def spellings(record: Record, generic: Mapping[Language, tuple[str, ...]]) -> Iterator[tuple[str, float]]:
    """Every spelling of a record with how surely it means this record."""
    for language, words in record.all_aliases().items():
        for place, word in enumerate(words):
            yield word, 1.0
            if place == 0 and record.kind in (Kind.ZONE, Kind.CROSSING) and language != "any":
                for core in core_names(word, generic[Language(language)]):
                    yield core, _CORE
    if isinstance(record, Crossing):
        for side in record.sides:
            for _, name in side.names.items():
                yield from _halves(name, _SIDE)
            for words in side.aliases.values():
                yield from ((word, _SIDE) for word in words)
            yield from _halves(side.place, _SIDE)
            for _, name in side.province.items():
                yield from _halves(name, _PLACE)
        for language, name in record.names.items():
            for separator in ("–", "—", " - ", "-"):
                if separator in name:
                    for half in name.split(separator):
                        yield from ((one, _SIDE) for one in [half, *core_names(half, generic[language])])
                    break
    if isinstance(record, Zone):
        for text in (record.place.province, record.place.former_province):
            if text is not None:
                for _, name in text.items():
                    yield from _halves(name, _PLACE)
    if isinstance(record, Procedure) and record.agency.local_name:
        yield record.agency.local_name, _PLACE


def _halves(name: str, weight: float) -> Iterator[tuple[str, float]]:
    """The parts of a place name that lists several ("Pang Hai (Muang Sing); Ban Mom nearby")."""
    for part in (
        name.replace("(", ";").replace(")", ";").replace("（", ";").replace("）", ";").replace("/", ";").split(";")
    ):
        for piece in part.split(","):
            piece = piece.strip().removesuffix(" nearby").removesuffix(" province").strip()
            if len(piece) >= 2:
                yield piece, weight


def _spoken(phrases: Phrases, language: Language) -> Phrases:
    """The phrases that occur in questions of a language: its own, and English ones except in Vietnamese."""
    spoken = {language} if language is Language.VI else {language, Language.EN}
    return {
        key: {one: words for one, words in by_language.items() if one in spoken} for key, by_language in phrases.items()
    }


def _table(
    phrases: Phrases, loose: bool = False, needing_marks: frozenset[str] = frozenset(), shortest: int = 3
) -> AliasTable:
    table = AliasTable(loose=loose, needing_marks=needing_marks, shortest=shortest)
    for key, by_language in phrases.items():
        for words in by_language.values():
            for word in words:
                table.add(key, word)
    return table.close()
