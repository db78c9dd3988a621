"""Answers over several records: a list, and a comparison of the same facets side by side."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from knowledge.answers.body import Body, Line, Said
from knowledge.answers.facts import render
from knowledge.answers.facts.border import last_known
from knowledge.answers.facts.forum import dates
from knowledge.answers.facts.zone import regimes_of, size_line, state
from knowledge.answers.markup import clip, first_sentence, shortened
from knowledge.answers.view import View
from knowledge.records import INCENTIVES, Crossing, FacetName, Procedure, Record, RecurringEvent, Route, Zone
from knowledge.vocabulary import Kind

F = FacetName
COMPARED = (F.STATUS, F.PROFIT_TAX, F.IMPORT_DUTY, F.LAND_LEASE, F.INCENTIVES_EXTRA)
"""What is compared of zones where the question names nothing."""
NAME = 32
"""Characters of a name in a comparison."""
VALUE = 150
"""Characters of one value in a comparison."""
WARNED = "⚠️"
ROW = 110
"""Characters of what a list says of one record."""


def render_list(view: View, records: Sequence[Record]) -> Body:
    """One line per record: name, and what tells it from the others."""
    body = _body(records, F.LIST)
    flags = dict.fromkeys(view.flag(record) for record in records)
    flag = next(iter(flags)) if len(flags) == 1 else "🌏"
    body.title = Markup("<b>{} {}</b>").format(flag, _counted(view, records))
    for number, record in enumerate(records, start=1):
        sign = f"{view.flag(record)}{WARNED if record.cautions else ''}"
        name = Markup("{}. {} <b>{}</b>").format(number, sign, view.proper(record.names))
        row = _row(view, record)
        body.add(Line(name) if row is None else _with(row, Markup("{}: {}").format(name, clip(row.markup, ROW))))
    if any(record.cautions for record in records):
        body.notice = view.t("This sign marks entries with cautions. Choose one to read them.")
    return body


def render_compare(view: View, records: Sequence[Record], facet: FacetName | None) -> Body:
    """The same facets of each record; what is not known is shown as not known, what is the same is said once."""
    body = _body(records, F.COMPARE)
    for record in records:
        body.cautions += [caution for caution in record.cautions if caution not in body.cautions]
    names = [f"{view.flag(record)} {shortened(view.short_name(record), NAME)}" for record in records]
    body.title = Markup("<b>{}</b>").format(view.t("Comparison: {names}", names=view.t.list(names)))
    wanted = COMPARED if facet is None and all(isinstance(one, Zone) for one in records) else (facet or F.OVERVIEW,)
    for one in wanted:
        values = [_value(view, body, record, one) for record in records]
        if facet is None and not any(values):
            continue
        body.add(Line(Markup("<b>{}</b>").format(view.facet(one.value))))
        texts = {str(value.markup) for value in values if value is not None}
        if len(texts) == 1 and all(values) and len(records) > 1:
            same = values[0]
            assert same is not None
            body.add(_with(same, view.t("The same for all: {value}", value=same.markup)))
            continue
        for name, value in zip(names, values, strict=True):
            if value is None:
                body.add(Line(view.t("• {name}: not known to me", name=name)))
            else:
                body.add(_with(value, Markup("• {}: {}").format(name, value.markup)))
    return body


def _counted(view: View, records: Sequence[Record]) -> Markup:
    """How many of what."""
    t, count, kinds = view.t, len(records), {record.kind for record in records}
    if kinds == {Kind.ZONE}:
        return t.n("{count} zone", "{count} zones", count)
    if kinds == {Kind.CROSSING}:
        return t.n("{count} border crossing", "{count} border crossings", count)
    if kinds == {Kind.PROCEDURE}:
        return t.n("{count} border procedure", "{count} border procedures", count)
    if kinds == {Kind.PROGRAMME}:
        return t.n("{count} programme", "{count} programmes", count)
    if kinds == {Kind.EVENT}:
        return t.n("{count} event series", "{count} event series", count)
    return t.n("{count} result", "{count} results", count)


def _body(records: Sequence[Record], facet: FacetName) -> Body:
    oldest = min(records, key=lambda record: record.checked_on)
    body = Body(oldest, facet.value, behind=[record for record in records if record is not oldest], summary=True)
    body.confirm = any(isinstance(record, Crossing | Route) for record in records)
    return body


def _with(line: Line, markup: Markup) -> Line:
    return Line(markup, line.sources, line.memory, line.english, line.draft, line.stale)


def _row(view: View, record: Record) -> Line | None:
    """What a list says of a record."""
    t = view.t
    match record:
        case Zone():
            known, where = state(view, record), view.proper(record.place.province)
            return _with(known, t("{province}. {status}", province=where, status=known.markup))
        case Crossing():
            return last_known(view, record, ROW)
        case RecurringEvent():
            return dates(view, record)[0]
        case Procedure():
            office = view.office(record)
            return view.line(t("Office: {office}", office=office.name), (), record) if office else None
    said = view.first_line(record, F.OVERVIEW)
    return None if said is None else view.line(first_sentence(said.markup, ROW), (said,), record.facets[F.OVERVIEW])


def _value(view: View, body: Body, record: Record, facet: FacetName) -> Line | None:
    """The record's word on a facet in brief; None where it is not known."""
    if isinstance(record, Zone):
        if facet in INCENTIVES:
            return _law_value(view, body, record, facet)
        if facet is F.STATUS:
            return state(view, record)
        if facet is F.OVERVIEW:
            return size_line(view, record) or state(view, record)
    if isinstance(record, Crossing) and facet in (F.STATUS, F.OVERVIEW):
        return last_known(view, record, VALUE)
    said = view.first_line(record, facet)
    if said is not None:
        return view.line(_brief(said), (said,), record.facets[facet])
    rendered = render(view, record, facet)
    if not rendered.known:
        return None
    return _with(rendered.lines[0], clip(rendered.lines[0].markup, VALUE))


def _law_value(view: View, body: Body, zone: Zone, facet: FacetName) -> Line | None:
    for regime in regimes_of(view, zone):
        said = view.first_line(regime, facet)
        if said is not None:
            body.laws += [law for law in regime.law if law.holds_in(zone.id) and law not in body.laws]
            if regime not in body.behind:
                body.behind.append(regime)
            return view.line(_brief(said), (said,), regime.facets[facet])
    return None


def _brief(said: Said) -> Markup:
    return clip(said.markup, VALUE)
