"""/language → seven endonyms → the desk speaks it. Also /language lo, or its name in a message ("中文")."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import Button, Turn, rows
from bot.routing import Routes
from handlers.menu import home_button, home_buttons, pressed
from knowledge.language import Language, parse_language

routes = Routes()


@routes.command("language", "lang")
@routes.button("language.choose")
async def choose(turn: Turn) -> None:
    if turn.incoming.text and (language := language_from(turn.incoming.text)):
        speak(turn, language)
        return
    choices = [Button(language.endonym, "language.set", {"language": language.value}) for language in Language]
    turn.say(turn.t("Which language shall I speak?"), (*rows(choices, 2), (home_button(turn.t),)), edit=True)


@routes.button("language.set")
async def set_language(turn: Turn) -> None:
    speak(turn, Language(pressed(turn, "language")))


def language_from(text: str) -> Language | None:
    """A language by code or by its own name."""
    wanted = text.strip().casefold()
    by_name = next((language for language in Language if language.endonym.casefold() == wanted), None)
    return by_name or parse_language(wanted)


def speak(turn: Turn, language: Language) -> None:
    """The desk speaks it from now on, and says so."""
    turn.person = replace(turn.person, language=language, welcomed=True)
    turn.say(turn.t("I speak English now. Ask me anything, or choose:"), home_buttons(turn.t), edit=True)
    if turn.dialog.form is not None:
        turn.dialog.form = None if turn.dialog.form.get("name") == "first_contact" else turn.dialog.form
