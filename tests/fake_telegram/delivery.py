"""Updates on their way to the bot: the queue, getUpdates, and the webhook with retries, duplicates and reordering.

Bot API: getUpdates ("an update is considered confirmed as soon as getUpdates is called with an offset higher than its
update_id"), setWebhook ("we will repeat the request and give up after a reasonable amount of attempts").
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from .clock import Clock, Signal
from .errors import TERMINATED_BY_POLLER, TERMINATED_BY_WEBHOOK, WEBHOOK_ACTIVE, conflict
from .params import Call

NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
"""Bot API: getUpdates, allowed_updates: kinds that an empty list leaves out."""


@dataclass(slots=True)
class Queued:
    """An update that waits for confirmation; `epoch` counts the jumps of update_id before it."""

    id: int
    kind: str
    update: dict[str, Any]
    lane: int
    epoch: int
    handed_out: int = 0
    repeated: bool = False
    """A second delivery: getUpdates hands it out once and needs no confirmation for it."""


@dataclass(slots=True)
class Webhook:
    """Where updates are pushed."""

    url: str
    secret: str = ""
    max_connections: int = 40
    slots: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.slots = asyncio.Semaphore(self.max_connections)


@dataclass(slots=True)
class Attempt:
    """One POST to the webhook; status None: no answer in time, or no connection."""

    update_id: int
    number: int
    status: int | None
    error: str | None = None


@dataclass
class Delivery:
    """One bot's updates, in order of arrival."""

    clock: Clock
    changed: Signal
    webhook_timeout: float = 60.0
    webhook_retry_delay: float = 0.05
    """First pause before a retry; it doubles up to `webhook_retry_limit`. Telegram: 1 s, up to minutes."""
    webhook_retry_limit: float = 1.0
    next_id: int = 900_000_001
    queue: deque[Queued] = field(default_factory=deque)
    confirmed: list[int] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    """Updates of kinds that the bot didn't ask for."""
    allowed: set[str] | None = None
    webhook: Webhook | None = None
    attempts: list[Attempt] = field(default_factory=list)
    last_error: tuple[int, str] | None = None
    on_webhook_answer: Callable[[dict[str, Any]], None] | None = None
    """Gets the body when a webhook answers with a method call."""
    _history: deque[Queued] = field(default_factory=lambda: deque(maxlen=5000))
    _epoch: int = 0
    _held: list[Queued] | None = None
    _arrived: Signal = field(default_factory=Signal)
    _poller: object | None = None
    _closed: bool = False
    _lanes: dict[int, deque[Queued]] = field(default_factory=lambda: defaultdict(deque))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _session: aiohttp.ClientSession | None = None

    # Putting updates in

    def put(self, update: dict[str, Any], lane: int = 0) -> int:
        """Give the update its id and send it on its way; `lane` is the chat, whose order a webhook keeps."""
        kind = next(key for key in update if key != "update_id")
        number = int(update.get("update_id", self.next_id))
        update = {"update_id": number, **update}
        self.next_id = number + 1
        if not (kind in self.allowed if self.allowed is not None else kind not in NOT_BY_DEFAULT):
            self.dropped.append(update)
            return number
        self._enqueue(Queued(number, kind, update, lane, self._epoch))
        return number

    def again(self, update_id: int) -> None:
        """Deliver an update once more, as Telegram does when a confirmation got lost."""
        known = [item for item in (*self._history, *self.queue) if item.id == update_id]
        if not known:
            raise LookupError(f"update {update_id} was never delivered")
        item = known[-1]
        self._enqueue(Queued(item.id, item.kind, item.update, item.lane, item.epoch, repeated=True))

    def jump_back(self, to: int) -> None:
        """Continue with smaller ids, as Telegram may after a week without updates (Bot API: Update)."""
        self.next_id = to
        self._epoch += 1

    @contextlib.contextmanager
    def held(self, order: str | Callable[[list[Queued]], list[Queued]] = "kept", seed: int = 0) -> Iterator[None]:
        """Hold updates back and let them go together: order "kept", "reversed", "shuffled", or a function.

        Reordered updates don't wait for each other on a webhook, even of one chat.
        """
        self._held = []
        try:
            yield
        finally:
            items, self._held = self._held, None
            if order == "reversed":
                items = items[::-1]
            elif order == "shuffled":
                random.Random(seed).shuffle(items)
            elif callable(order):
                items = order(items)
            for number, item in enumerate(items):
                if order != "kept":
                    item.lane = -(10**15) - number
                self._enqueue(item)

    def _enqueue(self, item: Queued) -> None:
        if self._held is not None:
            self._held.append(item)
            return
        self.queue.append(item)
        if self.webhook is not None:
            self._push(item)
        self._arrived.notify()
        self.changed.notify()

    def _confirm(self, item: Queued) -> None:
        self._history.append(item)
        self.confirmed.append(item.id)
        self.changed.notify()

    def allow(self, kinds: list[str] | None) -> None:
        """Bot API: allowed_updates: missing keeps the former setting, an empty list means the default kinds."""
        if kinds is not None:
            self.allowed = set(kinds) or None

    def drop_pending(self) -> None:
        """Forget what waits."""
        self.queue.clear()
        self._lanes.clear()

    # getUpdates

    async def get_updates(self, call: Call) -> list[dict[str, Any]]:
        """Bot API: getUpdates. A second poller ends the first one with 409; an active webhook refuses polling."""
        if self.webhook is not None:
            raise conflict(WEBHOOK_ACTIVE)
        self.allow(allowed_updates(call))
        me = object()
        self._poller = me
        self._arrived.notify()
        self._confirm_until(call.number("offset") or 0)
        limit = call.clamped("limit", 100, 1, 100)
        seconds = call.clamped("timeout", 0, 0, 50)

        def over() -> bool:
            return bool(self.queue) or self._poller is not me

        if seconds:
            await self._arrived.until(over, seconds)
        if self._closed:
            return []
        if self._poller is not me:
            raise conflict(TERMINATED_BY_WEBHOOK if self.webhook is not None else TERMINATED_BY_POLLER)
        self._poller = None
        batch = list(self.queue)[:limit]
        for item in batch:
            item.handed_out += 1
            if item.repeated:
                self.queue.remove(item)
        return [item.update for item in batch]

    def _confirm_until(self, offset: int) -> None:
        """Drop what the offset confirms; one outside of the present run of ids confirms nothing (TDLib TQueue)."""
        if offset < 0:
            while len(self.queue) > -offset:
                self._confirm(self.queue.popleft())
            return
        if not self.queue or offset == 0:
            return
        named = next(
            (item for item in self.queue if item.id == offset - 1 and item.handed_out and not item.repeated), None
        )
        epoch = (named or self.queue[0]).epoch
        run = [(n, item) for n, item in enumerate(self.queue) if item.epoch == epoch and not item.repeated]
        last = -1
        if named is not None:
            last = max(n for n, item in run if item.id < offset and item.handed_out)
        elif run and run[0][1].id <= offset - 1 <= max(item.id for _, item in run):
            last = max(n for n, item in run if item.id < offset)
        for item in list(self.queue)[: last + 1]:
            if not item.repeated:
                self.queue.remove(item)
                self._confirm(item)

    # Webhook

    def set_webhook(self, webhook: Webhook | None) -> None:
        """Start pushing to `webhook`, or stop."""
        self.webhook = webhook
        self._lanes.clear()
        self._cancel()
        if webhook is not None:
            self._poller = None
            self._arrived.notify()
            for item in self.queue:
                self._push(item)

    def webhook_info(self) -> dict[str, Any]:
        """Bot API: WebhookInfo."""
        hook = self.webhook
        info: dict[str, Any] = {
            "url": hook.url if hook else "", "has_custom_certificate": False, "pending_update_count": len(self.queue)
        }  # fmt: skip
        if hook is not None:
            info["max_connections"] = hook.max_connections
            if self.last_error is not None:
                info["last_error_date"], info["last_error_message"] = self.last_error
        if self.allowed is not None:
            info["allowed_updates"] = sorted(self.allowed)
        return info

    def _push(self, item: Queued) -> None:
        lane = self._lanes[item.lane]
        lane.append(item)
        if len(lane) == 1:
            task = asyncio.get_running_loop().create_task(self._run_lane(item.lane, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _run_lane(self, key: int, lane: deque[Queued]) -> None:
        while lane:
            await self._post_until_taken(lane[0])
            item = lane.popleft()
            with contextlib.suppress(ValueError):
                self.queue.remove(item)
            self._confirm(item)
        if self._lanes.get(key) is lane:
            del self._lanes[key]

    async def _post_until_taken(self, item: Queued) -> None:
        pause = self.webhook_retry_delay
        while True:
            hook = self.webhook
            assert hook is not None, "a lane without webhook was cancelled"
            async with hook.slots:
                item.handed_out += 1
                attempt = await self._post(hook, item)
            self.attempts.append(attempt)
            self.changed.notify()
            if attempt.status is not None and 200 <= attempt.status < 300:
                return
            self.last_error = (int(self.clock()), attempt.error or "")
            await asyncio.sleep(pause)
            pause = min(2 * pause, self.webhook_retry_limit)

    async def _post(self, hook: Webhook, item: Queued) -> Attempt:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        timeout = aiohttp.ClientTimeout(total=self.webhook_timeout)
        try:
            async with self._session.post(hook.url, json=item.update, headers=headers, timeout=timeout) as answer:
                body = await answer.read()
        except TimeoutError:
            return Attempt(item.id, item.handed_out, None, "Read timeout expired")
        except aiohttp.ClientError as problem:
            return Attempt(item.id, item.handed_out, None, f"Connection failed: {type(problem).__name__}")
        if not 200 <= answer.status < 300:
            text = f"Wrong response from the webhook: {answer.status} {answer.reason}"
            return Attempt(item.id, item.handed_out, answer.status, text)
        if body.lstrip().startswith(b"{") and self.on_webhook_answer is not None:
            self.on_webhook_answer(await answer.json(content_type=None))
        return Attempt(item.id, item.handed_out, answer.status)

    def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        """Stop pushing, end the long poll with an empty answer."""
        self._closed = True
        self._cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._poller = None
        self._arrived.notify()
        if self._session is not None:
            await self._session.close()
            self._session = None


def allowed_updates(call: Call) -> list[str] | None:
    """The `allowed_updates` of getUpdates and setWebhook; None when not given."""
    wanted = call.parsed("allowed_updates", "allowed_updates")
    return [str(kind) for kind in wanted] if isinstance(wanted, list) else None
