"""Files that Telegram holds already, so that a poster goes up once and not with each message."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from telegram import Message

from bot.conversation import Attachment

HELD = 2_000


class Uploads:
    """Telegram's ids of what was sent since the start; the latest `HELD` of them."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, str] = OrderedDict()

    def get(self, file: Attachment) -> str | None:
        return self._ids.get(_mark(file))

    def learn(self, file: Attachment, sent: Message) -> None:
        held = sent.photo[-1] if sent.photo else sent.document
        if held is not None:
            self._ids[_mark(file)] = held.file_id
            self._ids.move_to_end(_mark(file))
            if len(self._ids) > HELD:
                self._ids.popitem(last=False)

    def forget(self, file: Attachment) -> None:
        self._ids.pop(_mark(file), None)


def _mark(file: Attachment) -> str:
    return hashlib.sha256(f"{file.mime}\0{file.name}\0".encode() + file.content).hexdigest()
