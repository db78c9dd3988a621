"""A change on its way to everybody, and a record's past.

draft → quality gate (the evaluation questions that touch the record) → in review → a second person publishes, or
overrules what would break → followers and askers are told
history → difference → restore (as a draft)
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from bot.conversation import Button, Reply, Turn, rows
from bot.routing import Routes
from bot.services import curating
from handlers.curate import REASONS, change_lines, show_draft
from handlers.menu import page_of, pressed
from handlers.staff import ask_others, staff_button, staff_only
from handlers.telling import published
from knowledge import curate as records
from knowledge import gate
from knowledge.curate import Body
from knowledge.phrases import Phrases

routes = Routes()

SHOWN = 10


@routes.button("review.submit")
@staff_only("curate.edit")
async def submit(turn: Turn) -> None:
    t, number = turn.t, int(pressed(turn, "proposal"))
    try:
        session = await turn.reading()
        draft = await curating.find(session, number)
        body, base = draft.body, draft.base
        (broken,) = await would_break(turn, [(json.loads(body), base is None)])  # seconds: nothing is written meanwhile
        session = await turn.transaction()
        row = await curating.find(session, number)
        if row.body != body:
            raise curating.Refused("changed")
        await curating.do_submit(session, turn.person.id, row, broken, turn.now)
    except curating.Refused as refused:
        turn.say(t(REASONS[str(refused)]), ((staff_button(t),),))
        return
    asked = await _ask_others(turn, row)
    lines = [t.n("Handed over: {count} person can review it.", "Handed over: {count} people can review it.", asked)]
    lines += broken_lines(t, broken)
    turn.say(Markup("\n").join(lines), ((staff_button(t),),))


async def would_break(turn: Turn, drafts: Sequence[tuple[Body, bool]]) -> list[list[str]]:
    """What the quality gate finds for each draft, all of them published together; (body, is it new?)."""
    knowledge = turn.services.knowledge
    tried = [(records.check(body), new) for body, new in drafts]

    def run() -> list[list[str]]:
        before, after = knowledge.index, knowledge.trial([record for record, _ in tried])
        asked = [(gate.questions_on(record, knowledge.content), new) for record, new in tried]
        return [gate.unfound(after, rows) if new else gate.broken_by(before, after, rows) for rows, new in asked]

    return await asyncio.to_thread(run)


def broken_lines(t: Phrases, broken: Sequence[str]) -> list[Markup]:
    """The questions that would lose their answer, for people."""
    if not broken:
        return []
    head = t("These questions would not find their answer any more:")
    return [head, *(Markup("• {}").format(question) for question in broken[:SHOWN])]


async def _ask_others(turn: Turn, row: Any) -> int:
    def ask(t: Phrases) -> Reply:
        button = Button(t.p("button", "Look at it"), "review.open", {"proposal": row.id})
        return Reply(t("A change of {record} waits for your review.", record=row.record_id), ((button,),))

    return await ask_others(turn, "curate.review", ask, f"review:{row.id}")


@routes.button("review.discard")
@staff_only("curate.edit")
async def discard(turn: Turn) -> None:
    session = await turn.transaction()
    try:
        row = await curating.find(session, int(pressed(turn, "proposal")))
        await curating.do_discard(session, turn.person.id, row, turn.now)
    except curating.Refused as refused:
        turn.say(turn.t(REASONS[str(refused)]), ((staff_button(turn.t),),))
        return
    turn.say(turn.t("Discarded. Nothing was changed."), ((staff_button(turn.t),),))


@routes.command("review")
@routes.button("curate.reviews")
@staff_only("curate.review")
async def list_(turn: Turn) -> None:
    t, found = turn.t, await curating.reviews(await turn.transaction())
    buttons = [Button(row.record_id, "review.open", {"proposal": row.id}) for row in found]
    text = t.n("{count} change waits for a review.", "{count} changes wait for a review.", len(found))
    shown = page_of(t, buttons, pressed(turn, "page", 0), "curate.reviews", {})
    turn.say(text, (*shown, (staff_button(t),)), edit=True)


@routes.button("review.open")
@staff_only("curate.review")
async def open_(turn: Turn) -> None:
    session, t = await turn.transaction(), turn.t
    try:
        row = await curating.find(session, int(pressed(turn, "proposal")))
    except curating.Refused as refused:
        turn.say(t(REASONS[str(refused)]))
        return
    held = await records.published(session, row.record_id)
    changes = records.difference(held[0] if held else {}, json.loads(row.body))
    lines = [t("Proposed change of {record} by person {author}:", record=row.record_id, author=row.author_id or "–")]
    lines += change_lines(t, changes)
    lines += broken_lines(t, row.broken)
    where = {"proposal": row.id}
    publish = t.p("button", "Publish all the same") if row.broken else t.p("button", "Publish")
    buttons = [
        Button(publish, "review.publish", {**where, "overrule": bool(row.broken)}),
        Button(t.p("button", "👁 Preview"), "curate.preview", where),
        Button(t.p("button", "Reject"), "review.discard", where),
        staff_button(t),
    ]
    turn.say(Markup("\n").join(lines), rows(buttons, 2), edit=True)


@routes.button("review.publish")
@staff_only("curate.review")
async def publish(turn: Turn) -> None:
    session, t, number = await turn.transaction(), turn.t, int(pressed(turn, "proposal"))
    overrule = bool(pressed(turn, "overrule"))
    try:
        row = await curating.find(session, number)
        changes = await curating.do_publish(session, turn.person.id, row, turn.now, overrule=overrule)
    except curating.Refused as refused:
        turn.say(t(REASONS[str(refused)]), ((staff_button(t),),))
        return
    except curating.Conflict as conflict:
        turn.say(
            t("Somebody published another version (revision {number}) meanwhile. Please make the change anew.",
              number=conflict.number or "–"),
            ((staff_button(t),),),
        )  # fmt: skip
        return
    record = records.check(json.loads(row.body))
    await published(session, turn.services, record, changes, row.id, row.askers)
    turn.say(t("Published. Everybody is answered with it within two seconds."), ((staff_button(t),),), edit=True)


# -- the past


@routes.button("curate.history")
@staff_only("curate.edit")
async def history(turn: Turn) -> None:
    t, record = turn.t, str(pressed(turn, "record"))
    versions = await records.history(await turn.transaction(), record)
    lines, buttons = [t("History of {record}:", record=record)], []
    for one in versions[:SHOWN]:
        mark = "●" if one.published else "○"
        when = t.moment(one.at, turn.services.settings.zone)
        lines.append(t("{mark} {number}: {author}, {time}", mark=mark, number=one.number, author=one.author, time=when))
        if not one.published:
            where = {"record": record, "number": one.number}
            buttons.append(Button(t.p("button", "Difference to {number}", number=one.number), "curate.diff", where))
            buttons.append(Button(t.p("button", "Restore {number}", number=one.number), "curate.restore", where))
    back = Button(t.p("button", "‹ Back"), "curate.open", {"record": record})
    turn.say(Markup("\n").join(lines), (*rows(buttons, 2), (back,)), edit=True)


@routes.button("curate.diff")
@staff_only("curate.edit")
async def diff(turn: Turn) -> None:
    session, record, number = await turn.transaction(), str(pressed(turn, "record")), int(pressed(turn, "number"))
    held = await records.published(session, record)
    changes = await curating.changes_between(session, record, number, held[1] if held else 0)
    lines = [turn.t("From version {number} to what is published:", number=number)]
    lines += change_lines(turn.t, changes)
    back = Button(turn.t.p("button", "‹ Back"), "curate.history", {"record": record})
    turn.say(Markup("\n").join(lines), ((back,),))


@routes.button("curate.restore")
@staff_only("curate.restore")
async def restore(turn: Turn) -> None:
    session = await turn.transaction()
    try:
        row = await curating.do_restore(
            session, turn.person.id, str(pressed(turn, "record")), int(pressed(turn, "number")), turn.now
        )
    except curating.Refused as refused:
        turn.say(turn.t(REASONS[str(refused)]))
        return
    await show_draft(turn, row.id)
