"""Telegram's flood limits, enforced by an injectable clock.

Source: Bots FAQ, "My bot is hitting limits": about 30 messages per second overall, one per second in one chat (short
bursts pass), 20 per minute in a group; beyond that 429 with retry_after. Sizes: Bot API "Sending files".
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from .clock import Clock
from .errors import too_many_requests
from .model import Chat

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
UPLOAD_LIMIT = 50 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
DOWNLOAD_LIMIT = 20 * 1024 * 1024


@dataclass(slots=True)
class _Bucket:
    tokens: float
    time: float


@dataclass
class FloodLimits:
    """Counts sends and refuses with 429 beyond the budget; off unless `enforce`. A refused send costs nothing."""

    clock: Clock
    enforce: bool = False
    overall_per_second: int = 30
    chat_per_second: float = 1.0
    chat_burst: int = 5
    group_per_minute: int = 20
    violations: int = 0
    _overall: deque[float] = field(default_factory=deque)
    _groups: dict[int, deque[float]] = field(default_factory=dict)
    _chats: dict[int, _Bucket] = field(default_factory=dict)

    def spend(self, chat: Chat) -> None:
        """Take one send from every budget that `chat` draws on, or raise 429 and take nothing."""
        if not self.enforce:
            return
        now = self.clock()
        bucket = self._chats.setdefault(chat.id, _Bucket(self.chat_burst, now))
        bucket.tokens = min(self.chat_burst, bucket.tokens + (now - bucket.time) * self.chat_per_second)
        bucket.time = now
        group = None if chat.private else self._groups.setdefault(chat.id, deque())
        waits = [_window_wait(self._overall, now, 1.0, self.overall_per_second)]
        if bucket.tokens < 1 - 1e-9:
            waits.append((1 - bucket.tokens) / self.chat_per_second)
        if group is not None:
            waits.append(_window_wait(group, now, 60.0, self.group_per_minute))
        if max(waits) > 0:
            self.violations += 1
            raise too_many_requests(max(1, math.ceil(max(waits))))
        bucket.tokens -= 1
        self._overall.append(now)
        if group is not None:
            group.append(now)


def _window_wait(times: deque[float], now: float, window: float, limit: int) -> float:
    while times and times[0] <= now - window:
        times.popleft()
    return times[0] + window - now if len(times) >= limit else 0.0
