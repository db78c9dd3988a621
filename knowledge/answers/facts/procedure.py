"""Border procedures: papers, steps, fees, times, offices."""

from __future__ import annotations

from knowledge.answers.body import Body
from knowledge.answers.facts.common import F, agency_lines, nothing, written
from knowledge.answers.markup import link
from knowledge.answers.view import View
from knowledge.answers.words import DIRECTIONS
from knowledge.records import FacetName, Procedure


def render_procedure(view: View, procedure: Procedure, facet: FacetName) -> Body:
    """What a procedure says on a facet."""
    body = Body(procedure, facet, cautions=list(procedure.cautions))
    if facet is F.OVERVIEW:
        _overview(view, body, procedure)
    elif facet is F.AGENCY:
        body.add(*agency_lines(view, procedure.agency, procedure))
        _online(view, body, procedure)
    elif facet is F.ONLINE:
        _online(view, body, procedure)
        written(view, body, procedure, facet)
    elif facet is F.CAUTIONS:
        body.add(*view.bullets(procedure.cautions))
        body.cautions = []
    else:
        written(view, body, procedure, facet, numbered=facet is F.STEPS)
    if not body.lines:
        nothing(view, body)
    return body


def _overview(view: View, body: Body, procedure: Procedure) -> None:
    t = view.t
    written(view, body, procedure, F.OVERVIEW)
    who = view.first_line(procedure, F.WHO)
    if who is not None:
        body.add(view.line(t("For: {who}", who=who), (who,), procedure.facets[F.WHO]))
    office = view.office(procedure)
    if office is not None:
        body.add(view.line(t("Office: {office}", office=office.markup), (), procedure))
    topic = view.content.topics.get(procedure.topic)
    if topic is not None:
        fields = {"topic": view.proper(topic.names), "direction": t(DIRECTIONS[procedure.direction])}
        body.add(view.line(t("Topic: {topic} · {direction}", **fields)))
    documents, steps = procedure.facets.get(F.DOCUMENTS), procedure.facets.get(F.STEPS)
    if documents is not None and documents.items:
        count = len(documents.items)
        body.add(view.line(t.n("{count} document is listed.", "{count} documents are listed.", count)))
    if steps is not None and steps.items:
        body.add(view.line(t.n("{count} step is described.", "{count} steps are described.", len(steps.items))))


def _online(view: View, body: Body, procedure: Procedure) -> None:
    if procedure.online:
        address = link(procedure.online, procedure.online)
        body.add(view.line(view.t("Online: {address}", address=address), (), procedure))
