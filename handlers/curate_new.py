"""A new article or procedure: one form, whose kind says what is asked.

curate → new … | question in vain → make an article → the form → draft → (see curate.py, review.py)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from bot.conversation import Button, Json, Turn
from bot.forms import Answers, Field, Form, Option, open_form
from bot.routing import Routes
from bot.services import curating, vain
from handlers.broadcast import split_languages
from handlers.curate import keep_source
from handlers.event_form import options_of
from handlers.menu import COUNTRIES, PAGE, by_country, country_label, pressed
from handlers.staff import may, staff_only
from handlers.typed import cut
from knowledge import curate as records
from knowledge.answers.words import DIRECTIONS
from knowledge.language import Language
from knowledge.phrases import N_, Phrases

routes = Routes()

NEW = "curate.new"
QUESTIONS = 3
ASKED: Mapping[str, Sequence[str]] = {
    "article": ("name", "overview", "questions"),
    "procedure": (
        *("country", "topic", "direction", "name", "overview", "steps", "documents", "agency", "source", "date"),
        "questions",
    ),
}
LABELS = {
    "country": N_("Country"),
    "topic": N_("Topic"),
    "direction": N_("Direction"),
    "name": N_("Name"),
    "overview": N_("What it is about"),
    "steps": N_("Steps"),
    "documents": N_("Documents"),
    "agency": N_("Office"),
    "source": N_("Source"),
    "date": N_("Date of the source"),
    "questions": N_("Questions"),
}


@routes.button(NEW)
@staff_only("curate.edit")
async def ask(turn: Turn) -> None:
    kind, knowledge, language = str(pressed(turn, "kind")), turn.services.knowledge, turn.person.language
    data: Json = {"kind": kind, "askers": list(pressed(turn, "ids", ())), "asked": await _asked(turn)}
    if "topic" in ASKED[kind]:
        data["topics"] = [[id_, knowledge.topic_name(id_, language)] for id_ in knowledge.content.topics]
    open_form(turn, make(data), data=data)


async def _asked(turn: Turn) -> list[list[str]]:
    """What was asked in vain, each with its language."""
    found = await vain.find(await turn.transaction(), pressed(turn, "ids", ()))
    asked = [[row.question, row.language] for row in found]
    if not asked and pressed(turn, "first"):  # asked, but nobody waits for the answer
        asked = [[str(pressed(turn, "first")), str(pressed(turn, "language"))]]
    return asked


def make(data: Json) -> Form:
    async def done(turn: Turn, answers: Answers) -> None:
        await _draft(turn, data, answers)

    fields = _fields(data)
    return Form(NEW, tuple(fields[name] for name in ASKED[data["kind"]]), done, review=True, labels=LABELS)


routes.form_from(NEW, make)


def _fields(data: Json) -> dict[str, Field]:
    topics = [Option(id_, label) for id_, label in data.get("topics", ())]
    missing = QUESTIONS - len(data["asked"])
    fields = (
        Field("country", N_("Of which country is it?"), _countries),
        Field("topic", N_("Which topic is it about?"), lambda t: topics, page=PAGE, width=1),
        Field("direction", N_("For goods that come in, go out, or pass through?"), options_of(DIRECTIONS)),
        _texts(
            "name",
            N_(
                "What is it called? English first; then, if you like, other languages, each after its code on a line "
                "of its own, e.g. [lo]."
            ),
        ),
        _texts("overview", N_("What is it about? Write it as people shall read it, in the same way.")),
        _texts("steps", N_("Which steps are there? One a line, in order; skip it when none are known."), _uneven),
        _texts("documents", N_("Which documents are needed? One a line; skip it when none are known."), _uneven),
        _texts("agency", N_("Which office is in charge?")),
        Field("source", N_("Where does it stand? Write: title | publisher | link"), kind="texts", check=_no_source),
        Field("date", N_("Of which date is that source?"), kind="date"),
        Field(
            "questions",
            N_(
                "Write at least three questions that people would type, one a line; in other languages after their "
                "code. They find it by these."
            ),
            kind="texts", optional=missing <= 0, check=partial(_too_few, missing),
        ),
    )  # fmt: skip
    return {field.id: field for field in fields}


def _countries(t: Phrases) -> Sequence[Option]:
    return [Option(code, country_label(t, code)) for code in by_country(t, (*COUNTRIES, "regional"))]


def _texts(name: str, prompt: str, check: Callable[[str], str | None] | None = None) -> Field:
    return Field(name, prompt, kind="texts", optional=check is _uneven, check=check or _no_english)


# -- what will not do, as a message id


def _no_english(text: str) -> str | None:
    if "en" in split_languages(text, Language.EN):
        return None
    return N_("The English text is missing. Please write it first, then the other languages after their codes.")


def _uneven(text: str) -> str | None:
    """Lists are matched line by line."""
    if (problem := _no_english(text)) is not None:
        return problem
    if len({len(lines) for lines in _lines(text).values()}) == 1:
        return None
    return N_("Each language needs as many lines as the English text, in the same order.")


def _no_source(text: str) -> str | None:
    title, _, rest = cut(text, "|")
    return None if title and cut(rest, "|")[0] else N_("Please write at least title and publisher, with “|” between.")


def _too_few(missing: int, text: str) -> str | None:
    if sum(map(len, _questions(text).values())) >= missing:
        return None
    return N_("At least three questions that people would type are needed, one a line.")


def _lines(text: str) -> dict[str, list[str]]:
    return {
        language: [line.strip() for line in words.splitlines() if line.strip()]
        for language, words in split_languages(text, Language.EN).items()
    }


def _questions(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for language, lines in _lines(text).items():
        asked = [line.lstrip("?？").strip() for line in lines]
        found[language] = [one for one in dict.fromkeys(asked) if one]
    return found


# -- the draft


async def _draft(turn: Turn, data: Json, answers: Answers) -> None:
    if not await may(turn, "curate.edit"):
        return
    session, t = await turn.transaction(), turn.t
    body = await _body(turn, data, answers)
    try:
        records.check(body)
    except records.BadRecord as error:
        turn.say(t("That does not work yet: {reason}", reason=str(error)))
        open_form(turn, make(data), data=data, at_review=True, **answers)
        return
    row = await curating.do_draft(session, turn.person.id, body["id"], turn.now, body, askers=data["askers"])
    await curating.do_change(session, turn.person.id, row, {}, turn.now)
    button = Button(t.p("button", "Look at the draft"), "curate.draft", {"proposal": row.id})
    turn.say(t("The draft is ready. Look at it, then hand it to a second person."), ((button,),))


async def _body(turn: Turn, data: Json, answers: Answers) -> Json:
    overview = {"text": split_languages(answers["overview"], Language.EN), "questions": _found_by(data, answers)}
    body: Json = {
        "id": f"desk-{turn.now:%Y%m%d%H%M%S}-{turn.person.id}",
        "kind": "note",
        "country": "regional",
        "names": _in_a_line(answers["name"]),
        "note_kind": "desk",
        "facets": {"overview": overview},
        "confidence": "design",
        "checked_on": turn.now.date().isoformat(),
    }
    return body if data["kind"] == "article" else await _procedure(turn, body, answers)


async def _procedure(turn: Turn, body: Json, answers: Answers) -> Json:
    """With what only a procedure has; all of it stands on its source."""
    topic = turn.services.knowledge.content.topics.get(answers["topic"])
    lists = {name: {"items": _items(answers[name])} for name in ("documents", "steps") if name in answers}
    body.pop("note_kind")
    return {
        **body,
        "kind": "procedure",
        "country": answers["country"],
        "topic": answers["topic"],
        "direction": answers["direction"],
        "agency": {"name": _in_a_line(answers["agency"])},
        "facets": {**body["facets"], **lists},
        "sources": [await keep_source(turn, answers["source"], answers["date"])],
        "confidence": "sourced",
        "as_of": answers["date"],
        **({"fast_moving": True} if topic is not None and topic.fast_moving else {}),
    }


def _in_a_line(text: str) -> dict[str, str]:
    return {language: " ".join(lines) for language, lines in _lines(text).items()}


def _items(text: str) -> list[dict[str, Any]]:
    lines = _lines(text)
    return [{"text": dict(zip(lines, words, strict=True))} for words in zip(*lines.values(), strict=True)]


def _found_by(data: Json, answers: Answers) -> dict[str, list[str]]:
    """By what the editor wrote, and by what was asked in vain."""
    questions = _questions(answers.get("questions", ""))
    for question, language in data["asked"]:
        held = questions.setdefault(language, [])
        if question not in held:
            held.append(question)
    return questions
