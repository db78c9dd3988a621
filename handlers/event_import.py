"""Staff: events from a file.

[Events from a file] → [Empty workbook]
                     → send a file (or paste YAML) → what it would do, what is wrong → [Take it in] → drafts and changes
"""

from __future__ import annotations

import asyncio

from bot.conversation import Attachment, Button, Turn, rows
from bot.event_words import headline, lines, refusal
from bot.import_words import overview
from bot.routing import Routes
from bot.services.events import importing, sheets
from bot.services.events.model import Refused
from handlers.exchange import XLSX
from handlers.menu import pressed
from handlers.sent import content_of
from handlers.staff import staff_only

routes = Routes()
FILE = "event_import.file"
PASTED = "pasted.yaml"


@routes.button("event_import.ask")
@staff_only("events.manage")
async def ask(turn: Turn) -> None:
    t = turn.t
    turn.expect(FILE)
    turn.say(
        t(
            "Send a workbook (.xlsx) or a YAML file with events, or paste the YAML. I show what it would do before "
            "anything is taken in."
        ),
        rows(
            [
                Button(t.p("button", "📄 Empty workbook"), "event_import.template"),
                Button(t.p("button", "‹ Back"), "manage.list"),
            ],
            2,
        ),
    )


@routes.button("event_import.template")
@staff_only("events.manage")
async def template(turn: Turn) -> None:
    turn.expect(FILE)
    text = turn.t(
        "Fill it in, an event a row, and send it back here. The notes in the first row say what belongs where."
    )
    turn.say(text, attachment=Attachment("events.xlsx", XLSX, await asyncio.to_thread(sheets.template)))


@routes.expected(FILE)
@staff_only("events.manage")
async def take(turn: Turn) -> None:
    """Reads before the transaction begins, because fetching and unpacking take their time."""
    t, file = turn.t, turn.incoming.file
    content = await content_of(turn)
    if file is None:
        kept = Attachment(PASTED, "application/yaml", turn.incoming.text.encode())
    elif content is not None:
        kept = Attachment(file.name or "events", file.mime or "application/octet-stream", content)
    else:
        turn.expect(FILE)
        turn.say(t("I could not fetch this file. Please send it again."))
        return
    read = await asyncio.to_thread(sheets.read, kept.name, kept.content)
    session = await turn.transaction()
    plan = await importing.plan(session, read)
    buttons = [Button(t.p("button", "‹ Back"), "manage.list")]
    if plan:
        await turn.services.outbox.keep(session, kept, turn.now)
        here = {"blob": turn.services.outbox.key_of(kept)}
        buttons.insert(0, Button(t.p("button", "Take it in ✓"), "event_import.go", here))
    else:
        turn.expect(FILE)
    turn.say(overview(t, plan), rows(buttons, 2))


@routes.button("event_import.go")
@staff_only("events.manage")
async def go(turn: Turn) -> None:
    """Reads before the transaction begins, because unpacking takes its time."""
    t = turn.t
    reading = await turn.reading()
    kept = await turn.services.outbox.kept(reading, str(pressed(turn, "blob")))
    if kept is None:
        turn.say(t("I no longer have this file. Please send it again."))
        return
    read = await asyncio.to_thread(sheets.read, kept.name, kept.content)
    session = await turn.transaction()
    plan = await importing.plan(session, read)
    back = Button(t.p("button", "‹ Back"), "manage.list")
    if not plan:  # what it would do was done meanwhile, or no longer fits
        turn.say(overview(t, plan), ((back,),))
        return
    try:
        events = await importing.do_take_in(session, turn.person.id, plan, turn.now)
    except Refused as refused:
        turn.say(refusal(t, refused.code), ((back,),))
        return
    shown = [Button(event.title(t.language)[:60], "manage.show", {"event": event.id}) for event in events[:8]]
    done = t.n("Done: {count} event.", "Done: {count} events.", len(events))
    turn.say(lines(done, [headline(t, event) for event in events[:8]]), (*rows(shown), (back,)), edit=True)
