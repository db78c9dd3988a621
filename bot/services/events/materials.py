"""The papers of an event under a link of the registered person's own, for any of their devices.

The link's token is signed, so it can't be guessed, and holds nothing personal. It stands as long as what was asked for
the event is kept: afterwards, or when the place is given up, it leads nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Attachment
from bot.services import signing
from bot.services.events import files, model
from bot.services.events.files import EventFile
from bot.services.events.model import Event, Link
from bot.store.event_tables import RegistrationRow
from knowledge.language import Language

TOKEN = re.compile(r"(\d{1,15})\.([A-Za-z0-9_-]{22})")


@dataclass(frozen=True, slots=True)
class Materials:
    """What the holder of a link may see now, in the language that they registered in."""

    event: Event
    language: Language
    links: Sequence[Link]
    files: Sequence[EventFile]


async def token(session: AsyncSession, registration_id: int) -> str:
    return f"{registration_id}.{signing.signature(await signing.secret(session), f'materials:{registration_id}')}"


async def given(session: AsyncSession, text: str, now: datetime) -> Materials | None:
    """What is under the link; None for a forged one, and for one whose time is over."""
    found = TOKEN.fullmatch(text)
    if found is None or not signing.is_signed(await signing.secret(session), f"materials:{int(found[1])}", found[2]):
        return None
    row = await session.get(RegistrationRow, int(found[1]))
    if row is None or row.state != "confirmed" or row.anonymised_at is not None:
        return None
    event = await model.find(session, row.event_id)
    if event is None or now >= event.let_go_after:
        return None
    over = now >= event.ends_at
    return Materials(
        event,
        Language(row.language),
        [link for link in event.details.links if over or not link.after],
        [file for file in await files.listed(session, event.id) if over or file.kind != "after"],
    )


async def file_of(session: AsyncSession, text: str, file_id: int, now: datetime) -> Attachment | None:
    """One of the papers under the link."""
    materials = await given(session, text, now)
    if materials is None or file_id not in {file.id for file in materials.files}:
        return None
    found = await files.content(session, file_id)
    return found[1] if found else None
