"""Tickets: /mytickets → ticket → [Change] [Give it up] [New code] [Calendar] [Colleague]

offer (from the waiting list) → [Take the place] → ticket
                              → [Let it go]
"""

from __future__ import annotations

from datetime import datetime

from bot.conversation import Attachment, Button, Json, Rows, Turn, rows
from bot.event_words import headline, lines, refusal, when, where
from bot.forms import Answers, Form, open_form
from bot.routing import Routes
from bot.services import signing
from bot.services.events import calendar, model, places, registrations, tickets
from bot.services.events.model import Event, Refused
from bot.services.events.registrations import Registration
from handlers.event_form import form_data, make_form
from handlers.menu import home_button, pressed
from knowledge.phrases import N_, Phrases

routes = Routes()
CHANGE = "event_change"
STATES = {
    "pending": N_("the organisers decide"),
    "waiting": N_("on the waiting list"),
    "offered": N_("a place is offered to you"),
    "confirmed": N_("registered"),
}


@routes.command("mytickets")
@routes.button("tickets.list")
async def mine(turn: Turn) -> None:
    t, session = turn.t, await turn.transaction()
    found = await registrations.mine(session, turn.person.id, turn.now)
    if not found:
        turn.say(
            t("You are not registered for any event."),
            rows([Button(t.p("button", "📅 Coming events"), "events.list"), home_button(t)]),
        )
        return
    if len(found) == 1:
        registration, event = found[0]
        await show_ticket(turn, registration, event)
        return
    text = [t("Your registrations:")]
    buttons = []
    for registration, event in found:
        state = t(STATES[registration.state])
        text.append(t("• {event}, {name}: {state}", event=headline(t, event), name=registration.name, state=state))
        label = f"{registration.name}: {event.title(t.language)}"[:60]
        buttons.append(Button(label, "tickets.show", {"registration": registration.id}))
    turn.say(lines(text), (*rows(buttons), (home_button(t),)))


@routes.button("tickets.show")
async def show(turn: Turn) -> None:
    if found := await _own(turn):
        await show_ticket(turn, *found)


async def show_ticket(turn: Turn, registration: Registration, event: Event, *, fresh: bool = False) -> None:
    """The ticket with its QR picture; for who waits, where they stand."""
    t, session = turn.t, await turn.transaction()
    head = [headline(t, event), when(t, event, turn.person.country), *where(t, event)]
    if registration.state != "confirmed":
        state = t(STATES.get(registration.state, N_("cancelled")))
        if registration.state == "waiting":
            place = await places.position(session, registration.id)
            state = t("on the waiting list, number {number}", number=t.number(place))
        text = lines(head, t("{name}: {state}", name=registration.name, state=state))
        turn.say(text, ticket_buttons(t, registration, event, turn.now))
        return
    code = tickets.code(await signing.secret(session), registration.number, registration.version)
    picture = tickets.qr_png(turn.services.links.start(code) or code)
    begin = t("You are registered ✓") if fresh else t("Your ticket:")
    number = t("🎫 {number} for {name}", number=tickets.spoken(registration.number), name=registration.name)
    online = t("💻 Join here: {address}", address=event.details.online_url) if event.details.online_url else None
    used = None
    if registration.checked_in_at:
        used = t("Checked in: {moment}", moment=t.moment(registration.checked_in_at, event.zone))
    show_it = t("Show this picture, or say the number, at the entrance.")
    over = t("This event is over.") if turn.now >= event.ends_at else None
    text = lines(begin, head, number, over or online, used, None if over or used else show_it)
    name = f"ticket-{registration.number}.png"
    turn.say(text, ticket_buttons(t, registration, event, turn.now), attachment=Attachment(name, "image/png", picture))


def ticket_buttons(t: Phrases, registration: Registration, event: Event, now: datetime) -> Rows:
    here = {"registration": registration.id}
    if now >= event.ends_at:
        return rows([*_afterwards(t, registration), home_button(t)], 2)
    if registration.state == "offered":
        return offer_buttons(t, registration.id)
    buttons = []
    if registration.state == "confirmed":
        buttons += [
            Button(t.p("button", "📆 Into my calendar"), "events.ics", {"event": event.id}),
            Button(t.p("button", "➕ Register a colleague"), "events.register", {"event": event.id, "colleague": True}),
            Button(t.p("button", "🔁 New code (lost phone)"), "tickets.renew", here),
        ]
    buttons.append(Button(t.p("button", "✏️ Change"), "tickets.change", here))
    if registration.state == "waiting":
        buttons.append(Button(t.p("button", "Leave the waiting list"), "tickets.leave", here))
    elif registration.checked_in_at is None:
        buttons.append(Button(t.p("button", "✖️ Cancel it"), "tickets.cancel", here))
    return rows([*buttons, home_button(t)], 2)


def _afterwards(t: Phrases, registration: Registration) -> list[Button]:
    """What there is when the event is over."""
    if registration.state != "confirmed":
        return []
    here = {"event": registration.event_id}
    buttons = [Button(t.p("button", "📎 Papers"), "feedback.papers", here)]
    if registration.checked_in_at is not None:
        buttons.insert(0, Button(t.p("button", "📜 My certificate"), "feedback.certificate", here))
    if registration.checked_in_at is not None and registration.feedback_at is None:
        buttons.insert(0, Button(t.p("button", "Tell how it was"), "feedback.begin", here))
    return buttons


def offer_buttons(t: Phrases, registration_id: int) -> Rows:
    here = {"registration": registration_id}
    return rows(
        [
            Button(t.p("button", "Take the place ✓"), "tickets.accept", here),
            Button(t.p("button", "Let it go"), "tickets.decline", here),
        ]
    )


async def _own(turn: Turn) -> tuple[Registration, Event] | None:
    """The pressed button's registration, if it is the person's own; else they are told."""
    session = await turn.transaction()
    try:
        registration = await registrations.own(session, turn.person.id, pressed(turn, "registration"))
        return registration, await model.get(session, registration.event_id)
    except Refused as refused:
        turn.say(refusal(turn.t, refused.code), ((home_button(turn.t),),))
        return None


@routes.button("tickets.renew")
async def renew(turn: Turn) -> None:
    found = await _own(turn)
    if found is None:
        return
    registration, event = found
    session = await turn.transaction()
    if registration.state == "confirmed":
        await registrations.do_reissue(session, registration)
        turn.say(turn.t("The old picture is worthless now. Here is the new one:"))
    await show_ticket(turn, await registrations.own(session, turn.person.id, registration.id), event)


# -- giving up


async def _own_and_ahead(turn: Turn) -> tuple[Registration, Event] | None:
    """As `_own`; who was let in, or comes to it when all is over, is shown how things stand."""
    found = await _own(turn)
    if found and (found[0].checked_in_at is not None or turn.now >= found[1].ends_at):
        await show_ticket(turn, *found)
        return None
    return found


@routes.button("tickets.cancel")
async def ask_cancel(turn: Turn) -> None:
    if found := await _own_and_ahead(turn):
        t, (registration, event) = turn.t, found
        here = {"registration": registration.id}
        question = t("Shall I cancel the registration of {name}? Others may get the place.", name=registration.name)
        choice = [
            Button(t.p("button", "Yes, cancel it"), "tickets.leave", here),
            Button(t.p("button", "No, keep it"), "tickets.show", here),
        ]
        turn.say(lines(headline(t, event), question), rows(choice))


@routes.button("tickets.leave")
async def leave(turn: Turn) -> None:
    if found := await _own_and_ahead(turn):
        t, (registration, event) = turn.t, found
        gone = await places.do_cancel(await turn.transaction(), event, registration.id, turn.now)
        text = (
            t("Done: {name} is no longer registered.", name=registration.name)
            if gone
            else t("It was cancelled before.")
        )
        turn.say(text, rows([Button(t.p("button", "📅 Coming events"), "events.list"), home_button(t)], 2))


# -- offers


@routes.button("tickets.accept")
async def accept(turn: Turn) -> None:
    found = await _own(turn)
    if found is None:
        return
    registration, event = found
    session = await turn.transaction()
    try:
        await places.do_accept(session, event, registration.id, turn.now)
    except Refused as refused:
        if refused.code != "confirmed":
            turn.say(refusal(turn.t, refused.code), rows([home_button(turn.t)]))
            return
    registration = await registrations.own(session, turn.person.id, registration.id)
    await show_ticket(turn, registration, event, fresh=True)


@routes.button("tickets.decline")
async def decline(turn: Turn) -> None:
    if found := await _own(turn):
        registration, event = found
        gone = await places.do_decline(await turn.transaction(), event, registration.id, turn.now)
        text = turn.t("All right, the place goes to the next in line.") if gone else refusal(turn.t, "no_offer")
        turn.say(text, ((home_button(turn.t),),), edit=True)


# -- changing


@routes.button("tickets.change")
async def change(turn: Turn) -> None:
    if found := await _own(turn):
        registration, event = found
        data = form_data(event, turn.t, registration=registration.id)
        wanted = {field.id for field in event.details.fields} | {"ticket_kind"}
        answers = {name: value for name, value in registration.answers.items() if name in wanted}
        open_form(turn, _form(data), data=data, known=True, at_review=True, **answers)


async def _changed(turn: Turn, data: Json, answers: Answers) -> None:
    session = await turn.transaction()
    try:
        registration = await registrations.own(session, turn.person.id, data["registration"])
        event = await model.get(session, registration.event_id)
        await registrations.do_change(session, event, registration, answers)
    except Refused as refused:
        turn.say(refusal(turn.t, refused.code), ((home_button(turn.t),),))
        return
    if registration.holder == "self":
        await registrations.save_profile(session, turn.person, answers, turn.now)
    turn.say(turn.t("Saved."))
    await show_ticket(turn, await registrations.own(session, turn.person.id, registration.id), event)


def _form(data: Json) -> Form:
    return make_form(CHANGE, data, _changed, change=True)


routes.form_from(CHANGE, _form)


@routes.button("events.ics")
async def into_calendar(turn: Turn) -> None:
    t, session = turn.t, await turn.transaction()
    event = await model.find(session, pressed(turn, "event"))
    if event is None:
        turn.say(refusal(t, "gone"), ((home_button(t),),))
        return
    content = calendar.ics(event, t.language, turn.now)
    text = lines(headline(t, event), t("Open this file to put the event into your calendar."))
    turn.say(text, attachment=Attachment(f"{event.code}.ics", "text/calendar", content))
