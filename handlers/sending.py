"""An announcement on its way.

draft → send? (how many, sample) → sent | scheduled | a second person approves
being sent → a message that shows the progress and edits itself → pause, resume, cancel, correct, recall
finished → report as table, picture and CSV; those whose fate is unknown are listed, staff decide
"""

from __future__ import annotations

from functools import partial
from typing import Any

from markupsafe import Markup

from bot.conversation import Button, Reply, Rows, Turn, rows
from bot.routing import Routes
from bot.services import Services, broadcasts, people, recipients
from handlers.broadcast import STATES, or_why, say_problem, split_languages
from handlers.broadcast_report import csv_file, picture, table
from handlers.menu import pressed
from handlers.staff import ask_all, staff_button, staff_only
from knowledge.phrases import N_, Phrases

routes = Routes()

COUNTED = (
    ("sent", N_("Sent: {count}")),
    ("failed", N_("Failed: {count}")),
    ("unreachable", N_("Unreachable: {count}")),
    ("unknown", N_("Unknown: {count}")),
    ("stopped", N_("Stopped announcements meanwhile: {count}")),
    ("cancelled", N_("Not sent any more: {count}")),
    ("visit", N_("Waiting for their next visit on the web page: {count}")),
    ("waiting", N_("Remaining: {count}")),
)
ALWAYS = {"sent", "failed", "unreachable", "unknown", "waiting"}


@routes.button("broadcast.open")
@staff_only("broadcast.compose")
async def open_(turn: Turn) -> None:
    await _show(turn, int(pressed(turn, "broadcast")))


async def _show(turn: Turn, number: int) -> None:
    from handlers.broadcast import show_draft

    session = await turn.transaction()
    try:
        row = await broadcasts.find(session, number)
    except broadcasts.Refused as refused:
        say_problem(turn, refused)
        return
    if row.state == "draft":
        await show_draft(turn, number, edit=True)
        return
    counts = await recipients.counts(session, number)
    turn.say(status_text(turn.t, row, counts, None), status_buttons(turn.t, row, counts), edit=True)


def status_text(t: Phrases, row: Any, counts: dict[str, int], seconds_left: float | None) -> Markup:
    lines = [
        t("<b>Announcement {number}</b>: {state}", number=row.id, state=t(STATES[row.state])),
        t.n("{count} recipient", "{count} recipients", row.total),
    ]
    for name, label in COUNTED:
        if counts[name] or name in ALWAYS:
            lines.append(t(label, count=t.number(counts[name])))
    if seconds_left is not None and row.state == "sending" and counts["waiting"]:
        minutes = max(1, round(seconds_left / 60))
        lines.append(t.n("About {count} minute left", "About {count} minutes left", minutes))
    if row.reason:
        lines.append(t(row.reason))
    return Markup("\n").join(lines)


def status_buttons(t: Phrases, row: Any, counts: dict[str, int]) -> Rows:
    where, offered = {"broadcast": row.id}, []

    def offer(label: Markup, action: str, *states: str) -> None:
        if row.state in states:
            offered.append(Button(label, action, where))

    offer(t.p("button", "Approve and send"), "broadcast.approve", "approval")
    offer(t.p("button", "⏸ Pause"), "broadcast.pause", "sending")
    offer(t.p("button", "▶ Resume"), "broadcast.resume", "paused")
    offer(t.p("button", "⏹ Cancel"), "broadcast.cancel", "approval", "scheduled", "sending", "paused")
    offer(t.p("button", "✏️ Correct everywhere"), "broadcast.correct", *broadcasts.STARTED)
    offer(t.p("button", "🗑 Recall"), "broadcast.recall", *broadcasts.STARTED)
    offer(t.p("button", "📊 Report"), "broadcast.report", "sending", "paused", "done", "cancelled")
    if counts.get("unknown") and row.state in broadcasts.STARTED:
        offered.append(Button(t.p("button", "❓ Unknown ones"), "broadcast.unknown", where))
    return (*rows(offered, 2), (staff_button(t),))


# -- sending


@routes.button("broadcast.ask_send")
@staff_only("broadcast.start")
@or_why
async def ask_send(turn: Turn) -> None:
    session, t, number = await turn.transaction(), turn.t, int(pressed(turn, "broadcast"))
    row = await broadcasts.draft(session, turn.person.id, number)
    count = await broadcasts.check_ready(session, turn.services, row)
    lines = [t.n("Send it to {count} person?", "Send it to {count} people?", count)]
    if count > turn.services.settings.broadcast_approval_above:
        lines.append(t("So many need a second person's approval; I will ask."))
    where = {"broadcast": number}
    turn.say(
        Markup("\n").join(lines),
        rows(
            [
                Button(t.p("button", "Yes, send it"), "broadcast.send", where),
                Button(t.p("button", "‹ Back"), "broadcast.draft", where),
            ],
            2,
        ),
        edit=True,
    )


@routes.button("broadcast.send")
@staff_only("broadcast.start")
@or_why
async def send(turn: Turn) -> None:
    session, number = await turn.transaction(), int(pressed(turn, "broadcast"))
    row = await broadcasts.do_submit(session, turn.services, turn.person.id, number)
    if row.state == "approval":
        asked = await ask_approval(session, turn.services, row, turn.person.id)
        turn.say(
            turn.t.n("I have asked {count} person to approve it.", "I have asked {count} people to approve it.", asked),
            ((staff_button(turn.t),),),
            edit=True,
        )
        return
    await _started(turn, row)


async def ask_approval(session: Any, services: Services, row: Any, but: int | None) -> int:
    """Asks everybody who may approve it, but one; returns how many. Asked again where it goes to more by now."""
    key = f"b:{row.id}:approve:{row.total}"
    return await ask_all(session, services, "broadcast.approve", partial(_approval, row), key, but)


def _approval(row: Any, t: Phrases) -> Reply:
    said = t.n(
        "An announcement to {count} person waits for your approval:",
        "An announcement to {count} people waits for your approval:",
        row.total,
    )
    shown = row.texts.get(t.language.value) or next(iter(row.texts.values()))
    where = {"broadcast": row.id}
    buttons = [
        Button(t.p("button", "Approve and send"), "broadcast.approve", where),
        Button(t.p("button", "👁 Preview"), "broadcast.preview", where),
    ]
    return Reply(Markup("{}\n\n{}").format(said, shown), rows(buttons))


@routes.button("broadcast.approve")
@staff_only("broadcast.approve")
@or_why
async def approve(turn: Turn) -> None:
    session, number = await turn.transaction(), int(pressed(turn, "broadcast"))
    row = await broadcasts.do_approve(session, turn.services, turn.person.id, number)
    if row.state == "approval":  # to many more than whoever approves it was told
        asked = _approval(row, turn.t)
        turn.say(asked.text, asked.buttons, edit=True)
        return
    await _started(turn, row)


async def _started(turn: Turn, row: Any) -> None:
    """The message that shows the progress goes to the author; whoever pressed is told too."""
    session, t = await turn.transaction(), turn.t
    if row.state == "scheduled":
        zone = turn.services.settings.zone
        turn.say(
            t("Scheduled for {time} ({zone}).", time=t.moment(row.scheduled_for, zone), zone=zone.key),
            ((Button(t.p("button", "⏹ Cancel"), "broadcast.cancel", {"broadcast": row.id}), staff_button(t)),),
            edit=True,
        )
        return
    await show_progress(session, turn.services, row)
    turn.say(t("It is on its way."), edit=True)


async def show_progress(session: Any, services: Any, row: Any) -> None:
    """Begins the message that edits itself."""
    reached = await people.reach(session, row.author_id) if row.author_id else None
    if reached is None:
        return
    language, address = reached
    t = Phrases(language)
    counts = await recipients.counts(session, row.id)
    body = await services.outbox.prepare(
        session,
        address.platform,
        Reply(status_text(t, row, counts, None), status_buttons(t, row, counts)),
        services.clock.now(),
    )
    row.progress_row = await services.outbox.put(session, address, body, services.clock.now())
    row.progress = {**row.progress, "counts": counts, "state": row.state}
    await session.flush()


# -- while it is sent


@routes.button("broadcast.pause", "broadcast.resume", "broadcast.cancel")
@staff_only("broadcast.control")
@or_why
async def control(turn: Turn) -> None:
    assert turn.pressed is not None
    session, number = await turn.transaction(), int(pressed(turn, "broadcast"))
    match turn.pressed.action:
        case "broadcast.pause":
            await broadcasts.do_pause(session, turn.person.id, number, turn.now)
        case "broadcast.resume":
            await broadcasts.do_resume(session, turn.services, turn.person.id, number)
        case _:
            await broadcasts.do_cancel(session, turn.person.id, number, turn.now)
    await _show(turn, number)


@routes.button("broadcast.unknown")
@staff_only("broadcast.resend")
async def unknown(turn: Turn) -> None:
    t, number = turn.t, int(pressed(turn, "broadcast"))
    session = await turn.transaction()
    found = await recipients.unknown(session, number)
    lines = [t("Nobody can know whether it arrived there:")]
    lines += [Markup("• {}:{} ({})").format(platform, chat, reason or "–") for _row, platform, chat, reason in found]
    more = (await recipients.counts(session, number))["unknown"] - len(found)
    if more > 0:
        lines.append(t.n("… and {count} more.", "… and {count} more.", more))
    where = {"broadcast": number}
    buttons = [
        Button(t.p("button", "Send it to them (some may get it twice)"), "broadcast.resend", where),
        Button(t.p("button", "‹ Back"), "broadcast.open", where),
    ]
    turn.say(Markup("\n").join(lines), rows(buttons), edit=True)


@routes.button("broadcast.resend")
@staff_only("broadcast.resend")
@or_why
async def resend(turn: Turn) -> None:
    number = int(pressed(turn, "broadcast"))
    await broadcasts.do_resend_unknown(await turn.transaction(), turn.services, turn.person.id, number)
    await _show(turn, number)


@routes.button("broadcast.correct")
@staff_only("broadcast.correct")
async def ask_correct(turn: Turn) -> None:
    turn.expect("broadcast.correct", broadcast=pressed(turn, "broadcast"))
    turn.say(turn.t("Write the corrected text, each language after its code on a line of its own, e.g. [en], [lo]."))


@routes.expected("broadcast.correct")
@staff_only("broadcast.correct")
async def correct(turn: Turn) -> None:
    number = int(turn.expected["broadcast"])
    texts = split_languages(turn.incoming.text, turn.person.language)
    try:
        edits = await broadcasts.do_correct(await turn.transaction(), turn.services, turn.person.id, number, texts)
    except broadcasts.Refused as refused:
        if refused.other_words_may_do:
            turn.expect("broadcast.correct", broadcast=number)
        say_problem(turn, refused, number)
        return
    turn.say(
        turn.t.n("{count} message is being corrected.", "{count} messages are being corrected.", edits),
        ((staff_button(turn.t),),),
    )


@routes.button("broadcast.recall")
@staff_only("broadcast.recall")
@or_why
async def recall(turn: Turn) -> None:
    t, number = turn.t, int(pressed(turn, "broadcast"))
    if not pressed(turn, "sure"):
        sure = Button(t.p("button", "Yes, recall it"), "broadcast.recall", {"broadcast": number, "sure": True})
        back = Button(t.p("button", "‹ Back"), "broadcast.open", {"broadcast": number})
        turn.say(t("Delete it at everybody's? Messages older than 48 hours stay."), ((sure, back),), edit=True)
        return
    gone = await broadcasts.do_recall(await turn.transaction(), turn.services, turn.person.id, number)
    turn.say(
        t.n("{count} message is being deleted.", "{count} messages are being deleted.", gone),
        ((staff_button(t),),),
        edit=True,
    )


# -- afterwards


@routes.button("broadcast.report")
@staff_only("broadcast.report")
async def report(turn: Turn) -> None:
    session, number = await turn.transaction(), int(pressed(turn, "broadcast"))
    found = [
        *await recipients.by_language_and_country(session, number),
        *await recipients.reactions(session, number),
    ]
    turn.say(table(turn.t, number, found))
    if found:
        turn.say(turn.t("As a picture."), attachment=picture(turn.t, number, found))
        turn.say(turn.t("As a table for a spreadsheet."), attachment=csv_file(number, found))
