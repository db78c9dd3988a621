"""A file that somebody sent."""

from __future__ import annotations

import contextlib

from bot.conversation import Turn
from bot.files import FileUnavailable


async def content_of(turn: Turn) -> bytes | None:
    """The sent file's content; None when none was sent or it can't be fetched.

    Called before anything that begins the transaction: fetching takes its time, and SQLite has one writer.
    """
    if turn.incoming.file is None:
        return None
    with contextlib.suppress(FileUnavailable):
        return await turn.services.files.fetch(turn.incoming.platform, turn.incoming.file)
    return None
