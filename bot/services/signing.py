"""What the desk signs so that it can't be guessed: tickets and links, all with one secret of the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.event_tables import SecretRow

SECRET = "tickets"  # noqa: S105  (its name; tickets were the first to be signed)


async def secret(session: AsyncSession) -> bytes:
    value = await session.scalar(select(SecretRow.value).where(SecretRow.name == SECRET))
    assert value is not None, "ensure_secret runs at start"
    return bytes.fromhex(value)


async def ensure_secret(session: AsyncSession) -> None:
    """Makes the secret, once."""
    if await session.scalar(select(SecretRow.name).where(SecretRow.name == SECRET)) is None:
        session.add(SecretRow(name=SECRET, value=secrets.token_hex(32)))
        await session.flush()


def signature(key: bytes, what: str) -> str:
    """22 URL-safe characters. `what` begins with the use that it is for, so that none stands for another."""
    digest = hmac.new(key, what.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def is_signed(key: bytes, what: str, given: str) -> bool:
    """Whether `given` is its signature; compared in constant time."""
    return hmac.compare_digest(signature(key, what), given)
