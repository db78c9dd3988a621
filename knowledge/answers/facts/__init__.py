"""The facts: one renderer per kind of record."""

from knowledge.answers.body import Body
from knowledge.answers.facts.border import render_crossing, render_route
from knowledge.answers.facts.common import nothing
from knowledge.answers.facts.forum import render_event, render_programme
from knowledge.answers.facts.procedure import render_procedure
from knowledge.answers.facts.reading import render_country, render_lesson, render_note, render_term
from knowledge.answers.facts.zone import render_regime, render_zone
from knowledge.answers.view import View
from knowledge.records import (
    CountryRecord,
    Crossing,
    FacetName,
    Lesson,
    Note,
    Procedure,
    Programme,
    Record,
    RecurringEvent,
    Regime,
    Route,
    Term,
    Zone,
)

__all__ = ["render"]


def render(view: View, record: Record, facet: FacetName) -> Body:
    """What the record says on the facet; never empty, at least that the desk has nothing on it."""
    match record:
        case Zone():
            return render_zone(view, record, facet)
        case Regime():
            return render_regime(view, record, facet)
        case Crossing():
            return render_crossing(view, record, facet)
        case Route():
            return render_route(view, record, facet)
        case Procedure():
            return render_procedure(view, record, facet)
        case RecurringEvent():
            return render_event(view, record, facet)
        case Programme():
            return render_programme(view, record, facet)
        case Note():
            return render_note(view, record, facet)
        case Lesson():
            return render_lesson(view, record, facet)
        case Term():
            return render_term(view, record, facet)
        case CountryRecord():
            return render_country(view, record, facet)
    body = Body(record, facet)
    nothing(view, body)
    return body
