"""From a body to messages: the fact first, then cautions, sources, the date of the check, and honest hints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from knowledge.answers.answer import SourceLine
from knowledge.answers.body import Body, Line, Said
from knowledge.answers.facts.common import law_line
from knowledge.answers.markup import clip, first_sentence, link, plain
from knowledge.answers.view import ENGLISH_MARK, View
from knowledge.records import Crossing, Item, Record, Route, Source, Zone

FACT_LIMIT = 600
"""Visible characters of the fact in the first message."""
CAUTION_LIMIT = 200
LEAST = 60
"""A paragraph is not cut to less than this: then it waits for "More"."""
SOURCES_SHOWN, SOURCES_IN_FULL = 3, 8
LAWS_SHOWN = 2
WARNING = "⚠️"
NOTICE = "notice"
"""Kind of a caution that says what staff announced, e.g. that a crossing is closed."""


@dataclass(frozen=True)
class Composed:
    """The two messages, and what stands behind the first one."""

    short: Markup
    full: Markup | None
    sources: tuple[SourceLine, ...]
    outdated: bool
    english: bool
    draft: bool


def compose(view: View, body: Body, lead: Markup | None = None) -> Composed:
    """Renders a body. `lead` is a line to put before the fact."""
    shown, cut = _within(body.lines, FACT_LIMIT)
    outdated = [record for record in (body.record, *body.behind) if _outdated(view, body, record)] if body.known else []
    more = cut or _shortens(view, body, shown)
    cautions = [view.say(caution.text) for caution in _cautions(view, body)] if body.known else []
    return Composed(
        short=_message(view, body, shown, outdated, lead, brief=True),
        full=_message(view, body, body.lines, outdated, lead, brief=False) if more else None,
        sources=(*_laws(view, body), *(_source_line(source) for source in _sources(view, shown))) if body.known else (),
        outdated=bool(outdated),
        english=any(line.english for line in shown),
        draft=any(line.draft for line in shown) or any(said.draft for said in cautions),
    )


def _shortens(view: View, body: Body, lines: Sequence[Line]) -> bool:
    """Whether the first message leaves out a part of a caution, a source or a law."""
    if not body.known or body.summary:
        return False
    cautions = (view.say(caution.text).markup for caution in body.cautions if caution.kind != NOTICE)
    return (
        len(body.laws) > LAWS_SHOWN
        or len(_sources(view, lines)) > SOURCES_SHOWN
        or any(first_sentence(words, CAUTION_LIMIT) != words for words in cautions)
    )


def _within(lines: Sequence[Line], room: int) -> tuple[list[Line], bool]:
    """The lines that fit, the last one cut at a sentence where need be; and whether anything was left out."""
    shown: list[Line] = []
    for line in lines:
        size = len(plain(line.markup))
        if size <= room:
            shown.append(line)
            room -= size + 1
            continue
        if room >= LEAST or not shown:
            part = clip(line.markup, room)
            shown.append(Line(part, line.sources, line.memory, line.english, line.draft, line.stale))
        return shown, True
    return shown, False


def _message(
    view: View, body: Body, lines: Sequence[Line], outdated: Sequence[Record], lead: Markup | None, *, brief: bool
) -> Markup:
    title = body.title or view.title(body.record, body.facet)
    fact = [line.markup for line in lines]
    blocks = [[title], [lead] if lead else [], fact]
    brief = brief or body.summary
    if body.known:
        blocks.append(_warnings(view, body, lines, outdated, brief=brief))
        blocks.append([*_law_lines(view, body, brief=brief), *_source_lines(view, lines, brief=brief)])
        blocks.append([_checked(view, body), *_hints(view, body, lines)])
    return Markup("\n\n").join(Markup("\n").join(block) for block in blocks if block)


# -- warnings


def _outdated(view: View, body: Body, record: Record) -> bool:
    facet = next((name for name in record.facet_names if name.value == body.facet), None)
    return record.outdated(view.today, facet)


def _warnings(
    view: View, body: Body, lines: Iterable[Line], outdated: Sequence[Record], *, brief: bool
) -> list[Markup]:
    found = [_old(view, record) for record in outdated[:1]]
    if body.confirm or moves_fast(body.record):
        found.append(_confirm(view, body.record))
    claims = [line for line in lines if line.sources or line.memory]
    memory = [line for line in claims if line.memory and not line.sources]
    if memory and len(memory) == len(claims):
        found.append(_unconfirmed(view, body.record))
    elif memory or body.partly_memory:
        found.append(view.t("Part of this is not yet confirmed by a source. Please verify it."))
    if body.doubtful:
        found.append(view.t("Our editors are not sure how to read the source here. Please verify it."))
    if body.notice is not None:
        found.append(body.notice)
    found += [_caution(view, caution, brief=brief) for caution in body.cautions if caution.kind != NOTICE]
    notices = [_notice(view, record, notice) for record, notice in _announced(view, body)]
    return [*notices, *(Markup("{} {}").format(WARNING, words) for words in found)]


def _cautions(view: View, body: Body) -> list[Item]:
    """All that is shown of cautions: what is announced and what always holds."""
    return [*(notice for _, notice in _announced(view, body)), *(one for one in body.cautions if one.kind != NOTICE)]


def _announced(view: View, body: Body) -> list[tuple[Record | None, Item]]:
    """What staff announced about the record (None), and about the crossings that it depends on."""
    near = [view.content.records[id_] for id_ in _crossings_of(body.record) if id_ in view.content.records]
    found: list[tuple[Record | None, Item]] = [(None, one) for one in body.cautions if one.kind == NOTICE]
    return found + [(record, one) for record in near for one in record.cautions if one.kind == NOTICE]


def _crossings_of(record: Record) -> tuple[str, ...]:
    if isinstance(record, Route):
        return record.legs
    return record.place.crossings if isinstance(record, Zone) else ()


def _notice(view: View, record: Record | None, caution: Item) -> Markup:
    t, words = view.t, view.say(caution.text).markup
    if record is not None:
        words = t("{name}: {notice}", name=view.name(record), notice=words)
    known = [view.content.sources[id_] for id_ in caution.sources if id_ in view.content.sources]
    since = view.day(caution.as_of)
    if known and since:
        source = link(known[0].url, known[0].title)
        return Markup("🚧 <b>{}</b> ({})").format(words, t("{source}, {date}", source=source, date=since))
    return Markup("🚧 <b>{}</b>").format(words)


def moves_fast(record: Record) -> bool:
    """Whether the record is about something that changes within weeks."""
    return record.fast_moving or isinstance(record, Crossing)


def _old(view: View, record: Record) -> Markup:
    t, office = view.t, view.office(record)
    day = t.date(record.checked_on)
    if office is not None:
        name = office.markup
        return t(
            "This may be out of date: it was last checked on {date}. Confirm with {office}.", date=day, office=name
        )
    return t("This may be out of date: it was last checked on {date}. Please confirm it.", date=day)


def _confirm(view: View, record: Record) -> Markup:
    t, offices = view.t, view.offices(record)
    names = t.list([office.markup for office in offices])
    if isinstance(record, Crossing | Route) or getattr(record, "topic", "") == "border-status":
        if offices:
            return t(
                "Border crossings can change from one day to the next. Confirm with {office} before you go.",
                office=names,
            )
        return t("Border crossings can change from one day to the next. Confirm with customs before you go.")
    if offices:
        return t("This changes quickly. Confirm with {office} before you act.", office=names)
    return t("This changes quickly. Confirm it before you act.")


def _unconfirmed(view: View, record: Record) -> Markup:
    t, office = view.t, view.office(record)
    if office is None:
        return t("Not yet confirmed by a source. Please verify it before you rely on it.")
    return t("Not yet confirmed by a source. Please verify it with {office}.", office=office.markup)


def _caution(view: View, caution: Item, *, brief: bool) -> Markup:
    words = view.say(caution.text).markup
    return first_sentence(words, CAUTION_LIMIT) if brief else words


# -- sources


def _laws(view: View, body: Body) -> list[SourceLine]:
    return [
        SourceLine(
            str(view.proper(law.title).markup.unescape()), None, law.url, law=True, number=law.number, year=law.year
        )
        for law in body.laws
    ]


def _law_lines(view: View, body: Body, *, brief: bool) -> list[Markup]:
    laws = body.laws[:LAWS_SHOWN] if brief else body.laws
    return [Markup("⚖️ {}").format(law_line(view, law)) for law in laws]


def _sources(view: View, lines: Iterable[Line]) -> list[Source]:
    """The sources of the shown lines, the newest first."""
    ids = dict.fromkeys(id_ for line in lines for id_ in line.sources)
    known = [view.content.sources[id_] for id_ in ids if id_ in view.content.sources]
    return sorted(known, key=lambda source: _year(source) or "", reverse=True)


def _year(source: Source) -> str | None:
    """Year, or year and month … where the source's date begins with one."""
    date = source.published or ""
    return date if date[:4].isdigit() else None


def _source_lines(view: View, lines: Iterable[Line], *, brief: bool) -> list[Markup]:
    t, found = view.t, _sources(view, lines)
    shown = found[: SOURCES_SHOWN if brief else SOURCES_IN_FULL]
    rows = []
    for source in shown:
        year = (_year(source) or "")[:4]
        title = link(source.url, source.title)
        publisher = source.publisher
        if year:
            rows.append(t("📄 {title} ({publisher}, {year})", title=title, publisher=publisher, year=year))
        else:
            seen = t.date(source.seen)
            rows.append(t("📄 {title} ({publisher}, read on {date})", title=title, publisher=publisher, date=seen))
    rest = len(found) - len(shown)
    if rest:
        rows.append(t.n("and {count} more source", "and {count} more sources", rest))
    return rows


def _source_line(source: Source) -> SourceLine:
    return SourceLine(source.title, source.publisher, source.url, source.published)


# -- date and hints


def _checked(view: View, body: Body) -> Markup:
    t, day = view.t, view.t.date(body.record.checked_on)
    oldest = min((one for one in body.as_of if view.day(one)), default=None)
    if oldest is None and moves_fast(body.record):
        oldest = body.record.as_of
    facts = view.day(oldest)
    if facts is None or facts == day:
        return t("Checked on {date}", date=day)
    return t("Facts as of {as_of}, checked on {date}", as_of=facts, date=day)


def _hints(view: View, body: Body, lines: Iterable[Line]) -> list[Markup]:
    t, hints = view.t, []
    cautions = [view.say(caution.text) for caution in _cautions(view, body)]
    shown: list[Line | Said] = [*lines, *cautions]
    if body.record.confidence == "design":
        hints.append(t("This is advice written by our desk."))
    if any(one.english for one in shown):
        hints.append(t("{mark} means: not translated yet, so it is shown in English.", mark=ENGLISH_MARK))
    if any(one.stale for one in shown):
        hints.append(t("The English text has changed since this was translated."))
    elif any(one.draft for one in shown):
        hints.append(t("Draft translation, not yet checked by a person."))
    return [Markup("<i>{}</i>").format(hint) for hint in hints]
