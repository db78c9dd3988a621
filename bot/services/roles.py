"""Who may do what as staff. Roles are granted by one-time links; each change is in the audit log.

`check_` functions refuse by raising NotAllowed; `do_` functions change. Every staff action's service calls `check`
with the action's name, so that it is refused where it happens, whichever way it was reached.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import audit, people
from bot.store.staff_tables import RoleLinkRow, RoleRow
from bot.store.tables import IdentityRow, PersonRow

ROLES = ("owner", "admin", "editor", "announcer", "door", "helper")
LINK_LIFE = timedelta(days=2)
FIRST_LINK_LIFE = timedelta(days=7)

_ALL = frozenset(ROLES)
_HEADS = frozenset({"owner", "admin"})
_EDITORS = _HEADS | {"editor"}
_ANNOUNCERS = _HEADS | {"announcer"}
_HELPERS = _EDITORS | {"helper"}
_DOOR = _EDITORS | {"door"}

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "staff.menu": _ALL,
    "roles.grant": _HEADS,
    "roles.revoke": _HEADS,
    "audit.read": _HEADS,
    "broadcast.compose": _ANNOUNCERS,
    "broadcast.start": _ANNOUNCERS,
    "broadcast.approve": _ANNOUNCERS,
    "broadcast.control": _ANNOUNCERS,
    "broadcast.correct": _ANNOUNCERS,
    "broadcast.recall": _ANNOUNCERS,
    "broadcast.resend": _ANNOUNCERS,
    "broadcast.report": _ANNOUNCERS,
    "curate.edit": _EDITORS,
    "curate.review": _EDITORS,
    "curate.overrule": _EDITORS,
    "curate.restore": _EDITORS,
    "exchange.export": _EDITORS,
    "exchange.import": _EDITORS,
    "queue.read": _HELPERS,
    "queue.answer": _HELPERS,
    "queue.alias": _EDITORS,
    "live.talk": _HELPERS,
    "stats.read": _EDITORS | {"announcer"},
    "due.read": _EDITORS,
    "events.manage": _EDITORS,
    "events.export": _EDITORS,
    "events.door": _DOOR,
    "mistakes.read": _EDITORS,
}
"""Every staff action and the roles that may do it."""


class NotAllowed(Exception):
    """The person's roles don't allow the action."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


class BadLink(Exception):
    """A one-time link that is used, expired or unknown; the text is the reason's code."""


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


async def people_with(session: AsyncSession, action: str) -> list[int]:
    """Everybody who may do the action."""
    found = await session.scalars(
        select(RoleRow.person_id).where(RoleRow.role.in_(PERMISSIONS[action])).distinct().order_by(RoleRow.person_id)
    )
    return list(found)


# -- granting


def check_grantable(roles: frozenset[str], role: str) -> None:
    """Owners grant everything, admins everything below themselves."""
    if role not in ROLES or not (roles & _HEADS) or (role in _HEADS and "owner" not in roles):
        raise NotAllowed("roles.grant")


async def do_invite(session: AsyncSession, actor: int, role: str, now: datetime) -> str:
    """A one-time token that grants the role to whoever opens its link within two days."""
    check_grantable(await check(session, actor, "roles.grant"), role)
    token = await _new_link(session, role, actor, now, LINK_LIFE)
    await audit.record(session, actor, "roles.invite", role, now, after={"expires": (now + LINK_LIFE).isoformat()})
    return token


async def _new_link(session: AsyncSession, role: str, actor: int | None, now: datetime, life: timedelta) -> str:
    token = secrets.token_urlsafe(18)
    session.add(RoleLinkRow(digest=_digest(token), role=role, created_by=actor, created_at=now, expires_at=now + life))
    await session.flush()
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def do_accept(session: AsyncSession, person_id: int, token: str, now: datetime) -> str:
    """Grants the link's role; returns it.

    Raises:
        BadLink: "unknown", "used" or "expired".
    """
    link = await session.get(RoleLinkRow, _digest(token))
    if link is None:
        raise BadLink("unknown")
    taken = await session.execute(  # two taps at once: one of them gets it
        update(RoleLinkRow)
        .where(RoleLinkRow.digest == link.digest, RoleLinkRow.used_at.is_(None), RoleLinkRow.expires_at > now)
        .values(used_by=person_id, used_at=now)
        .returning(RoleLinkRow.digest)
    )
    if taken.scalar() is None:
        raise BadLink("used" if link.used_at else "expired")
    if await session.get(RoleRow, (person_id, link.role)) is None:
        session.add(RoleRow(person_id=person_id, role=link.role, granted_by=link.created_by, granted_at=now))
        await session.flush()
    await audit.record(session, person_id, "roles.accept", f"person:{person_id}", now, after={"role": link.role})
    return link.role


async def do_revoke(session: AsyncSession, actor: int, person_id: int, role: str, now: datetime) -> bool:
    """Takes the role away; False when the person has not got it. The last owner stays."""
    roles = await check(session, actor, "roles.revoke")
    check_grantable(roles, role)
    if role == "owner":
        owners = await session.scalar(select(func.count()).select_from(RoleRow).where(RoleRow.role == "owner"))
        if owners == 1:
            raise NotAllowed("roles.revoke")
    gone = await session.execute(
        delete(RoleRow).where(RoleRow.person_id == person_id, RoleRow.role == role).returning(RoleRow.person_id)
    )
    if gone.scalar() is None:
        return False
    await audit.record(session, actor, "roles.revoke", f"person:{person_id}", now, before={"role": role})
    return True


async def everyone(session: AsyncSession) -> list[tuple[int, str, str]]:
    """(person, account, role) of all staff, by role."""
    found = await session.execute(
        select(RoleRow.person_id, IdentityRow.platform, IdentityRow.external_id, RoleRow.role)
        .join(IdentityRow, IdentityRow.person_id == RoleRow.person_id)
        .order_by(RoleRow.role, RoleRow.person_id)
    )
    return [(person, f"{platform}:{account}", role) for person, platform, account, role in found]


# -- the first owner


async def ensure_owner(session: AsyncSession, account: str | None, now: datetime) -> str | None:
    """Makes the setting's account owner. Without one, and while there is no owner: a one-time link's token."""
    platform, _, external_id = (account or "").partition(":")
    wanted: int | None = None
    if external_id:
        known = await people.find(session, platform, external_id)
        known = known or await people.create(session, platform, external_id, "", now)
        wanted = known.person.id
        if await session.get(RoleRow, (wanted, "owner")) is None:
            session.add(RoleRow(person_id=wanted, role="owner", granted_at=now, by_setting=True))
            await session.flush()
    await session.execute(  # an owner by an earlier setting is one no longer
        delete(RoleRow).where(RoleRow.by_setting.is_(True), RoleRow.person_id != (wanted or 0))
    )
    if wanted or await session.scalar(select(RoleRow.person_id).where(RoleRow.role == "owner").limit(1)):
        return None
    await session.execute(
        delete(RoleLinkRow).where(
            RoleLinkRow.role == "owner", RoleLinkRow.used_at.is_(None), RoleLinkRow.created_by.is_(None)
        )
    )
    return await _new_link(session, "owner", None, now, FIRST_LINK_LIFE)


async def language_of(session: AsyncSession, person_id: int) -> str:
    return await session.scalar(select(PersonRow.language).where(PersonRow.id == person_id)) or "en"
