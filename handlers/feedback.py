"""After an event: feedback, certificate, papers.

[Tell how it was] → marks → what was useful → again? → a comment → with name or without → thanks
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from markupsafe import Markup

from bot.conversation import Attachment, Button, Json, Turn, rows
from bot.event_words import headline, lines, refusal
from bot.forms import Answers, Field, Form, Option, open_form
from bot.routing import Routes
from bot.services.events import after, materials, model, papers, registrations
from bot.services.events.fonts import NoFont
from bot.services.events.model import Event, Refused
from bot.services.events.papers import Line
from bot.services.events.registrations import Registration
from handlers.events import file_buttons
from handlers.menu import home_button, pressed
from knowledge.phrases import N_, Phrases

routes = Routes()
log = structlog.get_logger(__name__)
FEEDBACK = "event_feedback"
USEFUL = {
    "contacts": N_("New contacts"),
    "information": N_("Information"),
    "matching": N_("Business matching"),
    "exhibition": N_("Exhibition"),
    "nothing": N_("Nothing much"),
}
AGAIN = {"yes": N_("Yes"), "perhaps": N_("Perhaps"), "no": N_("No")}
NAMED = {"no": N_("Without my name"), "yes": N_("With my name")}


def _marks(t: Phrases) -> Sequence[Option]:
    return [Option(str(mark), "★" * mark) for mark in range(5, 0, -1)]


def _useful(t: Phrases) -> Sequence[Option]:
    return [Option(value, t(label)) for value, label in USEFUL.items()]


def _again(t: Phrases) -> Sequence[Option]:
    return [Option(value, t(label)) for value, label in AGAIN.items()]


def _named(t: Phrases) -> Sequence[Option]:
    return [Option(value, t(label)) for value, label in NAMED.items()]


async def _attended(turn: Turn) -> tuple[Registration, Event] | None:
    session = await turn.transaction()
    try:
        event = await model.get(session, pressed(turn, "event"))
        return await after.attended(session, turn.person.id, event.id), event
    except Refused as refused:
        text = turn.t("This is for those who were there.") if refused.code == "not_there" else refusal(turn.t, "gone")
        turn.say(text, ((home_button(turn.t),),))
        return None


@routes.button("feedback.begin")
async def begin(turn: Turn) -> None:
    found = await _attended(turn)
    if found is None:
        return
    if found[0].feedback_at is not None:
        turn.say(turn.t("You have told us already. Thank you!"), ((home_button(turn.t),),))
        return
    data = {"event": found[1].id}
    open_form(turn, _form(data), data=data)


def _form(data: Json) -> Form:
    async def done(turn: Turn, answers: Answers) -> None:
        session = await turn.transaction()
        try:
            who = await after.attended(session, turn.person.id, data["event"])
        except Refused:
            turn.say(refusal(turn.t, "gone"), ((home_button(turn.t),),))
            return
        named = answers.get("named") == "yes"
        new = await after.do_give(session, who, answers, named=named, now=turn.now)
        text = turn.t("Thank you, that helps the next one.") if new else turn.t("You have told us already. Thank you!")
        turn.say(text, _afterwards(turn.t, data["event"]))

    return Form(
        FEEDBACK,
        (
            Field("overall", N_("How was it, all in all?"), _marks, width=1),
            Field("useful", N_("What was most useful?"), _useful),
            Field("again", N_("Would you come again?"), _again, width=3),
            Field("comment", N_("What should be better next time? A few words, or Skip."), optional=True, kind="words"),
            Field("named", N_("Shall the organiser see who wrote this?"), _named),
        ),
        done,
    )


routes.form_from(FEEDBACK, _form)


def _afterwards(t: Phrases, event_id: int) -> tuple[tuple[Button, ...], ...]:
    here = {"event": event_id}
    return rows(
        [
            Button(t.p("button", "📜 My certificate"), "feedback.certificate", here),
            Button(t.p("button", "📎 Papers"), "feedback.papers", here),
            home_button(t),
        ],
        2,
    )


@routes.button("feedback.certificate")
async def certificate(turn: Turn) -> None:
    found = await _attended(turn)
    if found is None:
        return
    t, (who, event) = turn.t, found
    day = t.date(event.starts_at.astimezone(event.zone).date())
    venue = event.details.venue.best(t.language)[0] if event.details.venue else ""
    text = [
        Line(t("Certificate of attendance").unescape(), 30, gap=10),
        Line(who.name, 34, gap=4),
        Line(who.organisation, 18, gap=10),
        Line(t("took part in").unescape(), 14, gap=4),
        Line(event.title(t.language), 24, gap=4),
        Line(" · ".join(part for part in (day, venue) if part), 14, gap=10),
        Line(event.details.contact, 14),
    ]
    sample = t("This is a sample, not a real certificate.").unescape() if event.sample else ""
    try:
        content = papers.certificate(text, sample)
    except NoFont:
        turn.say(t("I can't draw your language here yet. The staff know of it."), ((home_button(t),),))
        log.error("event.no_font", language=t.language.value)
        return
    name = f"certificate-{who.number}.pdf"
    turn.say(headline(t, event), attachment=Attachment(name, "application/pdf", content))


@routes.button("feedback.papers")
async def show_papers(turn: Turn) -> None:
    """For everybody who was registered, in the chat and under a link of their own for their other devices."""
    t = turn.t
    session = await turn.reading()
    event = await model.find(session, pressed(turn, "event"))
    here = await registrations.of_event(session, turn.person.id, event.id) if event else []
    mine = next((one for one in here if one.state == "confirmed"), None)
    token = await materials.token(session, mine.id) if mine else ""
    given = await materials.given(session, token, turn.now)
    if given is None:
        turn.say(t("This is for those who were there."), ((home_button(t),),))
        return
    buttons = [Button(link.title.best(t.language)[0][:60], url=link.url) for link in given.links]
    buttons += file_buttons(t, given.files)
    text = lines(headline(t, given.event), t("The organiser has given out no papers yet."))
    if buttons:
        address = f"{turn.services.settings.root}/papers/{token}"
        link = t(
            "The same for your other devices, until {date}: {address}",
            date=t.date(given.event.let_go_after.astimezone(given.event.zone).date()),
            address=Markup('<a href="{0}">{0}</a>').format(address),
        )
        text = lines(headline(t, given.event), t("The papers of the event:"), link)
    turn.say(text, (*rows(buttons), (home_button(t),)))
