"""The composition root: settings → store → knowledge → services → handlers → channels.

The only module that imports the handlers, so that one file shows what talks to what.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import gc
import ipaddress
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot import event_notices, refresh
from bot.channels import Channel, PushChannel
from bot.channels.checkin import CheckInPage
from bot.channels.console import ConsoleChannel
from bot.channels.links import LinkPage
from bot.channels.telegram import TelegramChannel
from bot.channels.web import CoveragePage, MaterialsPage, PreviewPage, WebChannel
from bot.clock import Clock, SystemClock
from bot.dispatcher import Dispatcher
from bot.inbox import Inbox
from bot.jobs import Job, Jobs
from bot.limiter import CHAT_PAUSE, Limiter
from bot.observe import metrics, redact
from bot.outbox import Outbox
from bot.routing import Router
from bot.services import Services, privacy, roles, signing
from bot.services.events import demo
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.migrate import migrate
from bot.worker import FREE_MESSAGES, Workers
from handlers import INTRODUCTION, ROUTES, unknown_button, unknown_command
from handlers import JOBS as HANDLER_JOBS
from knowledge.base import KnowledgeBase
from knowledge.search import load_embedder
from knowledge.seed import seed

log = structlog.get_logger(__name__)

CACHE = Path("var/cache")
CAPABILITIES = {channel.name: channel.capabilities for channel in (TelegramChannel, WebChannel, ConsoleChannel)}
JOBS = (
    Job("retention", timedelta(hours=1), privacy.let_go),
    Job("event notices", event_notices.SAY_EVERY, event_notices.say_due),
    Job("event retention", event_notices.LET_GO_EVERY, event_notices.let_go),
    *HANDLER_JOBS,
)


@dataclass(frozen=True, slots=True)
class Tempo:
    """What makes a desk wait: Telegram's pause in a chat, the patience with who writes much, the jobs' intervals."""

    chat_pause: float = CHAT_PAUSE
    free_messages: int = FREE_MESSAGES
    jobs: Sequence[Job] = JOBS


class AlreadyRunning(Exception):
    """Another desk serves the same SQLite file."""


def make_router() -> Router:
    return Router(*ROUTES, unknown_button=unknown_button, unknown_command=unknown_command)


@contextlib.asynccontextmanager
async def open_services(settings: Settings, clock: Clock) -> AsyncIterator[tuple[Store, Services]]:
    """A migrated, seeded database with the knowledge base loaded: what every command needs."""
    for secret in (settings.telegram_bot_token, settings.webhook_secret):
        if secret is not None:
            redact.add(secret.get_secret_value())
    store = open_store(settings.database_url)
    try:
        await migrate(store)
        knowledge = await _open_knowledge(settings, store, clock)
        try:
            yield store, Services(clock, settings, knowledge, Outbox(store, CAPABILITIES))
        finally:
            knowledge.close()
    finally:
        await store.close()


async def _open_knowledge(settings: Settings, store: Store, clock: Clock) -> KnowledgeBase:
    async with store.write() as session:
        await seed(session, None, clock.now())
    embedder = await asyncio.to_thread(load_embedder) if settings.dense else None
    async with store.read() as session:
        knowledge = await KnowledgeBase.load(session, embedder, CACHE)
    metrics.records.set(len(knowledge.content.records))
    return knowledge


async def _prepare(session: AsyncSession, settings: Settings, clock: Clock) -> str | None:
    """What a database needs before people come: an owner, the tickets' secret, samples when they are asked for.

    Returns the one-time token for the first owner, while there is none.
    """
    await signing.ensure_secret(session)
    if settings.demo:
        await demo.seed(session, clock.now())
    return await roles.ensure_owner(session, settings.owner, clock.now())


class Desk:
    """Everything that runs in a serving process."""

    def __init__(self, settings: Settings, store: Store, services: Services, tempo: Tempo | None = None) -> None:
        tempo = tempo or Tempo()
        self._settings = settings
        self._store = store
        self._services = services
        clock = services.clock
        self._inbox = Inbox(store)
        self._web = WebChannel(store, self._inbox, clock, settings)
        self._channels: dict[str, Channel] = {self._web.name: self._web}
        self._dispatchers: dict[str, Dispatcher] = {}
        self.telegram: TelegramChannel | None = None
        if settings.telegram_bot_token:
            self.telegram = TelegramChannel(settings, self._inbox, clock, INTRODUCTION)
            self.telegram.on_login = services.links.know
            services.files.register(self.telegram.name, self.telegram.fetch)
            self._add_pushed(self.telegram, Limiter(settings.telegram_rate, tempo.chat_pause))
        self._workers = Workers(
            store, self._inbox, self._channels, make_router(), services, self._on_queued, tempo.free_messages
        )
        self._runner: web.AppRunner | None = None
        self._refresher: asyncio.Task[None] | None = None
        self._jobs = Jobs(store, services, tempo.jobs)
        self.port = 0
        self.owner_link: str | None = None  # the one-time token for the first owner, while there is none

    def _add_pushed(self, channel: PushChannel, limiter: Limiter) -> None:
        self._channels[channel.name] = channel
        self._dispatchers[channel.name] = Dispatcher(self._store, channel, self._services.clock, limiter)

    def _on_queued(self, platform: str, chat: str) -> None:
        if dispatcher := self._dispatchers.get(platform):
            dispatcher.wake()
        elif platform == self._web.name:
            self._web.notify(chat)

    async def start(self) -> None:
        async with self._store.write() as session:
            self.owner_link = await _prepare(session, self._settings, self._services.clock)
        self._inbox.start()
        self._workers.start()
        for dispatcher in self._dispatchers.values():
            dispatcher.start()
        for channel in self._channels.values():
            await channel.start()
        await self._listen()
        self._refresher = refresh.start(self._store, self._services.knowledge)
        self._jobs.start()

    async def stop(self) -> None:
        """Takes nothing more in, finishes or returns what was claimed, then closes."""
        if self._refresher:
            self._refresher.cancel()
        await self._jobs.stop()
        for channel in self._channels.values():
            await channel.stop()
        if self._runner:
            await self._runner.cleanup()
        await self._inbox.stop()
        await self._workers.stop()
        for dispatcher in self._dispatchers.values():
            await dispatcher.stop()

    # -- HTTP

    async def _listen(self) -> None:
        app = web.Application(client_max_size=1_000_000)
        app.add_routes(self._web.routes())
        app.add_routes(
            CoveragePage(self._services.knowledge.coverage, self._services.clock, self._web.language).routes()
        )
        app.add_routes(CheckInPage(self._store, self._services.clock, bool(self._settings.public_url)).routes())
        app.add_routes(LinkPage(self._store, self._services.clock).routes())
        app.add_routes(MaterialsPage(self._store, self._services.clock).routes())
        app.add_routes(PreviewPage(self._store, self._services).routes())
        if self.telegram:
            app.add_routes(self.telegram.routes())
        app.add_routes(
            [web.get("/healthz", self._healthz), web.get("/readyz", self._readyz), web.get("/metrics", self._metrics)]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._settings.host, self._settings.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _readyz(self, _request: web.Request) -> web.Response:
        """200 when questions can be answered: database, knowledge, and Telegram if it is set up."""
        records = len(self._services.knowledge.content.records)
        state: dict[str, object] = {"database": await self._database_trouble() or "ok", "records": records}
        if self.telegram:
            state["telegram"] = self.telegram.trouble or "ok"
        ready = state["database"] == "ok" and state.get("telegram", "ok") == "ok"
        return web.json_response(state, status=200 if ready else 503)

    async def _database_trouble(self) -> str | None:
        try:
            async with self._store.read() as session:
                await session.execute(text("SELECT 1"))
        except Exception as error:
            return type(error).__name__
        return None

    async def _metrics(self, request: web.Request) -> web.Response:
        """For the machine's own monitoring: not for requests that a proxy passed on from outside."""
        remote = ipaddress.ip_address(request.remote or "0.0.0.0")  # noqa: S104
        if "X-Forwarded-For" in request.headers or not (remote.is_private or remote.is_loopback):
            return web.Response(status=404)
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


@contextlib.contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """SQLite has one serving process: its lock goes when the process dies, however it dies.

    Raises:
        AlreadyRunning: another one serves this file.
    """
    file = settings.sqlite_file
    if file is None:
        yield
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(file.suffix + ".lock").open("w") as handle:
        _lock(handle, file)
        yield


def _lock(handle: IO[str], file: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise AlreadyRunning(
            f"Another Mekong Desk serves {file}. Stop it, or give this one its own DATABASE_URL (or PostgreSQL)."
        ) from None


async def run(settings: Settings, clock: Clock | None = None, stopped: asyncio.Event | None = None) -> None:
    """Serves until `stopped` is set."""
    stopped = stopped or asyncio.Event()
    with only_one(settings):
        async with open_services(settings, clock or SystemClock()) as (store, services):
            desk = Desk(settings, store, services)
            await desk.start()
            log.info("desk.ready", url=f"http://{settings.host}:{desk.port}", telegram=desk.telegram is not None)
            _give_back()
            print(_welcome(settings, desk), flush=True)  # noqa: T201
            gc.enable()
            try:
                await stopped.wait()
            finally:
                await desk.stop()
                log.info("desk.stopped")


def _give_back() -> None:
    """Gives the memory back that the start needed and freed, a tenth of all: glibc would keep it (others have no such
    call)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _welcome(settings: Settings, desk: Desk) -> str:
    lines = [f"Mekong Desk is ready: http://{settings.host}:{desk.port}"]
    if desk.telegram is None:
        lines.append("Telegram: set TELEGRAM_BOT_TOKEN (from @BotFather) and start again to add it.")
    if desk.owner_link:
        lines.append(f"No owner yet: open the desk and write  /start s_{desk.owner_link}  (once, within seven days).")
    return "\n".join(lines)
