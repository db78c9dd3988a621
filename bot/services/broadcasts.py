"""Announcements: written as drafts, approved, sent once and only once, paused, corrected, recalled.

The recipients are fixed by one INSERT … SELECT into the ledger (`do_start`); from then on the ledger alone says what
became of each. Pausing, stopping and opting out change rows that are still queued: the dispatcher marks a row as
`sending` only while it is queued, so whatever is decided here holds from the next row on, and for what comes back
unsent (see bot.withdrawal).

    draft → (approval →) (scheduled →) sending ⇄ paused → done
      └──────────────────────────────────────────→ cancelled
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from markupsafe import escape
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Attachment, Button, Json, Reply, rows
from bot.outbox import blob_key
from bot.services import Services, approving, audience, audit, quiet, recipients, roles
from bot.store.staff_tables import AudienceRow, BroadcastRow
from bot.store.tables import OutboxRow
from bot.text import units
from bot.withdrawal import OPEN, WAITS, held, released, withdrawn
from knowledge.language import Language
from knowledge.phrases import N_, Phrases

TEXT_LIMIT, CAPTION_LIMIT = 3_800, 1_000  # UTF-16 units, with room for the stop line's button
BUTTONS = 4
RECALLED = N_("Recalled: deleted wherever the platform allows it.")
STARTED = ("sending", "paused", "done")  # it has begun to go out and was not taken back
CANCELLABLE = ("draft", "approval", "scheduled", "sending", "paused")


class Refused(Exception):
    """The announcement can't do that now; `code` says why, `fields` what the sentence needs."""

    def __init__(self, code: str, **fields: Any) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields

    @property
    def other_words_may_do(self) -> bool:
        """Whether it was what was written, not what has become of the announcement."""
        return self.code in ("empty", "too_long", "past")


# -- writing


async def do_create(session: AsyncSession, actor: int, now: datetime) -> BroadcastRow:
    await roles.check(session, actor, "broadcast.compose")
    row = BroadcastRow(
        author_id=actor, state="draft", texts={}, fallback=None, topic="general", buttons=[], audience={},
        urgent=False, created_at=now, total=0, progress={}, edition=1,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await audit.record(session, actor, "broadcast.create", f"broadcast:{row.id}", now)
    return row


async def draft(session: AsyncSession, actor: int, number: int) -> BroadcastRow:
    """The announcement while it can still be changed. Raises Refused("gone" or "not_draft")."""
    await roles.check(session, actor, "broadcast.compose")
    row = await find(session, number)
    if row.state != "draft":
        raise Refused("not_draft")
    return row


async def find(session: AsyncSession, number: int) -> BroadcastRow:
    """Raises Refused("gone")."""
    row = await session.get(BroadcastRow, number, populate_existing=True)
    if row is None:
        raise Refused("gone")
    return row


def check_text(text: str, *, with_file: bool) -> None:
    """Raises Refused("empty" or "too_long")."""
    limit = CAPTION_LIMIT if with_file else TEXT_LIMIT
    if not text.strip():
        raise Refused("empty")
    if units(escape(text)) > limit:
        raise Refused("too_long", limit=limit)


async def do_change(session: AsyncSession, actor: int, number: int, now: datetime, **values: Any) -> BroadcastRow:
    """Changes a draft: texts, fallback, topic, blob, buttons, audience, urgent, scheduled_for."""
    row = await draft(session, actor, number)
    if "texts" in values or "blob" in values:
        for text in values.get("texts", row.texts).values():
            check_text(text, with_file=bool(values.get("blob", row.blob)))
    if len(values.get("buttons", ())) > BUTTONS:
        raise Refused("too_many_buttons", limit=BUTTONS)
    if (at := values.get("scheduled_for")) is not None and at <= now:
        raise Refused("past")
    before = {name: _json(getattr(row, name)) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    await session.flush()
    after = {name: _json(value) for name, value in values.items()}
    await audit.record(session, actor, "broadcast.change", f"broadcast:{number}", now, before=before, after=after)
    return row


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


async def do_attach(session: AsyncSession, services: Services, actor: int, number: int, file: Attachment) -> None:
    await draft(session, actor, number)
    await services.outbox.keep(session, file, services.clock.now())
    await do_change(session, actor, number, services.clock.now(), blob=blob_key(file))


async def do_save_audience(session: AsyncSession, actor: int, number: int, name: str, now: datetime) -> None:
    row = await draft(session, actor, number)
    saved = await session.scalar(select(AudienceRow).where(AudienceRow.name == name[:80]))
    if saved is None:
        session.add(AudienceRow(name=name[:80], rules=row.audience, created_by=actor, created_at=now))
    else:
        saved.rules = row.audience
    await session.flush()
    await audit.record(session, actor, "broadcast.save_audience", name, now, after=row.audience)


async def audiences(session: AsyncSession) -> list[AudienceRow]:
    return list(await session.scalars(select(AudienceRow).order_by(AudienceRow.name)))


async def recent(session: AsyncSession, limit: int = 8) -> list[BroadcastRow]:
    return list(await session.scalars(select(BroadcastRow).order_by(BroadcastRow.id.desc()).limit(limit)))


# -- how it looks


def spoken_in(row: BroadcastRow, language: Language) -> str | None:
    """Whose text people who read `language` get; None when it isn't sent to them."""
    return language.value if language.value in row.texts else row.fallback


def reply_for(row: BroadcastRow, language: Language, file: Attachment | None = None, root: str | None = None) -> Reply:
    """The message as people who read `language` get it. `root`: the desk's own address, over which links lead."""
    t = Phrases(language)
    words = row.texts.get(spoken_in(row, language) or "", "")
    buttons = [_button(row, number, button, language, root) for number, button in enumerate(row.buttons)]
    stop = Button(t.p("button", "🔕 Stop these messages"), "news.stop", {"broadcast": row.id})
    return Reply(escape(words), (*rows(buttons), (stop,)), attachment=file)


def _button(row: BroadcastRow, number: int, button: Json, language: Language, root: str | None) -> Button:
    label = button["label"].get(language.value) or next(iter(button["label"].values()))
    if button["kind"] == "link":
        return Button(label, url=f"{root}/go/{row.id}/{number}" if root else button["value"])
    return Button(label, "news.click", {"broadcast": row.id, "button": number})


async def link_of(session: AsyncSession, number: int, button: int) -> str | None:
    """Where a link button of an announcement leads."""
    row = await session.get(BroadcastRow, number)
    if row is None or button >= len(row.buttons) or row.buttons[button]["kind"] != "link":
        return None
    return str(row.buttons[button]["value"])


async def bodies(session: AsyncSession, services: Services, row: BroadcastRow) -> dict[tuple[str, str], Json]:
    """What the ledger holds for each (platform, language)."""
    file, root = await services.outbox.kept(session, row.blob), services.settings.public_url
    replies = {
        (platform, language.value): reply_for(row, language, file, root)
        for language in recipients.languages_of(row)
        for platform in audience.PLATFORMS
    }
    wanted = [(platform, reply) for (platform, _), reply in replies.items()]
    rendered = await services.outbox.prepare_all(session, wanted, services.clock.now())
    return dict(zip(replies, rendered, strict=True))


# -- sending


async def check_ready(session: AsyncSession, services: Services, row: BroadcastRow) -> int:
    """How many people it would go to. Raises Refused("no_text" or "nobody")."""
    if not row.texts:
        raise Refused("no_text")
    count = await recipients.count(session, services, row)
    if count == 0:
        raise Refused("nobody")
    return count


async def do_submit(session: AsyncSession, services: Services, actor: int, number: int) -> BroadcastRow:
    """Sends the draft: now, at its time, or after a second person's approval where it goes to many."""
    await roles.check(session, actor, "broadcast.start")
    row = await draft(session, actor, number)
    count, now = await check_ready(session, services, row), services.clock.now()
    if count > services.settings.broadcast_approval_above:
        row.state, row.total = "approval", count
        await session.flush()
        await audit.record(session, actor, "broadcast.submit", f"broadcast:{number}", now, after={"recipients": count})
        return row
    return await _go(session, services, actor, row)


async def do_approve(session: AsyncSession, services: Services, actor: int, number: int) -> BroadcastRow:
    """A second person lets it go, unless it goes to many more by now than they were told: then it waits for them.

    Raises Refused("own") for its author.
    """
    await roles.check(session, actor, "broadcast.approve")
    row = await find(session, number)
    if row.state != "approval":
        raise Refused("not_waiting")
    if row.author_id == actor:
        raise Refused("own")
    row.approved_by = actor
    await audit.record(session, actor, "broadcast.approve", f"broadcast:{number}", services.clock.now())
    if await approving.do_hold_back(session, services, row):
        return row
    return await _go(session, services, actor, row)


async def _go(session: AsyncSession, services: Services, actor: int, row: BroadcastRow) -> BroadcastRow:
    now = services.clock.now()
    if row.scheduled_for and row.scheduled_for > now:
        row.state = "scheduled"
        await session.flush()
        await audit.record(
            session,
            actor,
            "broadcast.schedule",
            f"broadcast:{row.id}",
            now,
            after={"at": row.scheduled_for.isoformat()},
        )
        return row
    await do_start(session, services, row, actor)
    return row


async def do_start(session: AsyncSession, services: Services, row: BroadcastRow, actor: int | None) -> int:
    """Fixes the recipients in the ledger, once; returns how many they are."""
    now = services.clock.now()
    begun = await session.execute(  # whoever comes second finds it begun
        update(BroadcastRow)
        .where(BroadcastRow.id == row.id, BroadcastRow.state.in_(["draft", "approval", "scheduled"]))
        .values(state="sending", started_at=now)
        .returning(BroadcastRow.id)
    )
    if begun.scalar() is None:
        raise Refused("begun")
    total = await recipients.fix_recipients(session, services, row, await bodies(session, services, row))
    await session.execute(
        update(BroadcastRow).where(BroadcastRow.id == row.id).values(total=total, progress={"since": now.isoformat()})
    )
    await session.refresh(row)
    await audit.record(session, actor, "broadcast.start", f"broadcast:{row.id}", now, after={"recipients": total})
    return total


# -- while it is sent


async def do_pause(session: AsyncSession, actor: int | None, number: int, now: datetime, reason: str = "") -> None:
    """Nothing more goes out until it is resumed. `actor` None: the desk itself, because failures piled up."""
    if actor is not None:
        await roles.check(session, actor, "broadcast.control")
    await _move(session, number, ("sending",), "paused", reason=reason or None)
    await _rows(session, number, held())
    await audit.record(session, actor, "broadcast.pause", f"broadcast:{number}", now, after={"reason": reason})


async def do_resume(session: AsyncSession, services: Services, actor: int, number: int) -> None:
    """Goes on, where it is day; failures from before count no longer towards stopping by itself."""
    now = services.clock.now()
    await roles.check(session, actor, "broadcast.control")
    await _move(session, number, ("paused",), "sending", reason=None)
    row = await find(session, number)
    row.progress = {
        **quiet.woken(row.progress),
        "base": await recipients.counts(session, number),
        "since": now.isoformat(),
    }
    await _rows(session, number, released(), WAITS)
    await quiet.do_wait(session, services, row)
    await audit.record(session, actor, "broadcast.resume", f"broadcast:{number}", now)


async def do_cancel(session: AsyncSession, actor: int, number: int, now: datetime) -> None:
    """Whoever has not been sent it yet gets nothing."""
    await roles.check(session, actor, "broadcast.control")
    await _move(session, number, CANCELLABLE, "cancelled", finished_at=now)
    await _rows(session, number, withdrawn("cancelled", "cancelled", now))
    await audit.record(session, actor, "broadcast.cancel", f"broadcast:{number}", now)


async def _move(session: AsyncSession, number: int, states: tuple[str, ...], to: str, **values: Any) -> None:
    moved = await session.execute(
        update(BroadcastRow)
        .where(BroadcastRow.id == number, BroadcastRow.state.in_(states))
        .values(state=to, **values)
        .returning(BroadcastRow.id)
    )
    if moved.scalar() is None:
        raise Refused("not_now")


async def _rows(session: AsyncSession, number: int, values: Json, which: ColumnElement[bool] = OPEN) -> None:
    await session.execute(
        update(OutboxRow).where(OutboxRow.broadcast_id == number, which).values(values),
        execution_options={"synchronize_session": False},
    )


async def do_resend_unknown(session: AsyncSession, services: Services, actor: int, number: int) -> int:
    """Staff decided: those of whom nobody knows whether it arrived get it (perhaps again). Returns how many.

    Not who has stopped announcements since, and nobody of one that was recalled or cancelled.
    """
    await roles.check(session, actor, "broadcast.resend")
    row = await find(session, number)
    if row.state not in STARTED:
        raise Refused("not_now")
    resent = await recipients.resend_unknown(session, row)
    row.progress = quiet.woken(row.progress)
    await quiet.do_wait(session, services, row)
    if resent:
        await session.execute(
            update(BroadcastRow)
            .where(BroadcastRow.id == number, BroadcastRow.state == "done")
            .values(state="sending", finished_at=None)
        )
    await audit.record(
        session, actor, "broadcast.resend_unknown", f"broadcast:{number}", services.clock.now(), after={"rows": resent}
    )
    return resent


async def do_correct(
    session: AsyncSession, services: Services, actor: int, number: int, texts: Mapping[str, str]
) -> int:
    """Changes the text everywhere: where it stands it is edited, where it still waits it goes out right."""
    await roles.check(session, actor, "broadcast.correct")
    row = await find(session, number)
    if row.state not in STARTED:
        raise Refused("not_now")
    if not texts:
        raise Refused("empty")
    for text in texts.values():
        check_text(text, with_file=bool(row.blob))
    before, row.texts, row.edition = dict(row.texts), {**row.texts, **texts}, row.edition + 1
    row.changed_at = services.clock.now()
    await session.flush()
    changed = await bodies(session, services, row)
    edits = await recipients.change_everywhere(session, row, changed, services.clock.now())
    await audit.record(
        session, actor, "broadcast.correct", f"broadcast:{number}", services.clock.now(), before=before,
        after={"texts": dict(texts), "edits": edits},
    )  # fmt: skip
    return edits


async def do_recall(session: AsyncSession, services: Services, actor: int, number: int) -> int:
    """Takes it back: deleted where it stands (within what the platform allows), and not sent where it waits."""
    await roles.check(session, actor, "broadcast.recall")
    row, now = await find(session, number), services.clock.now()
    await _move(session, number, STARTED, "cancelled", finished_at=now)
    await _rows(session, number, withdrawn("cancelled", "recalled", now))
    row.changed_at, row.edition, row.reason = now, row.edition + 1, RECALLED
    await session.flush()
    gone = await recipients.delete_everywhere(session, row, now)
    await audit.record(session, actor, "broadcast.recall", f"broadcast:{number}", now, after={"deletions": gone})
    return gone


async def do_catch_up(session: AsyncSession, services: Services, row: BroadcastRow) -> None:
    """Corrects or deletes also what was just being sent when that was decided."""
    recalled = row.reason == RECALLED
    if not await recipients.stands(session, row, "recall" if recalled else "edit"):
        return
    now = services.clock.now()
    if recalled:
        await recipients.delete_everywhere(session, row, now)
    else:
        await recipients.change_everywhere(session, row, await bodies(session, services, row), now)
