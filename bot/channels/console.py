"""The terminal as a channel: the same inbox, workers and ledger as everywhere, for one person at a keyboard."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sqlalchemy import select, update

from bot.channels import Arrival, Capabilities
from bot.clock import Clock
from bot.conversation import Incoming, Kind
from bot.inbox import Inbox
from bot.outbox import rendered_buttons
from bot.store.engine import Store
from bot.store.tables import OutboxRow
from bot.text import plain

PLATFORM = "console"


class ConsoleChannel:
    """Reads lines with `ask_line`, shows messages with `show`; a number presses the button that has it."""

    name = PLATFORM
    capabilities = Capabilities(text_units=20_000, caption_units=20_000)

    def __init__(
        self,
        store: Store,
        inbox: Inbox,
        clock: Clock,
        chat: str,
        ask_line: Callable[[], Awaitable[str | None]],
        show: Callable[[str], None],
    ) -> None:
        self._store = store
        self._inbox = inbox
        self._clock = clock
        self._chat = chat
        self._ask_line = ask_line
        self._show = show
        self._buttons: list[str] = []
        self._queued = asyncio.Event()

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        return Incoming(platform=PLATFORM, **{**payload, "kind": Kind(payload["kind"])})

    async def start(self) -> None:
        """Nothing to prepare."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def typing(self, chat: str) -> None:
        """A terminal needs no sign."""

    def notify(self, chat: str) -> None:
        self._queued.set()

    async def talk(self, first: str = "/start") -> None:
        """Talks until the person's line is None (end of input) or /quit."""
        line: str | None = first
        while line is not None and line.strip() != "/quit":
            if line.strip():
                self._queued.clear()
                await self._take(line.strip())
                await self._queued.wait()
                await self._show_queued()
            line = await self._ask_line()

    async def _take(self, line: str) -> None:
        payload: dict[str, Any] = {"chat": self._chat, "sender": self._chat, "kind": Kind.TEXT, "text": line}
        if line.startswith("/"):
            command, _, rest = line[1:].partition(" ")
            payload |= {"kind": Kind.COMMAND, "command": command.casefold(), "text": rest.strip()}
        elif line.isdigit() and 0 < int(line) <= len(self._buttons):
            payload |= {"kind": Kind.BUTTON, "button": self._buttons[int(line) - 1], "text": ""}
        number = time.time_ns()
        await self._inbox.put(
            Arrival(PLATFORM, f"{self._chat}:{number}", self._chat, number, json.dumps(payload), self._clock.now())
        )

    async def _show_queued(self) -> None:
        mine = (OutboxRow.platform == PLATFORM) & (OutboxRow.chat == self._chat) & (OutboxRow.state == "queued")
        async with self._store.write() as session:
            found = (await session.scalars(select(OutboxRow).where(mine).order_by(OutboxRow.id))).all()
            bodies = [row.body for row in found]
            now = self._clock.now()
            await session.execute(
                update(OutboxRow)
                .where(OutboxRow.id.in_([row.id for row in found]))
                .values(state="sent", finished_at=now)
            )
        for body in bodies:
            self._show(self._as_text(body))

    def _as_text(self, body: Mapping[str, Any]) -> str:
        lines = [plain(body["text"])]
        if "blob" in body:
            lines.append("[attachment]")
        buttons = rendered_buttons(body)
        if buttons:
            self._buttons = []
        for row in buttons:
            shown = []
            for button in row:
                if "key" in button:
                    self._buttons.append(button["key"])
                    shown.append(f"[{len(self._buttons)}] {button['label']}")
                else:
                    shown.append(f"{button['label']}: {button.get('url', '')}")
            lines.append("   ".join(shown))
        return "\n".join(lines)
