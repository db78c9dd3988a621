"""Mistakes in draft translations.

answer shown as draft → [✏️ Report a mistake] → what is wrong? (or Skip) → may an editor write to you? → thanks
editors: /mistakes → report → [The answer] [Done] → the person who agreed to be written to is told
"""

from __future__ import annotations

from markupsafe import Markup

from bot.conversation import Button, Json, Reply, Turn, rows
from bot.forms import Answers, Field, Form, open_form
from bot.routing import Routes
from bot.services import answers as kept
from bot.services import mistakes
from bot.services.mistakes import Mistake
from handlers.answering import show_record
from handlers.event_form import options_of
from handlers.menu import home_button, page_of, pressed
from handlers.records import gone
from handlers.staff import staff_only
from knowledge.phrases import N_, Phrases

routes = Routes()
FORM = "mistake"
SHOWN = 60  # characters of a report in the list
CONTACT = {"no": N_("No, without my name"), "yes": N_("Yes, write to me here")}


@routes.button("mistake.begin")
async def begin(turn: Turn) -> None:
    data = {"answer": pressed(turn, "answer")}
    if await kept.own(await turn.transaction(), turn.person, data["answer"]) is None:
        turn.say(turn.t("I no longer have this answer. Please ask me again."), ((home_button(turn.t),),))
        return
    open_form(turn, _form(data), data=data)


def _form(data: Json) -> Form:
    async def done(turn: Turn, answers: Answers) -> None:
        t, session = turn.t, await turn.transaction()
        answer = await kept.own(session, turn.person, data["answer"])
        if answer is None or answer.record is None:
            turn.say(t("I no longer have this answer. Please ask me again."), ((home_button(t),),))
            return
        person = turn.person.id if answers.get("contact") == "yes" else None
        await mistakes.report(session, answer, answers.get("words", ""), person, turn.now)
        turn.say(t("Thank you! An editor will look at this text."), ((home_button(t),),))

    return Form(
        FORM,
        (
            Field(
                "words",
                N_("What is wrong in this text? A few words, or a better sentence. You can also skip this."),
                optional=True,
                kind="words",
            ),
            Field("contact", N_("May an editor write to you about it?"), options_of(CONTACT), width=1),
        ),
        done,
        cancelled=N_("All right, nothing was reported."),
    )


routes.form_from(FORM, _form)


# -- editors


@routes.command("mistakes")
@routes.button("mistakes.list")
@staff_only(mistakes.ACTION)
async def listed(turn: Turn) -> None:
    t = turn.t
    found = await mistakes.waiting(await turn.transaction(), turn.person.id)
    buttons = [Button(_label(turn, one), "mistakes.show", {"mistake": one.id}) for one in found]
    text = t.n("{count} reported mistake waits.", "{count} reported mistakes wait.", len(found))
    turn.say(
        text if found else t("No reported mistake waits."),
        (*page_of(t, buttons, pressed(turn, "page", 0), "mistakes.list", {}), (home_button(t),)),
        edit=True,
    )


def _label(turn: Turn, mistake: Mistake) -> str:
    return f"{mistake.language.short}: {mistake.words or _name(turn, mistake)}"[:SHOWN]


def _name(turn: Turn, mistake: Mistake) -> str:
    knowledge = turn.services.knowledge
    record = knowledge.record(mistake.record)
    return knowledge.name(record, turn.person.language) if record else mistake.record


@routes.button("mistakes.show")
@staff_only(mistakes.ACTION)
async def show(turn: Turn) -> None:
    t = turn.t
    mistake = await mistakes.find(await turn.transaction(), turn.person.id, pressed(turn, "mistake"))
    if mistake is None:
        gone(turn)
        return
    here = {"mistake": mistake.id}
    lines = [
        t(
            "<b>{record}</b> · {facet} ({id})",
            record=_name(turn, mistake),
            facet=turn.services.knowledge.facet_name(mistake.facet, t.language),
            id=mistake.record,
        ),
        t("{language}, revision {revision}", language=mistake.language.endonym, revision=mistake.revision or "–"),
        t("Reported on {date}", date=t.date(mistake.reported_at.date())),
        t("“{words}”", words=mistake.words) if mistake.words else t("Nothing was written."),
    ]
    if mistake.may_contact:
        lines.append(t("The person wants to hear what became of it; they are told when you press Done."))
    buttons = [Button(t.p("button", "📄 The answer"), "mistakes.answer", here)]
    if mistake.open:
        buttons.append(Button(t.p("button", "✅ Done"), "mistakes.close", here))
    way = ((Button(t.p("button", "‹ Back"), "mistakes.list"), home_button(t)),)
    turn.say(Markup("\n").join(lines), (*rows(buttons, 2), *way), edit=True)


@routes.button("mistakes.answer")
@staff_only(mistakes.ACTION)
async def answer(turn: Turn) -> None:
    """The text in question as it is now, in its language."""
    mistake = await mistakes.find(await turn.transaction(), turn.person.id, pressed(turn, "mistake"))
    if mistake is None or not await show_record(turn, mistake.record, mistake.facet, language=mistake.language):
        gone(turn)


@routes.button("mistakes.close")
@staff_only(mistakes.ACTION)
async def close(turn: Turn) -> None:
    session, number = await turn.transaction(), pressed(turn, "mistake")
    mistake = await mistakes.find(session, turn.person.id, number)
    new, reporter = await mistakes.do_close(session, turn.person.id, number, turn.now)
    if mistake is not None and reporter is not None:
        language, address = reporter
        t = Phrases(language)
        record = turn.services.knowledge.record(mistake.record)
        name = record.names.best(language)[0] if record else mistake.record
        words = t("An editor has looked at the mistake that you reported in “{record}”. Thank you!", record=name)
        show_again = Button(
            t.p("button", "📄 The answer"), "answer.show", {"record": mistake.record, "facet": mistake.facet}
        )
        await turn.services.outbox.tell(
            session, address, [Reply(words, ((show_again,),))], turn.now, key=f"mistake:{number}"
        )
    t = turn.t
    said = t("Closed. Thank you.") if new else t("This was closed already.")
    turn.say(said, ((Button(t.p("button", "‹ Back"), "mistakes.list"), home_button(t)),), edit=True)
