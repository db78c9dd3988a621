"""/mydata shows what is kept about the person; /forget deletes it, after a question."""

from __future__ import annotations

from markupsafe import Markup

from bot.conversation import Button, Dialog, Turn, rows
from bot.routing import Routes
from bot.services import privacy
from bot.services.personal import StaffKept
from handlers.menu import country_label, home_button
from handlers.staff import role_name
from handlers.start import SECTORS
from knowledge.phrases import Phrases

routes = Routes()


@routes.command("mydata")
async def mydata(turn: Turn) -> None:
    session = await turn.transaction()
    kept, person, t = await privacy.kept(session, turn.person), turn.person, turn.t
    unknown = t("not told")
    known_country = country_label(t, person.country) if person.country not in (None, "other") else None
    country = known_country or (t.p("country", "Another") if person.country else unknown)
    lines = [
        t("This is all that I keep about you:"),
        t("• Language: {language}", language=person.language.endonym),
        t("• Country: {country}", country=country),
        t("• Business: {sector}", sector=t(SECTORS[person.sector]) if person.sector in SECTORS else unknown),
        t("• Your account on: {platforms}", platforms=t.list([name.capitalize() for name in kept.platforms])),
        t.n(
            "• {count} question that you asked, with my answer",
            "• {count} questions that you asked, with my answers",
            kept.questions,
        ),
        t.n("• {count} question passed to staff", "• {count} questions passed to staff", kept.passed_on),
        t.n(
            "• {count} registration for an event, with what you answered",
            "• {count} registrations for events, with what you answered",
            kept.registrations,
        ),
        *(
            [t("• Your last answers to a registration form, so that you need not write them again")]
            if kept.form_answers
            else []
        ),
        *_of_staff(t, kept.staff),
        *(
            [
                t.n(
                    "• {count} mistake that you reported, with your wish to hear of it",
                    "• {count} mistakes that you reported, with your wish to hear of them",
                    kept.mistakes,
                )
            ]
            if kept.mistakes
            else []
        ),
        t("• Since {date}", date=t.date(kept.since.date())),
        t("Messages are deleted after 90 days. /forget deletes everything now."),
    ]
    change = Button(t.p("button", "✏️ Change language, country, business"), "start.introduce")
    turn.say(Markup("\n").join(lines), rows([change, home_button(t)]))


def _of_staff(t: Phrases, kept: StaffKept) -> list[Markup]:
    """Only what there is."""
    said: list[tuple[object, Markup]] = [
        (kept.follows, t.n("• {count} thing that you follow", "• {count} things that you follow", kept.follows)),
        (kept.topics, t.n("• {count} topic that you chose or switched off",
                          "• {count} topics that you chose or switched off", kept.topics)),
        (kept.stopped, t("• That you want no announcements")),
        (kept.clicks, t.n("• {count} button of an announcement that you tapped",
                          "• {count} buttons of announcements that you tapped", kept.clicks)),
        (kept.lists, t.n("• {count} list for announcements that you are on",
                         "• {count} lists for announcements that you are on", kept.lists)),
        (kept.talks, t.n("• {count} talk with our staff", "• {count} talks with our staff", kept.talks)),
        (kept.roles, t("• Your work for the desk: {roles}", roles=t.list([role_name(t, one) for one in kept.roles]))),
    ]  # fmt: skip
    return [line for there_is, line in said if there_is]


@routes.command("forget")
async def forget(turn: Turn) -> None:
    t = turn.t
    turn.say(
        t("Shall I delete everything that I keep about you: profile, questions and messages? This can't be undone."),
        rows([Button(t.p("button", "Yes, delete everything"), "privacy.forget"), home_button(t)]),
    )


@routes.button("privacy.forget")
async def forget_now(turn: Turn) -> None:
    session = await turn.transaction()
    await privacy.forget(session, turn.person, turn.now)
    turn.dialog = Dialog()
    turn.say(turn.t("Done. I have forgotten you. If you write again, we start afresh."), edit=True)
