"""Files that Telegram holds already, so that a poster goes up once and not with each message."""

from __future__ import annotations

from collections import OrderedDict

from telegram import Message

HELD = 2_000


class Uploads:
    """Telegram's ids of what was sent since the start, by the file's key; the latest `HELD` of them."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, str] = OrderedDict()

    def get(self, blob: str | None) -> str | None:
        return self._ids.get(blob) if blob else None

    def learn(self, blob: str | None, sent: Message) -> None:
        held = sent.photo[-1] if sent.photo else sent.document
        if blob and held is not None:
            self._ids[blob] = held.file_id
            self._ids.move_to_end(blob)
            if len(self._ids) > HELD:
                self._ids.popitem(last=False)

    def forget(self, blob: str | None) -> None:
        if blob:
            self._ids.pop(blob, None)
