"""An announcement as it will look on each platform, under a link that only its holder knows, for an hour.

The link's token is signed and names the officer who asked for it: it shows nothing once they are no officer any more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Attachment, Reply
from bot.services import Services, broadcasts, recipients, roles, signing
from bot.store.staff_tables import BroadcastRow
from knowledge.language import Language

LINK_LIFE = timedelta(hours=1)
TOKEN = re.compile(r"(\d{1,15})\.(\d{1,15})\.(\d{1,12})\.([A-Za-z0-9_-]{22})")


@dataclass(frozen=True, slots=True)
class Look:
    """The message that people who read `language` get, whose words are in `spoken`."""

    language: Language
    spoken: Language
    reply: Reply


@dataclass(frozen=True, slots=True)
class Preview:
    number: int
    language: Language  # the officer's
    looks: Sequence[Look]
    file: Attachment | None
    until: datetime
    zone: ZoneInfo


async def token(session: AsyncSession, person_id: int, number: int, now: datetime) -> str:
    named = f"{number}.{person_id}.{int((now + LINK_LIFE).timestamp())}"
    return f"{named}.{signing.signature(await signing.secret(session), f'preview:{named}')}"


async def given(session: AsyncSession, services: Services, text: str) -> Preview | None:
    """What is under the link as the announcement is now; None for a forged one, and for one whose time is over."""
    found = TOKEN.fullmatch(text)
    named = text.rpartition(".")[0]
    if found is None or not signing.is_signed(await signing.secret(session), f"preview:{named}", found[4]):
        return None
    number, person, until = int(found[1]), int(found[2]), int(found[3])
    row = await session.get(BroadcastRow, number)
    if row is None or services.clock.now().timestamp() >= until:
        return None
    try:
        await roles.check(session, person, "broadcast.compose")
    except roles.NotAllowed:
        return None
    file = await services.outbox.kept(session, row.blob)
    looks = [_look(row, language, file, services.settings.public_url) for language in recipients.languages_of(row)]
    zone = services.settings.zone
    spoken = Language(await roles.language_of(session, person))
    return Preview(number, spoken, looks, file, datetime.fromtimestamp(until, zone), zone)


def _look(row: BroadcastRow, language: Language, file: Attachment | None, root: str | None) -> Look:
    spoken = Language(broadcasts.spoken_in(row, language) or language.value)
    return Look(language, spoken, broadcasts.reply_for(row, language, file, root))
