"""Forums and fairs: /events or /forums → one list, what is announced first, then what comes again.

list → [Country] [Month] [Sector] [Language] [Online] → the list, narrowed down → [✖ …] takes a filter away
     → an announced event → its card (handlers.events)
     → 🔁 one that comes again → what about it → [Tell me when the dates are announced]

A question that asks the calendar ("forums about agriculture in Kunming next month?") gets the fitting events as cards,
or the list with its filters when none fits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from markupsafe import Markup

from bot.conversation import Button, Json, Turn, rows
from bot.routing import Routes
from bot.services.events import finding
from bot.services.events.model import Event
from handlers.answering import is_series, show_record
from handlers.events import show_card
from handlers.menu import COUNTRIES, country_label, home_button, page_of, pressed, way_back
from handlers.records import LABEL, gone
from handlers.start import SECTORS
from knowledge.answers import Answer
from knowledge.language import Language
from knowledge.phrases import Phrases
from knowledge.records import RecurringEvent
from knowledge.search.calendar import Wanted, month_days

routes = Routes()
CARDS = 3
MONTHS = 12
FILTERS = ("country", "place", "month", "sector", "language", "online")
ABOUT_ONE = ("who", "how_to_join")  # facets that are asked of a fair that somebody has in mind


# -- the list


@routes.command("events", "forums")
@routes.button("events.list", "forums.list")
async def listed(turn: Turn) -> None:
    data = dict(turn.pressed.data) if turn.pressed else {}
    page = data.pop("page", 0)
    await say_list(turn, {name: data[name] for name in FILTERS if name in data}, page)


async def say_list(turn: Turn, chosen: Json, page: int = 0) -> None:
    """`chosen` holds the filters as buttons carry them."""
    t, knowledge, wanted = turn.t, turn.services.knowledge, _wanted(chosen)
    session = await turn.reading()
    coming = await finding.coming(session, turn.now)
    announced = [event for event in coming if finding.fits(event, wanted, knowledge.content)]
    dated = {event.series for event in coming}
    again = [series for series in _again(turn, wanted, loosely=not announced) if series.id not in dated]
    buttons = [_line_button(t, event) for event in announced]
    for series in again:
        name = f"🔁 {knowledge.name(series, t.language)}"
        label = name if len(name) <= LABEL else f"{name[: LABEL - 1]}…"
        buttons.append(Button(label, "forums.event", {"record": series.id}))
    turn.say(
        _heading(turn, chosen, bool(announced), bool(again)),
        (*page_of(t, buttons, page, "events.list", chosen), *rows([*_filters(turn, chosen), home_button(t)], 2)),
        edit=True,
    )


def _again(turn: Turn, wanted: Wanted, *, loosely: bool) -> Sequence[RecurringEvent]:
    """What comes again and usually fits, the next first; loosely: at another time or about other things, if need be."""
    timeless = replace(wanted, first=None, last=None)
    found: Sequence[RecurringEvent] = []
    for looser in (wanted, timeless, replace(timeless, sector=None))[: 3 if loosely else 1]:
        found = found or turn.services.knowledge.events(looser)
    return sorted(found, key=lambda one: min(((month - turn.now.month) % 12 for month in one.usual_months), default=12))


def _heading(turn: Turn, chosen: Json, announced: bool, again: bool) -> Markup:
    t = turn.t
    asked = " · ".join(_filter_label(turn, name, chosen[name]) for name in FILTERS if name in chosen)
    text = [Markup("<b>{}</b>").format(t("Forums and fairs"))]
    if announced and chosen:
        text.append(t("Announced, as you asked for: {filters}", filters=asked))
    elif announced:
        text.append(t("With a date: announced. Tap one to read more and to register."))
    elif chosen:
        text.append(t("None is announced for: {filters}. You can take a part of it away with ✖.", filters=asked))
    else:
        text.append(t("None is announced at the moment."))
    if again:
        text.append(
            t("With 🔁: comes again, in the order of usual months. Tap one to be told when its dates are announced.")
        )
    return Markup("\n\n").join(text)


def _line_button(t: Phrases, event: Event) -> Button:
    day = t.date(event.starts_at.astimezone(event.zone).date(), "medium")
    sample = "🧪 " if event.sample else ""
    return Button(f"{sample}{day}: {event.title(t.language)}"[:LABEL], "events.show", {"event": event.id})


# -- filters


def _wanted(chosen: Json) -> Wanted:
    first, last = map(date.fromisoformat, chosen["month"]) if "month" in chosen else (None, None)
    return Wanted(
        chosen.get("country"), chosen.get("place"), first, last, chosen.get("sector"), chosen.get("language"),
        bool(chosen.get("online")),
    )  # fmt: skip


def _chosen(wanted: Wanted) -> Json:
    """The filters as buttons carry them."""
    span = [wanted.first.isoformat(), wanted.last.isoformat()] if wanted.first and wanted.last else None
    found = (wanted.country, wanted.place, span, wanted.sector, wanted.language, wanted.online)
    return {name: value for name, value in zip(FILTERS, found, strict=True) if value}


def _filter_label(turn: Turn, name: str, value: object) -> str:
    t = turn.t
    match name, value:
        case "country", str():
            return country_label(t, value)
        case "place", str():
            place = turn.services.knowledge.content.places.get(value)
            return place.names.best(t.language)[0] if place else value
        case "month", [str() as first, str() as last]:
            return first[:4] if first[5:7] != last[5:7] else _month_label(t, date.fromisoformat(first))
        case "sector", str():
            return str(t(SECTORS[value]).unescape())
        case "language", str():
            return Language(value).endonym
    return str(t.p("filter", "online").unescape())


def _month_label(t: Phrases, day: date) -> str:
    return f"{t.month(day.month)} {day.year}"


def _filters(turn: Turn, chosen: Json) -> list[Button]:
    """What narrows the list down, and takes back what has."""
    t, ways = turn.t, []
    labels = {
        "country": t.p("button", "🌏 By country"),
        "month": t.p("button", "📆 By month"),
        "sector": t.p("button", "🏷 By sector"),
        "language": t.p("button", "🗣 By language"),
    }
    for name in FILTERS:
        if name in chosen:
            rest = {other: value for other, value in chosen.items() if other != name}
            ways.append(Button(f"✖ {_filter_label(turn, name, chosen[name])}", "events.list", rest))
        elif name == "online":
            ways.append(Button(t.p("button", "💻 Online"), "events.list", {**chosen, "online": True}))
        elif name in labels and not (name == "country" and "place" in chosen):
            ways.append(Button(labels[name], "events.filter", {**chosen, "by": name}))
    return ways


@routes.button("events.filter")
async def choose_filter(turn: Turn) -> None:
    t, chosen = turn.t, dict(turn.pressed.data) if turn.pressed else {}
    by = chosen.pop("by", "")
    options: dict[str, list[tuple[object, str]]] = {
        "country": [(code, country_label(t, code)) for code in COUNTRIES],
        "month": [(_span(month), _month_label(t, month)) for month in _months(turn.now.date())],
        "sector": [(code, t(label)) for code, label in SECTORS.items()],
        "language": [(language.value, language.endonym) for language in Language],
    }
    buttons = [Button(label, "events.list", {**chosen, by: value}) for value, label in options.get(by, [])]
    turn.say(t("Show only which events?"), (*rows(buttons, 2), *way_back(t, "events.list", chosen)), edit=True)


def _months(today: date) -> list[date]:
    months = range(today.month - 1, today.month - 1 + MONTHS)
    return [date(today.year + month // 12, month % 12 + 1, 1) for month in months]


def _span(month: date) -> list[str]:
    return [day.isoformat() for day in month_days(month.year, month.month)]


# -- one that comes again


@routes.button("forums.event")
async def series(turn: Turn) -> None:
    if not await show_record(turn, pressed(turn, "record"), edit=True, back=("events.list", {})):
        gone(turn)


# -- questions


async def answer_in_words(turn: Turn, text: str, answer: Answer) -> bool:
    """Answers a question that asks the calendar; False leaves it to `answer`, which the knowledge base gives.

    In the language of that answer: a question is answered in its own.
    """
    person = turn.person
    turn.person = replace(person, language=answer.language)
    try:
        return await _answer(turn, text, answer)
    finally:
        turn.person = person


async def _answer(turn: Turn, text: str, answer: Answer) -> bool:
    knowledge = turn.services.knowledge
    wanted = await asyncio.to_thread(knowledge.wanted, text, answer.language, turn.now.date())
    if wanted is None:
        return False
    session = await turn.reading()
    coming = await finding.coming(session, turn.now)
    found = [event for event in coming if finding.named(event, text.casefold())]
    if not found and wanted.series:
        if answer.facet in ABOUT_ONE:
            return False
        found = [event for event in coming if event.series in wanted.series]
    elif not found:
        if not _asks_the_calendar(turn, wanted, answer):
            return False
        if wanted.narrows or wanted.soon:
            found = [event for event in coming if finding.fits(event, wanted, knowledge.content)]
        if not found and (wanted.by_time or wanted.any or not is_series(turn, answer.record)):
            await say_list(turn, _chosen(wanted))
            return True
    await _show(turn, found)
    return bool(found)


def _asks_the_calendar(turn: Turn, wanted: Wanted, answer: Answer) -> bool:
    if wanted.by_time:
        return True
    if wanted.others or not (wanted.any or wanted.narrows > 1):
        return False
    described = wanted.any and wanted.narrows > 1  # "is there a farm forum in Laos?" means none of the known series
    return described or not (answer.facet in ABOUT_ONE and is_series(turn, answer.record))


async def _show(turn: Turn, found: Sequence[Event]) -> None:
    for event in found[:CARDS]:
        await show_card(turn, event)
    if len(found) > CARDS:
        turn.say(turn.t("There are more:"), rows([_line_button(turn.t, event) for event in found[CARDS : CARDS + 8]]))
