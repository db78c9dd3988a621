"""Events that come again, and programmes. Usual months are a pattern, never a date."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from knowledge.answers.body import Body, Line
from knowledge.answers.facts.common import F, contact_lines, nothing, written
from knowledge.answers.markup import link
from knowledge.answers.view import View
from knowledge.answers.words import PROGRAMME_KINDS
from knowledge.records import Edition, FacetName, Programme, RecurringEvent

LATE_IN_MONTH = 20
"""From here on a usual month counts as over."""


def render_event(view: View, event: RecurringEvent, facet: FacetName) -> Body:
    """What an event series says on a facet."""
    body = Body(event, facet, cautions=list(event.cautions))
    if facet is F.OVERVIEW:
        _overview(view, body, event)
    elif facet is F.DATES:
        body.add(*dates(view, event))
        written(view, body, event, facet)
    else:
        written(view, body, event, facet)
        if facet is F.HOW_TO_JOIN:
            body.add(_site(view, event))
    if not body.lines:
        nothing(view, body)
    return body


def _overview(view: View, body: Body, event: RecurringEvent) -> None:
    t = view.t
    written(view, body, event, F.OVERVIEW)
    place = view.say(event.place)
    body.add(view.line(t("Place: {place}", place=place), (place,), event), *dates(view, event))
    who = view.first_line(event, F.WHO)
    if who is not None:
        body.add(view.line(t("For: {who}", who=who), (who,), event.facets[F.WHO]))
    if event.organiser:
        body.add(view.line(t("Organiser: {name}", name=view.proper(event.organiser)), (), event))
    body.add(_site(view, event))


def _site(view: View, event: RecurringEvent) -> Line | None:
    if not event.url:
        return None
    return view.line(view.t("Website: {address}", address=link(event.url, event.url)), (), event)


def dates(view: View, event: RecurringEvent) -> list[Line]:
    """When it is: an announced edition that is still to come, else the pattern and the last known edition."""
    t, coming = view.t, event.next_edition
    lines: list[Line] = []
    start = (coming.first or coming.opened) if coming else None
    if coming is not None and start is not None and (coming.last or start) >= view.today:
        lines.append(
            view.line(t("Next edition: {dates}.", dates=_span(view, coming)), (), event, sources=coming.sources)
        )
    else:
        lines.append(view.line(_pattern(view, event), (), event))
    if event.pattern:
        said = view.say(event.pattern)
        lines.append(view.line(t("How it goes: {pattern}", pattern=said), (said,), event))
    if event.last_known_edition is not None:
        lines += _last_known(view, event, event.last_known_edition)
    return lines


def _pattern(view: View, event: RecurringEvent) -> Markup:
    t = view.t
    if not event.usual_months:
        return t("It has no fixed month, and I know of no announced date.")
    months = t.list([t.month(number) for number in event.usual_months])
    year = str(_next_year(view.today, event))
    return t("Usually in {months}. The {year} dates are not announced yet, as far as I know.", months=months, year=year)


def _next_year(today: date, event: RecurringEvent) -> int:
    """The year of the next usual time that neither is over nor had its edition already."""
    last = event.last_known_edition
    held = (last.last or last.first or last.opened) if last else None
    over = (today.year, today.month if today.day > LATE_IN_MONTH else today.month - 1)
    done = max(over, (held.year, held.month)) if held else over
    times = ((year, month) for year in (today.year, today.year + 1) for month in sorted(event.usual_months))
    return next((year for year, month in times if (year, month) > done), today.year + 1)


def _span(view: View, edition: Edition) -> Markup:
    t = view.t
    if edition.first and edition.last and edition.first != edition.last:
        return t("{first} to {last}", first=t.date(edition.first), last=t.date(edition.last))
    start = edition.first or edition.opened or edition.last
    return Markup(t.date(start)) if start else Markup("")  # noqa: S704 - Babel's words


def _last_known(view: View, event: RecurringEvent, edition: Edition) -> list[Line]:
    t, span = view.t, _span(view, edition)
    sources = edition.sources or event.sources
    lines: list[Line] = []
    if edition.no and edition.opened and not edition.first:
        number = t.number(edition.no)
        lines.append(Line(t("Last known: edition no. {number}, begun on {date}.", number=number, date=span), sources))
    elif edition.no and span:
        number = t.number(edition.no)
        lines.append(Line(t("Last known: edition no. {number}, {dates}.", number=number, dates=span), sources))
    elif span and edition.opened and not edition.first:
        lines.append(Line(t("The last known edition began on {date}.", date=span), sources))
    elif span:
        lines.append(Line(t("Last known edition: {dates}.", dates=span), sources))
    elif edition.no:
        lines.append(Line(t("Last known: edition no. {number}.", number=t.number(edition.no)), sources))
    if edition.note:
        said = view.say(edition.note)
        lines.append(view.line(said.markup, (said,), event, sources=sources))
    return lines


def render_programme(view: View, programme: Programme, facet: FacetName) -> Body:
    """What a programme says on a facet."""
    t = view.t
    body = Body(programme, facet, cautions=list(programme.cautions))
    if facet is F.CONTACT:
        body.add(*contact_lines(view, programme.contact, programme.url, programme))
    elif facet is F.STATUS:
        body.add(view.paragraph(programme.status, programme))
        written(view, body, programme, facet)
    else:
        written(view, body, programme, facet)
        if facet is F.OVERVIEW:
            body.add(view.paragraph(programme.note, programme))
            kind = t(PROGRAMME_KINDS.get(programme.programme_kind, PROGRAMME_KINDS["programme"]))
            body.add(view.line(t("Kind: {kind}", kind=kind), (), programme))
            if programme.status:
                said = view.say(programme.status)
                body.add(view.line(t("Status: {status}", status=said), (said,), programme))
            if programme.url:
                body.add(view.line(t("Website: {address}", address=link(programme.url, programme.url)), (), programme))
    if not body.lines:
        nothing(view, body)
    return body
