"""Every setting, typed, from the environment; nonsense is refused at start with a message that names the variable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot import hours

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}


class SettingsError(Exception):
    """What is wrong with the settings, one line a variable, fit to be printed."""


class Settings(BaseSettings):
    """The environment's variables have the fields' names in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: Annotated[
        str, Field(description="Where the data lives, as SQLAlchemy writes it; SQLite or PostgreSQL.")
    ] = "sqlite:///var/mekongdesk.db"
    host: Annotated[str, Field(description="Address that the web chat and the webhook listen on.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port of the web chat and the webhook; 0 picks one.")] = 8080
    telegram_bot_token: Annotated[
        SecretStr | None, Field(description="Token from @BotFather; without it there is no Telegram.")
    ] = None
    telegram_api_url: Annotated[str, Field(description="Root of the Bot API; a local Bot API server has its own.")] = (
        "https://api.telegram.org"
    )
    telegram_rate: Annotated[
        int, Field(ge=1, le=1000, description="Messages a second over all chats; above 25 only with paid broadcast.")
    ] = 25
    public_url: Annotated[
        str | None, Field(description="https address under which Telegram reaches this server; switches to webhooks.")
    ] = None
    webhook_secret: Annotated[
        SecretStr | None,
        Field(description="Secret that Telegram repeats with each webhook call; needed with PUBLIC_URL."),
    ] = None
    owner: Annotated[
        str | None,
        Field(description="Account that owns the desk, e.g. telegram:1234; else a one-time link."),
    ] = None
    staff_group: Annotated[
        str | None, Field(description="Id of the staff's Telegram group with topics, for talks with people.")
    ] = None
    service_hours: Annotated[
        str, Field(description="When staff answer: days and hours of SERVICE_ZONE, e.g. Mon-Fri 08:00-17:00.")
    ] = "Mon-Fri 08:00-17:00"
    service_zone: Annotated[str, Field(description="Time zone of the service hours and of schedules.")] = "Asia/Bangkok"
    out_of_office: Annotated[
        str, Field(description="What people are told outside the service hours, beside when staff are back.")
    ] = ""
    broadcast_approval_above: Annotated[
        int, Field(ge=0, description="A broadcast to more people needs a second person's approval.")
    ] = 200
    broadcasts_per_week: Annotated[
        int, Field(ge=1, description="Broadcasts a person gets in seven days at most, urgent ones aside.")
    ] = 3
    quiet_hours: Annotated[str, Field(description="Hours of a person's own country in which broadcasts wait.")] = (
        "21:00-07:00"
    )
    demo: Annotated[bool, Field(description="1 seeds sample content, marked as sample wherever it is shown.")] = False
    dense: Annotated[
        bool, Field(description="0 searches by words and spelling only, without the language model (less memory).")
    ] = True
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Field(description="How much is logged.")] = (
        "INFO"
    )

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        try:
            url = make_url(value)
        except ArgumentError as error:
            raise ValueError("is no database URL; write e.g. sqlite:///var/mekongdesk.db") from error
        backend = url.get_backend_name()
        if backend not in DRIVERS:
            raise ValueError(f"names the database {backend!r}; SQLite and PostgreSQL are supported")
        return url.set(drivername=DRIVERS[backend]).render_as_string(hide_password=False)

    @field_validator("telegram_api_url", "public_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("is no web address; write e.g. https://desk.example.org")
        return value.rstrip("/")

    @field_validator("telegram_bot_token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        number, colon, secret = value.get_secret_value().partition(":")
        if not (number.isdigit() and colon and secret and not any(c.isspace() or c == "/" for c in secret)):
            raise ValueError("is no bot token; @BotFather gives it as digits, a colon and letters")
        return value

    @field_validator("owner")
    @classmethod
    def _account(cls, value: str | None) -> str | None:
        platform, colon, account = (value or "").partition(":")
        if value is not None and not (platform and colon and account):
            raise ValueError("is no account; write e.g. telegram:1234")
        return value

    @field_validator("staff_group")
    @classmethod
    def _group(cls, value: str | None) -> str | None:
        if value is not None and not (value.startswith("-") and value[1:].isdigit()):
            raise ValueError("is no group's id; Telegram writes them like -1001234567890")
        return value

    @field_validator("service_hours", "quiet_hours", "service_zone")
    @classmethod
    def _times(cls, value: str, info: ValidationInfo) -> str:
        {"service_hours": hours.parse_week, "quiet_hours": hours.parse_span, "service_zone": hours.zone}[
            info.field_name or ""
        ](value)
        return value

    @model_validator(mode="after")
    def _webhook(self) -> Settings:
        if self.public_url and self.telegram_bot_token and self.webhook_secret is None:
            raise ValueError("WEBHOOK_SECRET is needed with PUBLIC_URL: 1-256 of A-Z a-z 0-9 _ -")
        if self.webhook_secret is not None:
            secret = self.webhook_secret.get_secret_value()
            if not 1 <= len(secret) <= 256 or not all(c.isascii() and (c.isalnum() or c in "_-") for c in secret):
                raise ValueError("WEBHOOK_SECRET may hold 1-256 of A-Z a-z 0-9 _ -")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Where the staff are at home."""
        return hours.zone(self.service_zone)

    @property
    def root(self) -> str:
        """The desk's own address; without PUBLIC_URL, where it listens."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def sqlite_file(self) -> Path | None:
        """The database's file, None for PostgreSQL or a database in memory."""
        url = make_url(self.database_url)
        if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
            return None
        return Path(url.database)


def load_settings() -> Settings:
    """Reads the environment.

    Raises:
        SettingsError: one line for each variable that can't be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(_line(detail["loc"], detail["msg"]) for detail in error.errors())) from None


def _line(location: tuple[int | str, ...], message: str) -> str:
    reason = message.removeprefix("Value error, ")
    return f"{str(location[0]).upper()}: {reason}" if location else reason
