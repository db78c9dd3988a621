"""Knowledge as files.

files → YAML | workbook → sent as a document
files → take one in → differences, conflicts and errors row by row → take it in: each record as a change in review
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from bot.conversation import Attachment, Button, Reply, Turn, rows
from bot.routing import Routes
from bot.services import audit, curating, roles
from handlers.menu import pressed
from handlers.review import broken_lines, would_break
from handlers.sent import content_of
from handlers.staff import ask_others, staff_button, staff_only
from knowledge import curate as records
from knowledge import exchange, packed
from knowledge.phrases import Phrases

routes = Routes()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 12


@routes.command("files")
@routes.button("exchange.menu")
@staff_only("exchange.export")
async def menu(turn: Turn) -> None:
    t = turn.t
    buttons = [
        Button(t.p("button", "Workbook (XLSX)"), "exchange.export", {"form": "xlsx"}),
        Button(t.p("button", "YAML"), "exchange.export", {"form": "yaml"}),
        Button(t.p("button", "Take a file in"), "exchange.ask"),
        staff_button(t),
    ]
    turn.say(t("All records as files, and back."), rows(buttons, 2), edit=True)


@routes.button("exchange.export")
@staff_only("exchange.export")
async def export(turn: Turn) -> None:
    form = str(pressed(turn, "form"))
    reading = await turn.reading()
    held = await records.everything(reading)
    make = exchange.to_workbook if form == "xlsx" else exchange.to_yaml
    content = await asyncio.to_thread(make, held)
    session = await turn.transaction()
    await audit.record(session, turn.person.id, "exchange.export", form, turn.now, after={"records": len(held)})
    name = f"mekong-desk-{turn.now:%Y-%m-%d}.{form}"
    turn.say(
        turn.t.n("{count} record.", "{count} records.", len(held)),
        attachment=Attachment(name, XLSX if form == "xlsx" else "application/yaml", content),
    )


@routes.button("exchange.ask")
@staff_only("exchange.import")
async def ask(turn: Turn) -> None:
    turn.expect("exchange.file")
    turn.say(turn.t("Send the workbook or YAML file now. I show what it changes before anything is taken in."))


@routes.expected("exchange.file")
@staff_only("exchange.import")
async def take(turn: Turn) -> None:
    """Fetches before the transaction begins, because that takes its time."""
    t, file = turn.t, turn.incoming.file
    content = await content_of(turn)
    if file is None or content is None:
        turn.expect("exchange.file")
        missing = (
            t("I could not fetch this file. Please send it again.") if file else t("Please send a file, or /cancel.")
        )
        turn.say(missing)
        return
    kept = Attachment(file.name or "import", file.mime or "application/octet-stream", content)
    try:
        reading = await turn.reading()
        plan = await _plan(reading, kept)
    except packed.TooMuch:
        turn.expect("exchange.file")
        size = t.number(packed.MOST_UNPACKED // 1_000_000)
        text = t(
            "Unpacked, this workbook is too large to be opened safely (at most {size} MB). Please take out what is not "
            "needed, or send it in parts.",
            size=size,
        )
        turn.say(text)
        return
    await turn.services.outbox.keep(await turn.transaction(), kept, turn.now)
    buttons = [staff_button(t)]
    if plan.changes and not plan.errors:
        label = t.n("Take in {count} change", "Take in {count} changes", len(plan.changes))
        buttons.insert(0, Button(label, "exchange.import", {"blob": turn.services.outbox.key_of(kept)}))
    turn.say(_preview(turn, plan), rows(buttons))


async def _plan(session: Any, file: Attachment) -> exchange.Plan:
    held = await records.everything(session)
    read = exchange.from_yaml if file.name.endswith((".yaml", ".yml")) else exchange.from_workbook
    return await asyncio.to_thread(read, file.content, held)


def _preview(turn: Turn, plan: exchange.Plan) -> Markup:
    t = turn.t
    lines = [
        t.n("{count} change", "{count} changes", len(plan.changes)),
        t.n("{count} conflict with a newer edit", "{count} conflicts with newer edits", len(plan.conflicts)),
        t.n("{count} error", "{count} errors", len(plan.errors)),
    ]
    for one in plan.changes[:SHOWN]:
        lines.append(
            t("• {record} {path} [{language}]: {before} → {after}", record=one.record, path=one.path,
              language=one.language or "–", before=one.before[:80] or "–", after=one.after[:80] or "–")
        )  # fmt: skip
    for title, problems in ((t("Refused:"), plan.conflicts), (t("Errors; nothing is taken in:"), plan.errors)):
        if problems:
            lines.append(title)
        for problem in problems[:SHOWN]:
            lines.append(
                t("• sheet {sheet}, row {row}, column {column}: {reason}", sheet=problem.sheet, row=problem.row,
                  column=problem.column, reason=problem.reason)
            )  # fmt: skip
    return Markup("\n").join(lines)


@routes.button("exchange.import")
@staff_only("exchange.import")
async def import_(turn: Turn) -> None:
    """All of it or nothing: each changed record becomes a change in review, in one transaction."""
    t, blob = turn.t, str(pressed(turn, "blob"))
    session = await turn.reading()
    file = await turn.services.outbox.kept(session, blob)
    plan = await _plan(session, file) if file else None  # anew: somebody may have published since
    if file is None or plan is None:
        turn.say(t("I no longer have this file. Please send it again."))
        return
    if plan.errors:
        turn.say(_preview(turn, plan), ((staff_button(t),),))
        return
    known = turn.services.knowledge.content.records
    broken = await would_break(turn, [(body, record not in known) for record, body in plan.bodies.items()])
    session = await turn.transaction()
    if (await _plan(session, file)).bodies != plan.bodies:
        turn.say(t("It was changed meanwhile. Please look at it once more."), ((staff_button(t),),))
        return
    await _submit(turn, plan, broken, file.name)
    await _ask_others(turn, plan, file.name)
    review = Button(t.p("button", "🔎 To be reviewed"), "curate.reviews")
    said = [
        t.n("{count} record waits for a second person.", "{count} records wait for a second person.", len(plan.bodies)),
        *broken_lines(t, [question for questions in broken for question in questions]),
    ]
    turn.say(Markup("\n").join(said), ((review, staff_button(t)),), edit=True)


async def _ask_others(turn: Turn, plan: exchange.Plan, name: str) -> None:
    """One message to each who can review them, however many they are."""

    def ask(t: Phrases) -> Reply:
        count = len(plan.bodies)
        text = t.n(
            "{count} change from the file “{name}” waits for your review.",
            "{count} changes from the file “{name}” wait for your review.",
            count,
            name=name,
        )
        return Reply(text, ((Button(t.p("button", "🔎 To be reviewed"), "curate.reviews"),),))

    await ask_others(turn, "curate.review", ask, f"import:{turn.person.id}:{turn.now:%Y%m%d%H%M%S}")


async def _submit(turn: Turn, plan: exchange.Plan, broken: Sequence[Sequence[str]], name: str) -> None:
    session, actor = await turn.transaction(), turn.person.id
    await roles.check(session, actor, "exchange.import")
    for (record, body), questions in zip(plan.bodies.items(), broken, strict=True):
        row = await curating.do_draft(session, actor, record, turn.now, body)
        await curating.do_submit(session, actor, row, questions, turn.now)
    after = {"records": sorted(plan.bodies), "refused_rows": len(plan.conflicts)}
    await audit.record(session, actor, "exchange.import", name, turn.now, after=after)
