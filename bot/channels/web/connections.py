"""The two ways in which a page stays in touch: a WebSocket, and a long poll where sockets don't get through."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiohttp import WSMessage, WSMsgType, web

from bot.channels.web.frames import Frame
from bot.channels.web.hub import Hub, Line
from bot.channels.web.ledger import Ledger, News
from bot.channels.web.limits import Buckets, Rate
from bot.channels.web.receipts import Receipts

log = structlog.get_logger(__name__)

HELLO_SECONDS = 15.0
HEARTBEAT_SECONDS = 30.0
POLL_SECONDS = 25.0
CLOSE_SECONDS = 3.0  # how long a closing page may take to say goodbye
FRAME_BYTES = 32_000
FRAMES = Rate(60, 5)  # of all kinds, of one visitor; beyond that they are read more slowly
KNOWN_ROWS = 500  # row ids that a page may name
TOO_MANY_WINDOWS = 4008  # close code: the visitor opened another window; this one should not come back by itself
RESTARTING = 1012

Take = Callable[[Frame, str, str, str], Awaitable[dict[str, Any]]]


def rows_of(value: object) -> set[int]:
    """Row ids as a page names them; anything else among them is passed over."""
    if not isinstance(value, list):
        return set()
    return {row for row in value[:KNOWN_ROWS] if type(row) is int and 0 < row < 2**63}


class Socket:
    """Serves one WebSocket at a time for each call of `serve`."""

    def __init__(self, hub: Hub, ledger: Ledger, receipts: Receipts, take: Take) -> None:
        self._hub = hub
        self._ledger = ledger
        self._receipts = receipts
        self._take = take
        self._pace = Buckets(FRAMES)

    async def serve(self, request: web.Request, visitor: str, address: str, hint: str) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=FRAME_BYTES, timeout=CLOSE_SECONDS)
        await socket.prepare(request)
        known = await _hello(socket)
        if known is None:
            await socket.close()
            return socket
        line = Line(visitor, address, known)
        with self._hub.joined(line):
            talk = asyncio.create_task(self._listen(socket, line, hint))
            tell = asyncio.create_task(self._tell(socket, line))
            closing = asyncio.create_task(line.closing.wait())
            await asyncio.wait([talk, tell, closing], return_when=asyncio.FIRST_COMPLETED)
            await _end(socket, line, talk, tell, closing)
        return socket

    async def _listen(self, socket: web.WebSocketResponse, line: Line, hint: str) -> None:
        """Takes in what the page says, one frame after the other, so that their order holds."""
        async for message in socket:
            if wait := self._pace.wait(line.chat, asyncio.get_running_loop().time()):
                await asyncio.sleep(wait)
            frame = _frame(message)
            match frame.get("type"):
                case "seen":
                    self._receipts.add(line.chat, rows_of(frame.get("ids")))
                case "ping":
                    await socket.send_json({"type": "pong"})
                    line.wake.set()  # a look at the ledger now and then, in case a wake-up was missed
                case _:
                    await socket.send_json(await self._take(frame, line.chat, line.address, hint))

    async def _tell(self, socket: web.WebSocketResponse, line: Line) -> None:
        """Sends what the page lacks, then whatever comes up."""
        news = await self._ledger.history(line.chat, line.known)
        for frame in welcome(line, news, self._receipts):
            await _send(socket, frame)
        while True:
            await line.wake.wait()
            for frame in await fresh(line, self._ledger):
                await _send(socket, frame)


class LongPoll:
    """Answers a poll as soon as there is something for the page, or after a while with nothing."""

    def __init__(self, hub: Hub, ledger: Ledger, receipts: Receipts) -> None:
        self._hub = hub
        self._ledger = ledger
        self._receipts = receipts

    async def serve(self, query: Mapping[str, str], visitor: str, address: str) -> list[Frame]:
        """The frames for a page that has the rows in `have`; with `first` also its welcome, at once."""
        have = [int(row) for row in query.get("have", "").split(",")[:KNOWN_ROWS] if row.isdecimal() and len(row) < 19]
        line = Line(visitor, address, rows_of(have))
        with self._hub.joined(line):
            if query.get("first"):
                return welcome(line, await self._ledger.history(visitor, line.known), self._receipts)
            line.wake.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    return await self._wait(line)
        return []

    async def _wait(self, line: Line) -> list[Frame]:
        while not line.closing.is_set():
            await line.wake.wait()
            if frames := await fresh(line, self._ledger):
                return frames
        return [{"type": "elsewhere"}] if line.replaced else []


def welcome(line: Line, news: News, receipts: Receipts) -> list[Frame]:
    """The first frames of a connection. What the page already shows has arrived, even if its receipt was lost."""
    receipts.add(line.chat, news.unreceipted)
    line.known.update(news.outdated, (item["id"] for item in news.items))
    return [
        {"type": "welcome", "visitor": line.chat[:12], "empty": not line.known},
        {"type": "messages", "items": news.items, "lang": news.language},
    ]


async def fresh(line: Line, ledger: Ledger) -> list[Frame]:
    """What came up since the last look."""
    line.wake.clear()
    news = await ledger.news(line.chat, line.known)
    line.known.update(item["id"] for item in news.items)
    typing, line.typing = line.typing, False
    if news.items:
        return [{"type": "messages", "items": news.items, "lang": news.language}]
    return [{"type": "typing"}] if typing else []


async def _hello(socket: web.WebSocketResponse) -> set[int] | None:
    """The rows that the page has, which it says first; None when it doesn't."""
    with contextlib.suppress(TimeoutError, TypeError):
        frame = _frame(await socket.receive(HELLO_SECONDS))
        if frame.get("type") == "hello":
            return rows_of(frame.get("have"))
    return None


def _frame(message: WSMessage) -> Frame:
    """The JSON object in a message; an empty one for everything else, which is refused like any unknown frame."""
    if message.type is not WSMsgType.TEXT:
        return {}
    try:
        frame = json.loads(message.data)
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


async def _send(socket: web.WebSocketResponse, frame: Frame) -> None:
    await socket.send_str(json.dumps(frame, ensure_ascii=False))


async def _end(
    socket: web.WebSocketResponse,
    line: Line,
    talk: asyncio.Task[None],
    tell: asyncio.Task[None],
    closing: asyncio.Task[bool],
) -> None:
    """Closes with the right code and leaves no task behind. A message being stored is stored: that is shielded."""
    tell.cancel()
    closing.cancel()
    results: list[object] = [*await asyncio.gather(tell, closing, return_exceptions=True)]
    if not talk.done():
        await socket.close(code=TOO_MANY_WINDOWS if line.replaced else RESTARTING)
        talk.cancel()
    results += await asyncio.gather(talk, return_exceptions=True)
    for error in results:
        if isinstance(error, Exception) and not isinstance(error, ConnectionError):
            log.error("web.socket_failed", exc_info=error)
