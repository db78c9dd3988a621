"""Staff: an event's poster and papers.

[Papers, poster] → [Set the poster] [Add a paper] [Add one for afterwards] → send it → it is on the event's card
                 → [Remove …]
"""

from __future__ import annotations

from bot.conversation import Attachment, Button, Turn, rows
from bot.event_words import headline, lines, refusal
from bot.routing import Routes
from bot.services.events import files, model
from bot.services.events.model import Event, Refused
from handlers.event_staff import chosen_event
from handlers.menu import pressed
from handlers.sent import content_of
from handlers.staff import staff_only

routes = Routes()
FILE = "event_papers.file"


@routes.button("papers.list")
async def listed(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is not None:
        await say_list(turn, event)


async def say_list(turn: Turn, event: Event) -> None:
    t, here = turn.t, {"event": event.id}
    found = await files.listed(await turn.transaction(), event.id)
    kinds = {"poster": t("poster"), "paper": t("paper"), "after": t("paper for afterwards")}
    text = [t("• {title} ({kind})", title=one.title, kind=kinds[one.kind]) for one in found]
    remove = [
        Button(t.p("button", "🗑 Remove: {title}", title=one.title)[:60], "papers.remove", {**here, "file": one.id})
        for one in found
    ]
    ways = [
        Button(t.p("button", "🖼 Set the poster"), "papers.ask", {**here, "kind": "poster"}),
        Button(t.p("button", "➕ A paper"), "papers.ask", {**here, "kind": "paper"}),
        Button(t.p("button", "➕ A paper for afterwards"), "papers.ask", {**here, "kind": "after"}),
        Button(t.p("button", "‹ Back"), "manage.show", here),
    ]
    said = lines(headline(t, event), text or [t("No poster and no papers yet.")])
    turn.say(said, (*rows(remove), *rows(ways, 2)), edit=True)


@routes.button("papers.ask")
async def ask(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is None:
        return
    turn.expect(FILE, event=event.id, kind=pressed(turn, "kind"))
    turn.say(turn.t("Send it now, as a file or picture. What you write under it becomes its name."))


@routes.expected(FILE)
@staff_only("events.manage")
async def take(turn: Turn) -> None:
    """Fetches before the transaction begins, because that takes its time."""
    sent = await content_of(turn)
    if sent is None or not await _kept(turn, sent):
        turn.expect(FILE, event=turn.expected["event"], kind=turn.expected["kind"])
    if sent is None:
        unfetched = turn.t("I could not fetch this file. Please send it again.")
        turn.say(unfetched if turn.incoming.file else turn.t("Please send a file, or /cancel."))


async def _kept(turn: Turn, sent: bytes) -> bool:
    """Whether the file is the event's now; else why not is said."""
    file, kind, session = turn.incoming.file, turn.expected["kind"], await turn.transaction()
    assert file is not None
    name = file.name or f"{kind}{files.PAPERS.get(file.mime, '')}"
    title = " ".join(turn.incoming.text.split()) or name
    try:
        event = await model.get(session, turn.expected["event"])
        await files.do_add(
            session, turn.person.id, event.id, kind, title, Attachment(name, file.mime, sent), turn.now
        )  # fmt: skip
    except Refused as refused:
        turn.say(refusal(turn.t, refused.code))
        return False
    turn.say(turn.t("Saved: {title}", title=title))
    await say_list(turn, event)
    return True


@routes.button("papers.remove")
async def remove(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is not None:
        await files.do_remove(await turn.transaction(), turn.person.id, pressed(turn, "file"), turn.now)
        await say_list(turn, event)
