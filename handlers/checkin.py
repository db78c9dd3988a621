"""At the door, for staff: scan a ticket's QR code with the phone's camera (it opens the bot), or /checkin and type.

/checkin → event → type a number or a name → [let in]
                 → [Walk-in] → name → country → let in       → [Counts]       → [Web page]
"""

from __future__ import annotations

from bot.conversation import Button, Json, Turn, rows
from bot.event_words import headline, lines, refusal
from bot.forms import Answers, Field, Form, open_form
from bot.routing import Routes
from bot.services import roles
from bot.services.events import door, model, staff, tickets
from bot.services.events.door import Checked
from bot.services.events.model import Event, Refused
from handlers.event_form import countries
from handlers.menu import country_label, home_button, pressed
from handlers.staff import may
from handlers.start import SECTORS
from knowledge.phrases import N_

routes = Routes()
DOOR, WALK_IN = "door", "walk_in"


def door_name(turn: Turn) -> str:
    return turn.incoming.name or f"staff {turn.person.id}"


@routes.link("ck_")
async def scanned(turn: Turn) -> None:
    """A ticket's code, opened with a camera: staff let in, others learn what it is for."""
    session = await turn.transaction()
    if not roles.allowed(await roles.roles_of(session, turn.person.id), "events.door"):
        turn.say(turn.t("This is a ticket. The staff scan it at the entrance; /mytickets shows your own."))
        return
    command = f"{turn.incoming.platform}:{turn.incoming.message}"
    found = await door.do_scan(session, None, turn.incoming.text.strip(), door_name(turn), turn.now, command)
    await say_checked(turn, found)


async def say_checked(turn: Turn, found: Checked) -> None:
    t, who = turn.t, found.registration
    event = await model.find(await turn.transaction(), who.event_id) if who else None
    if who is None or event is None:
        turn.say(t("⛔ No such ticket. Look for the name instead."))
        return
    name = t("{name}, {business}", name=who.name, business=who.organisation) if who.organisation else who.name
    at = t.moment(found.at, event.zone) if found.at else ""
    text = {
        "in": t("✅ Welcome: {name}", name=name),
        "again": t("⚠️ Already in: {name}. Let in {moment} by {who}.", name=name, moment=at, who=found.by),
        "not_confirmed": t("⛔ {name} has no confirmed place.", name=name),
        "cancelled": t("❌ This event was cancelled."),
        "other_event": t("⛔ This ticket is for another event: {event}", event=event.title(t.language)),
        "old_code": t("⛔ This code was replaced by a new one. Ask {name} for it, or look for the name.", name=name),
        "unknown": t("⛔ No such ticket. Look for the name instead."),
    }[found.result]
    counted = await door.counts(await turn.transaction(), event.id)
    here = t("{here} of {all} are here.", here=t.number(counted.here), all=t.number(counted.expected))
    turn.say(lines(text, here), rows([Button(t.p("button", "📊 Counts"), "door.counts", {"event": event.id})]))


@routes.command("checkin")
@routes.button("door.events")
async def choose_event(turn: Turn) -> None:
    if not await may(turn, "events.door"):
        return
    t, session = turn.t, await turn.transaction()
    events = [event for event in await staff.everything(session, turn.person.id) if event.state == "published"]
    buttons = [Button(event.title(t.language)[:60], "door.open", {"event": event.id}) for event in events[:8]]
    text = t("The door of which event?") if buttons else t("There is no published event.")
    turn.say(text, (*rows(buttons), (home_button(t),)))


@routes.button("door.open")
async def open_door(turn: Turn) -> None:
    if not await may(turn, "events.door"):
        return
    event = await model.find(await turn.transaction(), pressed(turn, "event"))
    if event is None:
        turn.say(refusal(turn.t, "gone"))
        return
    _ask_at_door(turn, event)


def _ask_at_door(turn: Turn, event: Event) -> None:
    t, here = turn.t, {"event": event.id}
    turn.say(
        lines(headline(t, event), t("Scan the QR code with your phone's camera; it opens here.")),
        rows(
            [
                Button(t.p("button", "🚶 Walk-in"), "door.walk_in", here),
                Button(t.p("button", "📊 Counts"), "door.counts", here),
                Button(t.p("button", "📷 Web page with camera"), "door.link", here),
            ],
            2,
        ),
    )
    data = {"event": event.id}
    open_form(turn, _door_form(data), data=data)


def _door_form(data: Json) -> Form:
    async def done(turn: Turn, answers: Answers) -> None:
        await _look(turn, data["event"], answers["ticket"])

    ask = N_("Type a ticket's number or a name. /cancel ends the check-in.")
    return Form(DOOR, (Field("ticket", ask, kind="words"),), done, cancelled=N_("The door is closed."))


async def _look(turn: Turn, event_id: int, words: str) -> None:
    """A number lets in at once; a name shows who is meant. The door stays open for the next."""
    t, session = turn.t, await turn.transaction()
    if not await may(turn, "events.door"):
        return
    event = await model.get(session, event_id)
    if tickets.read_number(words) or words.startswith("ck_"):
        command = f"{turn.incoming.platform}:{turn.incoming.message}"
        await say_checked(turn, await door.do_scan(session, event_id, words, door_name(turn), turn.now, command))
    else:
        found = await door.search(session, event_id, words)
        buttons = [
            Button(f"{'✓ ' if who.checked_in_at else ''}{who.name}, {who.organisation}"[:60], "door.let_in",
                   {"registration": who.id})
            for who in found
        ]  # fmt: skip
        turn.say(t("Who is it?") if found else t("I find nobody of this name."), rows(buttons))
    data = {"event": event.id}
    open_form(turn, _door_form(data), data=data)
    turn.replies.pop()  # the door is known by now


@routes.button("door.let_in")
async def let_in(turn: Turn) -> None:
    if await may(turn, "events.door"):
        session = await turn.transaction()
        command = f"{turn.incoming.platform}:{turn.incoming.message}:{pressed(turn, 'registration')}"
        await say_checked(
            turn, await door.do_check_in(session, pressed(turn, "registration"), door_name(turn), turn.now, command)
        )


@routes.button("door.walk_in")
async def begin_walk_in(turn: Turn) -> None:
    if await may(turn, "events.door"):
        data = {"event": pressed(turn, "event")}
        open_form(turn, _walk_in_form(data), data=data)


def _walk_in_form(data: Json) -> Form:
    async def done(turn: Turn, answers: Answers) -> None:
        session = await turn.transaction()
        if not await may(turn, "events.door"):
            return
        try:
            event = await model.get(session, data["event"])
            who = door.walk_in(answers["full_name"], answers.get("country"), turn.person.language.value)
            command = f"{turn.incoming.platform}:{turn.incoming.message}"
            await say_checked(turn, await door.do_walk_in(session, event, who, door_name(turn), turn.now, command))
        except Refused as refused:
            turn.say(refusal(turn.t, refused.code))

    return Form(
        WALK_IN,
        (
            Field("full_name", N_("The name of who came?"), kind="name"),
            Field("country", N_("In which country is the business?"), countries, optional=True),
        ),
        done,
    )


@routes.button("door.counts")
async def show_counts(turn: Turn) -> None:
    if not await may(turn, "events.door"):
        return
    t, session, event_id = turn.t, await turn.transaction(), pressed(turn, "event")
    event = await model.find(session, event_id)
    if event is None:
        turn.say(refusal(t, "gone"))
        return
    found = await door.counts(session, event_id)
    text = [headline(t, event), t("{here} of {all} are here.", here=t.number(found.here), all=t.number(found.expected))]
    unknown = t("not told")
    for code, count in sorted(found.by_country.items(), key=lambda item: -item[1]):
        label = country_label(t, code) if code in ("KH", "CN", "LA", "MM", "TH", "VN") else unknown
        text.append(t("• {what}: {count}", what=label, count=t.number(count)))
    for code, count in sorted(found.by_sector.items(), key=lambda item: -item[1]):
        label = t(SECTORS[code]) if code in SECTORS else unknown
        text.append(t("• {what}: {count}", what=label, count=t.number(count)))
    turn.say(
        lines(text), rows([Button(t.p("button", "🔄 Count again"), "door.counts", {"event": event_id})]), edit=True
    )


@routes.button("door.link")
async def web_link(turn: Turn) -> None:
    if not await may(turn, "events.door"):
        return
    t, session = turn.t, await turn.transaction()
    token = await door.do_make_link(session, turn.person.id, pressed(turn, "event"), door_name(turn), turn.now)
    address = f"{turn.services.settings.root}/door/{token}"
    turn.say(
        t(
            "Open this link once, on the phone at the door. It works there for a day and a half: {address}",
            address=address,
        )
    )


routes.form_from(DOOR, _door_form)
routes.form_from(WALK_IN, _walk_in_form)
