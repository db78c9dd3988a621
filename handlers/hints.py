"""What the desk can't use gets a kind hint; what it does not know (any more) says so."""

from __future__ import annotations

from bot.conversation import Button, Kind, Turn
from bot.routing import Routes
from bot.services import people
from handlers.menu import home_buttons

routes = Routes()


@routes.kind(Kind.PHOTO, Kind.DOCUMENT)
async def file(turn: Turn) -> None:
    turn.say(turn.t("Thank you, but I can't read pictures and files yet. Please write your question in words."))


@routes.kind(Kind.VOICE)
async def voice(turn: Turn) -> None:
    turn.say(turn.t("I can't listen to voice messages yet. Please write your question; a few words are enough."))


@routes.kind(Kind.STICKER)
async def sticker(turn: Turn) -> None:
    turn.say(turn.t("Nice! If you have a question, just write it."), home_buttons(turn.t))


@routes.kind(Kind.CONTACT)
async def contact(turn: Turn) -> None:
    turn.say(turn.t("Thank you. I don't need a phone number to answer you, so I have not kept it."))


@routes.kind(Kind.OTHER)
async def other(turn: Turn) -> None:
    turn.say(turn.t("I understand written questions. Please write what you would like to know."), home_buttons(turn.t))


@routes.kind(Kind.ADDED)
async def added(turn: Turn) -> None:
    turn.say(
        turn.t(
            "Hello everyone! I answer questions about zones, border papers and forums in the Mekong countries. In this "
            "group I answer when you mention me or reply to me. For longer talks write to me in private."
        )
    )


@routes.kind(Kind.BLOCKED)
async def blocked(turn: Turn) -> None:
    """Nothing can be said; remembered, so that nothing is tried."""
    session = await turn.transaction()
    incoming = turn.incoming
    await people.mark_unreachable(session, incoming.platform, incoming.chat, "blocked by the person", turn.now)


@routes.kind(Kind.UNBLOCKED)
async def unblocked(turn: Turn) -> None:
    """They can be reached again; the greeting comes with their next message."""
    session = await turn.transaction()
    await people.mark_reachable(session, turn.incoming.platform, turn.incoming.sender)


async def unknown_button(turn: Turn) -> None:
    turn.say(
        turn.t("This button is from an older message and no longer leads anywhere. Here is the menu:"),
        home_buttons(turn.t),
    )


async def unknown_command(turn: Turn) -> None:
    help_button = Button(turn.t.p("button", "❔ Help"), "help.show")
    turn.say(turn.t("I don't know this command. Just write your question, or see the help."), ((help_button,),))
