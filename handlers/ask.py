"""A question in the person's own words."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import Kind, Turn
from bot.routing import Routes
from handlers.answering import recall, show
from handlers.find_events import answer_in_words
from knowledge.base import EmptyQuestion

routes = Routes()


@routes.kind(Kind.TEXT)
async def ask(turn: Turn) -> None:
    """Searching comes before the transaction: it takes its time and needs no database."""
    first_words = not turn.person.welcomed
    language = None if first_words else turn.person.language
    try:
        answer = await turn.services.knowledge.ask(
            turn.incoming.text, language, recall(turn.dialog.context, turn.now), turn.now
        )
    except EmptyQuestion:
        turn.say(turn.t("Please write your question in words."))
        return
    if first_words and not turn.dialog.form:  # who begins with a question has chosen a language by it
        turn.person = replace(turn.person, language=answer.language, welcomed=True)
    if await answer_in_words(turn, turn.incoming.text, answer):
        return
    await show(turn, answer, turn.incoming.text)
