"""From content files to the database and back into memory."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.loader import Content

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


async def seed(session: AsyncSession, content: Path | None, now: datetime) -> bool:
    """Puts the content files under a folder (the shipped ones by default) into the database; True when it changed."""
    raise NotImplementedError


async def load_published(session: AsyncSession) -> Content:
    """The published records."""
    raise NotImplementedError


async def content_version(session: AsyncSession) -> int:
    """The number that grows with each publication; 0 before the first seed."""
    raise NotImplementedError
