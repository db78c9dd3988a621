"""Words to show on the other side of the border: /terms → language → words (pages) → the word in all languages.

/terms CN gives the Chinese words at once; a word's meaning is also answered when it is asked for.
"""

from __future__ import annotations

from markupsafe import Markup

from bot.conversation import Button, Turn, rows
from bot.routing import Routes
from handlers.answering import show_record
from handlers.language import language_from
from handlers.menu import PAGE, home_button, page_of, pressed, way_back
from handlers.records import gone
from knowledge.language import Language

routes = Routes()

OF_COUNTRY = {
    "CN": Language.ZH,
    "TH": Language.TH,
    "LA": Language.LO,
    "KH": Language.KM,
    "MM": Language.MY,
    "VN": Language.VI,
}


@routes.command("terms")
@routes.button("terms.languages")
async def languages(turn: Turn) -> None:
    asked = turn.incoming.text.strip()
    if asked and (language := OF_COUNTRY.get(asked.upper()) or language_from(asked)):
        _list(turn, language, 0)
        return
    others = [language for language in Language if language is not turn.person.language]
    choices = [Button(language.endonym, "terms.list", {"language": language.value}) for language in others]
    turn.say(
        turn.t("Trade words to show to an officer or a partner. In which language?"),
        (*rows(choices, 2), (home_button(turn.t),)),
        edit=True,
    )


@routes.button("terms.list")
async def terms(turn: Turn) -> None:
    _list(turn, Language(pressed(turn, "language")), pressed(turn, "page", 0))


def _list(turn: Turn, language: Language, page: int) -> None:
    """A page of words in the person's language with their counterparts; tapping one shows its meaning."""
    knowledge, own = turn.services.knowledge, turn.person.language
    found = knowledge.terms(own)
    shown = found[page * PAGE : (page + 1) * PAGE]
    lines = [Markup("{} — <b>{}</b>").format(knowledge.name(term, own), term.names.best(language)[0]) for term in shown]
    buttons = [
        Button(knowledge.name(term, own), "terms.term", {"record": term.id, "language": language.value, "page": page})
        for term in found
    ]
    turn.say(
        Markup("\n").join([turn.t("Words in {language}:", language=language.endonym), *lines]),
        (
            *page_of(turn.t, buttons, page, "terms.list", {"language": language.value}, width=2),
            *way_back(turn.t, "terms.languages"),
        ),
        edit=True,
    )


@routes.button("terms.term")
async def term(turn: Turn) -> None:
    back = ("terms.list", {"language": pressed(turn, "language"), "page": pressed(turn, "page", 0)})
    if not await show_record(turn, pressed(turn, "record"), edit=True, back=back):
        gone(turn)
