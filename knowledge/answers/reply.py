"""The way from what was found, or tapped, to an `Answer`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from markupsafe import Markup

from knowledge.answers.answer import Answer, Choice
from knowledge.answers.body import Body
from knowledge.answers.compose import compose
from knowledge.answers.facts import render
from knowledge.answers.menu import label, labels, suggestions
from knowledge.answers.relations import Relations
from knowledge.answers.several import render_compare, render_list
from knowledge.answers.talk import asking_back, declining, small_talk
from knowledge.answers.view import View
from knowledge.language import Language
from knowledge.loader import Content
from knowledge.records import FacetName, Record, Zone
from knowledge.search import Candidate, Context, Finding
from knowledge.vocabulary import Kind

CHOICES = 3
COMPARED = 3
FAR_KM = 20_000.0
F = FacetName


class Answerer:
    """Answers from one published state of the base. Immutable; safe from several threads."""

    def __init__(self, content: Content, revisions: Mapping[str, int]) -> None:
        self._content = content
        self._revisions = revisions
        self.relations = Relations(content)

    def to_tap(self, record: str, facet: str, language: Language, today: date) -> Answer:
        """The answer to (record, facet), as from a button. An unknown facet shows the overview.

        Raises KeyError when the record is not published.
        """
        view = View(self._content, language, today, self.relations)
        shown = self._content.records[record]
        asked = FacetName(facet) if facet in set(FacetName) else F.OVERVIEW
        context = Context(record=record, facet=asked.value, country=_country(shown), language=language)
        return self._single(view, shown, asked, context)

    def to_finding(self, finding: Finding, today: date) -> Answer:
        """The answer to a question."""
        view = View(self._content, finding.language, today, self.relations)
        known = tuple(one for one in finding.candidates if one.record in self._content.records)
        if finding.smalltalk is not None:
            words = small_talk(view, finding.smalltalk)
            return Answer("smalltalk", finding.language, words, context=finding.context)
        if finding.outcome == "declined" or not known:
            return self._declined(view, finding, known)
        if finding.outcome == "choices":
            return self._choices(view, finding, known)
        return self._answered(view, finding, known)

    def _answered(self, view: View, finding: Finding, known: tuple[Candidate, ...]) -> Answer:
        top = known[0]
        facet = FacetName(top.facet) if top.facet in set(FacetName) else F.OVERVIEW
        records = [self._content.records[id_] for id_ in finding.records if id_ in self._content.records]
        if facet in (F.LIST, F.COMPARE) and len(records) > 1:
            body = _several(view, facet, records, _compared(finding))
            pairs = tuple((record.id, F.OVERVIEW.value) for record in records)
            context = replace(finding.context, candidates=finding.context.candidates or pairs)
            following = _openings(view, records)
        else:
            shown = self._content.records[top.record]
            return replace(
                self._single(view, shown, facet, finding.context, across=finding.across_languages),
                candidates=finding.candidates,
            )
        return self._composed(view, body, top.record, facet, context, following, candidates=finding.candidates)

    def _single(
        self, view: View, record: Record, facet: FacetName, context: Context, *, across: bool = False
    ) -> Answer:
        lead = None
        if across:
            lead = view.t("I found this only through another language. Please check that it is what you mean.")
        if facet in (F.LIST, F.COMPARE):
            records = _others(view, record, facet)
            return self._composed(
                view, _several(view, facet, records, None), record.id, facet, context, _openings(view, records), lead
            )
        body = render(view, record, facet)
        return self._composed(view, body, record.id, facet, context, suggestions(view, record, facet.value), lead)

    def _composed(
        self,
        view: View,
        body: Body,
        record: str,
        facet: FacetName,
        context: Context,
        following: Sequence[Choice],
        lead: Markup | None = None,
        candidates: tuple[Candidate, ...] = (),
    ) -> Answer:
        composed = compose(view, body, lead)
        behind = dict.fromkeys([record, body.record.id, *(one.id for one in body.behind)])
        return Answer(
            outcome="answer",
            language=view.language,
            short=composed.short,
            full=composed.full,
            record=record,
            facet=facet.value,
            candidates=candidates,
            suggestions=tuple(following),
            revisions={id_: self._revisions[id_] for id_ in behind if id_ in self._revisions},
            sources=composed.sources,
            checked_on=body.record.checked_on,
            outdated=composed.outdated,
            shown_in=Language.EN if composed.english else None,
            draft=composed.draft,
            context=context,
        )

    def _choices(self, view: View, finding: Finding, known: tuple[Candidate, ...]) -> Answer:
        choices = self._labelled(view, known, with_country=finding.missing == "country")
        context = finding.context
        if not context.candidates:
            context = replace(context, candidates=tuple((one.record, one.facet) for one in choices))
        question = asking_back(view, finding)
        return Answer(
            "choices", view.language, question, candidates=finding.candidates, choices=choices, context=context
        )

    def _declined(self, view: View, finding: Finding, known: tuple[Candidate, ...]) -> Answer:
        near = tuple(one for one in finding.near if one.record in self._content.records)
        choices = self._labelled(view, near)
        words = declining(view, finding, choices)
        return Answer(
            "declined", view.language, words, candidates=finding.candidates, choices=choices, context=finding.context
        )

    def _labelled(self, view: View, candidates: Sequence[Candidate], with_country: bool = False) -> tuple[Choice, ...]:
        pairs = [(self._content.records[one.record], one.facet) for one in candidates[:CHOICES]]
        return tuple(labels(view, pairs, with_country))


def _several(view: View, facet: FacetName, records: Sequence[Record], compared: FacetName | None) -> Body:
    return render_list(view, records) if facet is F.LIST else render_compare(view, records, compared)


def _others(view: View, record: Record, facet: FacetName) -> list[Record]:
    """What a record is listed or compared with when only it was named: its country's zones, or those closest to it."""
    if facet is F.LIST:
        same = [one for one in view.content.of_kind(record.kind) if one.country == record.country]
        return same or [record]
    if not isinstance(record, Zone):
        return [record]
    close = view.relations.nearest(record, Kind.ZONE, COMPARED - 1, FAR_KM)
    return [record, *(one for one, _ in close)]


def _compared(finding: Finding) -> FacetName | None:
    """Which facet a comparison is about, where the question names one."""
    names = [one.facet for one in finding.candidates if one.record in finding.records] + [finding.context.facet or ""]
    wanted = (name for name in names if name in set(FacetName) - {F.LIST, F.COMPARE, F.OVERVIEW})
    found = next(wanted, None)
    return FacetName(found) if found else None


def _openings(view: View, records: Sequence[Record]) -> tuple[Choice, ...]:
    """The first records of a list as buttons."""
    facets = ((record, "definition" if record.kind is Kind.TERM else "overview") for record in records[:4])
    return tuple(Choice(record.id, facet, label(view, record, facet)) for record, facet in facets)


def _country(record: Record) -> str | None:
    return None if record.country == "regional" else record.country
