"""Crossings and border papers without typing.

/borders → pair of countries → crossing → what about it
         → papers of a country → topic → procedure → what about it
"""

from __future__ import annotations

from bot.conversation import Button, Turn, rows
from bot.routing import Routes
from handlers.answering import show_record
from handlers.menu import COUNTRIES, FLAGS, by_country, country_label, home_button, page_of, pressed, way_back
from handlers.records import gone, record_button
from knowledge.collation import collated

routes = Routes()
PAPERS = (*COUNTRIES, "regional")


@routes.command("borders")
@routes.button("borders.start")
async def start(turn: Turn) -> None:
    t = turn.t
    pairs = [
        Button(f"{FLAGS[a]} {t.country(a)} – {FLAGS[b]} {t.country(b)}", "borders.pair", {"a": a, "b": b})
        for a, b in collated(turn.services.knowledge.country_pairs(), t.language, lambda pair: t.country(pair[0]))
    ]
    turn.say(
        t("Crossings between which countries? Or the papers and procedures of one country:"),
        (
            *rows(pairs, 1),
            (
                Button(t.p("button", "📄 Papers and procedures"), "borders.countries"),
                Button(t.p("button", "🛣 Usual routes"), "borders.routes"),
            ),
            (home_button(t),),
        ),
        edit=True,
    )


@routes.button("borders.pair")
async def pair(turn: Turn) -> None:
    t, where = turn.t, {"a": pressed(turn, "a"), "b": pressed(turn, "b")}
    crossings = [
        record_button(turn, crossing, "borders.record", {"back": "borders.pair", **where})
        for crossing in turn.services.knowledge.crossings(where["a"], where["b"], turn.person.language)
    ]
    turn.say(
        t(
            "Crossings between {countries}:",
            countries=t.list([country_label(t, where["a"]), country_label(t, where["b"])]),
        ),
        (*page_of(t, crossings, pressed(turn, "page", 0), "borders.pair", where), *way_back(t, "borders.start")),
        edit=True,
    )


@routes.button("borders.routes")
async def usual_routes(turn: Turn) -> None:
    t = turn.t
    found = [
        record_button(turn, route, "borders.record", {"back": "borders.routes"})
        for route in turn.services.knowledge.routes(turn.person.language)
    ]
    turn.say(
        t("Usual routes of goods:"),
        (*page_of(t, found, pressed(turn, "page", 0), "borders.routes", {}), *way_back(t, "borders.start")),
        edit=True,
    )


@routes.command("papers")
@routes.button("borders.countries")
async def countries(turn: Turn) -> None:
    t = turn.t
    choices = [Button(country_label(t, code), "borders.country", {"country": code}) for code in by_country(t, PAPERS)]
    turn.say(
        t("Papers and procedures of which country?"), (*rows(choices, 2), *way_back(t, "borders.start")), edit=True
    )


@routes.button("borders.country")
async def topics(turn: Turn) -> None:
    t, code = turn.t, pressed(turn, "country")
    knowledge = turn.services.knowledge
    choices = [
        Button(
            knowledge.topic_name(topic.id, turn.person.language), "borders.topic", {"country": code, "topic": topic.id}
        )
        for topic in knowledge.topics(code)
    ]
    turn.say(
        t("{country}: about what?", country=country_label(t, code)),
        (
            *page_of(t, choices, pressed(turn, "page", 0), "borders.country", {"country": code}),
            *way_back(t, "borders.countries"),
        ),
        edit=True,
    )


@routes.button("borders.topic")
async def topic(turn: Turn) -> None:
    t, where = turn.t, {"country": pressed(turn, "country"), "topic": pressed(turn, "topic")}
    knowledge = turn.services.knowledge
    procedures = knowledge.procedures(where["country"], where["topic"], turn.person.language)
    if len(procedures) == 1:
        back = ("borders.country", {"country": where["country"]})
        await show_record(turn, procedures[0].id, edit=True, back=back)
        return
    choices = [
        record_button(turn, procedure, "borders.record", {"back": "borders.topic", **where}) for procedure in procedures
    ]
    turn.say(
        t(
            "{country}: {topic}",
            country=country_label(t, where["country"]),
            topic=knowledge.topic_name(where["topic"], turn.person.language),
        ),
        (
            *page_of(t, choices, pressed(turn, "page", 0), "borders.topic", where),
            *way_back(t, "borders.country", {"country": where["country"]}),
        ),
        edit=True,
    )


@routes.button("borders.record")
async def record(turn: Turn) -> None:
    data = dict(turn.pressed.data) if turn.pressed else {}
    back = (data.pop("back", "borders.start"), {key: value for key, value in data.items() if key != "record"})
    if not await show_record(turn, pressed(turn, "record"), edit=True, back=back):
        gone(turn)
