"""First contact and home.

/start → greeting → language → country → sector (each can be skipped) → home
/start r_<record> (link on a poster) → that record
first question → what was told so far is kept, the rest isn't asked (/mydata changes it)
/home, /menu → home      /cancel → whatever is open is left → home
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation import Button, Turn
from bot.forms import Answers, Field, Form, Option, open_form
from bot.routing import Routes
from bot.services import roles
from handlers.answering import show_record
from handlers.menu import COUNTRIES, country_label, home_buttons
from knowledge.language import Language
from knowledge.phrases import N_, Phrases

routes = Routes()

SECTORS = {
    "agriculture": N_("Farming and food"),
    "textiles": N_("Clothes, shoes, textiles"),
    "wood_rubber": N_("Wood, rubber, furniture"),
    "machinery": N_("Machines, electronics, vehicles"),
    "building": N_("Building materials, minerals"),
    "logistics": N_("Transport and customs broking"),
    "trade": N_("Trade, shops, online selling"),
    "tourism": N_("Tourism, hotels, restaurants"),
    "services": N_("Other services"),
    "public": N_("Government, chamber, association"),
}


def _languages(t: Phrases) -> Sequence[Option]:
    return [Option(language.value, language.endonym) for language in Language]


def _countries(t: Phrases) -> Sequence[Option]:
    return [*(Option(code, country_label(t, code)) for code in COUNTRIES), Option("other", t.p("country", "Another"))]


def _sectors(t: Phrases) -> Sequence[Option]:
    return [Option(value, t(label)) for value, label in SECTORS.items()]


def _speak(turn: Turn, value: str) -> None:
    turn.person = replace(turn.person, language=Language(value))


def _keep(turn: Turn, answers: Answers) -> None:
    turn.person = replace(
        turn.person,
        country=answers.get("country", turn.person.country),
        sector=answers.get("sector", turn.person.sector),
        welcomed=True,
    )


async def _done(turn: Turn, answers: Answers) -> None:
    _keep(turn, answers)
    turn.say(turn.t("Thank you. Ask me anything in your own words, or choose:"), home_buttons(turn.t), edit=True)


first_contact = routes.form(
    Form(
        name="first_contact",
        fields=(
            Field("language", N_("Which language shall I speak?"), _languages, optional=True, effect=_speak),
            Field("country", N_("In which country is your business?"), _countries, optional=True),
            Field("sector", N_("What is your business about?"), _sectors, optional=True),
        ),
        done=_done,
        cancelled=N_("No problem. Just write your question whenever you like."),
    )
)


def meet(turn: Turn, language: Language) -> None:
    """A person asks instead of introducing themselves: the question says their language, unless they chose one."""
    form = turn.dialog.form
    introducing = form is not None and form["name"] == first_contact.name
    answers = form["answers"] if form is not None and introducing else {}
    if not turn.person.welcomed and "language" not in answers:
        turn.person = replace(turn.person, language=language)
    if introducing:
        turn.dialog.form = None
    _keep(turn, answers)


@routes.button("start.introduce")
async def introduce(turn: Turn) -> None:
    open_form(turn, first_contact)


@routes.command("start")
async def start(turn: Turn) -> None:
    link = turn.incoming.text.strip()
    if link.startswith("r_") and await show_record(turn, link[2:]):
        return
    if turn.person.welcomed or turn.incoming.group:
        await home(turn)
        return
    turn.say(
        turn.t(
            "Hello! I am Mekong Desk. I answer questions about special economic zones, border papers and business "
            "forums in the six Lancang-Mekong countries, with the source and the date. You can write your question "
            "now, or tell me three things first so that I fit you better."
        )
    )
    open_form(turn, first_contact)


@routes.command("home", "menu")
@routes.button("start.home")
async def home(turn: Turn) -> None:
    turn.person = replace(turn.person, welcomed=True)
    turn.dialog.form = None
    buttons = home_buttons(turn.t)
    if await roles.roles_of(await turn.transaction(), turn.person.id) and not turn.incoming.group:
        buttons = (*buttons, (Button(turn.t.p("button", "🧰 Staff menu"), "staff.menu"),))
    turn.say(turn.t("What would you like to know? Write it in your own words, or choose:"), buttons, edit=True)


@routes.command("cancel")
async def cancel(turn: Turn) -> None:
    """From any state: what was open is left, nothing else is lost."""
    was_open = turn.dialog.form is not None
    turn.dialog.form, turn.dialog.context = None, {}
    text = turn.t("All right, we stop here.") if was_open else turn.t("There is nothing to stop. What shall we do?")
    turn.say(text, home_buttons(turn.t))
