"""What both sides of all chats said and pressed, in their order, as text."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from bot.clock import SystemClock
from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.model import Chat, Message


def minute() -> datetime:
    """The real time, as exact as a transcript says it."""
    return SystemClock().now().replace(second=0, microsecond=0)


class Transcript:
    """Listens to the fake Telegram from when it is made."""

    def __init__(self, telegram: FakeTelegram, now: Callable[[], datetime], monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines: list[str] = []
        self._world = telegram.world
        self._now = now
        self._shown: dict[tuple[int, int], str] = {}
        self._pressed = 0
        self._day: datetime | None = None
        touch = self._world.touch

        def heard() -> int:
            revision = touch()
            self._note()
            return revision

        monkeypatch.setattr(self._world, "touch", heard)

    def remark(self, words: str) -> None:
        """What happens outside the chats."""
        self._say(f"* {words} *")

    def write_if_wanted(self) -> None:
        """Into the file that the environment names."""
        if wanted := os.environ.get("TRANSCRIPT"):
            Path(wanted).write_text("\n".join(self.lines).strip() + "\n", encoding="utf-8")

    def _note(self) -> None:
        for query in list(self._world.queries.values())[self._pressed :]:
            label = next((b.text for b in query.message.past_buttons() if b.data == query.data), query.data)
            self._say(f"{query.user.first_name} presses [{label}]")
        self._pressed = len(self._world.queries)
        for chat in list(self._world.chats.values()):
            for message in chat.visible():
                self._note_message(chat, message)

    def _note_message(self, chat: Chat, message: Message) -> None:
        rows = message.inline.rows if message.inline else []
        files = [f"<{kind}> " for kind in message.content if kind in ("photo", "document", "location")]
        buttons = ["      " + " ".join(f"[{button.text}]" for button in row) for row in rows]
        text = "\n".join(["".join(files) + message.shown.replace("\n", "\n      "), *buttons])
        key = (chat.id, message.id)
        if self._shown.get(key) != text:
            self._shown[key] = text
            speaker = message.sender.first_name if message.sender else "?"
            to = f" to {chat.user.first_name}" if message.from_bot and chat.user else ""
            self._say(f"{speaker}{to}: {text}")

    def _say(self, line: str) -> None:
        now = self._now()
        if now != self._day:
            self._day = now
            self.lines.append(f"\n── {now:%A %-d %B %Y, %H:%M} UTC")
        self.lines.append(line)
