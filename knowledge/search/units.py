"""What can be found: (record, facet) units with the texts that speak for them in each language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from knowledge.language import Language
from knowledge.loader import Content
from knowledge.records import (
    Crossing,
    Facet,
    FacetName,
    Kind,
    Procedure,
    Programme,
    Record,
    RecurringEvent,
    Regime,
    Route,
    Zone,
)
from knowledge.texts import Text
from knowledge.vocabulary import INCENTIVES

Laws = Mapping[str, tuple[str, ...]]
"""Regime → the laws behind it, whose facets hold where the regime itself says nothing."""
_ITEMS = 5
"""Items of a list that go into its text; later ones dilute it."""


@dataclass
class Unit:
    """One (record, facet); `source` is the record whose facet it is (the regime for a zone's law)."""

    record: str
    facet: FacetName
    source: str
    texts: dict[Language, str] = field(default_factory=dict)
    questions: dict[Language, tuple[str, ...]] = field(default_factory=dict)

    @property
    def inherited(self) -> bool:
        """Whether the law of the zone answers, not the zone itself."""
        return self.source != self.record


def regimes_of(content: Content, zone: Zone, laws: Laws) -> tuple[str, ...]:
    """The regimes that hold in a zone, its own first, then the laws behind them."""
    chain = [zone.regime, *zone.also_under]
    for regime in tuple(chain):
        chain.extend(laws.get(regime, ()))
    return tuple(dict.fromkeys(regime for regime in chain if regime in content.records))


def build_units(content: Content, laws: Laws) -> list[Unit]:
    """All units in record order; what two records share is one text in both."""
    units: list[Unit] = []
    for record in content.records.values():
        names = dict.fromkeys(record.facets)
        if record.kind is Kind.TERM:
            names.setdefault(FacetName.DEFINITION)
        if record.kind in (Kind.COUNTRY, Kind.CROSSING, Kind.NOTE, Kind.PROGRAMME, Kind.EVENT, Kind.ROUTE):
            names.setdefault(FacetName.OVERVIEW)
        if isinstance(record, Zone):
            names |= dict.fromkeys((FacetName.LIST, FacetName.COMPARE))
        units.extend(_own_unit(content, record, name) for name in names)
        if isinstance(record, Zone):
            units.extend(_inherited_units(content, record, set(names), laws))
    return units


def _inherited_units(content: Content, zone: Zone, own: set[FacetName], laws: Laws) -> Iterator[Unit]:
    seen = set(own)
    for regime in regimes_of(content, zone, laws):
        for name, facet in content.records[regime].facets.items():
            if name in INCENTIVES and name not in seen:
                seen.add(name)
                yield Unit(zone.id, name, regime, questions=dict(facet.questions))


def _own_unit(content: Content, record: Record, name: FacetName) -> Unit:
    facet = record.facets.get(name, Facet())
    texts: dict[Language, str] = {}
    for language in Language:
        parts = [*_facet_parts(facet, language), *_field_parts(content, record, name, language)]
        if parts:
            texts[language] = " ".join(dict.fromkeys(parts))
    return Unit(record.id, name, record.id, texts, dict(facet.questions))


def _facet_parts(facet: Facet, language: Language) -> Iterator[str]:
    if facet.text is not None and (text := facet.text.get(language)):
        yield text
    for item in facet.items[:_ITEMS]:
        if text := item.text.get(language):
            yield text


def _field_parts(content: Content, record: Record, name: FacetName, language: Language) -> Iterator[str]:
    """Words of the record's own fields that say the fact of a facet without text."""
    for text in _fields(content, record, name):
        if text is not None and (own := text.get(language)):
            yield own


def _fields(content: Content, record: Record, name: FacetName) -> Iterator[Text | None]:
    match record, name:
        case Zone(), FacetName.LOCATION | FacetName.LIST:
            yield from (record.place.province, record.place.near, record.place.border_crossing)
        case Zone(), FacetName.SECTORS_PROMOTED | FacetName.OVERVIEW | FacetName.COMPARE:
            yield from (content.tags[tag].names for tag in record.sectors if tag in content.tags)
        case Zone(), FacetName.OPERATOR:
            yield record.operator
        case Crossing(), FacetName.LOCATION | FacetName.OVERVIEW:
            for side in record.sides:
                yield from (side.names, side.province)
        case Procedure(), FacetName.AGENCY:
            yield record.agency.name
        case Regime(), FacetName.CONTACT:
            yield record.agency.name if record.agency else None
        case Regime(), FacetName.LEGAL_BASIS:
            yield from (law.title for law in record.law)
        case Route(), FacetName.CROSSINGS:
            yield from (content.records[leg].names for leg in record.legs if leg in content.records)
        case Programme(), FacetName.STATUS:
            yield record.status
        case RecurringEvent(), FacetName.LOCATION:
            yield record.place
        case RecurringEvent(), FacetName.DATES:
            yield record.pattern
        case RecurringEvent(), FacetName.OVERVIEW:
            yield record.organiser


def passage(record: Record, text: str, language: Language) -> str:
    """What is embedded for a unit: the record's name, then the text."""
    name = record.names.best(language)[0]
    return text if text.startswith(name) else f"{name}: {text}"
