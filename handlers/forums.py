"""Fairs and forums that come again: /forums → event → what about it."""

from __future__ import annotations

from bot.conversation import Turn
from bot.routing import Routes
from handlers.answering import show_record
from handlers.menu import home_button, page_of, pressed
from handlers.records import gone, record_button

routes = Routes()


@routes.command("forums", "events")
@routes.button("forums.list")
async def forums(turn: Turn) -> None:
    t = turn.t
    events = [record_button(turn, event, "forums.event", {}) for event in turn.services.knowledge.events()]
    turn.say(
        t(
            "Forums and fairs in the region, by their usual month. Dates of coming editions are shown only when "
            "announced."
        ),
        (*page_of(t, events, pressed(turn, "page", 0), "forums.list", {}), (home_button(t),)),
        edit=True,
    )


@routes.button("forums.event")
async def event(turn: Turn) -> None:
    if not await show_record(turn, pressed(turn, "record"), edit=True, back=("forums.list", {})):
        gone(turn)
