"""Files that people sent, fetched from the platform that holds them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.conversation import FileRef

Fetch = Callable[[FileRef], Awaitable[bytes]]
LIMIT = 20_000_000  # what Telegram hands out


class FileUnavailable(Exception):
    """The file can't be had; the text says why."""


class Files:
    """One fetcher a platform, registered by the composition root."""

    def __init__(self) -> None:
        self._fetchers: dict[str, Fetch] = {}

    def register(self, platform: str, fetch: Fetch) -> None:
        self._fetchers[platform] = fetch

    async def fetch(self, platform: str, file: FileRef) -> bytes:
        """Raises FileUnavailable."""
        fetch = self._fetchers.get(platform)
        if fetch is None or file.size > LIMIT:
            raise FileUnavailable("too large" if fetch else f"{platform} has no files")
        try:
            return await fetch(file)
        except Exception as error:  # the channel's own errors; whatever it is, there is no file
            raise FileUnavailable(str(error)) from error
