"""Changes of the knowledge base on their way: draft → review by another person → published.

The quality gate's finding is kept with the proposal; what would break needs a second person to overrule it. Whoever
follows the record, or asked in vain for what it answers, is told in their language when it is published.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Json
from bot.services import audit, roles
from bot.store.staff_tables import FollowRow, NewsRow, PreferenceRow, ProposalRow
from bot.store.tables import AnswerRow
from knowledge import curate
from knowledge.curate import BadRecord as BadRecord
from knowledge.curate import Change as Change
from knowledge.curate import Conflict as Conflict

DIGEST_AFTER = timedelta(days=7)


class Refused(Exception):
    """The proposal can't do that now; the text is the reason's code."""


async def find(session: AsyncSession, number: int) -> ProposalRow:
    """Raises Refused("gone")."""
    row = await session.get(ProposalRow, number, populate_existing=True)
    if row is None:
        raise Refused("gone")
    return row


async def open_draft(session: AsyncSession, actor: int, record_id: str) -> ProposalRow | None:
    """The editor's own unfinished change of the record."""
    return await session.scalar(
        select(ProposalRow)
        .where(ProposalRow.record_id == record_id, ProposalRow.author_id == actor, ProposalRow.state == "draft")
        .order_by(ProposalRow.id.desc())
        .limit(1)
    )


async def do_draft(
    session: AsyncSession, actor: int, record_id: str, now: datetime, body: Json | None = None,
    askers: Sequence[int] = (),
) -> ProposalRow:  # fmt: skip
    """A draft of the record as it is published, or of a new one (`body`); the editor's open draft goes on."""
    await roles.check(session, actor, "curate.edit")
    if body is None and (row := await open_draft(session, actor, record_id)) is not None:
        return row
    held = await curate.published(session, record_id)
    if body is None and held is None:
        raise Refused("gone")
    row = ProposalRow(
        record_id=record_id, base=held[1] if held else None,
        body=json.dumps(body if body is not None or held is None else held[0], ensure_ascii=False),
        state="draft", author_id=actor, created_at=now, broken=[], askers=list(askers),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row


async def do_change(session: AsyncSession, actor: int, row: ProposalRow, changes: Json, now: datetime) -> None:
    """Sets fields of a draft by path. Raises BadRecord, and leaves the draft as it was."""
    await roles.check(session, actor, "curate.edit")
    if row.state != "draft":
        raise Refused("not_draft")
    body = json.loads(row.body)
    for path, value in changes.items():
        body = curate.with_value(body, path, value)
    curate.check(body)
    before = {path: curate.flat(json.loads(row.body)).get(path) for path in changes}
    row.body = json.dumps(body, ensure_ascii=False)
    await session.flush()
    await audit.record(session, actor, "curate.change", row.record_id, now, before=before, after=changes)


async def do_submit(session: AsyncSession, actor: int, row: ProposalRow, broken: Sequence[str], now: datetime) -> None:
    """Hands the draft to a second person, with what the quality gate found."""
    await roles.check(session, actor, "curate.edit")
    if row.state != "draft":
        raise Refused("not_draft")
    row.state, row.broken = "review", list(broken)
    await session.flush()
    await audit.record(
        session, actor, "curate.submit", row.record_id, now, after={"proposal": row.id, "broken": row.broken}
    )


async def do_discard(session: AsyncSession, actor: int, row: ProposalRow, now: datetime) -> None:
    await roles.check(session, actor, "curate.edit")
    if row.state not in ("draft", "review"):
        raise Refused("not_draft")
    row.state, row.decided_at, row.reviewer_id = "rejected", now, actor
    await session.flush()
    await audit.record(session, actor, "curate.reject", row.record_id, now, after={"proposal": row.id})


async def reviews(session: AsyncSession) -> list[ProposalRow]:
    return list(
        await session.scalars(select(ProposalRow).where(ProposalRow.state == "review").order_by(ProposalRow.id))
    )


async def do_publish(
    session: AsyncSession, actor: int, row: ProposalRow, now: datetime, *, overrule: bool = False
) -> list[Change]:
    """A second person publishes. Returns what changed.

    Raises:
        Refused: "not_review", "own", or "broken" (what would break, and `overrule` was not given).
        Conflict: somebody published another version meanwhile.
    """
    await roles.check(session, actor, "curate.overrule" if overrule else "curate.review")
    if row.state != "review":
        raise Refused("not_review")
    if row.author_id == actor:
        raise Refused("own")
    if row.broken and not overrule:
        raise Refused("broken")
    number, changes = await curate.publish(session, json.loads(row.body), row.base, f"person:{row.author_id}", now)
    row.state, row.decided_at, row.reviewer_id = "published", now, actor
    await session.flush()
    await audit.record(
        session, actor, "curate.overrule" if overrule else "curate.publish", row.record_id, now,
        before={one.path: one.before for one in changes[:20]},
        after={"revision": number, **{one.path: one.after for one in changes[:20]}},
    )  # fmt: skip
    return changes


async def do_restore(session: AsyncSession, actor: int, record_id: str, number: int, now: datetime) -> ProposalRow:
    """An old version as a draft in review: it is published like any other change."""
    await roles.check(session, actor, "curate.restore")
    body = await curate.revision(session, record_id, number)
    if body is None:
        raise Refused("gone")
    row = await do_draft(session, actor, record_id, now, body)
    await audit.record(session, actor, "curate.restore", record_id, now, after={"from": number})
    return row


# -- who is told


async def followers(session: AsyncSession, record_id: str) -> list[tuple[int, bool]]:
    """(person, weekly digest) of everybody who follows the record."""
    found = await session.execute(
        select(FollowRow.person_id, func.coalesce(PreferenceRow.digest, False))
        .outerjoin(PreferenceRow, PreferenceRow.person_id == FollowRow.person_id)
        .where(FollowRow.target == record_id)
        .order_by(FollowRow.person_id)
    )
    return [(person, bool(digest)) for person, digest in found]


async def do_note_news(
    session: AsyncSession, person: int, record_id: str, facets: Sequence[str], now: datetime
) -> None:
    session.add(NewsRow(person_id=person, target=record_id, changed=list(facets), at=now))
    await session.flush()


async def due_digests(session: AsyncSession, now: datetime) -> dict[int, list[tuple[str, list[Any]]]]:
    """News by person, of those whose oldest waits for a week; they are taken out."""
    people = list(
        await session.scalars(
            select(NewsRow.person_id).group_by(NewsRow.person_id).having(func.min(NewsRow.at) <= now - DIGEST_AFTER)
        )
    )
    found: dict[int, list[tuple[str, list[Any]]]] = {}
    for row in await session.scalars(select(NewsRow).where(NewsRow.person_id.in_(people)).order_by(NewsRow.id)):
        found.setdefault(row.person_id, []).append((row.target, row.changed))
    await session.execute(delete(NewsRow).where(NewsRow.person_id.in_(people)))
    return found


async def asked_since(session: AsyncSession, since: datetime) -> dict[str, int]:
    """How often each record was shown."""
    found = await session.execute(
        select(AnswerRow.record, func.count())
        .where(AnswerRow.record.is_not(None), AnswerRow.asked_at > since)
        .group_by(AnswerRow.record)
    )
    return {str(record): count for record, count in found}


async def changes_between(session: AsyncSession, record_id: str, one: int, other: int) -> list[Change]:
    before = await curate.revision(session, record_id, one)
    after = await curate.revision(session, record_id, other)
    return curate.difference(before or {}, after or {})
