"""Registering for an event, oneself or a colleague.

[Register] → questions, one at a time (what is known is not asked) → review with consent → ticket | waiting list | staff
           ↳ registered already → the ticket        ↳ looks like a double → the review once more
"""

from __future__ import annotations

from bot.conversation import Button, Json, Turn, rows
from bot.event_words import headline, lines, refusal, when, where
from bot.forms import Answers, Form, open_form
from bot.routing import Routes
from bot.services.events import model, places, registrations
from bot.services.events.model import Event, Refused
from handlers.event_form import form_data, make_form
from handlers.menu import home_button, pressed
from handlers.tickets import show_ticket, ticket_buttons

routes = Routes()
REGISTER = "event_register"
FOR_COLLEAGUES = ("organisation", "country", "sector")


@routes.button("events.register")
async def begin(turn: Turn) -> None:
    colleague = bool(pressed(turn, "colleague", False))
    session = await turn.transaction()
    try:
        event = await model.get(session, pressed(turn, "event"))
        places.check_open(event, turn.now)
    except Refused as refused:
        await refuse(turn, refused)
        return
    if not colleague:
        here = await registrations.of_event(session, turn.person.id, event.id)
        mine = next((registration for registration in here if registration.holder == "self"), None)
        if mine is not None:
            await show_ticket(turn, mine, event)
            return
    known = await registrations.profile(session, turn.person)
    wanted = {field.id for field in event.details.fields}
    answers = {
        name: value for name, value in known.items() if name in wanted and (not colleague or name in FOR_COLLEAGUES)
    }
    data = form_data(event, turn.t, colleague=colleague)
    open_form(turn, _form(data), data=data, known=True, **answers)


async def _done(turn: Turn, data: Json, answers: Answers) -> None:
    session = await turn.transaction()
    try:
        event = await model.get(session, data["event"])
        consent = {"consent": {"until": data["until"], "at": turn.now.isoformat()}}
        who = registrations.applicant(turn.person, {**answers, **consent}, colleague=bool(data["colleague"]))
        places.check_open(event, turn.now)
        if not data.get("anyway") and await registrations.twin(session, event, who) is not None:
            data = {**data, "anyway": True}
            open_form(turn, _form(data), data=data, known=True, at_review=True, **answers)
            return
        placed = await places.do_register(session, event, who, turn.now)
    except Refused as refused:
        await refuse(turn, refused)
        return
    if not data["colleague"]:
        await registrations.save_profile(session, turn.person, answers, turn.now)
    registration = await registrations.own(session, turn.person.id, placed.id)
    if placed.state == "confirmed":
        await show_ticket(turn, registration, event, fresh=True)
    else:
        await _tell_waiting(turn, event, registration)


async def _tell_waiting(turn: Turn, event: Event, registration: registrations.Registration) -> None:
    t = turn.t
    if registration.state == "pending":
        text = t("Thank you. The organisers decide who takes part; I tell you here as soon as they have.")
    else:
        session = await turn.transaction()
        place = await places.position(session, registration.id)
        text = t.n(
            "All places are taken. You are on the waiting list, number {count}. When a place becomes free I offer it "
            "to you here, for {hours} hours.",
            "All places are taken. You are on the waiting list, number {count}. When a place becomes free I offer it "
            "to you here, for {hours} hours.",
            place,
            hours=t.number(event.details.offer_hours),
        )
    details = lines(headline(t, event), when(t, event, turn.person.country), where(t, event))
    turn.say(lines(text, details), ticket_buttons(t, registration, event, turn.now), edit=True)


async def refuse(turn: Turn, refused: Refused) -> None:
    """Says why not, with the way on."""
    t = turn.t
    text = refusal(t, refused.code)
    if refused.code == "not_open":
        text = t("Registration opens on {date}.", date=t.date(refused.data["opens"].date()))
    way_on = [Button(t.p("button", "📅 Coming events"), "events.list"), home_button(t)]
    if refused.code in ("duplicate", "confirmed", "no_offer"):
        way_on.insert(0, Button(t.p("button", "🎫 My tickets"), "tickets.list"))
    turn.say(text, rows(way_on))


def _form(data: Json) -> Form:
    return make_form(REGISTER, data, _done)


routes.form_from(REGISTER, _form)
