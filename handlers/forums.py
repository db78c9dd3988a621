"""Fairs and forums that come again: /forums → event → what about it."""

from __future__ import annotations

from bot.conversation import Turn
from bot.routing import Routes
from bot.services.events import finding
from handlers.answering import show_record
from handlers.events import coming_buttons
from handlers.menu import home_button, page_of, pressed
from handlers.records import gone, record_button

routes = Routes()


@routes.command("forums")
@routes.button("forums.list")
async def forums(turn: Turn) -> None:
    t, session = turn.t, await turn.transaction()
    announced = coming_buttons(t, await finding.coming(session, turn.now))
    events = [record_button(turn, event, "forums.event", {}) for event in turn.services.knowledge.events()]
    turn.say(
        t(
            "Forums and fairs in the region, by their usual month. Dates of coming editions are shown only when "
            "announced."
        ),
        (*announced, *page_of(t, events, pressed(turn, "page", 0), "forums.list", {}), (home_button(t),)),
        edit=True,
    )


@routes.button("forums.event")
async def event(turn: Turn) -> None:
    if not await show_record(turn, pressed(turn, "record"), edit=True, back=("forums.list", {})):
        gone(turn)
