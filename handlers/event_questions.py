"""Staff: what an event's form asks.

[Questions] → a question → [Earlier] [Later] [Needed / may be skipped] [Words in a language] [Remove]
            → [Add a usual one] → which
            → [Add an own one] → kind → words → (choices) → needed?
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from bot.conversation import Button, Json, Turn, rows
from bot.event_words import headline, lines, refusal
from bot.forms import Answers, Field, Form, open_form
from bot.routing import Routes
from bot.services.events import model, staff
from bot.services.events.model import Event, OwnField, Refused
from handlers.event_form import STANDARD, YES_NO, languages, options_of
from handlers.event_staff import chosen_event
from handlers.menu import pressed
from handlers.staff import may
from knowledge.phrases import N_, Phrases
from knowledge.texts import Text

routes = Routes()
OWN, WORDS = "event_question", "event_question_words"
ALWAYS = "full_name"
MOST = 20
KINDS = {
    "text": N_("A few words"),
    "choice": N_("One of several choices"),
    "multi": N_("Any of several choices"),
    "number": N_("A number"),
    "date": N_("A day"),
    "phone": N_("A phone number"),
    "email": N_("An e-mail address"),
    "consent": N_("Yes or no"),
}
WITH_CHOICES = ("choice", "multi")


@routes.button("questions.list")
async def listed(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is not None:
        say_list(turn, event)


def say_list(turn: Turn, event: Event) -> None:
    t, here = turn.t, {"event": event.id}
    text = [headline(t, event), t("The form asks, in this order:")]
    for number, spec in enumerate(event.details.fields, 1):
        needed = t("may be skipped") if spec.optional else t("needed")
        text.append(
            t("{number}. {question} ({needed})", number=t.number(number), question=words(t, spec), needed=needed)
        )
    buttons = [
        Button(f"{number}. {words(t, spec).unescape()}"[:60], "questions.show", {**here, "question": spec.id})
        for number, spec in enumerate(event.details.fields, 1)
    ]
    ways = [
        Button(t.p("button", "➕ A usual question"), "questions.usual", here),
        Button(t.p("button", "➕ An own question"), "questions.own", here),
        Button(t.p("button", "‹ Back"), "manage.show", here),
    ]
    turn.say(lines(text), (*rows(buttons, 2), *rows(ways, 2)), edit=True)


def words(t: Phrases, spec: OwnField) -> Markup:
    """The question's short name."""
    if spec.label is None and spec.id in STANDARD:
        return t(STANDARD[spec.id][1])
    return Markup("{}").format(spec.label.best(t.language)[0] if spec.label else spec.id)


async def _chosen(turn: Turn) -> tuple[Event, int] | None:
    """The event and the pressed question's place in its form."""
    event = await chosen_event(turn)
    if event is None:
        return None
    ids = [spec.id for spec in event.details.fields]
    if pressed(turn, "question") not in ids:
        say_list(turn, event)
        return None
    return event, ids.index(pressed(turn, "question"))


@routes.button("questions.show")
async def show(turn: Turn) -> None:
    if found := await _chosen(turn):
        say_question(turn, *found)


def say_question(turn: Turn, event: Event, at: int) -> None:
    t, spec = turn.t, event.details.fields[at]
    here = {"event": event.id, "question": spec.id}
    usual = spec.label is None and spec.id in STANDARD
    kind = t("one of the usual questions") if usual else t(KINDS[spec.kind])
    text = [headline(t, event), t("“{question}”: {kind}", question=words(t, spec), kind=kind)]
    if spec.label is not None:
        text += [
            t("{language}: {words}", language=language.endonym, words=said) for language, said in spec.label.items()
        ]
    text += [t("• {choice}", choice=label.best(t.language)[0]) for _, label in spec.options]
    buttons = []
    if at > 0:
        buttons.append(Button(t.p("button", "⬆ Earlier"), "questions.move", {**here, "by": -1}))
    if at < len(event.details.fields) - 1:
        buttons.append(Button(t.p("button", "⬇ Later"), "questions.move", {**here, "by": 1}))
    if spec.id != ALWAYS:
        label = t.p("button", "Make it needed") if spec.optional else t.p("button", "Let people skip it")
        buttons += [
            Button(label, "questions.optional", here),
            Button(t.p("button", "🗑 Remove"), "questions.remove", here),
        ]
    if not usual:
        buttons.append(Button(t.p("button", "🌐 In another language"), "questions.words", here))
    back = Button(t.p("button", "‹ Back"), "questions.list", {"event": event.id})
    turn.say(lines(text), (*rows(buttons, 2), (back,)), edit=True)


@routes.button("questions.move", "questions.optional", "questions.remove")
async def act(turn: Turn) -> None:
    found = await _chosen(turn)
    if found is None or turn.pressed is None:
        return
    (event, at), specs = found, list(found[0].details.fields)
    match turn.pressed.action:
        case "questions.move":
            to = at + int(pressed(turn, "by", 0))
            if 0 <= to < len(specs):
                specs[at], specs[to] = specs[to], specs[at]
        case "questions.optional":
            specs[at] = specs[at].model_copy(update={"optional": not specs[at].optional and specs[at].id != ALWAYS})
        case _:
            specs = [spec for spec in specs if spec.id != specs[at].id or spec.id == ALWAYS]
    if kept := await _keep(turn, event, specs):
        say_list(turn, kept)


async def _keep(turn: Turn, event: Event, specs: Sequence[OwnField]) -> Event | None:
    """The event with these questions; None when that is refused, which is said."""
    plain = [spec.model_dump(mode="json") for spec in specs]
    try:
        return await staff.do_change(await turn.transaction(), turn.person.id, event.id, {"fields": plain}, turn.now)
    except Refused as refused:
        turn.say(refusal(turn.t, refused.code))
        return None


# -- more questions


@routes.button("questions.usual")
async def choose_usual(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is None:
        return
    t, asked = turn.t, {spec.id for spec in event.details.fields}
    buttons = [
        Button(t(label), "questions.add", {"event": event.id, "usual": name})
        for name, (_, label) in STANDARD.items()
        if name not in asked
    ]
    back = Button(t.p("button", "‹ Back"), "questions.list", {"event": event.id})
    turn.say(t("Which question shall the form ask too?"), (*rows(buttons, 2), (back,)), edit=True)


@routes.button("questions.add")
async def add_usual(turn: Turn) -> None:
    event, name = await chosen_event(turn), pressed(turn, "usual")
    if event is None:
        return
    specs = event.details.fields
    if name in STANDARD and name not in {spec.id for spec in specs} and _has_room(turn, event):
        kept = await _keep(turn, event, [*specs, OwnField(id=name)])
        event = kept or event
    say_list(turn, event)


def _has_room(turn: Turn, event: Event) -> bool:
    if len(event.details.fields) < MOST:
        return True
    turn.say(turn.t("The form is long enough: nobody fills in more on a phone."))
    return False


@routes.button("questions.own")
async def begin_own(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is not None and _has_room(turn, event):
        data = {"event": event.id}
        open_form(turn, _own_form(data), data=data)


def choices_in(words: str) -> list[str]:
    """The choices that somebody typed, one a line or between semicolons."""
    return [part.strip() for line in words.splitlines() for part in line.replace("；", ";").split(";") if part.strip()]


def _choices_problem(words: str) -> str | None:
    choices = choices_in(words)
    if 2 <= len(choices) <= 12 and max(map(len, choices)) <= 60:
        return None
    return N_("Please write two to twelve short choices, with ; between them.")


def _own_form(data: Json) -> Form:
    async def done(turn: Turn, answers: Answers) -> None:
        if not await may(turn, "events.manage"):
            return
        event = await model.get(await turn.transaction(), data["event"])
        taken = {spec.id for spec in event.details.fields}
        name = next(f"own_{number}" for number in range(1, MOST * 5) if f"own_{number}" not in taken)
        options = tuple(
            (f"c{number}", Text(en=choice)) for number, choice in enumerate(choices_in(answers.get("choices", "")), 1)
        )
        spec = OwnField(
            id=name, kind=answers["kind"], label=Text(en=answers["label"]), options=options,
            optional=answers["needed"] == "no",
        )  # fmt: skip
        if kept := await _keep(turn, event, [*event.details.fields, spec]):
            say_question(turn, kept, len(kept.details.fields) - 1)

    return Form(
        OWN,
        (
            Field("kind", N_("What is the answer?"), options_of(KINDS)),
            Field("label", N_("The question, in English?"), kind="question"),
            Field(
                "choices", N_("The choices, in English, with ; between them?"), check=_choices_problem,
                when=lambda answers: answers.get("kind") in WITH_CHOICES,
            ),
            Field("needed", N_("Must everybody answer it?"), options_of(YES_NO)),
        ),
        done,
    )  # fmt: skip


routes.form_from(OWN, _own_form)


# -- in another language


@routes.button("questions.words")
async def begin_words(turn: Turn) -> None:
    if found := await _chosen(turn):
        event, at = found
        data = {
            "event": event.id,
            "question": event.details.fields[at].id,
            "choices": bool(event.details.fields[at].options),
        }
        open_form(turn, _words_form(data), data=data)


def _words_form(data: Json) -> Form:
    async def done(turn: Turn, answers: Answers) -> None:
        if not await may(turn, "events.manage"):
            return
        event = await model.get(await turn.transaction(), data["event"])
        specs = list(event.details.fields)
        at = next((at for at, spec in enumerate(specs) if spec.id == data["question"]), None)
        if at is None:
            say_list(turn, event)
            return
        spec, choices = specs[at], choices_in(answers.get("choices", ""))
        if spec.options and choices and len(choices) != len(spec.options):
            turn.say(turn.t("There are {count} choices; write as many, in the same order.", count=len(spec.options)))
            open_form(
                turn, _words_form(data), data=data, known=True, language=answers["language"], words=answers["words"]
            )
            return
        spoken = answers["language"]
        options = [
            (value, label.model_copy(update={spoken: choice}))
            for (value, label), choice in zip(spec.options, choices, strict=True)
        ] if choices else spec.options  # fmt: skip
        label = (spec.label or Text(en=spec.id)).model_copy(update={spoken: answers["words"]})
        specs[at] = spec.model_copy(update={"label": label, "options": tuple(options)})
        if kept := await _keep(turn, event, specs):
            say_question(turn, kept, at)

    return Form(
        WORDS,
        (
            Field("language", N_("In which language?"), languages),
            Field("words", N_("The question in that language?"), kind="question"),
            Field(
                "choices", N_("The choices in that language, in the same order, with ; between them?"),
                optional=True, when=lambda _: data["choices"],
            ),
        ),
        done,
    )  # fmt: skip


routes.form_from(WORDS, _words_form)
