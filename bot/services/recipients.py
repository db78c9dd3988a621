"""The people whom an announcement goes to, as rows of the ledger: fixed, counted, corrected, deleted, told apart.

Each function is a handful of statements over the whole set, whatever its size; nothing walks over people one by one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    null,
    select,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.conversation import Json, Lane
from bot.services import Services, audience, quiet
from bot.store.event_tables import RegistrationRow
from bot.store.moments import Moment
from bot.store.staff_tables import BroadcastRow, ClickRow, PreferenceRow
from bot.store.tables import IdentityRow, OutboxRow, PersonRow
from bot.withdrawal import OPEN, withdrawn
from knowledge.language import Language
from knowledge.phrases import Phrases

WEEK = timedelta(days=7)
LISTED = 20
MARK = "@message@"
COLUMNS = (
    "platform", "chat", "lane", "body", "state", "attempts", "created_at", "not_before", "idempotency_key",
    "broadcast_id", "part",
)  # fmt: skip
Bodies = Mapping[tuple[str, str], Json]
KEPT = frozenset({"sent", "unreachable", "failed", "unknown", "stopped", "cancelled"})


def _chosen(services: Services, row: BroadcastRow) -> tuple[Any, list[ColumnElement[bool]]]:
    """The accounts and the conditions that choose the recipients."""
    accounts = audience.reachable()
    conditions: list[ColumnElement[bool]] = [
        audience.subscribed(row.topic),
        audience.compiled(row.audience),
        PersonRow.language.in_([language.value for language in languages_of(row)]),
    ]
    if not row.urgent:
        now = services.clock.now()
        # Counted once, ahead: per person it would walk through the ledger that is growing under its feet.
        full = (
            select(IdentityRow.person_id)
            .join(
                OutboxRow,
                (OutboxRow.platform == IdentityRow.platform) & (OutboxRow.chat == IdentityRow.external_id),
            )
            .where(
                OutboxRow.broadcast_id.is_not(None),
                OutboxRow.part == "send",
                OutboxRow.created_at > now - WEEK,
                OutboxRow.state != "failed",
            )
            .group_by(IdentityRow.person_id)
            .having(func.count(OutboxRow.broadcast_id.distinct()) >= services.settings.broadcasts_per_week)
            .cte("had_enough")
        )
        had = exists().where(full.c.person_id == PersonRow.id)
        conditions.append(~had)
    return accounts, conditions


def languages_of(row: BroadcastRow) -> list[Language]:
    """Who is sent something: those with a text, and all others where there is a fallback."""
    return [language for language in Language if row.fallback in row.texts or language.value in row.texts]


async def count(session: AsyncSession, services: Services, row: BroadcastRow) -> int:
    accounts, conditions = _chosen(services, row)
    query = select(func.count()).select_from(PersonRow).join(accounts, accounts.c.person_id == PersonRow.id)
    return await session.scalar(query.where(*conditions)) or 0


async def sample(session: AsyncSession, services: Services, row: BroadcastRow, limit: int = 5) -> list[Sequence[Any]]:
    """A few of them as (platform, language, country, sector): enough to see whether the audience is meant so."""
    accounts, conditions = _chosen(services, row)
    query = (
        select(accounts.c.platform, PersonRow.language, PersonRow.country, PersonRow.sector)
        .join(accounts, accounts.c.person_id == PersonRow.id)
        .where(*conditions)
        .order_by(func.random())
        .limit(limit)
    )
    return [tuple(found) for found in await session.execute(query)]


async def fix_recipients(session: AsyncSession, services: Services, row: BroadcastRow, bodies: Bodies) -> int:
    """One INSERT … SELECT: from here on these are the recipients, each exactly once. Returns how many."""
    accounts, conditions = _chosen(services, row)
    now = services.clock.now()
    body = case(
        *(
            ((accounts.c.platform == platform) & (PersonRow.language == language), literal(body, OutboxRow.body.type))
            for (platform, language), body in bodies.items()
        )
    )
    chosen = (
        select(
            accounts.c.platform,
            accounts.c.external_id,
            literal(int(Lane.BROADCAST)),
            body,
            literal("queued"),
            literal(0),
            literal(now, Moment),
            quiet.not_before(services, row, now),
            literal(f"b:{row.id}:") + cast(PersonRow.id, String),
            literal(row.id),
            literal("send"),
        )
        .join(accounts, accounts.c.person_id == PersonRow.id)
        .where(*conditions)
        .order_by(PersonRow.id)
    )
    await session.execute(services.outbox.insert(OutboxRow).from_select(COLUMNS, chosen).on_conflict_do_nothing())
    fixed = select(func.count()).where(OutboxRow.broadcast_id == row.id, OutboxRow.part == "send")
    return await session.scalar(fixed) or 0


# -- what became of them


async def counts(session: AsyncSession, number: int) -> dict[str, int]:
    """How many: sent, unreachable, failed, unknown, stopped, cancelled, waiting, and waiting for their next visit."""
    rows = await session.execute(
        select(OutboxRow.state, OutboxRow.cause, OutboxRow.platform, func.count())
        .where(OutboxRow.broadcast_id == number, OutboxRow.part == "send")
        .group_by(OutboxRow.state, OutboxRow.cause, OutboxRow.platform)
    )
    found = dict.fromkeys([*sorted(KEPT), "waiting", "visit"], 0)
    for state, cause, platform, number_of in rows:
        found[_name(state, cause, platform)] += number_of
    return found


def _name(state: str, cause: str | None, platform: str) -> str:
    if state == "failed":
        return cause if cause in KEPT else "failed"
    if state in KEPT:
        return state
    return "visit" if platform == "web" else "waiting"


async def unknown(session: AsyncSession, number: int) -> list[tuple[int, str, str, str]]:
    """(row, platform, chat, reason) of those of whom nobody knows whether it arrived."""
    found = await session.execute(
        select(OutboxRow.id, OutboxRow.platform, OutboxRow.chat, OutboxRow.error)
        .where(OutboxRow.broadcast_id == number, OutboxRow.part == "send", OutboxRow.state == "unknown")
        .order_by(OutboxRow.id)
        .limit(LISTED)
    )
    return [(row.id, row.platform, row.chat, row.error or "") for row in found]


async def resend_unknown(session: AsyncSession, row: BroadcastRow) -> int:
    """Queues them (or holds them, while it is paused), except who wants no more announcements of the topic."""
    wants = exists().where(
        IdentityRow.platform == OutboxRow.platform,
        IdentityRow.external_id == OutboxRow.chat,
        PersonRow.id == IdentityRow.person_id,
        audience.subscribed(row.topic),
    )
    mine = (OutboxRow.broadcast_id == row.id) & (OutboxRow.part == "send")
    again = await session.execute(
        update(OutboxRow)
        .where(mine, OutboxRow.state == "unknown", wants)
        .values(
            state="held" if row.state == "paused" else "queued",
            not_before=None,
            finished_at=None,
            cause=None,
            error="resent by staff",
        )
        .returning(OutboxRow.id),
        execution_options={"synchronize_session": False},
    )
    return len(again.all())


async def opted_out(session: AsyncSession, person_id: int, now: datetime, topic: str | None = None) -> None:
    """The person wants no more (of the topic): what still waits for them is taken off, in the middle of a sending."""
    chats = select(IdentityRow.external_id).where(IdentityRow.person_id == person_id)
    unwanted = OutboxRow.broadcast_id.is_not(None)
    if topic is not None:
        unwanted = OutboxRow.broadcast_id.in_(select(BroadcastRow.id).where(BroadcastRow.topic == topic))
    await session.execute(
        update(OutboxRow)
        .where(unwanted, OutboxRow.part == "send", OPEN, OutboxRow.chat.in_(chats))
        .values(withdrawn("stopped", "stopped by the person", now)),
        execution_options={"synchronize_session": False},
    )


# -- correcting and recalling


def _told(platform: str, language: str) -> Any:
    return (
        select(IdentityRow.external_id)
        .join(PersonRow, PersonRow.id == IdentityRow.person_id)
        .where(IdentityRow.platform == platform, PersonRow.language == language)
    )


async def change_everywhere(session: AsyncSession, row: BroadcastRow, bodies: Bodies, now: datetime) -> int:
    """The new text for what may still be sent, and an edit of each message that stands. Returns the number of edits."""
    edits = 0
    for (platform, language), body in bodies.items():
        theirs = (OutboxRow.platform == platform) & OutboxRow.chat.in_(_told(platform, language))
        mine = (OutboxRow.broadcast_id == row.id) & (OutboxRow.part == "send")
        await session.execute(
            update(OutboxRow).where(mine, theirs, OPEN | (OutboxRow.state == "unknown")).values(body=body),
            execution_options={"synchronize_session": False},
        )
        kept = {key: value for key, value in body.items() if key != "blob"}
        edit = {**kept, "edit": MARK, **({"caption": True} if "blob" in body else {})}
        edits += await _follow_up(session, row, edit, "edit", theirs, now)
    return edits


async def delete_everywhere(session: AsyncSession, row: BroadcastRow, now: datetime) -> int:
    """A deletion for each message that stands; the web page, which can't, shows that it was withdrawn."""
    gone = 0
    for platform in audience.PLATFORMS:
        if platform != "web":
            here = OutboxRow.platform == platform
            gone += await _follow_up(session, row, {"text": "", "action": "delete", "edit": MARK}, "recall", here, now)
            continue
        for language in Language:
            text = str(Phrases(language)("<i>This message was withdrawn.</i>"))
            here = (OutboxRow.platform == platform) & OutboxRow.chat.in_(_told(platform, language.value))
            gone += await _follow_up(session, row, {"text": text, "edit": MARK}, "recall", here, now)
    return gone


async def stands(session: AsyncSession, row: BroadcastRow, part: str) -> bool:
    """Whether a message with the old text stands without its `part` (edit or recall)."""
    wanted = _standing(row, part)
    if part == "edit":
        spoken = [language.value for language in languages_of(row)]
        theirs = (
            exists()
            .where(IdentityRow.platform == OutboxRow.platform, IdentityRow.external_id == OutboxRow.chat)
            .where(PersonRow.id == IdentityRow.person_id, PersonRow.language.in_(spoken))
        )
        wanted &= theirs
    mine = (OutboxRow.broadcast_id == row.id) & (OutboxRow.part == "send")
    return bool(await session.scalar(select(exists().where(mine, wanted))))


def _message() -> ColumnElement[Any]:
    """How the platform names a message of the ledger."""
    return case((OutboxRow.platform == "web", cast(OutboxRow.id, String)), else_=OutboxRow.message_id)


def _key(row: BroadcastRow, part: str) -> ColumnElement[str]:
    return literal(f"b:{row.id}:{part}{row.edition}:") + cast(OutboxRow.id, String)


def _standing(row: BroadcastRow, part: str) -> ColumnElement[bool]:
    """Was sent before the last change, and its edit or deletion is not in the ledger yet."""
    twin = aliased(OutboxRow)
    return and_(
        OutboxRow.state == "sent",
        _message().is_not(None),
        OutboxRow.sending_at.is_(None) | (OutboxRow.sending_at <= row.changed_at),  # later ones went out right
        ~exists().where(twin.idempotency_key == _key(row, part)),
    )


async def _follow_up(
    session: AsyncSession, row: BroadcastRow, body: Json, part: str, where: ColumnElement[bool], now: datetime
) -> int:
    """For each message that was sent, one ledger row that edits or deletes it."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    text = func.replace(literal(json.dumps(body, ensure_ascii=False)), MARK, _message())
    kind = OutboxRow.body.type
    chosen = select(
        OutboxRow.platform,
        OutboxRow.chat,
        literal(int(Lane.BROADCAST)),
        type_coerce(text, kind) if sqlite else cast(text, kind),
        literal("queued"),
        literal(0),
        literal(now, Moment),
        cast(null(), Moment),
        _key(row, part),
        literal(row.id),
        literal(part),
    ).where(OutboxRow.broadcast_id == row.id, OutboxRow.part == "send", _standing(row, part), where)
    written = await session.execute(insert(OutboxRow).from_select(COLUMNS, chosen).returning(OutboxRow.id))
    return len(written.all())


# -- afterwards


async def by_language_and_country(session: AsyncSession, number: int) -> list[tuple[str, str, str, int]]:
    """(language, country, what became of it, how many); "–" for people who have been forgotten since."""
    rows = await session.execute(
        select(
            func.coalesce(PersonRow.language, "–"),
            func.coalesce(PersonRow.country, "–"),
            OutboxRow.state,
            OutboxRow.cause,
            OutboxRow.platform,
            func.count(),
        )
        .outerjoin(
            IdentityRow,
            (IdentityRow.platform == OutboxRow.platform) & (IdentityRow.external_id == OutboxRow.chat),
        )
        .outerjoin(PersonRow, PersonRow.id == IdentityRow.person_id)
        .where(OutboxRow.broadcast_id == number, OutboxRow.part == "send")
        .group_by(PersonRow.language, PersonRow.country, OutboxRow.state, OutboxRow.cause, OutboxRow.platform)
    )
    return [
        (language, country, _name(state, cause, platform), n) for language, country, state, cause, platform, n in rows
    ]


async def reactions(session: AsyncSession, number: int) -> list[tuple[str, str, str, int]]:
    """(language, country, "clicked" | "registered" | "stopped_after", people), and how often links were opened."""
    buttons = await session.scalar(select(BroadcastRow.buttons).where(BroadcastRow.id == number)) or []
    links = [place for place, button in enumerate(buttons) if button["kind"] == "link"]
    events = [int(button["value"]) for button in buttons if button["kind"] == "event"]
    found: list[tuple[str, str, str, int]] = []
    people = (func.coalesce(PersonRow.language, "–"), func.coalesce(PersonRow.country, "–"))
    clicked = (
        select(*people, func.count(func.coalesce(ClickRow.person_id, -ClickRow.id).distinct()))
        .select_from(ClickRow)
        .outerjoin(PersonRow, PersonRow.id == ClickRow.person_id)
        .where(ClickRow.broadcast_id == number, ClickRow.button.not_in(links))
        .group_by(PersonRow.language, PersonRow.country)
    )
    registered = (  # for an event of the announcement, after a click on its button
        select(*people, func.count(RegistrationRow.person_id.distinct()))
        .select_from(ClickRow)
        .join(PersonRow, PersonRow.id == ClickRow.person_id)
        .join(RegistrationRow, RegistrationRow.person_id == PersonRow.id)
        .where(
            ClickRow.broadcast_id == number,
            RegistrationRow.registered_at >= ClickRow.at,
            RegistrationRow.event_id.in_(events),
        )
        .group_by(PersonRow.language, PersonRow.country)
    )
    stopped = (
        select(*people, func.count())
        .select_from(PreferenceRow)
        .join(PersonRow, PersonRow.id == PreferenceRow.person_id)
        .where(PreferenceRow.stopped_by == number)
        .group_by(PersonRow.language, PersonRow.country)
    )
    for what, query in (("clicked", clicked), ("registered", registered), ("stopped_after", stopped)):
        found += [(language, country, what, n) for language, country, n in await session.execute(query)]
    opened = select(func.count()).where(ClickRow.broadcast_id == number, ClickRow.button.in_(links))
    if times := await session.scalar(opened):
        found.append(("–", "–", "opened", times))
    return found
