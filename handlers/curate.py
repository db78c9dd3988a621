"""Changing what the desk knows, in the chat.

knowledge → find (name or id) → the record: texts and their state, sources, history → change a text | facet | source |
checked today | status notice | any field → draft with preview → hand over → (see review.py)
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from bot.conversation import Button, Turn, rows
from bot.coverage_words import counted_states
from bot.form_values import Unfit, read_date
from bot.routing import Routes
from bot.services import curating
from handlers.broadcast import split_languages
from handlers.menu import page_of, pressed
from handlers.staff import staff_button, staff_only
from handlers.typed import cut, labelled, word
from knowledge import curate as records
from knowledge.answers import Answerer
from knowledge.language import Language
from knowledge.phrases import N_, Phrases
from knowledge.records import Record, Source

routes = Routes()

CHANGES = 15
REASONS = {
    "gone": N_("This does not exist (any more)."),
    "not_draft": N_("This can't be changed any more."),
    "changed": N_("It was changed meanwhile. Please look at it once more."),
    "not_review": N_("This is not in review any more."),
    "own": N_("A second person must do that, not its author."),
    "broken": N_("It would break answers; a second person can overrule that."),
}


@routes.command("curate")
@routes.button("curate.menu")
@staff_only("curate.edit")
async def menu(turn: Turn) -> None:
    turn.expect("curate.find")
    t = turn.t
    buttons = [
        Button(t.p("button", "➕ New article"), "curate.new", {"kind": "article"}),
        Button(t.p("button", "➕ New procedure"), "curate.new", {"kind": "procedure"}),
        staff_button(t),
    ]
    turn.say(t("Which record? Write a part of its name, or its id."), rows(buttons, 2), edit=True)


@routes.expected("curate.find")
@staff_only("curate.edit")
async def find(turn: Turn) -> None:
    _show_found(turn, turn.incoming.text.strip().casefold())


@routes.button("curate.found")
@staff_only("curate.edit")
async def found_page(turn: Turn) -> None:
    _show_found(turn, str(pressed(turn, "wanted")))


def _show_found(turn: Turn, wanted: str) -> None:
    knowledge = turn.services.knowledge
    found = [
        record
        for record in knowledge.content.records.values()
        if wanted in record.id or any(wanted in words.casefold() for _, words in record.names.items())
    ]
    if not found:
        turn.expect("curate.find")
        turn.say(turn.t("Nothing found. Try another word, or /cancel."))
        return
    buttons = [
        Button(f"{knowledge.name(one, turn.person.language)} ({one.id})"[:60], "curate.open", {"record": one.id})
        for one in found
    ]
    shown = page_of(turn.t, buttons, pressed(turn, "page", 0), "curate.found", {"wanted": wanted})
    turn.say(turn.t.n("{count} record:", "{count} records:", len(found)), shown, edit=True)


@routes.button("curate.open")
@staff_only("curate.edit")
async def open_(turn: Turn) -> None:
    t, id_ = turn.t, str(pressed(turn, "record"))
    session = await turn.transaction()
    draft = await curating.open_draft(session, turn.person.id, id_)
    record = turn.services.knowledge.record(id_) or (records.check(json.loads(draft.body)) if draft else None)
    if record is None:
        turn.say(t(REASONS["gone"]), ((staff_button(t),),))
        return
    where = {"record": record.id}
    buttons = [Button(t.p("button", "‹ Back to the draft"), "curate.draft", {"proposal": draft.id})] if draft else []
    buttons += [
        Button(t.p("button", "Change a text"), "curate.facets", where),
        Button(t.p("button", "Checked today"), "curate.checked", where),
        Button(t.p("button", "🚧 Status notice"), "curate.notice", where),
        Button(t.p("button", "Lift the notices"), "curate.lift", where),
        Button(t.p("button", "Add a source"), "curate.source", where),
        Button(t.p("button", "Any field"), "curate.field", where),
        Button(t.p("button", "History"), "curate.history", where),
        staff_button(t),
    ]
    turn.say(_card(t, record), rows(buttons, 2), edit=True)


def _card(t: Phrases, record: Record) -> Markup:
    lines = [
        t("<b>{name}</b> ({id}, {kind})", name=record.names.best(t.language)[0], id=record.id, kind=record.kind.value),
        t("Checked on {date}", date=t.date(record.checked_on)),
        t("Sources: {sources}", sources=t.list(record.sources) if record.sources else "–"),
    ]
    texts = records.texts_of(record)
    for language in Language:
        states = counted_states(t, Counter(text.status(language) for text in texts))
        lines.append(t("{language}: {states}", language=language.endonym, states=states))
    return Markup("\n").join(lines)


# -- changes; each opens (or goes on with) the editor's draft of the record


async def _draft(turn: Turn, record: str, changes: dict[str, Any]) -> None:
    session = await turn.transaction()
    try:
        row = await curating.do_draft(session, turn.person.id, record, turn.now)
        await curating.do_change(session, turn.person.id, row, changes, turn.now)
    except curating.Refused as refused:
        turn.say(turn.t(REASONS[str(refused)]))
        return
    except curating.BadRecord as error:
        turn.say(turn.t("That does not work yet: {reason}", reason=str(error)))
        return
    await show_draft(turn, row.id)


async def _body(turn: Turn, record: str) -> dict[str, Any]:
    """The editor's draft, else what is published."""
    session = await turn.transaction()
    if (row := await curating.open_draft(session, turn.person.id, record)) is not None:
        return dict(json.loads(row.body))
    held = await records.published(session, record)
    return held[0] if held else {}


@routes.button("curate.checked")
@staff_only("curate.edit")
async def checked(turn: Turn) -> None:
    await _draft(turn, str(pressed(turn, "record")), {"checked_on": turn.now.date().isoformat()})


@routes.button("curate.facets")
@staff_only("curate.edit")
async def facets(turn: Turn) -> None:
    """Every text of the record, by its path."""
    record, language = str(pressed(turn, "record")), turn.person.language
    flat = records.flat(await _body(turn, record))
    paths = [path.removesuffix(".en") for path in flat if path.endswith(".en") and "questions" not in path]
    buttons = [
        Button(f"{path}: {_words(flat, path, language)}"[:60], "curate.text", {"record": record, "path": path})
        for path in paths
        if "aliases" not in path
    ]
    shown = page_of(turn.t, buttons, pressed(turn, "page", 0), "curate.facets", {"record": record})
    back = Button(turn.t.p("button", "‹ Back"), "curate.open", {"record": record})
    turn.say(turn.t("Which text?"), (*shown, (back,)), edit=True)


def _words(flat: dict[str, Any], path: str, language: Language) -> str:
    return str(flat.get(f"{path}.{language.value}") or flat.get(f"{path}.en") or "")


@routes.button("curate.text")
@staff_only("curate.edit")
async def ask_text(turn: Turn) -> None:
    record, path = str(pressed(turn, "record")), str(pressed(turn, "path"))
    flat = records.flat(await _body(turn, record))
    now = [f"[{language.value}]\n{words}" for language in Language if (words := flat.get(f"{path}.{language.value}"))]
    turn.expect("curate.text", record=record, path=path)
    turn.say(turn.t("It says now:\n{text}\n\nWrite the new text, each language after its code.", text="\n".join(now)))


@routes.expected("curate.text")
@staff_only("curate.edit")
async def text(turn: Turn) -> None:
    path = turn.expected["path"]
    texts = split_languages(turn.incoming.text, turn.person.language)
    await _draft(turn, turn.expected["record"], {f"{path}.{language}": words for language, words in texts.items()})


@routes.button("curate.field", "curate.notice", "curate.source")
@staff_only("curate.edit")
async def ask_more(turn: Turn) -> None:
    assert turn.pressed is not None
    t = turn.t
    turn.expect(turn.pressed.action, record=pressed(turn, "record"))
    turn.say(
        {
            "curate.field": t("Write the field's path and its value as JSON, e.g. facets.fee.figures.amount = 50000"),
            "curate.notice": t(
                "Write the notice, each language after its code; then a line “{source}: title | publisher | link” and, "
                "if it is not today, a line “{date}: 2026-11-27”.",
                source=word(t, "source"),
                date=word(t, "date"),
            ),
            "curate.source": t("Write: title | publisher | link"),
        }[turn.pressed.action]
    )


@routes.expected("curate.field")
@staff_only("curate.edit")
async def field(turn: Turn) -> None:
    path, equals, value = (part.strip() for part in turn.incoming.text.partition("="))
    try:
        parsed = json.loads(value) if equals and value else None
    except ValueError:
        parsed = value
    await _draft(turn, turn.expected["record"], {path: parsed})


async def keep_source(turn: Turn, words: str, published: str | None = None) -> str:
    """From “title | publisher | link”; published today where no date is given. Returns its id."""
    title, _, rest = cut(words, "|")
    publisher, _, url = cut(rest, "|")
    id_ = f"desk-{turn.now:%Y%m%d%H%M%S}-{turn.person.id}-{secrets.token_hex(3)}"  # one notice may name several
    source = Source(
        id=id_, title=title or "–", publisher=publisher or "–", url=url or None,
        seen=turn.now.date(), published=published or turn.now.date().isoformat(),
    )  # fmt: skip
    await records.add_source(await turn.transaction(), source)
    return id_


@routes.expected("curate.source")
@staff_only("curate.edit")
async def source(turn: Turn) -> None:
    record = turn.expected["record"]
    body = await _body(turn, record)
    id_ = await keep_source(turn, turn.incoming.text)
    await _draft(turn, record, {"sources": [*body.get("sources", []), id_], "confidence": "sourced"})


@routes.expected("curate.notice")
@staff_only("curate.edit")
async def notice(turn: Turn) -> None:
    """“Closed until further notice”: shown first in each answer that concerns the record."""
    record, since, named, kept = turn.expected["record"], turn.now.date().isoformat(), [], []
    try:
        for line in turn.incoming.text.splitlines():
            if (source := labelled(line, "source")) is not None:
                named.append(source)
            elif (day := labelled(line, "date")) is not None:
                since = read_date(day)
            else:
                kept.append(line)
    except Unfit as unfit:
        turn.expect("curate.notice", record=record)
        turn.say(turn.t(unfit.message))
        return
    texts = split_languages("\n".join(kept), Language.EN)
    if "en" not in texts or not named:
        turn.expect("curate.notice", record=record)
        turn.say(turn.t("The English text or the source is missing. Please write it all again."))
        return
    sources = [await keep_source(turn, words) for words in named]
    item = {"text": texts, "kind": "notice", "as_of": since, "sources": sources, "confidence": "sourced"}
    body = await _body(turn, record)
    await _draft(turn, record, {"cautions": [item, *body.get("cautions", [])]})


@routes.button("curate.lift")
@staff_only("curate.edit")
async def lift(turn: Turn) -> None:
    record = str(pressed(turn, "record"))
    body = await _body(turn, record)
    await _draft(turn, record, {"cautions": [one for one in body.get("cautions", []) if one.get("kind") != "notice"]})


# -- the draft


@routes.button("curate.draft")
@staff_only("curate.edit")
async def open_draft(turn: Turn) -> None:
    await show_draft(turn, int(pressed(turn, "proposal")))


async def show_draft(turn: Turn, number: int) -> None:
    session, t = await turn.transaction(), turn.t
    try:
        row = await curating.find(session, number)
    except curating.Refused as refused:
        turn.say(t(REASONS[str(refused)]))
        return
    held = await records.published(session, row.record_id)
    lines = [t("Draft of {record}:", record=row.record_id)]
    lines += change_lines(t, records.difference(held[0] if held else {}, json.loads(row.body)))
    where = {"proposal": row.id}
    buttons = [
        Button(t.p("button", "👁 Preview"), "curate.preview", where),
        Button(t.p("button", "Hand to a second person"), "review.submit", where),
        Button(t.p("button", "Discard"), "review.discard", where),
    ]
    if held or (row.state == "draft" and row.author_id == turn.person.id):
        buttons.append(Button(t.p("button", "Change more"), "curate.open", {"record": row.record_id}))
    turn.say(Markup("\n").join(lines), (*rows(buttons, 2), (staff_button(t),)))


def change_lines(t: Phrases, changes: Sequence[records.Change]) -> list[Markup]:
    more = [t("… and more.")] if len(changes) > CHANGES else []
    return [*(_change_line(t, one) for one in changes[:CHANGES]), *more]


def _change_line(t: Phrases, change: records.Change) -> Markup:
    before, after = change.before, change.after
    gone, come = before, after
    if isinstance(before, list) and isinstance(after, list):
        gone, come = _only_here(before, after), _only_here(after, before)
    return t("• {path}: {before} → {after}", path=change.path, before=_cut(gone), after=_cut(come))


def _only_here(one: list[object], other: list[object]) -> str:
    """What one list has and the other hasn't; a sign for the rest."""
    own = [str(item) for item in one if item not in other]
    return "; ".join([*(["…"] if len(own) < len(one) or not own else []), *own])


def _cut(value: object, limit: int = 120) -> str:
    words = str(value)
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


@routes.button("curate.preview")
@staff_only("curate.edit")
async def preview(turn: Turn) -> None:
    """The answer as people will see it, in the editor's language."""
    try:
        row = await curating.find(await turn.transaction(), int(pressed(turn, "proposal")))
    except curating.Refused as refused:
        turn.say(turn.t(REASONS[str(refused)]), ((staff_button(turn.t),),))
        return
    record, content = records.check(json.loads(row.body)), turn.services.knowledge.content
    sources = await records.sources(await turn.transaction())
    shown = Answerer(content.with_records([record], sources), {})
    for facet in [str(name) for name in record.facets][:3] or ["overview"]:
        answer = shown.to_tap(record.id, facet, turn.person.language, turn.now.date())
        turn.say(answer.full or answer.short)
