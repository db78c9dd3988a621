"""Who may do what as staff; each action's service asks `check` where it happens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import people
from bot.store.staff_tables import RoleRow

_EDITORS = frozenset({"owner", "admin", "editor"})
_DOOR = _EDITORS | {"door"}

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "events.manage": _EDITORS,
    "events.export": _EDITORS,
    "events.door": _DOOR,
    "content.mistakes": _EDITORS,
}
"""Every staff action and the roles that may do it."""


class NotAllowed(Exception):
    """The person's roles don't allow the action."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


async def roles_of(session: AsyncSession, person_id: int) -> frozenset[str]:
    """The person's roles; empty for everybody else."""
    return frozenset(await session.scalars(select(RoleRow.role).where(RoleRow.person_id == person_id)))


def allowed(roles: frozenset[str], action: str) -> bool:
    return bool(roles & PERMISSIONS[action])


async def check(session: AsyncSession, person_id: int, action: str) -> frozenset[str]:
    """The person's roles, when one of them allows the action.

    Raises:
        NotAllowed: none does.
    """
    roles = await roles_of(session, person_id)
    if not allowed(roles, action):
        raise NotAllowed(action)
    return roles


async def ensure_owner(session: AsyncSession, account: str | None, now: datetime) -> None:
    """Makes the setting's account, e.g. telegram:1234, the owner."""
    platform, _, external_id = (account or "").partition(":")
    if not external_id:
        return
    known = await people.find(session, platform, external_id)
    known = known or await people.create(session, platform, external_id, "", now)
    if await session.get(RoleRow, (known.person.id, "owner")) is None:
        session.add(RoleRow(person_id=known.person.id, role="owner", granted_at=now, by_setting=True))
        await session.flush()
