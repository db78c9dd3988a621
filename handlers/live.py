"""A talk with a person of the staff.

person: [💬 Write to our staff] → waiting (when staff are back) → what they write goes to their topic in the staff's
        group → a member of staff takes it → talk, both ways, with pictures and documents → /bot or staff close it
group:  a reply in the topic takes the talk and goes to the person; /take, /bot (back to the bot), /close
While the talk is open the bot itself stays silent.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from bot.conversation import Attachment, Button, Incoming, Kind, Reply, Turn, rows
from bot.routing import Routes
from bot.services import live, roles
from handlers.menu import home_buttons, pressed
from handlers.sent import content_of
from handlers.service_hours import with_hours
from handlers.staff import staff_only
from knowledge.language import Language
from knowledge.phrases import Phrases

routes = Routes()

RELAYED = {Kind.TEXT, Kind.PHOTO, Kind.DOCUMENT, Kind.VOICE, Kind.STICKER, Kind.LOCATION, Kind.CONTACT, Kind.OTHER}
OUT = ("bot", "cancel", "start", "home")


@routes.command("human")
@routes.button("live.open")
async def open_(turn: Turn) -> None:
    t = turn.t
    if turn.incoming.group:
        turn.say(t("Please write to me in a private chat; there our staff can answer you."))
        return
    session = await turn.transaction()
    title = f"{turn.incoming.name or turn.incoming.platform} · {turn.person.language.value} · #{turn.person.id}"
    row, new = await live.do_open(session, turn.services, turn.person.id, turn.incoming, str(escape(title)))
    if new:
        await _introduce(turn, row)
    end = Button(t.p("button", "Back to the bot"), "live.leave")
    said = t("A person of our staff will answer you here. Just write; I stay silent meanwhile.")
    turn.say(with_hours(turn, said), ((end,),))


async def _introduce(turn: Turn, row: Any) -> None:
    """What the helper sees first: who, which language, what it was about."""
    session, t = await turn.transaction(), Phrases(Language.EN)
    about = turn.services.knowledge.record(str(turn.dialog.context.get("record") or ""))
    text = t(
        "{name} wants to talk to a person. Language: {language}. Earlier topic: {topic}.\n"
        "Write here to answer; /bot gives the conversation back, /close ends it.",
        name=turn.incoming.name or f"#{turn.person.id}",
        language=turn.person.language.endonym,
        topic=about.names.en if about else "–",
    )
    buttons = rows(
        [
            Button(t.p("button", "I take it"), "live.take", {"live": row.id}),
            Button(t.p("button", "Back to the bot"), "live.close", {"live": row.id}),
        ],
        2,
    )
    body = await turn.services.outbox.prepare(session, "telegram", Reply(text, buttons), turn.now)
    await live.to_staff(session, turn.services, row, body)


@routes.gate
async def relay(turn: Turn) -> bool:
    """Takes what belongs to a talk; the rest goes its usual way."""
    incoming, group = turn.incoming, turn.services.settings.staff_group
    if group is not None and incoming.chat == group and incoming.thread:
        return await _from_staff(turn, group, incoming.thread)
    if turn.dialog.live is None or incoming.group:
        return False
    if incoming.kind is Kind.COMMAND and incoming.command in OUT:
        await _leave(turn)
        return incoming.command in ("bot", "cancel")
    if incoming.kind not in RELAYED:
        return False
    content = await _fetched(turn, "telegram")
    session = await turn.transaction()
    row = await live.find(session, turn.dialog.live)
    if row is None or row.state == "closed":
        return False
    await live.to_staff(session, turn.services, row, await _body(turn, "telegram", content))
    return True


def _copied(incoming: Incoming, platform: str) -> bool:
    return bool(incoming.platform == platform == "telegram" and incoming.message and not incoming.edited)


async def _fetched(turn: Turn, platform: str) -> bytes | None:
    """The file that is passed on; called before the transaction, see content_of."""
    return None if _copied(turn.incoming, platform) else await content_of(turn)


async def _body(turn: Turn, platform: str, content: bytes | None) -> dict[str, Any]:
    """The message as it is passed on: copied within Telegram, else its words and its file."""
    incoming = turn.incoming
    if _copied(incoming, platform):
        return {"action": "copy", "source": [incoming.chat, incoming.message]}
    words = escape(incoming.text)
    if incoming.edited:
        words = Markup("✏️ {}").format(words)
    if incoming.file is None:
        return {"text": str(words or "…")}
    if content is None:
        return {"text": str(words or "📎")}
    name = incoming.file.name or ("picture.jpg" if incoming.kind is Kind.PHOTO else "file")
    file = Attachment(name, incoming.file.mime or "application/octet-stream", content)
    session = await turn.transaction()
    return await turn.services.outbox.prepare(session, platform, Reply(words, attachment=file), turn.now)


async def _from_staff(turn: Turn, group: str, thread: str) -> bool:
    """Everything in the group's topics stays between staff and the person whom the topic is about."""
    incoming = turn.incoming
    if incoming.kind is Kind.BUTTON:
        return False
    content = await _fetched_from_staff(turn, group, thread) if incoming.file else None
    session = await turn.transaction()
    row = await live.in_topic(session, group, thread)
    if row is None:
        return incoming.kind is not Kind.COMMAND
    try:
        await roles.check(session, turn.person.id, "live.talk")
    except roles.NotAllowed:
        turn.say(turn.t("This is for our staff only."))
        return True
    if incoming.kind is Kind.COMMAND:
        await _command(turn, row)
    elif row.state == "closed":
        turn.say(turn.t("This conversation is closed. The person can open it again."))
    elif incoming.kind in RELAYED:
        await _take(turn, row)
        await live.to_person(session, turn.services, row, await _body(turn, row.platform, content))
    return True


async def _fetched_from_staff(turn: Turn, group: str, thread: str) -> bytes | None:
    """As _fetched, for the person whom the topic is about; nothing is fetched that will not be passed on."""
    session = await turn.reading()
    row = await live.in_topic(session, group, thread)
    if row is None or row.state == "closed":
        return None
    platform, talks = row.platform, await roles.roles_of(session, turn.person.id)
    return await _fetched(turn, platform) if roles.allowed(talks, "live.talk") else None


async def _command(turn: Turn, row: Any) -> None:
    if turn.incoming.command == "take":
        await _take(turn, row)
        turn.say(turn.t("It is yours."))
    elif turn.incoming.command in ("bot", "close"):
        await _close(turn, row)
    else:
        turn.say(turn.t("Here only /take, /bot and /close work."))


async def _take(turn: Turn, row: Any) -> None:
    session = await turn.transaction()
    if await live.do_take(session, turn.person.id, row, turn.now):
        t = Phrases(Language(await roles.language_of(session, row.person_id)))
        await live.to_person(session, turn.services, row, {"text": str(t("A person of our staff is with you now."))})


async def _close(turn: Turn, row: Any) -> None:
    session = await turn.transaction()
    if not await live.do_close(session, turn.services, turn.person.id, row, by_staff=True):
        turn.say(turn.t("This conversation is closed. The person can open it again."))
        return
    t = Phrases(Language(await roles.language_of(session, row.person_id)))
    said = Reply(t("The conversation with our staff is over. I answer again."), home_buttons(t))
    body = await turn.services.outbox.prepare(session, row.platform, said, turn.now)
    await live.to_person(session, turn.services, row, body)


@routes.button("live.take", "live.close")
@staff_only("live.talk")
async def pressed_in_topic(turn: Turn) -> None:
    assert turn.pressed is not None
    row = await live.find(await turn.transaction(), int(pressed(turn, "live")))
    if row is None:
        return
    if turn.pressed.action == "live.take":
        await _take(turn, row)
    else:
        await _close(turn, row)


@routes.button("live.leave")
async def leave(turn: Turn) -> None:
    await _leave(turn)


async def _leave(turn: Turn) -> None:
    session, t = await turn.transaction(), turn.t
    row = await live.find_open(session, turn.person.id)
    if row is not None and await live.do_close(session, turn.services, turn.person.id, row, by_staff=False):
        await live.to_staff(
            session, turn.services, row, {"text": str(Phrases(Language.EN)("The person went back to the bot."))}
        )
    turn.say(t("The conversation with our staff is over. I answer again."), home_buttons(t))
