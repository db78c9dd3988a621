"""The web channel. Its messages are ledger rows that the page fetches; a row is sent once the page says it shows it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.channels import Arrival, Capabilities
from bot.channels.web import page
from bot.channels.web.connections import LongPoll, Socket, rows_of
from bot.channels.web.files import attachment
from bot.channels.web.frames import PLATFORM, Frame, Refused, accept, frame_id, read
from bot.channels.web.hub import Hub
from bot.channels.web.ledger import Ledger
from bot.channels.web.limits import Buckets, Limits, address_key
from bot.channels.web.receipts import Receipts, Watcher
from bot.channels.web.visitor import Visitors, preferred_language
from bot.clock import Clock
from bot.conversation import Incoming
from bot.inbox import Inbox
from bot.observe import metrics
from bot.settings import Settings
from bot.store.engine import Store
from knowledge.language import Language, parse_language

log = structlog.get_logger(__name__)

BODY_BYTES = 64_000
FRAMES = 20  # in one POST
RETRY_SECONDS = 5.0
STOP_SECONDS = 5.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WebChannel:
    name = PLATFORM
    capabilities = Capabilities(text_units=8000, caption_units=8000, edits=True, asks_contact=False, asks_location=True)

    def __init__(
        self, store: Store, inbox: Inbox, clock: Clock, settings: Settings, limits: Limits | None = None
    ) -> None:
        limits = limits or Limits()
        self._inbox = inbox
        self._clock = clock
        self._visitors = Visitors(settings.public_url)
        self._hub = Hub(limits.visitor_lines, limits.address_lines)
        self._ledger = Ledger(store, clock)
        self._receipts = Receipts(store, clock)
        self._watcher = Watcher(store, self._hub.__bool__, self._on_new)
        self._visitor_messages = Buckets(limits.visitor_messages)
        self._address_messages = Buckets(limits.address_messages)
        self._address_connections = Buckets(limits.address_connections)
        self._socket = Socket(self._hub, self._ledger, self._receipts, self._take)
        self._long_poll = LongPoll(self._hub, self._ledger, self._receipts)
        self._storing: set[asyncio.Future[bool]] = set()
        self._sequence = 0
        self._stopping = False

    # -- the channel

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        return read(payload)

    async def start(self) -> None:
        self._receipts.start()
        self._watcher.start()

    async def stop(self) -> None:
        """Takes nothing more in; returns when what was taken in and shown is stored and all connections are closed."""
        self._stopping = True
        await self._watcher.stop()
        await self._hub.close_all(STOP_SECONDS)
        if self._storing:
            await asyncio.wait(self._storing, timeout=STOP_SECONDS)
        await self._receipts.stop()

    async def typing(self, chat: str) -> None:
        self._hub.typing(chat)

    def notify(self, chat: str) -> None:
        """Replies for the chat were committed: its pages fetch them now."""
        self._hub.notify(chat)

    def _on_new(self, chat: str | None) -> None:
        if chat is None:
            self._hub.notify_all()
        else:
            self._hub.notify(chat)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", guarded(self._page)),
            web.get("/web/strings/{code}", guarded(self._strings)),
            web.get("/web/files/{row:[0-9]{1,18}}", guarded(self._file)),
            web.get("/web/socket", guarded(self._open_socket)),
            web.get("/web/poll", guarded(self._poll)),
            web.post("/web/frames", guarded(self._frames)),
            web.get("/web/{version:[0-9a-f]{10}}/{name}", guarded(self._static)),
        ]

    # -- the page

    async def _page(self, request: web.Request) -> web.StreamResponse:
        response = page.document(request, await self.language(request))
        self._visitors.give(response, request)
        return response

    async def language(self, request: web.Request) -> Language:
        """The language that the visitor is answered in, else the browser's."""
        known = None
        if visitor := self._visitors.of(request):
            try:
                known = parse_language(await self._ledger.language(visitor))
            except SQLAlchemyError:  # the page itself should come up even so, and say what is wrong
                log.exception("web.language_unknown")
        return known or preferred_language(request.headers.get("Accept-Language", "")) or Language.EN

    async def _strings(self, request: web.Request) -> web.StreamResponse:
        return page.strings(request, request.match_info["code"])

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return page.file(request, request.match_info["version"], request.match_info["name"])

    async def _file(self, request: web.Request) -> web.StreamResponse:
        blob = await self._ledger.file(self._visitor(request), int(request.match_info["row"]))
        if blob is None:
            raise web.HTTPNotFound
        return attachment(blob)

    # -- the conversation

    async def _open_socket(self, request: web.Request) -> web.StreamResponse:
        visitor, address = self._admit(request)
        hint = _hint(request)
        return await self._socket.serve(request, visitor, address, hint)

    async def _poll(self, request: web.Request) -> web.StreamResponse:
        visitor, address = self._admit(request, own_page=False)
        frames = await self._long_poll.serve(request.query, visitor, address)
        return web.json_response({"frames": frames}, headers={"Cache-Control": "no-store"})

    async def _frames(self, request: web.Request) -> web.StreamResponse:
        """The way in where there is no WebSocket: the same frames, answered in the same words."""
        visitor, address = self._admit(request)
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        answers = []
        for frame in await _read_frames(request):
            if frame.get("type") == "seen":
                self._receipts.add(visitor, rows_of(frame.get("ids")))
            else:
                answers.append(await self._take(frame, visitor, address, _hint(request)))
        return web.json_response({"frames": answers}, headers={"Cache-Control": "no-store"})

    def _visitor(self, request: web.Request) -> str:
        visitor = self._visitors.of(request)
        if visitor is None:
            raise web.HTTPUnauthorized(text="no_cookie")
        return visitor

    def _admit(self, request: web.Request, *, own_page: bool = True) -> tuple[str, str]:
        """Who connects, and from where; refuses other sites' pages and those who connect too often."""
        visitor, address = self._visitor(request), _address(request)
        if own_page and not self._visitors.is_own_page(request):
            raise web.HTTPForbidden
        if self._stopping:
            raise web.HTTPServiceUnavailable
        wait = self._address_connections.wait(address, self._clock.monotonic())
        if wait or self._hub.is_full(address):
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(int(wait) + 1)})
        return visitor, address

    async def _take(self, frame: Frame, visitor: str, address: str, hint: str) -> dict[str, Any]:
        """Stores what the visitor said, and answers with what became of it."""
        try:
            said = accept(frame, visitor, hint)
            self._keep_pace(visitor, address)
        except Refused as refusal:
            return {"type": "refused", "id": frame_id(frame), "reason": refusal.reason, "wait": refusal.wait}
        arrival = Arrival(
            PLATFORM,
            f"{visitor}:{said.id}",
            visitor,
            self._next_sequence(),
            json.dumps(said.payload, ensure_ascii=False),
            self._clock.now(),
        )
        storing = asyncio.ensure_future(self._inbox.put(arrival))
        self._storing.add(storing)
        storing.add_done_callback(self._storing.discard)
        try:
            new = await asyncio.shield(storing)
        except Exception:
            log.exception("web.not_stored", visitor=visitor[:8])
            return {"type": "refused", "id": said.id, "reason": "later", "wait": RETRY_SECONDS}
        (metrics.arrivals if new else metrics.duplicates).labels(PLATFORM).inc()
        return {"type": "taken", "id": said.id}

    def _keep_pace(self, visitor: str, address: str) -> None:
        now = self._clock.monotonic()
        wait = self._visitor_messages.wait(visitor, now) or self._address_messages.wait(address, now)
        if wait:
            raise Refused("too_fast", round(wait + 0.5, 1))

    def _next_sequence(self) -> int:
        """Grows with every message, also over a restart."""
        self._sequence = max(self._sequence + 1, time.time_ns())
        return self._sequence


def guarded(handler: Handler) -> Handler:
    """Every response carries the headers that keep the page to itself, refusals too."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as refusal:
            for name, value in page.SECURITY_HEADERS.items():
                refusal.headers.setdefault(name, value)
            raise
        if not response.prepared:
            for name, value in page.SECURITY_HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    return guarded


async def _read_frames(request: web.Request) -> list[Frame]:
    """The frames of a POST, which may not be larger than any page would send."""
    content = bytearray()
    async for chunk in request.content.iter_chunked(16_384):
        content += chunk
        if len(content) > BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(BODY_BYTES, len(content))
    try:
        frames = json.loads(content)["frames"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise web.HTTPBadRequest from None
    if not isinstance(frames, list) or len(frames) > FRAMES or not all(isinstance(frame, dict) for frame in frames):
        raise web.HTTPBadRequest
    return frames


def _address(request: web.Request) -> str:
    return address_key(request.remote, request.headers.get("X-Forwarded-For"))


def _hint(request: web.Request) -> str:
    return (preferred_language(request.headers.get("Accept-Language", "")) or Language.EN).value
