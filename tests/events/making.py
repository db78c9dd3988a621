"""Events, clocks and people for tests."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import signing
from bot.services.events import staff
from bot.services.events.model import Details, Event
from bot.services.events.places import Applicant
from bot.services.events.staff import Draft
from bot.store import Store
from bot.store.staff_tables import RoleRow
from bot.store.tables import IdentityRow, PersonRow
from knowledge.texts import Text

NOW = datetime(2027, 3, 1, 3, 0, tzinfo=UTC)  # ten in the morning in Vientiane
START = datetime(2027, 4, 15, 2, 0, tzinfo=UTC)


class HeldClock:
    """Stands still until it is moved; seconds pass for whatever needs them to."""

    def __init__(self, now: datetime = NOW) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return time.monotonic()

    def move(self, **spans: float) -> None:
        self.at += timedelta(**spans)

    def set(self, moment: datetime) -> None:
        self.at = moment


def details(**more: Any) -> Details:
    plain: dict[str, Any] = {
        "title": Text(en="Mekong Farm Forum", lo="ເວທີກະສິກຳແມ່ຂອງ", zh_Hans="湄公河农业论坛", km="វេទិកាកសិកម្មមេគង្គ"),
        "venue": Text(en="Don Chan Palace, Vientiane", lo="ດອນຈັນ ພາເລດ, ວຽງຈັນ"),
        "sectors": ("agriculture",),
        "contact": "Lao SME Association",
    }
    return Details(**(plain | more))


async def make_event(
    session: AsyncSession, *, capacity: int | None = 100, publish: bool = True, now: datetime = NOW, **more: Any
) -> Event:
    wanted: dict[str, Any] = {
        "details": details(),
        "zone": "Asia/Vientiane",
        "starts_at": START,
        "ends_at": START + timedelta(hours=8),
        "code": "farm-forum",
        "country": "LA",
        "capacity": capacity,
    }
    await signing.ensure_secret(session)
    event = await staff.do_create(session, None, Draft(**(wanted | more)), now)
    return await staff.do_publish(session, None, event.id, now) if publish else event


async def store_event(store: Store, **more: Any) -> Event:
    async with store.write() as session:
        return await make_event(session, **more)


async def people(session: AsyncSession, count: int, *, country: str | None = "LA", language: str = "lo") -> list[int]:
    rows = [
        PersonRow(language=language, country=country, welcomed_at=NOW, created_at=NOW, context={}) for _ in range(count)
    ]
    session.add_all(rows)
    await session.flush()
    session.add_all(IdentityRow(person_id=row.id, platform="telegram", external_id=f"9{row.id}") for row in rows)
    await session.flush()
    return [row.id for row in rows]


def applicant(person: int, **more: Any) -> Applicant:
    wanted: dict[str, Any] = {"person_id": person, "key": f"person:{person}", "language": "lo", "country": "LA"}
    return Applicant(**(wanted | more))


async def give_role(store: Store, platform: str, account: int | str, role: str) -> None:
    """The account's person gets the role; they must have written to the desk before."""
    from sqlalchemy import select

    async with store.write() as session:
        person = await session.scalar(
            select(IdentityRow.person_id).where(
                IdentityRow.platform == platform, IdentityRow.external_id == str(account)
            )
        )
        assert person is not None
        session.add(RoleRow(person_id=person, role=role, granted_at=NOW))
