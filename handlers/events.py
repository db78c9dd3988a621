"""One announced event: a card → [Register] [Programme] [Map] [Calendar] [Share]. How it is found: handlers.find_events.

A recurring fair without announced dates → [Tell me when they are] → the series is followed.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bot.conversation import Button, Rows, Turn, rows
from bot.event_words import headline, lines, refusal, said, when, where
from bot.routing import Routes
from bot.services import wishes
from bot.services.events import files, finding, model, registrations
from bot.services.events.files import EventFile
from bot.services.events.model import Event, Places
from bot.services.events.registrations import Registration
from handlers.menu import home_button, pressed, way_back
from knowledge.language import Language
from knowledge.phrases import Phrases

routes = Routes()


# -- one event


@routes.link("ev_")
async def from_poster(turn: Turn) -> None:
    session = await turn.reading()
    event = await model.by_code(session, turn.incoming.text.strip()[3:])
    if event is None or event.state == "draft":
        turn.say(refusal(turn.t, "gone"), ((home_button(turn.t),),))
        return
    await show_card(turn, event)


@routes.button("events.show")
async def show(turn: Turn) -> None:
    event = await _event(turn)
    if event is not None:
        await show_card(turn, event, edit=True)


async def _event(turn: Turn) -> Event | None:
    session = await turn.reading()
    event = await model.find(session, pressed(turn, "event"))
    if event is None or event.state == "draft":
        turn.say(refusal(turn.t, "gone"), ((home_button(turn.t),),))
        return None
    return event


async def show_card(turn: Turn, event: Event, *, edit: bool = False) -> None:
    session = await turn.reading()
    places = await model.places(session, event.id)
    mine = await registrations.of_event(session, turn.person.id, event.id)
    papers = await files.listed(session, event.id)
    turn.say(card(turn.t, event, places, turn), _card_buttons(turn, event, papers, mine), edit=edit)


def card(t: Phrases, event: Event, places: Places, turn: Turn) -> Markup:
    details, status = event.details, event.status(turn.now)
    facts = []
    if details.languages:
        facts.append(t("🗣 {languages}", languages=t.list([Language(code).endonym for code in details.languages])))
    if details.fee:
        facts.append(t("💰 {fee}", fee=said(t, details.fee)))
    if details.audience:
        facts.append(t("For: {who}", who=said(t, details.audience)))
    if details.contact:
        facts.append(t("Organiser: {name}", name=details.contact))
    if details.source:
        facts.append(t("Source: {source}, checked on {date}", source=details.source, date=t.date(details.source_date)))
    summary = said(t, details.summary) if details.summary else None
    return lines(
        headline(t, event), when(t, event, turn.person.country), where(t, event), summary, facts,
        _standing(t, event, places, status, turn),
    )  # fmt: skip


def _standing(t: Phrases, event: Event, places: Places, status: str, turn: Turn) -> Markup:
    if status == "cancelled":
        return t("❌ This event was cancelled.")
    if status == "past":
        return t("This event is over.")
    if event.opens_at and turn.now < event.opens_at:
        return t("Registration opens on {date}.", date=t.date(event.opens_at.astimezone(event.zone).date()))
    if turn.now >= min(event.starts_at, event.closes_at or event.starts_at):
        return t("Registration for this event is closed.")
    if event.approval:
        return t("By invitation: you can ask for a place, and the organisers decide.")
    if places.free == 0:
        return t("All places are taken; you can join the waiting list.")
    if places.free is not None and places.capacity and places.free <= places.capacity / 4:
        return t.n("Only {count} place is left.", "Only {count} places are left.", places.free)
    return t("Places are free.") if not event.changed_at else t("Places are free. The details have changed lately.")


def _card_buttons(turn: Turn, event: Event, papers: Sequence[EventFile], mine: Sequence[Registration]) -> Rows:
    t, here = turn.t, {"event": event.id}
    buttons: list[Button] = []
    if mine:
        buttons.append(Button(t.p("button", "🎫 My tickets"), "tickets.list"))
    elif event.status(turn.now) in ("published", "changed"):
        buttons.append(Button(t.p("button", "✅ Register"), "events.register", here))
    buttons.append(Button(t.p("button", "📆 Into my calendar"), "events.ics", here))
    if event.details.programme:
        buttons.append(Button(t.p("button", "🗒 Programme"), "events.programme", here))
    if event.details.latitude is not None:
        place = f"{event.details.latitude},{event.details.longitude}"
        buttons.append(
            Button(
                t.p("button", "🗺 Map"),
                url=f"https://www.openstreetmap.org/?mlat={place.replace(',', '&mlon=')}&zoom=16",
            )
        )
    if event.details.poster:
        buttons.append(Button(t.p("button", "🖼 Poster"), url=event.details.poster))
    for paper in event.details.links:
        if not paper.after or event.status(turn.now) == "past":
            buttons.append(Button(paper.title.best(t.language)[0][:40], url=paper.url))
    buttons += file_buttons(t, [paper for paper in papers if paper.kind != "after" or turn.now >= event.ends_at])
    if event.status(turn.now) == "past" and any(one.state == "confirmed" for one in mine):
        buttons.append(Button(t.p("button", "📎 Papers"), "feedback.papers", here))
    if link := turn.services.links.share(event.link, event.title(t.language)):
        buttons.append(Button(t.p("button", "📤 Share"), url=link))
    return (*rows(buttons, 2), *way_back(t, "events.list"))


def file_buttons(t: Phrases, papers: Sequence[EventFile]) -> list[Button]:
    """The poster and papers that staff sent."""
    return [
        Button(
            t.p("button", "🖼 Poster") if paper.kind == "poster" else t("📎 {title}", title=paper.title)[:60],
            "events.file",
            {"file": paper.id},
        )
        for paper in papers
    ]


@routes.button("events.file")
async def give_file(turn: Turn) -> None:
    t = turn.t
    session = await turn.reading()
    found = await files.content(session, pressed(turn, "file"))
    event = await model.find(session, found[0].event_id) if found else None
    if found is None or event is None or event.state == "draft":
        turn.say(refusal(t, "gone"), ((home_button(t),),))
        return
    paper, content = found
    if paper.kind == "after" and turn.now < event.ends_at:
        turn.say(t("This paper is given out when the event is over."), way_back(t, "events.show", {"event": event.id}))
        return
    turn.say(lines(headline(t, event), t("📎 {title}", title=paper.title)), attachment=content)


@routes.button("events.programme")
async def programme(turn: Turn) -> None:
    event = await _event(turn)
    if event is None:
        return
    t, text = turn.t, [headline(turn.t, event)]
    day = None
    for session in event.details.programme:
        starts = session.starts.astimezone(event.zone)
        if starts.date() != day:
            day = starts.date()
            text.append(t("📅 {date}", date=t.date(day, "full")))
        line = t("{time}  {title}", time=t.time(session.starts, event.zone), title=said(t, session.title))
        more = [*([session.room] if session.room else []), *session.speakers]
        text.append(t("{line} ({more})", line=line, more=t.list(more)) if more else line)
    turn.say(lines(text), way_back(t, "events.show", {"event": event.id}), edit=True)


# -- series


@routes.button("events.follow")
async def follow(turn: Turn) -> None:
    t, session, series = turn.t, await turn.transaction(), pressed(turn, "series")
    if announced := await finding.of_series(session, series, turn.now):
        await show_card(turn, announced)
        return
    await wishes.do_follow(session, turn.person.id, series, turn.now)
    stop = Button(t.p("button", "🔕 Stop telling me"), "events.unfollow", {"series": series})
    turn.say(t("Good. I tell you here as soon as the dates are announced."), rows([stop, home_button(t)], 2))


@routes.button("events.unfollow")
async def unfollow(turn: Turn) -> None:
    await wishes.do_unfollow(await turn.transaction(), turn.person.id, pressed(turn, "series"))
    turn.say(turn.t("All right, I no longer tell you about it."), ((home_button(turn.t),),), edit=True)
