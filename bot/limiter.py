"""The platform's budget: so many messages a second over all chats, one a second in a chat, less in a group.

Pure arithmetic over a monotonic clock given by the caller, in seconds.
"""

from __future__ import annotations

from collections import deque

CHAT_PAUSE = 1.0  # seconds


class Limiter:
    """Says when the next message may go; `spend` is called when it goes.

    Args:
        rate: messages in any one second over all chats.
        chat_pause: seconds between two messages in one chat.
    """

    def __init__(self, rate: int, chat_pause: float = CHAT_PAUSE) -> None:
        self._rate = rate
        self._chat_pause = chat_pause
        self._recent: deque[float] = deque()
        self._last: dict[str, float] = {}
        self._groups: dict[str, deque[float]] = {}
        self._blocked_until = 0.0

    def block(self, until: float) -> None:
        """Nothing goes before `until`: the platform asked for a pause of the whole account."""
        self._blocked_until = max(self._blocked_until, until)

    def ready_at(self, now: float) -> float:
        """When the account may send its next message."""
        start = max(now, self._blocked_until)
        while self._recent and self._recent[0] <= start - 1.0:
            self._recent.popleft()
        return start if len(self._recent) < self._rate else max(start, self._recent[-self._rate] + 1.0)

    def room(self, now: float) -> int:
        """How many messages the account may send at once now."""
        if self.ready_at(now) > now:
            return 0
        return self._rate - len(self._recent)

    def chat_ready_at(self, chat: str, now: float, quota: tuple[int, float] | None = None) -> float:
        """When this chat may get its next message. `quota`: at most so many messages in so many seconds."""
        ready = max(now, self._last.get(chat, now - self._chat_pause) + self._chat_pause)
        sent = self._groups.get(chat)
        if quota is None or sent is None:
            return ready
        limit, seconds = quota
        while sent and sent[0] <= ready - seconds:
            sent.popleft()
        return ready if len(sent) < limit else max(ready, sent[-limit] + seconds)

    def spend(self, chat: str, now: float, *, group: bool = False) -> None:
        self._recent.append(now)
        self._last[chat] = now
        if group:
            self._groups.setdefault(chat, deque()).append(now)
        if len(self._last) > 50_000:
            self._last = {c: at for c, at in self._last.items() if at > now - self._chat_pause}
