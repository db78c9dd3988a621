"""Faults on request: wrong statuses, broken bodies, silence, cut connections, delays; queued, or by seeded chance."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any, Literal

from .clock import Signal
from .errors import too_many_requests

Kind = Literal["answer", "hang", "cut", "slow"]

HTML_502 = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    b"<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
)
_TEXTS = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}


@dataclass
class Fault:
    """What goes wrong, for which calls.

    It watches calls that match `method` (any case) and `chat`; it strikes from the `nth` of them on, `times` times
    (None: for ever), each time with `probability`. `after` says whether the call is carried out first, so that the
    effect is there and only the answer is lost.
    """

    kind: Kind
    method: str | None = None
    chat: int | None = None
    nth: int = 1
    times: int | None = 1
    probability: float = 1.0
    after: bool = False
    status: int = 500
    body: dict[str, Any] | bytes | None = None
    """An object is sent as JSON, bytes as they are (text/html); None with `after`: the true answer, cut in half."""
    seconds: float = 0.0
    gate: asyncio.Event | None = None
    """It strikes when this is set: the call is under way until then."""
    name: str = ""
    seen: int = 0
    hits: int = 0
    _struck: Signal = field(default_factory=Signal, repr=False)

    def takes(self, method: str, chat: int | None, chance: random.Random) -> bool:
        """Count a call and tell whether to strike now."""
        if self.method is not None and self.method.lower() != method.lower():
            return False
        if self.chat is not None and self.chat != chat:
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        self.seen += 1
        if self.seen < self.nth or (self.probability < 1 and chance.random() >= self.probability):
            return False
        self.hits += 1
        return True

    def note(self) -> None:
        """It struck, and its effect is done."""
        self._struck.notify()

    async def struck(self, hits: int = 1, within: float = 5.0) -> None:
        """Wait until it has struck `hits` times."""
        if not await self._struck.until(lambda: self.hits >= hits, within):
            raise AssertionError(f"the fault {self.name!r} struck {self.hits} times within {within} s, not {hits}")


def error(status: int = 500, description: str | None = None, *, parameters: dict[str, Any] | None = None,
          **where: Any) -> Fault:  # fmt: skip
    """A refusal in Telegram's form."""
    body: dict[str, Any] = {"ok": False, "error_code": status}
    body["description"] = description or _TEXTS.get(status, "Error")
    if parameters:
        body["parameters"] = parameters
    return Fault("answer", status=status, body=body, name=f"error {status}", **where)


def flood(retry_after: int = 3, **where: Any) -> Fault:
    """429 with retry_after."""
    refusal = too_many_requests(retry_after)
    return Fault("answer", status=429, body=refusal.body(), name="flood", **where)


def html(status: int = 502, **where: Any) -> Fault:
    """A page of a proxy instead of JSON."""
    return Fault("answer", status=status, body=HTML_502, name=f"html {status}", **where)


def garbage(body: bytes = b"\x00\xff not json", status: int = 200, **where: Any) -> Fault:
    """Bytes that mean nothing."""
    return Fault("answer", status=status, body=body, name="garbage", **where)


def truncated(**where: Any) -> Fault:
    """Carried out, but the JSON answer ends in the middle."""
    return Fault("answer", status=200, after=True, name="truncated", **where)


def silence(*, after: bool = False, **where: Any) -> Fault:
    """Never answers; with `after` the call was carried out."""
    return Fault("hang", after=after, name="silence", **where)


def cut_before(**where: Any) -> Fault:
    """The connection breaks before the call is carried out."""
    return Fault("cut", name="cut before", **where)


def cut_after(**where: Any) -> Fault:
    """The connection breaks after the call was carried out: delivered, answer lost."""
    return Fault("cut", after=True, name="cut after", **where)


def slow(seconds: float, *, after: bool = True, **where: Any) -> Fault:
    """Answers late; with `after` the call itself was carried out at once."""
    return Fault("slow", after=after, seconds=seconds, name="slow", **where)


class FaultPlan:
    """The faults that wait for their calls; the first that matches strikes."""

    def __init__(self, seed: int = 0) -> None:
        self.chance = random.Random(seed)
        self.faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Queue a fault; keep the returned one to ask about `hits` or to await `struck()`."""
        self.faults.append(fault)
        return fault

    def clear(self) -> None:
        """No more faults."""
        self.faults.clear()

    def next(self, method: str, chat: int | None) -> Fault | None:
        """The fault for this call, if any."""
        for fault in self.faults:
            if fault.takes(method, chat, self.chance):
                return fault
        return None
