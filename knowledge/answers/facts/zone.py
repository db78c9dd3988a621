"""Zones, and the laws that they fall under."""

from __future__ import annotations

from knowledge.answers.body import Body, Line
from knowledge.answers.facts.common import (
    F,
    agency_lines,
    contact_lines,
    labelled,
    law_line,
    map_line,
    nothing,
    tags,
    written,
)
from knowledge.answers.markup import link
from knowledge.answers.view import ENGLISH_MARK, View
from knowledge.answers.words import ZONE_KINDS, ZONE_STATES
from knowledge.records import INCENTIVES, FacetName, Regime, Zone

LAW_ORDER = (
    *(F.PROFIT_TAX, F.IMPORT_DUTY, F.VAT, F.LAND_LEASE, F.HOW_TO_APPLY, F.LABOUR_VISAS, F.MINIMUM_INVESTMENT),
    *(F.ONE_STOP_SERVICE, F.PROCESSING_TIME, F.FOREIGN_OWNERSHIP, F.SME_MEASURES, F.AFTER_INCENTIVES, F.MINIMUM_TAX),
    *(F.EXPORT_DUTY, F.REPATRIATION, F.SECTORS_PROMOTED, F.EXCLUSIONS),
)
"""Matters of law in the order in which people ask for them."""
ZONES_NAMED = 6


def regimes_of(view: View, zone: Zone) -> list[Regime]:
    """The laws that a zone falls under, the main one first."""
    records = view.content.records
    found = (records.get(id_) for id_ in (zone.regime, *zone.also_under))
    return [regime for regime in found if isinstance(regime, Regime)]


def render_zone(view: View, zone: Zone, facet: FacetName) -> Body:
    """What a zone says on a facet; a matter of law is answered from its regime."""
    body = Body(zone, facet, cautions=list(zone.cautions))
    if facet in INCENTIVES:
        _law(view, body, zone, facet)
    elif facet is F.OVERVIEW:
        _overview(view, body, zone)
    elif facet is F.LOCATION:
        _location(view, body, zone)
    elif facet is F.STATUS:
        body.add(status_line(view, zone))
        written(view, body, zone, facet)
    elif facet is F.OPERATOR:
        body.add(_operator(view, zone))
    elif facet is F.CONTACT:
        _contact(view, body, zone)
    else:
        written(view, body, zone, facet)
    if not body.lines:
        nothing(view, body)
        _point_elsewhere(view, body, zone, facet)
    return body


def _point_elsewhere(view: View, body: Body, zone: Zone, facet: FacetName) -> None:
    """Names other laws of the country that speak of the matter; whether they hold for the zone is not for us to say."""
    laws = elsewhere(view, zone, facet)
    if laws:
        names = view.t.list([view.proper(law.names).markup for law in laws])
        country = view.country(zone.country)
        body.add(
            Line(
                view.t(
                    "Other rules of {country} speak of it; ask whether they hold for this zone: {laws}",
                    country=country,
                    laws=names,
                )
            )
        )


def elsewhere(view: View, zone: Zone, facet: FacetName) -> list[Regime]:
    """Other laws of the zone's country that speak of a matter on which the zone's own say nothing."""
    if facet not in INCENTIVES:
        return []
    own = regimes_of(view, zone)
    laws = (law for law in view.content.of_type(Regime) if law.country == zone.country and law not in own)
    return [law for law in laws if facet in law.facets]


def _law(view: View, body: Body, zone: Zone, facet: FacetName) -> None:
    t = view.t
    if facet is F.SECTORS_PROMOTED:
        body.add(sectors_line(view, zone))
    for regime in regimes_of(view, zone):
        if not written(view, body, regime, facet):
            continue
        named = t("These are the rules of “{law}”, which this zone falls under.", law=view.proper(regime.names))
        body.add(view.line(named, (), regime, sources=()))
        body.laws += [law for law in regime.law if law.holds_in(zone.id)]
        body.behind.append(regime)
        body.cautions += [caution for caution in regime.cautions if caution not in body.cautions]
    extra = zone.facets.get(F.INCENTIVES_EXTRA)
    if extra is not None and extra.text is not None and body.lines:
        said = view.say(extra.text)
        body.add(view.line(t("Special to this zone: {text}", text=said), (said,), extra))


def _overview(view: View, body: Body, zone: Zone) -> None:
    t, found = view.t, zone.facets.get(F.OVERVIEW)
    kind = t(ZONE_KINDS.get(zone.zone_kind, ZONE_KINDS["sez"]))
    place = {"kind": kind, "province": view.proper(zone.place.province), "country": view.country(zone.country)}
    body.add(view.line(t("{kind} in {province}, {country}.", **place), (), zone))
    body.add(view.paragraph(found.text if found else None, found))
    body.add(status_line(view, zone), size_line(view, zone))
    if zone.established:
        body.add(view.line(t("Set up in {year}", year=zone.established), (), zone))
    body.add(sectors_line(view, zone), _operator(view, zone))
    regimes = regimes_of(view, zone)
    if regimes:
        names = t.list([view.proper(regime.names).markup for regime in regimes])
        body.add(view.line(t("Rules: {laws}", laws=names), (), zone))


def state(view: View, zone: Zone) -> Line:
    """The state of a zone, with how old the news is."""
    t, day = view.t, view.day(zone.status_as_of)
    words, memory = t(ZONE_STATES[zone.status]), "status" in zone.memory_fields
    if day is not None:
        words = t("{status} (as of {date})", status=words, date=day)
    return Line(words, zone.sources, memory)


def status_line(view: View, zone: Zone) -> Line:
    """The same with its name before it."""
    found = state(view, zone)
    return Line(view.t("Status: {status}", status=found.markup), found.sources, found.memory)


def size_line(view: View, zone: Zone) -> Line | None:
    """The size of a zone in hectares."""
    if zone.size_ha is None:
        return None
    size = view.t.number(zone.size_ha)
    return Line(view.t("Size: {size} hectares", size=size), zone.sources, "size_ha" in zone.memory_fields)


def sectors_line(view: View, zone: Zone) -> Line | None:
    """What a zone works in."""
    if not zone.sectors:
        return None
    names, english = tags(view, zone.sectors)
    markup = view.t("Sectors: {sectors}", sectors=names)
    memory = "sectors" in zone.memory_fields
    return Line(markup + f" {ENGLISH_MARK}" if english else markup, zone.sources, memory, english=english)


def _operator(view: View, zone: Zone) -> Line | None:
    if zone.operator is None:
        return None
    name = link(zone.website, view.proper(zone.operator).markup)
    return Line(view.t("Operator: {name}", name=name), zone.sources, "operator" in zone.memory_fields)


def _location(view: View, body: Body, zone: Zone) -> None:
    t, place = view.t, zone.place
    where = t("{province}, {country}", province=view.proper(place.province), country=view.country(zone.country))
    body.add(view.line(where, (), zone))
    if place.former_province:
        former = view.proper(place.former_province)
        body.add(view.line(t("Province before the reform: {province}", province=former), (), zone))
    if place.near:
        near = view.say(place.near)
        body.add(view.line(t("Nearby: {place}", place=near), (near,), zone))
    if place.border_crossing:
        border = view.say(place.border_crossing)
        body.add(view.line(t("Border crossing: {crossing}", crossing=border), (border,), zone))
    body.add(map_line(view, place.lat, place.lon, zone, "place.lat" in zone.memory_fields))
    written(view, body, zone, F.LOCATION)


def _contact(view: View, body: Body, zone: Zone) -> None:
    body.add(_operator(view, zone), *contact_lines(view, zone.contact, zone.website, zone))
    if zone.contact and zone.contact.as_of and view.day(zone.contact.as_of):
        body.as_of.append(zone.contact.as_of)
    for regime in regimes_of(view, zone)[:1]:
        if regime.agency is not None:
            name = link(regime.agency.url, view.agency(regime.agency, regime.country))
            body.add(view.line(view.t("For its rules: {office}", office=name), (), regime))
            body.behind.append(regime)


def render_regime(view: View, regime: Regime, facet: FacetName) -> Body:
    """What a law says on a facet."""
    body = Body(regime, facet, cautions=list(regime.cautions), laws=list(regime.law))
    if facet is F.OVERVIEW:
        _regime_overview(view, body, regime)
    elif facet is F.CONTACT:
        if regime.agency is not None:
            body.add(*agency_lines(view, regime.agency, regime))
    elif facet is F.LEGAL_BASIS:
        _legal_basis(view, body, regime)
    else:
        written(view, body, regime, facet)
    if not body.lines:
        nothing(view, body)
    return body


def _regime_overview(view: View, body: Body, regime: Regime) -> None:
    t = view.t
    if not written(view, body, regime, F.OVERVIEW):
        body.add(view.line(t("Rules for investors in {country}. In short:", country=view.country(regime.country))))
    body.add(*(labelled(view, regime, facet) for facet in LAW_ORDER))
    zones = view.relations.zones_under(regime.id)
    if zones:
        names = t.list([view.proper(zone.names).markup for zone in zones[:ZONES_NAMED]])
        body.add(
            view.line(
                t.n(
                    "{count} zone falls under it: {zones}",
                    "{count} zones fall under it: {zones}",
                    len(zones),
                    zones=names,
                )
                if len(zones) <= ZONES_NAMED
                else t("{count} zones fall under it, among them {zones}", count=t.number(len(zones)), zones=names)
            )
        )


def _legal_basis(view: View, body: Body, regime: Regime) -> None:
    t = view.t
    for law in regime.law:
        said = (view.say(law.note),) if law.note else ()
        named = law_line(view, law)
        markup = t("{law}. Note: {note}", law=named, note=said[0]) if said else named
        body.add(view.line(markup, said, regime))
    for text in regime.changed:
        change = view.say(text)
        body.add(view.line(t("What changed: {text}", text=change), (change,), regime))
    for text in regime.superseded:
        before = view.say(text)
        body.add(view.line(t("What it replaced: {text}", text=before), (before,), regime))
    body.laws = []
