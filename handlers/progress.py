"""The job that looks after announcements: starts the scheduled ones, shows progress, ends and stops them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from bot.conversation import Address, Button, Reply
from bot.services import Services, approving, broadcasts, people, quiet, recipients, roles
from bot.services.sendings import ledger_row, open_broadcasts, recently_changed
from handlers.sending import ask_approval, show_progress, status_buttons, status_text
from handlers.staff import staff_button
from knowledge.language import Language
from knowledge.phrases import N_, Phrases

EVERY = timedelta(seconds=1.5)
LEAST_FAILURES, FAILED_SHARE = 20, 0.25
STOPPED = N_("Stopped by itself: too many failures. Look at the reasons, then resume or cancel.")


async def look_after(session: Any, services: Services) -> None:
    """Does no harm when it comes too often."""
    now = services.clock.now()
    for row in await open_broadcasts(session):
        if row.state == "scheduled":
            if row.scheduled_for is not None and row.scheduled_for <= now:
                await _start(session, services, row)
            continue
        if row.state == "sending":
            await quiet.do_keep_waiting(session, services, row)
        counts = await recipients.counts(session, row.id)
        if row.state == "sending" and _piles_up(row, counts):
            await broadcasts.do_pause(session, None, row.id, now, STOPPED)
            await session.refresh(row)
            await _tell(session, services, row)
        elif row.state == "sending" and counts["waiting"] == 0:
            row.state, row.finished_at = "done", now
        await _show(session, services, row, counts)
    for row in await recently_changed(session, now):
        await broadcasts.do_catch_up(session, services, row)
    await session.flush()


async def _start(session: Any, services: Services, row: Any) -> None:
    if not await approving.do_hold_back(session, services, row):
        await broadcasts.do_start(session, services, row, row.author_id)
        await show_progress(session, services, row)
        return
    asked = await ask_approval(session, services, row, row.author_id)
    reached = await people.reach(session, row.author_id) if row.author_id else None
    if reached is None:
        return
    language, address = reached
    t = Phrases(language)
    lines = [
        t.n(
            "Announcement {number} was to be sent now. By now it goes to {count} person, so a second person must "
            "approve it first; nothing has been sent.",
            "Announcement {number} was to be sent now. By now it goes to {count} people, so a second person must "
            "approve it first; nothing has been sent.",
            row.total,
            number=row.id,
        ),
        t.n("I have asked {count} person to approve it.", "I have asked {count} people to approve it.", asked),
    ]
    buttons = ((Button(t.p("button", "⏹ Cancel"), "broadcast.cancel", {"broadcast": row.id}), staff_button(t)),)
    key = f"b:{row.id}:outgrown:{row.total}"
    await services.outbox.tell(
        session, address, [Reply(Markup("\n").join(lines), buttons)], services.clock.now(), key=key
    )


def _piles_up(row: Any, counts: dict[str, int]) -> bool:
    """Whether of those tried since the start (or the last resumption) too many failed."""
    base = row.progress.get("base") or {}
    since = {name: counts[name] - base.get(name, 0) for name in ("sent", "failed", "unknown")}
    failures = since["failed"] + since["unknown"]
    return bool(failures >= LEAST_FAILURES and failures >= FAILED_SHARE * (failures + since["sent"]))


async def _tell(session: Any, services: Services, row: Any) -> None:
    """The officer hears of it in a message of its own, not only by an edit."""
    reached = await people.reach(session, row.author_id) if row.author_id else None
    if reached is None:
        return
    language, address = reached
    t = Phrases(language)
    counts = await recipients.counts(session, row.id)
    reply = Reply(status_text(t, row, counts, None), status_buttons(t, row, counts))
    key = f"b:{row.id}:stopped:{counts['failed'] + counts['unknown']}"
    await services.outbox.tell(session, address, [reply], services.clock.now(), key=key)


async def _show(session: Any, services: Services, row: Any, counts: dict[str, int]) -> None:
    shown = row.progress
    if row.progress_row is None or (shown.get("counts"), shown.get("state")) == (counts, row.state):
        return
    message = await ledger_row(session, row.progress_row)
    waiting = await ledger_row(session, shown["edit"]) if shown.get("edit") else None
    if message is None or message.state not in ("sent", "queued") or (waiting and waiting.state == "queued"):
        return  # the last change has not been shown yet
    reference = str(message.id) if message.platform == "web" else message.message_id
    if reference is None:
        return
    t = Phrases(Language(await roles.language_of(session, row.author_id)))
    text = status_text(t, row, counts, _seconds_left(row, counts, services.clock.now()))
    body = await services.outbox.prepare(
        session, message.platform, Reply(text, status_buttons(t, row, counts)), services.clock.now()
    )
    address = Address(message.platform, message.chat)
    edit = await services.outbox.put(session, address, {**body, "edit": reference}, services.clock.now())
    row.progress = {**shown, "counts": counts, "state": row.state, "edit": edit}


def _seconds_left(row: Any, counts: dict[str, int], now: datetime) -> float | None:
    base = (row.progress.get("base") or {}).get("sent", 0)
    seconds = (now - datetime.fromisoformat(row.progress["since"])).total_seconds()
    done = counts["sent"] - base
    return counts["waiting"] * seconds / done if done > 0 and seconds > 0 else None
