"""Logs and metrics. Secrets and phone numbers are taken out of every log line, wherever it came from."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}")
PHONE = re.compile(r"(?<![\w.:-])\+?\d[\d ()-]{7,}\d(?![\w:-])")


class Redactor:
    """Replaces known secrets, anything that looks like a bot token, and phone numbers."""

    def __init__(self) -> None:
        self._secrets: list[str] = []

    def add(self, secret: str) -> None:
        if secret and secret not in self._secrets:
            self._secrets.append(secret)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return PHONE.sub("[number]", TOKEN.sub("[token]", text))


redact = Redactor()


class _RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Works on the finished line, so that exception texts and other libraries' records are covered too."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def set_up_logging(level: str, *, json: bool | None = None) -> None:
    """One handler on the root logger; JSON lines unless standard error is a terminal."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _one_line,
    ]
    as_json = json if json is not None else not sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer()
    )
    last: list[structlog.typing.Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        last.append(structlog.processors.format_exc_info)
    handler = logging.StreamHandler()
    handler.setFormatter(_RedactingFormatter(foreign_pre_chain=shared, processors=[*last, renderer]))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in ("httpx", "httpcore", "aiohttp.access", "aiosqlite", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _one_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """User text can't forge a second log line."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = value.replace("\r", "\\r").replace("\n", "\\n")
    return event


class Metrics:
    """What /metrics shows."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.arrivals = Counter("desk_arrivals", "Updates stored", ["platform"], registry=self.registry)
        self.duplicates = Counter("desk_duplicates", "Updates delivered again", ["platform"], registry=self.registry)
        self.turns = Counter("desk_turns", "Messages handled", ["platform", "result"], registry=self.registry)
        self.turn_seconds = Histogram(
            "desk_turn_seconds", "Seconds from arrival to answer queued", ["platform"], registry=self.registry
        )
        self.outcomes = Counter(
            "desk_deliveries", "Messages by outcome", ["platform", "outcome"], registry=self.registry
        )
        self.answers = Counter("desk_answers", "Questions by outcome", ["outcome", "language"], registry=self.registry)
        self.records = Gauge("desk_records", "Published records", registry=self.registry)


metrics = Metrics()
