"""Links that lead people to the desk, on posters and in QR codes."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass
class Links:
    """`bot` is the Telegram account's name, known once it has logged in."""

    bot: str = ""

    def know(self, bot: str) -> None:
        self.bot = bot

    def start(self, payload: str) -> str:
        """A link that opens the bot with /start and the payload; "" while there is no bot."""
        return f"https://t.me/{self.bot}?start={payload}" if self.bot else ""

    def share(self, payload: str, text: str) -> str:
        """A link that lets people choose whom to send it to; "" while there is no bot."""
        link = self.start(payload)
        return f"https://t.me/share/url?url={quote(link, safe='')}&text={quote(text, safe='')}" if link else ""
