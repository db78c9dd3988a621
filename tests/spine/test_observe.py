"""Tokens and numbers never reach a log, wherever the record came from."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.observe import redact, set_up_logging

TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    set_up_logging("INFO", json=True)
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def test_a_token_in_any_place_is_taken_out(log: io.StringIO) -> None:
    logging.getLogger("httpx").error("POST https://api.telegram.org/bot%s/sendMessage", TOKEN)
    try:
        raise ConnectionError(f"can't reach /bot{TOKEN}/getMe")
    except ConnectionError:
        structlog.get_logger("x").exception("failed", url=f"/file/bot{TOKEN}/photo.jpg")
    text = log.getvalue()
    assert "AAbbCC" not in text
    assert text.count("[token]") >= 3


def test_known_secrets_and_phone_numbers_are_taken_out(log: io.StringIO) -> None:
    redact.add("webhook-s3cret")
    structlog.get_logger("x").info("got", header="webhook-s3cret", text="call me +856 20 5555 1234")
    assert "s3cret" not in log.getvalue()
    assert "5555" not in log.getvalue()


def test_a_persons_text_cannot_forge_a_line(log: io.StringIO) -> None:
    structlog.get_logger("x").info("asked", text='x\n{"level": "error", "event": "forged"}')
    assert len(log.getvalue().strip().splitlines()) == 1
