"""Shows answers: with what leads on, what people think of it, and the way to a person.

answer → [More] [next questions] [👍 👎] [Ask a person]
Ask a person → may staff write to you? → passed on
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.conversation import Button, Json, Rows, Turn, packed, rows
from bot.observe import metrics
from bot.routing import Routes
from bot.services import answers as kept
from handlers.menu import home_button, home_buttons, pressed, way_back
from handlers.records import gone
from handlers.service_hours import with_hours
from knowledge.answers import Answer, Choice
from knowledge.language import Language
from knowledge.phrases import Phrases
from knowledge.search import Context
from knowledge.vocabulary import Kind

routes = Routes()


async def show(
    turn: Turn,
    answer: Answer,
    question: str,
    *,
    edit: bool = False,
    facets: Rows = (),
    way_on: Rows = (),
    chosen_from: int | None = None,
) -> None:
    """Says the answer, keeps it, and remembers what it was about.

    `facets` are buttons for the same record's other facts, in place of the suggested ones; `way_on` the last row.
    """
    metrics.answers.labels(answer.outcome, answer.language.value).inc()
    turn.dialog.context = remember(answer.context, turn.now)
    t = Phrases(answer.language)
    if answer.outcome == "smalltalk":
        turn.say(answer.short, home_buttons(t))
        return
    session = await turn.transaction()
    number = await kept.record(session, turn.person, question, answer, turn.now, chosen_from=chosen_from)
    way_on = (*_follow_button(turn, t, answer.record), *(way_on or ((home_button(t),),)))
    turn.say(answer.short, _buttons(t, answer, number, facets) + way_on, edit=edit)


def _follow_button(turn: Turn, t: Phrases, record: str | None) -> Rows:
    if record is None:
        return ()
    if is_series(turn, record):
        label = t.p("button", "🔔 Tell me when the dates are announced")
        return ((Button(label, "events.follow", {"series": record}),),)
    return ((Button(t.p("button", "🔔 Follow"), "follow.toggle", {"record": record}),),)


def is_series(turn: Turn, record: str | None) -> bool:
    found = turn.services.knowledge.record(record) if record else None
    return found is not None and found.kind is Kind.EVENT


async def show_record(
    turn: Turn,
    record: str,
    facet: str = "",
    *,
    edit: bool = False,
    back: tuple[str, Json] | None = None,
    language: Language | None = None,
) -> bool:
    """Answers a tap on a record; False when it is not published (any more).

    `back` is the list that it was chosen from: the record then offers all its facts, and the way back. `language`:
    not the person's own.
    """
    knowledge = turn.services.knowledge
    if knowledge.record(record) is None:
        return False
    known = knowledge.facets_of(record)
    shown = facet if facet in known or not known else known[0]
    answer = knowledge.answer(record, shown, language or turn.person.language, turn.now.date())
    if back is None:
        await show(turn, answer, "", edit=edit)
        return True
    facets = [
        Button(
            knowledge.facet_name(other, turn.person.language),
            "answer.card",
            {"record": record, "facet": other, "back": list(back)},
        )
        for other in known
        if other != shown
    ]
    await show(turn, answer, "", edit=edit, facets=rows(facets, 2), way_on=way_back(turn.t, *back))
    return True


@routes.button("answer.card")
async def card(turn: Turn) -> None:
    """Another fact of a record that was chosen from a list."""
    action, data = pressed(turn, "back")
    if not await show_record(turn, pressed(turn, "record"), pressed(turn, "facet"), edit=True, back=(action, data)):
        gone(turn)


def _buttons(t: Phrases, answer: Answer, number: int, facets: Rows) -> Rows:
    found: Rows = ()
    if answer.full is not None:
        more = {"answer": number, "draft": answer.draft}
        found += ((Button(t.p("button", "Read more"), "answer.more", more),),)
    suggestions = [s for s in answer.suggestions if not facets or s.record != answer.record]
    found += facets + packed([_choice(choice, number) for choice in (*answer.choices, *suggestions)])
    if answer.outcome == "answer":
        found += (_opinions(number),)
    return found + packed(_to_people(t, number, draft=answer.draft))


def _to_people(t: Phrases, number: int, *, draft: bool) -> list[Button]:
    """The ways from an answer to people: to staff, and about a draft translation to its editors."""
    here = {"answer": number}
    report = [Button(t.p("button", "✏️ Report a mistake"), "mistake.begin", here)] if draft else []
    return [Button(t.p("button", "🙋 Ask a person"), "answer.person", here), *report]


def _opinions(number: int) -> tuple[Button, ...]:
    return tuple(
        Button(sign, "answer.rate", {"answer": number, "useful": useful})
        for sign, useful in (("👍", True), ("👎", False))
    )


def _choice(choice: Choice, number: int) -> Button:
    return Button(choice.label, "answer.show", {"record": choice.record, "facet": choice.facet, "from": number})


@routes.button("answer.show")
async def follow(turn: Turn) -> None:
    """A next question, or one of "did you mean": the chosen one is kept with the words that led to it."""
    knowledge, record = turn.services.knowledge, pressed(turn, "record")
    if knowledge.record(record) is None:
        gone(turn)
        return
    session = await turn.transaction()
    origin = await kept.own(session, turn.person, pressed(turn, "from", 0))
    offered = origin is not None and origin.outcome == "choices"
    question, chosen_from = (origin.question, origin.id) if origin and offered else ("", None)
    language = Language(origin.language) if origin else turn.person.language
    answer = knowledge.answer(record, pressed(turn, "facet"), language, turn.now.date())
    await show(turn, answer, question, chosen_from=chosen_from)


@routes.button("answer.more")
async def more(turn: Turn) -> None:
    session = await turn.transaction()
    row = await kept.own(session, turn.person, pressed(turn, "answer"))
    if row is None:
        turn.say(turn.t("I no longer have this answer. Please ask me again."), ((home_button(turn.t),),))
        return
    t = Phrases(Language(row.language))
    people = packed([*_to_people(t, row.id, draft=bool(pressed(turn, "draft"))), home_button(t)])
    # our own rendering, escaped when it was made
    turn.say(Markup(row.text), (_opinions(row.id), *people), edit=True)  # noqa: S704


@routes.button("answer.rate")
async def rate(turn: Turn) -> None:
    session = await turn.transaction()
    number, useful = pressed(turn, "answer"), bool(pressed(turn, "useful"))
    if not await kept.rate(session, turn.person, number, useful):
        turn.say(turn.t("I no longer have this answer. Please ask me again."))
    elif useful:
        turn.say(turn.t("Thank you, good to know."))
    else:
        person = Button(turn.t.p("button", "🙋 Ask a person"), "answer.person", {"answer": number})
        turn.say(turn.t("Thank you for telling me. Shall a person look at your question?"), ((person,),))


@routes.button("answer.person")
async def ask_consent(turn: Turn) -> None:
    number = pressed(turn, "answer")
    t = turn.t
    turn.say(
        t("I can pass your question to our staff. May they write to you here with the answer?"),
        rows(
            [
                Button(t.p("button", "Yes, write to me"), "answer.hand_over", {"answer": number, "contact": True}),
                Button(
                    t.p("button", "Pass it on, but don't write"),
                    "answer.hand_over",
                    {"answer": number, "contact": False},
                ),
                home_button(t),
            ]
        ),
    )


@routes.button("answer.hand_over")
async def hand_over(turn: Turn) -> None:
    session = await turn.transaction()
    row = await kept.own(session, turn.person, pressed(turn, "answer"))
    if row is None:
        turn.say(turn.t("I no longer have this question. Please write it again."))
        return
    contact = bool(pressed(turn, "contact"))
    new = await kept.hand_over(session, turn.person, row, turn.dialog.context, may_contact=contact, now=turn.now)
    if not new:
        turn.say(turn.t("Your question is already with our staff."), edit=True)
    elif contact:
        turn.say(with_hours(turn, turn.t("Passed on. A person will read it and write to you here.")), edit=True)
    else:
        turn.say(turn.t("Passed on. Thank you: it helps us to know what is missing."), edit=True)


# -- what the conversation was about


def remember(context: Context, now: datetime) -> Json:
    """The context as it is kept with the person."""
    return {
        "record": context.record,
        "facet": context.facet,
        "country": context.country,
        "goods": context.goods,
        "candidates": [list(pair) for pair in context.candidates],
        "language": context.language.value if context.language else None,
        "at": now.isoformat(),
    }


def recall(kept_context: dict[str, Any], now: datetime) -> Context | None:
    """The context as the search takes it; None when nothing was asked yet."""
    if not kept_context:
        return None
    return Context(
        record=kept_context.get("record"),
        facet=kept_context.get("facet"),
        country=kept_context.get("country"),
        goods=kept_context.get("goods"),
        candidates=tuple((record, facet) for record, facet in kept_context.get("candidates", ())),
        age_seconds=(now - datetime.fromisoformat(kept_context["at"])).total_seconds(),
        language=Language(kept_context["language"]) if kept_context.get("language") else None,
    )
