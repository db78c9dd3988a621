"""Nonsense in the environment is refused with a message that names the variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli import settings_table
from bot.settings import SettingsError, load_settings

TOKEN = "123456:" + "A" * 35


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("PORT", "eighty", "PORT"),
        ("PORT", "99999", "PORT"),
        ("DATABASE_URL", "mysql://x/y", "mysql"),
        ("DATABASE_URL", "not a url", "DATABASE_URL"),
        ("TELEGRAM_BOT_TOKEN", "hello", "TELEGRAM_BOT_TOKEN"),
        ("TELEGRAM_API_URL", "localhost:8081", "TELEGRAM_API_URL"),
        ("PUBLIC_URL", "desk.example.org", "PUBLIC_URL"),
        ("WEBHOOK_SECRET", "not allowed!", "WEBHOOK_SECRET"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL"),
        ("DEMO", "perhaps", "DEMO"),
        ("TELEGRAM_RATE", "0", "TELEGRAM_RATE"),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: str, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=word):
        load_settings()


def test_a_refused_token_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "77777777-secret-word")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert "secret-word" not in str(refused.value)


def test_a_webhook_needs_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("PUBLIC_URL", "https://desk.example.org/")
    with pytest.raises(SettingsError, match="WEBHOOK_SECRET"):
        load_settings()
    monkeypatch.setenv("WEBHOOK_SECRET", "s3cret")
    assert load_settings().public_url == "https://desk.example.org"


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite:///x.db"),
        ("sqlite+aiosqlite:///x.db", "sqlite+aiosqlite:///x.db"),
        ("postgresql://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
    ],
)
def test_database_urls_as_people_write_them(given: str, used: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    assert load_settings().database_url == used


def test_the_readme_holds_the_table_of_settings() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert "\n".join(settings_table()) in readme
