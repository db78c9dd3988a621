"""People and their accounts: found, created, told apart, and whether they can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Address, Dialog, Json, Person
from bot.store.staff_tables import LiveRow
from bot.store.tables import IdentityRow, OutboxRow, PersonRow
from knowledge.language import Language, parse_language


class Overtaken(Exception):
    """Another account of the same person has said something meanwhile: what was read is out of date."""


@dataclass(frozen=True, slots=True)
class Known:
    person: Person
    dialog: Dialog


_FIND = (
    select(
        PersonRow.id,
        PersonRow.language,
        PersonRow.country,
        PersonRow.sector,
        PersonRow.welcomed_at,
        PersonRow.context,
        PersonRow.form,
        PersonRow.revision,
        select(LiveRow.id)
        .where(LiveRow.person_id == PersonRow.id, LiveRow.state != "closed")
        .limit(1)
        .scalar_subquery()
        .label("live"),
    )
    .join(IdentityRow, IdentityRow.person_id == PersonRow.id)
    .where(IdentityRow.platform == bindparam("platform"), IdentityRow.external_id == bindparam("account"))
)
_PERSONS = PersonRow.__table__
_SAVE_DIALOG = (
    update(_PERSONS)  # type: ignore[arg-type]
    .where(_PERSONS.c.id == bindparam("person"), _PERSONS.c.revision == bindparam("read"))
    .values(context=bindparam("said"), form=bindparam("open_form"), revision=_PERSONS.c.revision + 1)
)


async def find(session: AsyncSession, platform: str, external_id: str) -> Known | None:
    row = (await session.execute(_FIND, {"platform": platform, "account": external_id})).first()
    if row is None:
        return None
    return Known(_person(row), Dialog(dict(row.context or {}), row.form, row.live, row.revision))


async def create(session: AsyncSession, platform: str, external_id: str, language_hint: str, now: datetime) -> Known:
    """A person whom the desk meets for the first time; the language of their app is a first guess."""
    language = parse_language(language_hint) or Language.EN
    row = PersonRow(language=language.value, created_at=now, context={})
    session.add(row)
    await session.flush()
    session.add(IdentityRow(person_id=row.id, platform=platform, external_id=external_id))
    await session.flush()
    return Known(_person(row), Dialog())


def _person(row: PersonRow | Row[Any]) -> Person:
    return Person(row.id, Language(row.language), row.country, row.sector, row.welcomed_at is not None)


ON_THE_PHONE = IdentityRow.platform != "web"
"""An account that rings; what is written to a web chat is read when its page is opened again."""


async def address_of(session: AsyncSession, person_id: int) -> Address | None:
    """Where the person can be written to: of their accounts that are open to the desk one that rings, the latest."""
    reached = await reach(session, person_id)
    return reached[1] if reached else None


Reach = tuple[Language, Address]


async def reach(session: AsyncSession, person_id: int) -> Reach | None:
    """In which language and where (see address_of) the person can be written to."""
    row = (
        await session.execute(
            select(PersonRow.language, IdentityRow.platform, IdentityRow.external_id)
            .join(IdentityRow, IdentityRow.person_id == PersonRow.id)
            .where(PersonRow.id == person_id, IdentityRow.unreachable_at.is_(None))
            .order_by(ON_THE_PHONE.desc(), IdentityRow.id.desc())
            .limit(1)
        )
    ).first()
    return (Language(row.language), Address(row.platform, row.external_id)) if row else None


async def save_profile(session: AsyncSession, person: Person, now: datetime) -> None:
    values: Json = {"language": person.language.value, "country": person.country, "sector": person.sector}
    await session.execute(update(PersonRow).where(PersonRow.id == person.id).values(**values))
    if person.welcomed:
        await session.execute(
            update(PersonRow).where(PersonRow.id == person.id, PersonRow.welcomed_at.is_(None)).values(welcomed_at=now)
        )


async def save_dialog(session: AsyncSession, person_id: int, dialog: Dialog) -> None:
    """Keeps what the turn made of the dialog as it was read.

    Raises:
        Overtaken: it is another one by now.
    """
    values = {"person": person_id, "read": dialog.revision, "said": dialog.context, "open_form": dialog.form}
    saved = cast("CursorResult[Any]", await session.execute(_SAVE_DIALOG, values))
    if not saved.rowcount and await session.scalar(select(PersonRow.id).where(PersonRow.id == person_id)):
        raise Overtaken


async def mark_unreachable(session: AsyncSession, platform: str, chat: str, reason: str, now: datetime) -> None:
    """The person blocked the desk: nothing more is sent there until they come back."""
    await session.execute(
        update(IdentityRow)
        .where(IdentityRow.platform == platform, IdentityRow.external_id == chat)
        .values(unreachable_at=now)
    )
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.platform == platform, OutboxRow.chat == chat, OutboxRow.state.in_(["queued", "held"]))
        .values(state="failed", error=reason, finished_at=now, cause="unreachable")
    )


async def mark_reachable(session: AsyncSession, platform: str, external_id: str) -> None:
    await session.execute(
        update(IdentityRow)
        .where(
            IdentityRow.platform == platform,
            IdentityRow.external_id == external_id,
            IdentityRow.unreachable_at.is_not(None),
        )
        .values(unreachable_at=None)
    )


async def move_chat(session: AsyncSession, platform: str, old: str, new: str) -> None:
    """A group became a supergroup: what waits for the old id goes to the new one."""
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.platform == platform, OutboxRow.chat == old, OutboxRow.state.in_(["queued", "sending"]))
        .values(chat=new)
    )
