"""The buttons of an announcement: written a line each, or tapped: register for a coming event, ask a question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.conversation import Button, Turn, rows
from bot.routing import Routes
from bot.services import broadcasts
from bot.services.events import finding, model
from handlers.broadcast import change_draft, or_why, say_problem, show_draft
from handlers.language import language_from
from handlers.menu import pressed
from handlers.staff import staff_only
from handlers.typed import cut, is_word, labelled, word
from knowledge.language import Language
from knowledge.phrases import Phrases

routes = Routes()
EVENTS = 6


@routes.button("broadcast.buttons")
@staff_only("broadcast.compose")
async def ask_buttons(turn: Turn) -> None:
    t, number = turn.t, int(pressed(turn, "broadcast"))
    turn.expect("broadcast.buttons", broadcast=number)
    where = {"broadcast": number}
    events = await finding.coming(await turn.transaction(), turn.now)
    offered = [
        Button(t.p("button", "+ Register: {event}", event=event.title(t.language)), "broadcast.add_button",
               {**where, "kind": "event", "value": str(event.id)})
        for event in events[:EVENTS]
    ]  # fmt: skip
    offered += [
        Button(t.p("button", "+ Ask a question"), "broadcast.add_button", {**where, "kind": "ask", "value": "ask"}),
        Button(t.p("button", "No buttons"), "broadcast.no_buttons", where),
        Button(t.p("button", "‹ Back"), "broadcast.draft", where),
    ]
    turn.say(
        t(
            "Tap a button to add it, or write up to four buttons, one a line: label | link, or label | {ask}, or "
            "label | a record's id, or label | {event}: and its number. Labels in several languages: "
            "en: Join / lo: ເຂົ້າຮ່ວມ.",
            ask=word(t, "ask"),
            event=word(t, "event"),
        ),
        rows(offered),
        edit=True,
    )


@routes.button("broadcast.add_button")
@staff_only("broadcast.compose")
@or_why
async def add_button(turn: Turn) -> None:
    """Its label is there in all languages."""
    number, kind = int(pressed(turn, "broadcast")), str(pressed(turn, "kind"))
    labels = {language.value: _label(Phrases(language), kind) for language in Language}
    row = await broadcasts.draft(await turn.transaction(), turn.person.id, number)
    added = {"label": labels, "kind": kind, "value": str(pressed(turn, "value"))}
    await change_draft(turn, number, buttons=[*row.buttons, added])


def _label(t: Phrases, kind: str) -> str:
    words = t.p("button", "✅ Register") if kind == "event" else t.p("button", "❔ Ask a question")
    return str(words.unescape())


@routes.button("broadcast.no_buttons")
@staff_only("broadcast.compose")
async def no_buttons(turn: Turn) -> None:
    await change_draft(turn, int(pressed(turn, "broadcast")), buttons=[])


@routes.expected("broadcast.buttons")
@staff_only("broadcast.compose")
async def take_buttons(turn: Turn) -> None:
    number, session = int(turn.expected["broadcast"]), await turn.transaction()
    known, buttons = turn.services.knowledge.content.records, []
    for line in filter(None, map(str.strip, turn.incoming.text.splitlines())):
        button = read_button(line, turn.person.language, known)
        if button is None or (button["kind"] == "event" and await model.find(session, int(button["value"])) is None):
            turn.expect("broadcast.buttons", broadcast=number)
            turn.say(turn.t("I don't understand: “{line}”.", line=line))
            return
        buttons.append(button)
    try:
        await broadcasts.do_change(session, turn.person.id, number, turn.now, buttons=buttons)
    except broadcasts.Refused as refused:
        turn.expect("broadcast.buttons", broadcast=number)
        say_problem(turn, refused, number)
        return
    await show_draft(turn, number)


def read_button(line: str, language: Language, records: Mapping[str, Any]) -> dict[str, Any] | None:
    """ "label | what" as data; None when it makes no sense."""
    label, bar, value = cut(line, "|")
    if not (label and bar and value):
        return None
    kind, value = _target(value, records)
    if not kind:
        return None
    labels: dict[str, str] = {}
    for part in re.split(" [/／] ", label):
        code, colon, words = cut(part, ":")
        named = language_from(code) if colon else None
        labels[(named or language).value] = words if named else part.strip()
    return {"label": labels, "kind": kind, "value": value}


def _target(value: str, records: Mapping[str, Any]) -> tuple[str, str]:
    event = labelled(value, "event")
    if event is not None and event.isdecimal():
        return "event", str(int(event))
    if value.startswith("https://"):
        return "link", value
    if is_word(value, "ask"):
        return "ask", "ask"
    return ("record" if value in records else ""), value
