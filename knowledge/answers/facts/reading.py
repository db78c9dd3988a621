"""Notes, lessons, glossary terms and countries."""

from __future__ import annotations

from markupsafe import Markup

from knowledge.answers.body import Body, Line
from knowledge.answers.facts.common import F, nothing, written
from knowledge.answers.view import ENGLISH_MARK, View
from knowledge.answers.words import NOTE_KINDS
from knowledge.language import Language
from knowledge.records import CountryRecord, FacetName, Lesson, Note, Record, Term
from knowledge.vocabulary import Kind

ALIASES_SHOWN = 4


def render_note(view: View, note: Note, facet: FacetName) -> Body:
    """A note, with the state of what it is about."""
    t, body = view.t, Body(note, facet, cautions=list(note.cautions))
    written(view, body, note, F.OVERVIEW)
    if note.state:
        said = view.say(note.state)
        since = view.day(note.since)
        words = t("State: {state}", state=said)
        if since is not None:
            words = t("State: {state} (since {date})", state=said, date=since)
        body.add(view.line(words, (said,), note))
    if note.channels:
        words = t("Where people sell: {channels}", channels=t.list(note.channels))
        english = view.language is not Language.EN
        memory = note.channels_confidence == "memory"
        body.add(Line(words + f" {ENGLISH_MARK}" if english else words, note.sources, memory, english=english))
    if not body.lines:
        body.add(view.line(t(NOTE_KINDS[note.note_kind]), (), note))
    return body


def render_lesson(view: View, lesson: Lesson, facet: FacetName) -> Body:
    """A lesson of the course."""
    body = Body(lesson, facet, cautions=list(lesson.cautions))
    module = next((one for one in view.content.course.modules if one.id == lesson.module), None)
    written(view, body, lesson, F.OVERVIEW)
    if module is not None:
        title = view.say(module.title)
        body.add(view.line(view.t("Part of the course: {module}", module=title), (title,)))
    if not body.lines:
        nothing(view, body)
    return body


def render_term(view: View, term: Term, facet: FacetName) -> Body:
    """A glossary term: what it means, and what it is called on the other side of the border."""
    t, body = view.t, Body(term, facet, cautions=list(term.cautions))
    written(view, body, term, F.DEFINITION)
    own = [word for word in term.aliases.get(view.language, ()) if word != term.names.get(view.language)]
    if own:
        body.add(view.line(t("Also called: {names}", names=t.list(own[:ALIASES_SHOWN])), (), term))
    body.add(Line(t("In the other languages:")))
    for language, name in term.names.items():
        if language is not view.language:
            body.add(view.line(Markup("• {}: {}").format(language.endonym, name), (), term))
    return body


def render_country(view: View, country: CountryRecord, facet: FacetName) -> Body:
    """A country: what holds for all its zones, and how much the desk has on it."""
    t, body = view.t, Body(country, facet, cautions=list(country.cautions))
    written(view, body, country, F.OVERVIEW)
    counts = {kind: _count(view, country, kind) for kind in (Kind.ZONE, Kind.PROCEDURE, Kind.CROSSING, Kind.PROGRAMME)}
    phrases = (
        t.n("{count} zone", "{count} zones", counts[Kind.ZONE]),
        t.n("{count} border procedure", "{count} border procedures", counts[Kind.PROCEDURE]),
        t.n("{count} border crossing", "{count} border crossings", counts[Kind.CROSSING]),
        t.n("{count} programme", "{count} programmes", counts[Kind.PROGRAMME]),
    )
    known = [phrase for phrase, count in zip(phrases, counts.values(), strict=True) if count]
    body.add(Line(t("What I know here: {things}", things=t.list(known)) if known else t("I know little here yet.")))
    return body


def _count(view: View, country: Record, kind: Kind) -> int:
    return sum(country.country in (one.country, *one.countries) for one in view.content.of_kind(kind))
