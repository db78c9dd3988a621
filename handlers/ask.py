"""A question in the person's own words."""

from __future__ import annotations

from bot.conversation import Kind, Turn
from bot.routing import Routes
from handlers.answering import recall, show
from handlers.find_events import answer_in_words
from handlers.language import speak
from handlers.start import meet
from knowledge.base import EmptyQuestion
from knowledge.language import wished_for

routes = Routes()


@routes.kind(Kind.TEXT)
async def ask(turn: Turn) -> None:
    """Searching comes before the transaction: it takes its time and needs no database."""
    if wished := wished_for(turn.incoming.text):
        speak(turn, wished)
        return
    language = turn.person.language if turn.person.welcomed else None
    try:
        answer = await turn.services.knowledge.ask(
            turn.incoming.text, language, recall(turn.dialog.context, turn.now), turn.now
        )
    except EmptyQuestion:
        turn.say(turn.t("Please write your question in words."))
        return
    if answer.outcome != "smalltalk" or not turn.dialog.form:
        meet(turn, answer.language)
    if await answer_in_words(turn, turn.incoming.text, answer):
        return
    await show(turn, answer, turn.incoming.text)
