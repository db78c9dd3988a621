"""The log of what staff did: who, what, to what, before and after. Written in the transaction of the deed itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.staff_tables import AuditRow


async def record(
    session: AsyncSession,
    actor: int | None,
    action: str,
    target: str,
    now: datetime,
    *,
    before: Any = None,
    after: Any = None,
) -> None:
    session.add(AuditRow(at=now, actor_id=actor, action=action, target=target[:160], before=before, after=after))
    await session.flush()


async def latest(
    session: AsyncSession, *, words: str = "", before_id: int | None = None, limit: int = 10
) -> list[AuditRow]:
    """The newest entries, of an action or target that begins with `words`."""
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if words:
        begins = [column.startswith(words, autoescape=True) for column in (AuditRow.action, AuditRow.target)]
        query = query.where(or_(*begins))
    if before_id is not None:
        query = query.where(AuditRow.id < before_id)
    return list(await session.scalars(query))
