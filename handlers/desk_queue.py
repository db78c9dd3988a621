"""Questions asked in vain.

queue → groups with counts → a group: who asks what, in which language, about what → answer (one or all) | make an
article | add the wording to a record that has the answer | not for us
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from markupsafe import Markup

from bot.conversation import Button, Reply, Turn, rows
from bot.routing import Routes
from bot.services import curating, people, vain
from handlers.broadcast import split_languages
from handlers.menu import page_of, pressed
from handlers.staff import staff_button, staff_only
from handlers.typed import cut
from knowledge.answers.words import facet_name
from knowledge.language import Language
from knowledge.phrases import Phrases
from knowledge.records import Record
from knowledge.vocabulary import FacetName

routes = Routes()

SHOWN, CARRIED, LABEL = 12, 60, 48


@routes.command("queue")
@routes.button("queue.list")
@staff_only("queue.read")
async def list_(turn: Turn) -> None:
    t = turn.t
    session = await turn.reading()
    asked = await vain.waiting(session, turn.person.id, turn.now)
    embedder = turn.services.knowledge.index.embedder
    groups = await asyncio.to_thread(vain.grouped, asked, vain.remembering(embedder.questions) if embedder else None)
    if not groups:
        turn.say(t("No question waits. Well done."), ((staff_button(t),),), edit=True)
        return
    buttons = [_group_button(group) for group in groups]
    waiting = sum(one.handover is not None for one in asked)
    text = t.n("{count} question waits for a person.", "{count} questions wait for a person.", waiting)
    turn.say(text, (*page_of(t, buttons, pressed(turn, "page", 0), "queue.list", {}), (staff_button(t),)), edit=True)


def _group_button(group: Sequence[vain.Asked]) -> Button:
    words = group[0].question
    label = Markup("{}× {}").format(len(group), words if len(words) <= LABEL else f"{words[: LABEL - 1]}…")
    return Button(label, "queue.open", {"ids": _ids(group), "first": words[:300], "language": group[0].language})


def _ids(group: Sequence[vain.Asked]) -> list[int]:
    return [one.handover for one in group if one.handover is not None][:CARRIED]


@routes.button("queue.open")
@staff_only("queue.read")
async def open_(turn: Turn) -> None:
    t, ids = turn.t, list(pressed(turn, "ids"))
    found = await vain.find(await turn.transaction(), ids)
    lines = [t("Asked in vain:")]
    if not found:
        lines.append(Markup("• {}").format(pressed(turn, "first")))
    for row in found[:SHOWN]:
        about = turn.services.knowledge.record(str((row.context or {}).get("record") or ""))
        name = turn.services.knowledge.name(about, turn.person.language) if about else "–"
        contact = t("wants an answer") if row.may_contact else t("no answer wanted")
        lines.append(
            t(
                "• {question} ({language}; earlier topic: {topic}; {contact})",
                question=row.question,
                language=Language(row.language).endonym,
                topic=name,
                contact=contact,
            )
        )
    data = {"ids": ids, "first": pressed(turn, "first"), "language": pressed(turn, "language")}
    buttons = [Button(t.p("button", "Answer all"), "queue.answer", data)] if found else []
    if len(found) > 1:
        buttons += [
            Button(
                Markup("{} {}").format(t.p("button", "Answer only:"), row.question[:30]),
                "queue.answer",
                {**data, "ids": [row.id]},
            )
            for row in found[:SHOWN]
        ]
    buttons += [
        Button(t.p("button", "Make an article"), "curate.new", {**data, "kind": "article"}),
        Button(t.p("button", "Add the wording to a record"), "queue.alias", data),
        Button(t.p("button", "Not for us"), "queue.close", data),
        Button(t.p("button", "‹ Back"), "queue.list"),
    ]
    turn.say(Markup("\n").join(lines), rows(buttons), edit=True)


@routes.button("queue.answer")
@staff_only("queue.answer")
async def ask_answer(turn: Turn) -> None:
    turn.expect("queue.answer", ids=pressed(turn, "ids"))
    turn.say(
        turn.t("Write the answer. In several languages: each after its code on a line of its own, e.g. [en], [my].")
    )


@routes.expected("queue.answer")
@staff_only("queue.answer")
async def answer(turn: Turn) -> None:
    session, text = await turn.transaction(), turn.incoming.text.strip()
    texts = split_languages(text, turn.person.language)
    if not texts:
        turn.expect("queue.answer", ids=turn.expected["ids"])
        turn.say(turn.t("Please write some words."))
        return
    told = 0
    for row in await vain.do_answer(session, turn.person.id, turn.expected["ids"], text, turn.now):
        address = await people.address_of(session, int(row.person_id or 0))
        if address is None:
            continue
        t = Phrases(Language(row.language))
        words = texts.get(row.language) or next(iter(texts.values()))
        said = t("You asked: “{question}”\n\nOur staff answer:\n{answer}", question=row.question, answer=words)
        person = Button(t.p("button", "💬 Write to our staff"), "live.open")
        reply = Reply(said, ((person,),))
        told += await turn.services.outbox.tell(session, address, [reply], turn.now, key=f"vain:{row.id}:answer")
    turn.say(
        turn.t.n("{count} person is being told.", "{count} people are being told.", told),
        ((Button(turn.t.p("button", "‹ Questions"), "queue.list"), staff_button(turn.t)),),
    )


@routes.button("queue.close")
@staff_only("queue.answer")
async def close(turn: Turn) -> None:
    await vain.do_close(await turn.transaction(), turn.person.id, pressed(turn, "ids"), turn.now)
    await list_(turn)


# -- becomes knowledge


@routes.button("queue.alias")
@staff_only("queue.alias")
async def ask_alias(turn: Turn) -> None:
    data = {key: pressed(turn, key) for key in ("ids", "first", "language")}
    turn.expect("queue.alias", **data)
    turn.say(
        turn.t("Which record has the answer? Write its name or id, and after a “/” the facet, e.g. la-savan-park/fee.")
    )


def _is_called(record: Record, name: str) -> bool:
    return any(words.casefold() == name.casefold() for _, words in record.names.items())


def _is_meant(facet: FacetName, words: str) -> bool:
    names = (facet_name(facet, Phrases(language)) for language in Language)
    return words.casefold() in {facet.value, *(name.casefold() for name in names)}


@routes.expected("queue.alias")
@staff_only("queue.alias")
async def alias(turn: Turn) -> None:
    """The wording goes to the facet's questions: found next time, after a second person's review."""
    session, data, knowledge = await turn.transaction(), turn.expected, turn.services.knowledge
    name, _, facet = cut(turn.incoming.text, "/")
    record = knowledge.record(name) or next(
        (one for one in knowledge.content.records.values() if _is_called(one, name)), None
    )
    known = list(record.facets) if record else []
    wanted = next((one for one in known if _is_meant(one, facet)), known[0] if known and not facet else None)
    if record is None or wanted is None:
        turn.expect("queue.alias", **{key: data[key] for key in ("ids", "first", "language")})
        turn.say(turn.t("I don't know this record or facet. Please write it again, or /cancel."))
        return
    found = await vain.find(session, data["ids"])
    asked = [(row.question, row.language) for row in found] or [(str(data["first"]), str(data["language"]))]
    row = await curating.do_draft(session, turn.person.id, record.id, turn.now)
    row.askers = sorted({*row.askers, *data["ids"]})
    drafted = (
        json.loads(row.body).get("facets", {}).get(wanted.value, {}).get("questions", {})
    )  # with what was added before
    together: dict[str, list[str]] = {language: list(many) for language, many in drafted.items()}
    for question, language in asked:
        held = together.setdefault(language, [])
        if question not in held:
            held.append(question)
    change = {f"facets.{wanted.value}.questions": together}
    await curating.do_change(session, turn.person.id, row, change, turn.now)
    button = Button(turn.t.p("button", "Look at the draft"), "curate.draft", {"proposal": row.id})
    turn.say(turn.t("Added. Look at it, then hand it to a second person."), ((button,),))
