"""Staff: kinds of ticket, and places set apart for a kind or a country.

[Tickets and quotas] → [Add a kind of ticket] → its name → places
                     → [Places for a country] → country → places
                     → one of them → [Name in a language] [Places] [Remove]
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from markupsafe import Markup

from bot.conversation import Button, Json, Turn, rows
from bot.event_words import headline, lines, refusal
from bot.forms import Answers, Field, Form, Option, open_form
from bot.routing import Routes
from bot.services.events import model, staff
from bot.services.events.model import Event, Refused
from handlers.event_form import languages
from handlers.event_staff import chosen_event
from handlers.menu import COUNTRIES, country_label, pressed
from handlers.staff import may
from knowledge.phrases import N_, Phrases
from knowledge.texts import Text

routes = Routes()
TICKET, COUNTRY, PLACES, NAME = "event_ticket", "event_country", "event_quota", "event_ticket_name"
MOST = 8


@routes.button("quotas.list")
async def listed(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is not None:
        await say_list(turn, event)


async def say_list(turn: Turn, event: Event) -> None:
    t, here = turn.t, {"event": event.id}
    quotas = (await model.places(await turn.transaction(), event.id)).quotas
    keys = [f"ticket:{name}" for name, _ in event.details.ticket_kinds]
    keys += sorted(key for key in quotas if key not in keys)
    text = [headline(t, event), t("Kinds of ticket, and places set apart:") if keys else t("All places are alike.")]
    for key in keys:
        if key in quotas:
            capacity, taken = quotas[key]
            text.append(t("• {name}: {taken} of {all}", name=name_of(t, event, key), taken=taken, all=capacity))
        else:
            text.append(t("• {name}: from all places", name=name_of(t, event, key)))
    buttons = [Button(str(name_of(t, event, key))[:60], "quotas.show", {**here, "key": key}) for key in keys]
    ways = [
        Button(t.p("button", "➕ A kind of ticket"), "quotas.ticket", here),
        Button(t.p("button", "➕ Places for a country"), "quotas.country", here),
        Button(t.p("button", "‹ Back"), "manage.show", here),
    ]
    turn.say(lines(text), (*rows(buttons, 2), *rows(ways, 2)), edit=True)


def name_of(t: Phrases, event: Event, key: str) -> str:
    kind, _, name = key.partition(":")
    if kind == "country":
        return country_label(t, name) if name in COUNTRIES else name
    labels = dict(event.details.ticket_kinds)
    return labels[name].best(t.language)[0] if name in labels else name


@routes.button("quotas.show")
async def show(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is None:
        return
    t, key = turn.t, str(pressed(turn, "key"))
    here = {"event": event.id, "key": key}
    text = [headline(t, event), Markup("{}").format(name_of(t, event, key))]
    buttons = [Button(t.p("button", "🔢 Places"), "quotas.places", here)]
    label = dict(event.details.ticket_kinds).get(key.partition(":")[2]) if key.startswith("ticket:") else None
    if label is not None:
        text += [t("{language}: {words}", language=language.endonym, words=said) for language, said in label.items()]
        buttons.append(Button(t.p("button", "🌐 In another language"), "quotas.name", here))
    buttons += [
        Button(t.p("button", "🗑 Remove"), "quotas.remove", here),
        Button(t.p("button", "‹ Back"), "quotas.list", {"event": event.id}),
    ]
    turn.say(lines(text), rows(buttons, 2), edit=True)


@routes.button("quotas.remove")
async def remove(turn: Turn) -> None:
    """Who has such a ticket keeps it; nobody can choose it any more."""
    event = await chosen_event(turn)
    if event is None:
        return
    session, key = await turn.transaction(), str(pressed(turn, "key"))
    kinds = [kind for kind in event.details.ticket_kinds if f"ticket:{kind[0]}" != key]
    if len(kinds) != len(event.details.ticket_kinds):
        event = await staff.do_change(session, turn.person.id, event.id, {"ticket_kinds": plainly(kinds)}, turn.now)
    await staff.do_set_quota(session, turn.person.id, event.id, key, None, turn.now)
    await say_list(turn, event)


def plainly(kinds: Any) -> list[Any]:
    return [[name, label.model_dump(mode="json")] for name, label in kinds]


# -- adding and changing


@routes.button("quotas.ticket")
async def begin_ticket(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is None:
        return
    if len(event.details.ticket_kinds) >= MOST:
        turn.say(turn.t("Eight kinds of ticket are enough to choose from."))
        return
    data = {"event": event.id}
    open_form(turn, _ticket_form(data), data=data)


@routes.button("quotas.country")
async def begin_country(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is not None:
        data = {"event": event.id}
        open_form(turn, _country_form(data), data=data)


@routes.button("quotas.places")
async def begin_places(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is not None:
        data = {"event": event.id, "key": str(pressed(turn, "key"))}
        open_form(turn, _places_form(data), data=data)


@routes.button("quotas.name")
async def begin_name(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is not None:
        data = {"event": event.id, "key": str(pressed(turn, "key"))}
        open_form(turn, _name_form(data), data=data)


async def _set(turn: Turn, event: Event, key: str, places: int | None) -> bool:
    try:
        await staff.do_set_quota(await turn.transaction(), turn.person.id, event.id, key, places, turn.now)
    except Refused as refused:
        turn.say(refusal(turn.t, refused.code))
        return False
    return True


def _ticket_form(data: Json) -> Form:
    async def done(turn: Turn, answers: Answers) -> None:
        if not await may(turn, "events.manage"):
            return
        session = await turn.transaction()
        event = await model.get(session, data["event"])
        name = _free_name(answers["label"], {name for name, _ in event.details.ticket_kinds})
        kinds = [*event.details.ticket_kinds, (name, Text(en=answers["label"]))]
        event = await staff.do_change(session, turn.person.id, event.id, {"ticket_kinds": plainly(kinds)}, turn.now)
        if "places" in answers:
            await _set(turn, event, f"ticket:{name}", answers["places"])
        await say_list(turn, event)

    return Form(
        TICKET,
        (
            Field("label", N_("What is the kind of ticket called, in English?"), kind="words"),
            Field("places", N_("How many places has it? Skip when it takes from all."), kind="number", optional=True),
        ),
        done,
    )


def _free_name(label: str, taken: set[str]) -> str:
    """A short name for the database, from what Latin letters there are."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    base = "_".join(re.findall(r"[a-z0-9]+", plain))[:14].strip("_") or "kind"
    return next(
        name for number in range(1, MOST + 2) if (name := base if number == 1 else f"{base}_{number}") not in taken
    )


def _countries(t: Phrases) -> list[Option]:
    return [Option(code, country_label(t, code)) for code in COUNTRIES]


def _country_form(data: Json) -> Form:
    async def done(turn: Turn, answers: Answers) -> None:
        if not await may(turn, "events.manage"):
            return
        event = await model.get(await turn.transaction(), data["event"])
        await _set(turn, event, f"country:{answers['country']}", answers["places"])
        await say_list(turn, event)

    return Form(
        COUNTRY,
        (
            Field("country", N_("Places for which country?"), _countries),
            Field("places", N_("How many places?"), kind="number"),
        ),
        done,
    )


def _places_form(data: Json) -> Form:
    async def done(turn: Turn, answers: Answers) -> None:
        if not await may(turn, "events.manage"):
            return
        event = await model.get(await turn.transaction(), data["event"])
        await _set(turn, event, data["key"], answers.get("places"))
        await say_list(turn, event)

    prompt = N_("How many places has it? Skip when it takes from all.")
    return Form(PLACES, (Field("places", prompt, kind="number", optional=True),), done)


def _name_form(data: Json) -> Form:
    async def done(turn: Turn, answers: Answers) -> None:
        if not await may(turn, "events.manage"):
            return
        session = await turn.transaction()
        event = await model.get(session, data["event"])
        update = {answers["language"]: answers["words"]}
        kinds = [
            (name, label.model_copy(update=update) if f"ticket:{name}" == data["key"] else label)
            for name, label in event.details.ticket_kinds
        ]
        event = await staff.do_change(session, turn.person.id, event.id, {"ticket_kinds": plainly(kinds)}, turn.now)
        await say_list(turn, event)

    fields = (Field("language", N_("In which language?"), languages), Field("words", N_("Its name?"), kind="words"))
    return Form(NAME, fields, done)


routes.form_from(TICKET, _ticket_form)
routes.form_from(COUNTRY, _country_form)
routes.form_from(PLACES, _places_form)
routes.form_from(NAME, _name_form)
