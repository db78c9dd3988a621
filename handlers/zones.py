"""Zones without typing.

/zones → country → zone (pages) → what about it     also: country → its incentive laws → law → what about it
"""

from __future__ import annotations

from bot.conversation import Button, Turn, rows
from bot.routing import Routes
from handlers.answering import show_record
from handlers.menu import by_country, country_label, home_button, page_of, pressed, way_back
from handlers.records import gone, record_button

routes = Routes()


@routes.command("zones")
@routes.button("zones.countries")
async def countries(turn: Turn) -> None:
    t = turn.t
    choices = [Button(country_label(t, code), "zones.country", {"country": code}) for code in by_country(t)]
    turn.say(t("Zones of which country?"), (*rows(choices, 2), (home_button(t),)), edit=True)


@routes.button("zones.country")
async def country(turn: Turn) -> None:
    t, code = turn.t, pressed(turn, "country")
    knowledge = turn.services.knowledge
    found = knowledge.zones(code, turn.person.language)
    zones = [record_button(turn, zone, "zones.zone", {"country": code}) for zone in found]
    laws = (
        (Button(t.p("button", "⚖️ Incentive laws"), "zones.regimes", {"country": code}),)
        if knowledge.regimes(code)
        else ()
    )
    turn.say(
        t("{country}: choose a zone.", country=country_label(t, code)),
        (
            *((laws,) if laws else ()),
            *page_of(t, zones, pressed(turn, "page", 0), "zones.country", {"country": code}),
            *way_back(t, "zones.countries"),
        ),
        edit=True,
    )


@routes.button("zones.regimes")
async def regimes(turn: Turn) -> None:
    t, code = turn.t, pressed(turn, "country")
    found = turn.services.knowledge.regimes(code, turn.person.language)
    laws = [record_button(turn, law, "zones.zone", {"country": code}) for law in found]
    turn.say(
        t("{country}: incentive laws.", country=country_label(t, code)),
        (
            *page_of(t, laws, pressed(turn, "page", 0), "zones.regimes", {"country": code}),
            *way_back(t, "zones.country", {"country": code}),
        ),
        edit=True,
    )


@routes.button("zones.zone")
async def zone(turn: Turn) -> None:
    back = ("zones.country", {"country": pressed(turn, "country")})
    if not await show_record(turn, pressed(turn, "record"), edit=True, back=back):
        gone(turn)
