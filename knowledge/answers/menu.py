"""What can be asked of a record, in the order of its buttons, and what is useful to ask next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from knowledge.answers.answer import Choice
from knowledge.answers.facts.zone import LAW_ORDER, elsewhere, regimes_of
from knowledge.answers.markup import shortened
from knowledge.answers.view import View
from knowledge.records import (
    INCENTIVES,
    CountryRecord,
    Crossing,
    FacetName,
    Lesson,
    Note,
    Procedure,
    Record,
    Regime,
    Route,
    Term,
    Zone,
)
from knowledge.vocabulary import Kind

F = FacetName
ORDER: dict[Kind, tuple[FacetName, ...]] = {
    Kind.ZONE: (
        *(F.OVERVIEW, *LAW_ORDER[:5], F.INCENTIVES_EXTRA, F.LOCATION, F.CONTACT, *LAW_ORDER[5:]),
        *(F.RENTS, F.TENANTS, F.STATUS, F.OPERATOR),
    ),
    Kind.REGIME: (F.OVERVIEW, *LAW_ORDER, F.LEGAL_BASIS, F.CONTACT),
    Kind.CROSSING: (F.OVERVIEW, F.STATUS, F.HOURS, F.GOODS, F.LOCATION),
    Kind.PROCEDURE: (
        *(F.OVERVIEW, F.DOCUMENTS, F.STEPS, F.FEE, F.TIME, F.VALIDITY, F.WHO, F.AGENCY, F.ONLINE, F.LEGAL_BASIS),
        F.CAUTIONS,
    ),
    Kind.ROUTE: (F.OVERVIEW, F.CROSSINGS, F.DOCUMENTS),
    Kind.PROGRAMME: (F.OVERVIEW, F.WHO_CAN_USE, F.HOW_TO_APPLY, F.CONTACT, F.STATUS),
    Kind.EVENT: (F.OVERVIEW, F.DATES, F.HOW_TO_JOIN, F.LOCATION, F.WHO),
    Kind.NOTE: (F.OVERVIEW,),
    Kind.LESSON: (F.OVERVIEW,),
    Kind.TERM: (F.DEFINITION,),
    Kind.COUNTRY: (F.OVERVIEW,),
}
NEXT: dict[FacetName, tuple[FacetName, ...]] = {
    F.HOW_TO_APPLY: (F.PROCESSING_TIME, F.ONE_STOP_SERVICE, F.CONTACT, F.WHO_CAN_USE, F.MINIMUM_INVESTMENT),
    F.PROFIT_TAX: (F.HOW_TO_APPLY, F.AFTER_INCENTIVES, F.IMPORT_DUTY),
    F.IMPORT_DUTY: (F.VAT, F.HOW_TO_APPLY, F.PROFIT_TAX),
    F.VAT: (F.IMPORT_DUTY, F.HOW_TO_APPLY, F.PROFIT_TAX),
    F.OVERVIEW: (F.PROFIT_TAX, F.HOW_TO_APPLY, F.DOCUMENTS, F.STEPS, F.DATES, F.HOW_TO_JOIN, F.STATUS, F.WHO_CAN_USE),
    F.LAND_LEASE: (F.RENTS, F.FOREIGN_OWNERSHIP, F.CONTACT, F.HOW_TO_APPLY),
    F.LOCATION: (F.CONTACT, F.STATUS, F.HOW_TO_JOIN, F.GOODS),
    F.DOCUMENTS: (F.STEPS, F.FEE, F.TIME, F.AGENCY, F.CROSSINGS),
    F.STEPS: (F.DOCUMENTS, F.TIME, F.FEE, F.ONLINE, F.AGENCY),
    F.FEE: (F.TIME, F.DOCUMENTS, F.AGENCY),
    F.TIME: (F.FEE, F.DOCUMENTS, F.STEPS),
    F.DATES: (F.HOW_TO_JOIN, F.LOCATION, F.WHO),
    F.STATUS: (F.HOURS, F.GOODS, F.CONTACT, F.LOCATION),
    F.WHO_CAN_USE: (F.HOW_TO_APPLY, F.CONTACT),
}
OWN_SUGGESTED, ALL_SUGGESTED = 3, 4
OWN_OF_ZONE = 2
"""A zone has its law and a crossing beside it."""
LAWS_ELSEWHERE = 2
NEAR_KM = 80.0
LABEL = 60
"""Characters of a button; phones cut longer ones."""


def facets_of(view: View, record: Record) -> list[FacetName]:
    """The facets worth a button; for a zone also those that it takes over from its laws. Never empty."""
    held = set(record.facets)
    if isinstance(record, Zone):
        held |= {facet for regime in regimes_of(view, record) for facet in regime.facets if facet in INCENTIVES}
    order = ORDER[record.kind]
    return [facet for facet in order if facet in held or facet is order[0]]


def suggestions(view: View, record: Record, facet: str) -> tuple[Choice, ...]:
    """Two to four useful next steps where there are so many: other facets first, then what lies beside the record."""
    held = facets_of(view, record)
    wished = [*NEXT.get(FacetName(facet), ()), *held]
    room = OWN_OF_ZONE if isinstance(record, Zone) else OWN_SUGGESTED
    own = [one for one in dict.fromkeys(wished) if one in held and one.value != facet][:room]
    found = [Choice(record.id, one.value, view.facet(one.value)) for one in own]
    if isinstance(record, Zone) and FacetName(facet) not in held:
        laws = elsewhere(view, record, FacetName(facet))[:LAWS_ELSEWHERE]
        found[:0] = [Choice(law.id, facet, label(view, law, facet)) for law in laws]
    for other, name in _beside(view, record):
        if len(found) >= ALL_SUGGESTED:
            break
        if all((other.id, name.value) != (one.record, one.facet) for one in found):
            found.append(Choice(other.id, name.value, label(view, other, name.value)))
    return tuple(found[:ALL_SUGGESTED])


def _beside(view: View, record: Record) -> Iterator[tuple[Record, FacetName]]:
    """Other records that go on from this one."""
    content = view.content
    match record:
        case Zone():
            yield from ((one, F.OVERVIEW) for one, _ in view.relations.nearest(record, Kind.CROSSING, 1, NEAR_KM))
            yield from ((one, F.OVERVIEW) for one in regimes_of(view, record)[:1])
        case Crossing():
            yield from ((one, F.OVERVIEW) for one, _ in view.relations.nearest(record, Kind.ZONE, 2, NEAR_KM))
        case Regime():
            yield from ((zone, F.OVERVIEW) for zone in view.relations.zones_under(record.id))
        case Route():
            yield from ((content.records[leg], F.STATUS) for leg in record.legs if leg in content.records)
        case Procedure():
            yield from ((one, F.OVERVIEW) for one in _siblings(view, record))
        case Term():
            yield from ((one, F.DOCUMENTS) for one in view.relations.asking_for(record.id))
            yield from ((one, F.OVERVIEW) for one in _on_topic(view, record))
        case Lesson():
            yield from ((one, F.OVERVIEW) for one in _next_lessons(view, record))
        case Note():
            notes = (one for one in content.of_type(Note) if one.id != record.id)
            yield from ((one, F.OVERVIEW) for one in _sharing_country(notes, record))
        case CountryRecord():
            yield from ((one, F.OVERVIEW) for one in _sharing_country(content.of_type(Regime), record))
        case _:
            return


def _siblings(view: View, procedure: Procedure) -> Iterator[Procedure]:
    """The same matter first, then the same country's clearance."""
    own = [one for one in view.relations.procedures(procedure.country) if one.id != procedure.id]
    yield from (one for one in own if one.topic == procedure.topic)
    yield from (one for one in own if one.topic in ("certificate-of-origin", "import-clearance", "export-clearance"))


def _on_topic(view: View, term: Term) -> Iterator[Procedure]:
    """Procedures on what the term names."""
    name = term.names.en.casefold()
    for procedure in view.content.of_type(Procedure):
        topic = view.content.topics.get(procedure.topic)
        if topic is not None and (topic.names.en.casefold() in name or name in topic.names.en.casefold()):
            yield procedure


def _next_lessons(view: View, lesson: Lesson) -> Iterator[Record]:
    order = [id_ for module in view.content.course.modules for id_ in module.lessons]
    place = order.index(lesson.id) if lesson.id in order else -1
    following = [*order[place + 1 : place + 3], *order[max(place - 1, 0) : max(place, 0)]]
    yield from (view.content.records[id_] for id_ in following if id_ in view.content.records)


def _sharing_country(records: Iterable[Record], record: Record) -> Iterator[Record]:
    codes = {record.country, *record.countries} - {"regional"}
    yield from (one for one in records if not codes or codes & {one.country, *one.countries})


def label(view: View, record: Record, facet: str, with_country: bool = False) -> str:
    """A button for a record's facet that a person can tell from others: flag, name (or country), facet."""
    name = view.country(record.country) if with_country else view.short_name(record)
    if facet in ("overview", "definition"):
        return f"{view.flag(record)} {shortened(name, LABEL)}"
    what = view.facet(facet)
    return f"{view.flag(record)} {shortened(name, max(LABEL - len(what), 24))} · {what}"


def labels(view: View, pairs: Iterable[tuple[Record, str]], with_country: bool = False) -> list[Choice]:
    """Choices whose labels differ from each other; whole names where shortened or country names are the same."""
    pairs = list(pairs)
    short = [label(view, record, facet, with_country) for record, facet in pairs]
    full = [f"{view.flag(record)} {view.short_name(record)} · {view.facet(facet)}" for record, facet in pairs]
    return [
        Choice(record.id, facet, brief if short.count(brief) == 1 else whole)
        for (record, facet), brief, whole in zip(pairs, short, full, strict=True)
    ]
