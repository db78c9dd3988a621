"""/help, /about, and how the desk presents itself where people find it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bot.conversation import Turn
from bot.routing import Routes
from handlers.menu import home_buttons
from knowledge.phrases import Phrases

routes = Routes()


def private_commands(t: Phrases) -> Sequence[tuple[str, str]]:
    """Commands as Telegram's menu shows them."""
    return [
        ("home", t.p("command", "Main menu")),
        ("zones", t.p("command", "Special economic zones and incentives")),
        ("borders", t.p("command", "Border crossings, papers, routes")),
        ("events", t.p("command", "Forums and fairs, registration")),
        ("mytickets", t.p("command", "Your registrations and tickets")),
        ("programmes", t.p("command", "Programmes for businesses")),
        ("terms", t.p("command", "Trade words in the neighbours' languages")),
        ("language", t.p("command", "Choose the language")),
        ("help", t.p("command", "How to ask")),
        ("coverage", t.p("command", "What the desk knows")),
        ("about", t.p("command", "Who is behind the desk")),
        ("link", t.p("command", "Go on from another account")),
        ("mydata", t.p("command", "What the desk knows about you")),
        ("forget", t.p("command", "Delete your data")),
        ("cancel", t.p("command", "Stop what is going on")),
    ]


def group_commands(t: Phrases) -> Sequence[tuple[str, str]]:
    wanted = {"zones", "borders", "events", "programmes", "help"}
    return [(name, text) for name, text in private_commands(t) if name in wanted]


def short_description(t: Phrases) -> str:
    return t("Zones, border papers and business forums of the Mekong countries, with sources. In seven languages.")


def description(t: Phrases) -> str:
    return t(
        "Ask about special economic zones and their tax breaks, border crossings and papers, and business forums in "
        "Cambodia, China (Yunnan, Guangxi), Lao PDR, Myanmar, Thailand and Viet Nam. Every answer names its source "
        "and date. Free of charge."
    )


@routes.command("help")
@routes.button("help.show")
async def help_(turn: Turn) -> None:
    t = turn.t
    examples = [
        t("How many years without profit tax in Savan-Seno?"),
        t("What papers do I need to send durian from Thailand to China?"),
        t("Is the Mohan–Boten crossing working?"),
    ]
    lines = [
        t("Write your question as you would say it; spelling does not matter. For example:"),
        *(Markup("• {}").format(example) for example in examples),
        t("You can also send your location to see the nearest crossings and zones."),
        t("I answer only from checked records and say so when I don't know. Then a person can help."),
        t("/link lets you go on from another account, for example from Telegram in the web chat."),
        t("/home main menu, /language another language, /cancel stops anything."),
    ]
    turn.say(Markup("\n").join(lines), home_buttons(t), edit=True)


@routes.command("about")
async def about(turn: Turn) -> None:
    t = turn.t
    count = len(turn.services.knowledge.content.records)
    lines = [
        t(
            "Mekong Desk is a free assistant for small and medium enterprises that trade across the borders of the six "
            "Lancang-Mekong countries. It grew out of four Lancang-Mekong Cooperation projects: border facilitation, "
            "cross-border economic zones, business forums and rural e-commerce."
        ),
        t.n(
            "It answers from {count} record with its source, the law and the date of the last check.",
            "It answers from {count} records with their source, the law and the date of the last check.",
            count,
        ),
        t("Its answers are information, not legal advice; please confirm with the office named before you act."),
        t("Translations marked as drafts have not been read by a native reviewer yet."),
    ]
    turn.say(Markup("\n\n").join(lines), home_buttons(t))
