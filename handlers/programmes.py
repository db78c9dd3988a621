"""Programmes, funds and services: /programmes → country → programme → what about it."""

from __future__ import annotations

from bot.conversation import Button, Turn, rows
from bot.routing import Routes
from handlers.answering import show_record
from handlers.menu import COUNTRIES, by_country, country_label, home_button, page_of, pressed, way_back
from handlers.records import gone, record_button

routes = Routes()


@routes.command("programmes")
@routes.button("programmes.countries")
async def countries(turn: Turn) -> None:
    t = turn.t
    choices = [
        Button(country_label(t, code), "programmes.country", {"country": code})
        for code in by_country(t, (*COUNTRIES, "regional"))
    ]
    turn.say(t("Programmes for businesses of which country?"), (*rows(choices, 2), (home_button(t),)), edit=True)


@routes.button("programmes.country")
async def country(turn: Turn) -> None:
    t, code = turn.t, pressed(turn, "country")
    choices = [
        record_button(turn, programme, "programmes.programme", {"country": code})
        for programme in turn.services.knowledge.programmes(code, turn.person.language)
    ]
    turn.say(
        t("{country}: programmes and services.", country=country_label(t, code)),
        (
            *page_of(t, choices, pressed(turn, "page", 0), "programmes.country", {"country": code}),
            *way_back(t, "programmes.countries"),
        ),
        edit=True,
    )


@routes.button("programmes.programme")
async def programme(turn: Turn) -> None:
    back = ("programmes.country", {"country": pressed(turn, "country")})
    if not await show_record(turn, pressed(turn, "record"), edit=True, back=back):
        gone(turn)
