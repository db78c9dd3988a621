"""Border crossings and the routes over them. A crossing is never said to work: only what was last known of it."""

from __future__ import annotations

from markupsafe import Markup

from knowledge.answers.body import Body, Line
from knowledge.answers.facts.common import F, map_line, nothing, written
from knowledge.answers.markup import first_sentence
from knowledge.answers.view import View
from knowledge.answers.words import CORRIDORS, CROSSING_KINDS, RANKS
from knowledge.records import Crossing, FacetName, Route, Side

SENTENCE = 200


def render_crossing(view: View, crossing: Crossing, facet: FacetName) -> Body:
    """What a crossing says on a facet; always to be confirmed before going."""
    body = Body(crossing, facet, cautions=list(crossing.cautions), confirm=True)
    if facet is F.OVERVIEW:
        _overview(view, body, crossing)
    elif facet is F.STATUS:
        known = last_known(view, crossing)
        body.add(known, _unknown_hours(view, crossing) if known else None)
    elif facet is F.LOCATION:
        body.add(*(_side(view, crossing, side) for side in crossing.sides))
        point = crossing.coordinates
        body.add(map_line(view, point.lat, point.lon, crossing) if point else None)
    else:
        written(view, body, crossing, facet)
    if not body.lines:
        nothing(view, body)
    if crossing.as_of and view.day(crossing.as_of):
        body.as_of.append(crossing.as_of)
    return body


def _overview(view: View, body: Body, crossing: Crossing) -> None:
    t = view.t
    kind = t(CROSSING_KINDS.get(crossing.crossing_kind, CROSSING_KINDS["road"]))
    here, there = (_place(view, side) for side in crossing.sides)
    body.add(view.line(t("{kind} between {here} and {there}.", kind=kind, here=here, there=there), (), crossing))
    body.add(last_known(view, crossing))
    goods = view.first_line(crossing, F.GOODS)
    if goods is not None:
        body.add(view.line(t("Goods: {goods}", goods=goods), (goods,), crossing.facets[F.GOODS]))
    if crossing.rank in RANKS:
        body.add(view.line(t(RANKS[crossing.rank]), (), crossing))
    if crossing.corridor in CORRIDORS:
        body.add(view.line(t(CORRIDORS[crossing.corridor]), (), crossing))


def last_known(view: View, crossing: Crossing, room: int | None = None) -> Line | None:
    """The last known state, said as such, with its date; its first sentence only where `room` is short."""
    t, found = view.t, crossing.facets.get(F.STATUS)
    if found is None or found.text is None:
        return None
    said = view.say(found.text)
    words = first_sentence(said.markup, room) if room else said.markup
    day = view.day(found.as_of or crossing.as_of)
    if day is None:
        return view.line(t("Last known: {text}", text=words), (said,), found)
    return view.line(t("Last known (as of {date}): {text}", date=day, text=words), (said,), found)


def _unknown_hours(view: View, crossing: Crossing) -> Line | None:
    """Who asks whether a gate is open wants its hours, too: most are not published."""
    return None if F.HOURS in crossing.facets else Line(view.t("I do not know its opening hours."))


def _place(view: View, side: Side) -> Markup:
    fields = {"place": view.proper(side.names), "province": view.proper(side.province)}
    return view.t("{place} ({province}, {country})", country=view.country(side.country), **fields)


def _side(view: View, crossing: Crossing, side: Side) -> Line:
    fields = {"place": view.local(side.names, side.country), "province": view.proper(side.province)}
    words = view.t("Side of {country}: {place}, {province}", country=view.country(side.country), **fields)
    return view.line(words, (), crossing)


def render_route(view: View, route: Route, facet: FacetName) -> Body:
    """What a route says on a facet."""
    body = Body(route, facet, cautions=list(route.cautions), confirm=facet is not F.DOCUMENTS)
    if facet is F.CROSSINGS:
        body.add(*_legs(view, body, route))
    else:
        written(view, body, route, facet)
        if facet is F.OVERVIEW:
            names = [view.name(leg) for leg in _crossings(view, route)]
            if names:
                body.add(view.line(view.t("Borders on the way: {crossings}", crossings=view.t.list(names)), (), route))
    if not body.lines:
        nothing(view, body)
    return body


def _crossings(view: View, route: Route) -> list[Crossing]:
    found = (view.content.records.get(leg) for leg in route.legs)
    return [crossing for crossing in found if isinstance(crossing, Crossing)]


def _legs(view: View, body: Body, route: Route) -> list[Line]:
    lines = []
    for number, crossing in enumerate(_crossings(view, route), start=1):
        name = Markup("{}. {} <b>{}</b>").format(number, view.flag(crossing), view.name(crossing))
        lines.append(view.line(name, (), route))
        known = last_known(view, crossing, SENTENCE)
        if known is not None:
            lines.append(known)
        body.behind.append(crossing)
    return lines
