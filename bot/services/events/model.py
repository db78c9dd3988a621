"""An event: texts in seven languages, times in its own zone, what its form asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.event_tables import EventCountRow, EventQuotaRow, EventRow
from knowledge.language import Language
from knowledge.texts import STATES, Text, text_basis
from knowledge.texts import Status as TextStatus

DEFAULT_FIELDS = ("full_name", "organisation", "position", "country", "sector", "contact", "needs")
DEFAULT_REMINDERS = (7 * 24 * 60, 24 * 60, 120)  # minutes before the start

Status = Literal["draft", "published", "changed", "cancelled", "past"]


class Refused(Exception):
    """Something that can't be done; `code` is for the handler's words, `data` for their fields."""

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


class Part(BaseModel):
    """A piece of an event's description; nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Session(Part):
    """A line of the programme; times as the event's place has them."""

    starts: datetime
    ends: datetime | None = None
    title: Text
    room: str = ""
    speakers: tuple[str, ...] = ()


class Link(Part):
    """A paper or page to give out; `after` only when the event is over."""

    title: Text
    url: str
    after: bool = False

    @field_validator("url")
    @classmethod
    def _web(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("is no web address")
        return value


class OwnField(Part):
    """A question of the event's form: a standard one by its id, or one of the organiser's with its own label."""

    id: str
    kind: Literal["text", "choice", "multi", "number", "date", "phone", "email", "consent"] = "text"
    label: Text | None = None
    options: tuple[tuple[str, Text], ...] = ()
    optional: bool = True


class Details(Part):
    """Everything of an event that is shown rather than reckoned with."""

    title: Text
    edition: str = ""
    summary: Text | None = None
    venue: Text | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    online_url: str = ""
    languages: tuple[Language, ...] = ()
    audience: Text | None = None
    sectors: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    fee: Text | None = None
    contact: str = ""
    programme: tuple[Session, ...] = ()
    links: tuple[Link, ...] = ()
    poster: str = ""
    fields: tuple[OwnField, ...] = tuple(OwnField(id=name, optional=name in ("position", "sector", "contact", "needs"))
                                         for name in DEFAULT_FIELDS)  # fmt: skip
    ticket_kinds: tuple[tuple[str, Text], ...] = ()
    reminders: tuple[int, ...] = DEFAULT_REMINDERS
    offer_hours: int = Field(default=24, ge=1, le=24 * 14)
    overbooking: int = Field(default=0, ge=0)
    keep_days: int = Field(default=90, ge=1, le=3650)
    source: str = ""
    source_date: str = ""

    def status(self, language: Language) -> TextStatus:
        """The worst state of the texts in the language."""
        texts = [text for text in (self.title, self.summary, self.venue, self.audience, self.fee) if text]
        return max((text.status(language) for text in texts), key=STATES.index)


def worded(text: Text | None, language: Language, words: str) -> Text:
    """The text with a person's words in the language; translations of an English text that is no more become stale.

    Raises:
        ValueError: there is no English text yet, on which the others fall back.
    """
    if language is Language.EN:
        if text is None:
            return Text(en=words)
        known = {one: text.basis_of.get(one, text.basis or text_basis(text.en)) for one, _ in text.items()}
        known.pop(Language.EN)
        return text.model_copy(update={"en": words, "basis": None, "basis_of": known})
    if text is None:
        raise ValueError("no English text")
    basis_of = {**text.basis_of, language: text_basis(text.en)}
    reviewed = tuple(dict.fromkeys([*text.reviewed, language]))
    return text.model_copy(update={language.value: words, "basis_of": basis_of, "reviewed": reviewed})


@dataclass(frozen=True, slots=True)
class Event:
    """An event as the rest of the desk sees it."""

    id: int
    code: str
    series: str | None
    state: str
    sample: bool
    details: Details
    country: str | None
    zone: ZoneInfo
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime | None
    closes_at: datetime | None
    approval: bool
    revision: int
    changed_at: datetime | None

    def title(self, language: Language) -> str:
        return self.details.title.best(language)[0]

    def status(self, now: datetime) -> Status:
        if self.state != "published":
            return "cancelled" if self.state == "cancelled" else "draft"
        if now >= self.ends_at:
            return "past"
        return "changed" if self.changed_at else "published"

    @property
    def let_go_after(self) -> datetime:
        """When what was asked for the event is deleted."""
        return self.ends_at + timedelta(days=self.details.keep_days)

    @property
    def link(self) -> str:
        """What follows ?start= in a link to the event."""
        return f"ev_{self.code}"


@dataclass(frozen=True, slots=True)
class Places:
    """How full an event is. `capacity` None: no limit."""

    capacity: int | None
    taken: int
    quotas: Mapping[str, tuple[int, int]]  # key → capacity, taken

    @property
    def free(self) -> int | None:
        return None if self.capacity is None else max(0, self.capacity - self.taken)


def known_zone(name: str) -> ZoneInfo:
    """The IANA zone.

    Raises:
        Refused: there is none of this name.
    """
    if name not in available_timezones():
        raise Refused("unknown_zone", zone=name)
    return ZoneInfo(name)


def event_of(row: EventRow) -> Event:
    return Event(
        row.id, row.code, row.series, row.state, row.sample, Details.model_validate(row.details), row.country,
        ZoneInfo(row.zone), row.starts_at, row.ends_at, row.opens_at, row.closes_at, row.approval, row.revision,
        row.changed_at,
    )  # fmt: skip


async def find(session: AsyncSession, event_id: int) -> Event | None:
    row = await session.get(EventRow, event_id)
    return event_of(row) if row else None


async def get(session: AsyncSession, event_id: int) -> Event:
    """The event.

    Raises:
        Refused: it is gone.
    """
    event = await find(session, event_id)
    if event is None:
        raise Refused("gone")
    return event


async def by_code(session: AsyncSession, code: str) -> Event | None:
    row = await session.scalar(select(EventRow).where(EventRow.code == code))
    return event_of(row) if row else None


async def places(session: AsyncSession, event_id: int) -> Places:
    count = await session.scalar(select(EventCountRow).where(EventCountRow.event_id == event_id))
    quotas = await session.scalars(select(EventQuotaRow).where(EventQuotaRow.event_id == event_id))
    limits = {row.key: (row.capacity, row.taken) for row in quotas}
    return Places(count.capacity if count else None, count.taken if count else 0, limits)


def quota_keys(country: str | None, ticket_kind: str | None) -> Sequence[str]:
    """The quotas that a registration counts in, where the event has them."""
    keys = [f"country:{country}"] if country else []
    return [*keys, f"ticket:{ticket_kind}"] if ticket_kind else keys
