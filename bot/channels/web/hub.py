"""Who is connected: open sockets and long polls by visitor, each woken when there may be something for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Line:
    """One open connection of a visitor. `known` are the ledger rows that its page has."""

    def __init__(self, chat: str, address: str, known: set[int]) -> None:
        self.chat = chat
        self.address = address
        self.known = known
        self.typing = False
        self.replaced = False  # it must close because the visitor opened too many
        self.wake = asyncio.Event()
        self.closing = asyncio.Event()

    def end(self, *, replaced: bool = False) -> None:
        """Asks the connection to close."""
        self.replaced = replaced
        self.closing.set()
        self.wake.set()


class Hub:
    def __init__(self, visitor_lines: int, address_lines: int) -> None:
        self._visitor_lines = visitor_lines
        self._address_lines = address_lines
        self._lines: dict[str, list[Line]] = {}
        self._addresses: dict[str, int] = {}
        self._empty = asyncio.Event()
        self._closing = False

    def __bool__(self) -> bool:
        return bool(self._lines)

    def is_full(self, address: str) -> bool:
        return self._addresses.get(address, 0) >= self._address_lines

    @contextmanager
    def joined(self, line: Line) -> Iterator[None]:
        """The line is woken while the block lasts; the visitor's oldest lines are closed when there are too many."""
        lines = self._lines.setdefault(line.chat, [])
        lines.append(line)
        self._addresses[line.address] = self._addresses.get(line.address, 0) + 1
        self._empty.clear()
        for old in lines[: -self._visitor_lines]:
            old.end(replaced=True)
        if self._closing:
            line.end()
        try:
            yield
        finally:
            self._leave(line)

    def _leave(self, line: Line) -> None:
        lines = self._lines[line.chat]
        lines.remove(line)
        if not lines:
            del self._lines[line.chat]
        self._addresses[line.address] -= 1
        if not self._addresses[line.address]:
            del self._addresses[line.address]
        if not self._lines:
            self._empty.set()

    async def close_all(self, patience: float) -> None:
        """Asks all lines to close and waits until they have, at most `patience` seconds."""
        self._closing = True
        for lines in self._lines.values():
            for line in lines:
                line.end()
        if self._lines:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), patience)

    def notify(self, chat: str) -> None:
        """There may be new messages for the chat."""
        for line in self._lines.get(chat, ()):
            line.wake.set()

    def notify_all(self) -> None:
        for chat in self._lines:
            self.notify(chat)

    def typing(self, chat: str) -> None:
        """Somebody should see that an answer is being made."""
        for line in self._lines.get(chat, ()):
            line.typing = True
            line.wake.set()
