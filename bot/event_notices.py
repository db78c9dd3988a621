"""What the desk says about events without being asked: reminders, changes, offers, decisions, feedback.

The services note what is to be said; the job here says it, some hundreds of people a transaction. Texts are made once
for each language, zone and platform, so that a reminder to 50,000 people is mostly rows. Each message has an
idempotency key, so a job that runs twice says nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Address, Button, Reply, rows
from bot.event_words import headline, lines, said, when, where
from bot.outbox import Notice
from bot.services import Services
from bot.services.events import model, notices, personal, places
from bot.services.events.model import Event
from bot.services.people import ON_THE_PHONE
from bot.store.event_tables import EventNoticeRow, RegistrationRow
from bot.store.staff_tables import FollowRow
from bot.store.tables import IdentityRow, PersonRow
from knowledge.language import Language
from knowledge.phrases import Phrases
from knowledge.texts import Text

BATCH = 1_000
BATCHES = 5  # of one run, so that on SQLite others get the writer in between
IN_FORCE = ("confirmed",)
EVERYONE = ("confirmed", "offered", "waiting", "pending")
AUDIENCE = {"reminder": IN_FORCE, "changed": EVERYONE, "cancelled": EVERYONE, "feedback": IN_FORCE}
OVERTAKES = {"changed": "reminder:", "cancelled": ""}
"""What still waits for the morning under these keys is not said any more."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a notice goes to. `id` orders and names them: a registration, or of followers a person."""

    id: int
    person_id: int
    language: Language
    country: str | None
    address: Address | None


async def say_due(session: AsyncSession, services: Services) -> None:
    """The job: passes on offers that ran out, notes what is due, and says the next part of what is noted."""
    now = services.clock.now()
    await places.expire_offers(session, now)
    await notices.add_due(session, now)
    for _ in range(BATCHES):
        notice = await session.scalar(
            select(EventNoticeRow).where(EventNoticeRow.done_at.is_(None)).order_by(EventNoticeRow.id).limit(1)
        )
        if notice is None:
            return
        await _say_part(session, services, notice, now)


async def let_go(session: AsyncSession, services: Services) -> None:
    """The job: forgets what was asked for events whose time is over."""
    await personal.let_go(session, services.clock.now())


async def _say_part(session: AsyncSession, services: Services, notice: EventNoticeRow, now: datetime) -> None:
    event = await model.find(session, notice.event_id)
    people = await _recipients(session, notice) if event and _still_true(event, notice, now) else []
    if event is not None and notice.cursor == 0 and notice.kind in OVERTAKES:
        await services.outbox.withdraw(session, f"ev{event.id}:{OVERTAKES[notice.kind]}", now)
    if event is not None and people:
        await services.outbox.tell_all(session, _messages(event, notice, people, services, now), now)
    single = notice.registration_id is not None
    done = single or len(people) < BATCH
    await session.execute(
        update(EventNoticeRow)
        .where(EventNoticeRow.id == notice.id)
        .values(cursor=people[-1].id if people else notice.cursor, done_at=now if done else None)
        .execution_options(synchronize_session="evaluate")
    )
    await session.flush()


def _still_true(event: Event, notice: EventNoticeRow, now: datetime) -> bool:
    """The world may have moved on since it was noted."""
    if notice.kind in ("reminder", "offer"):
        return event.state == "published" and now < event.starts_at
    return notice.kind == "cancelled" or event.state != "cancelled"


async def _recipients(session: AsyncSession, notice: EventNoticeRow) -> list[Recipient]:
    """The next ones in order. The cursor runs over all, also over those who can't be reached just now."""
    found = (await session.execute(_audience(notice).limit(BATCH))).all()
    if not found:
        return []
    ids = sorted({person for _, person in found})
    people = {
        row.id: (Language(row.language), row.country)
        for row in await session.execute(
            select(PersonRow.id, PersonRow.language, PersonRow.country).where(PersonRow.id.in_(ids))
        )
    }
    reached = await session.execute(
        select(IdentityRow.person_id, IdentityRow.platform, IdentityRow.external_id)
        .where(IdentityRow.person_id.in_(ids), IdentityRow.unreachable_at.is_(None))
        .order_by(ON_THE_PHONE, IdentityRow.id)
    )
    latest = {person: Address(platform, account) for person, platform, account in reached}
    return [Recipient(who, person, *people[person], latest.get(person)) for who, person in found if person in people]


def _audience(notice: EventNoticeRow) -> Any:
    """(registration, person) after the cursor; of followers (person, person)."""
    if notice.kind == "announced":
        person = FollowRow.person_id
        return (
            select(person, person.label("person"))
            .where(FollowRow.target == notice.data["series"], person > notice.cursor)
            .order_by(person)
        )
    who = select(RegistrationRow.id, RegistrationRow.person_id).where(
        RegistrationRow.event_id == notice.event_id,
        RegistrationRow.person_id.is_not(None),
        RegistrationRow.id > notice.cursor,
    )
    if notice.registration_id is not None:
        who = who.where(RegistrationRow.id == notice.registration_id)
    else:
        who = who.where(RegistrationRow.state.in_(AUDIENCE[notice.kind]))
        if notice.kind == "feedback":
            who = who.where(RegistrationRow.checked_in_at.is_not(None), RegistrationRow.feedback_at.is_(None))
    return who.order_by(RegistrationRow.id)


def _messages(
    event: Event, notice: EventNoticeRow, people: Sequence[Recipient], services: Services, now: datetime
) -> Iterable[Notice]:
    made: dict[tuple[Language, str | None], list[Reply]] = {}
    quiet: dict[ZoneInfo, datetime] = {}
    for person in people:
        if person.address is None:
            continue
        kind = (person.language, person.country)
        if kind not in made:
            made[kind] = [WORDS[notice.kind](Phrases(person.language), event, notice, person)]
        zone = notices.zone_of(person.country, event.zone)
        if zone not in quiet:
            quiet[zone] = notices.after_quiet(now, zone)
        waits = None if quiet[zone] <= now else quiet[zone]
        if notice.kind == "reminder" and waits and waits >= event.starts_at:
            continue  # the night lasts until it begins: the reminder of the day before has said it
        if notice.kind in ("changed", "cancelled") and waits and waits >= event.starts_at:
            waits = None  # better woken than gone in vain
        yield Notice(person.address, made[kind], f"ev{event.id}:{notice.kind}:{notice.id}:{person.id}", waits)


# -- the words


def _reminder(t: Phrases, event: Event, notice: EventNoticeRow, person: Recipient) -> Reply:
    minutes = notice.data["minutes"]
    if minutes >= 24 * 60:
        soon = t.n("⏰ In {count} day:", "⏰ In {count} days:", minutes // (24 * 60))
    else:
        soon = t.n("⏰ In {count} hour:", "⏰ In {count} hours:", max(1, minutes // 60))
    text = lines(soon, headline(t, event), when(t, event, person.country), where(t, event),
                 t("Your ticket is under the button. If you can't come, please cancel."))  # fmt: skip
    return Reply(text, rows([*_map(t, event), _tickets(t)]))


def _map(t: Phrases, event: Event) -> list[Button]:
    details = event.details
    if details.latitude is None:
        return []
    url = f"https://www.openstreetmap.org/?mlat={details.latitude}&mlon={details.longitude}&zoom=16"
    return [Button(t.p("button", "🗺 Map"), url=url)]


def _tickets(t: Phrases) -> Button:
    return Button(t.p("button", "🎫 My tickets"), "tickets.list")


def _changed(t: Phrases, event: Event, notice: EventNoticeRow, person: Recipient) -> Reply:
    what, was = notice.data["what"], notice.data["was"]
    changes: list[Markup] = []
    if "time" in what:
        before = datetime.fromisoformat(was["starts_at"])
        changes.append(t("Old date: {moment}", moment=t.moment(before, event.zone)))
        changes.append(t("New date: {date}", date=when(t, event, person.country)))
    if "venue" in what:
        if was["venue"]:
            changes.append(t("Old place: {place}", place=said(t, Text.model_validate(was["venue"]))))
        new = said(t, event.details.venue) if event.details.venue else t("not known yet")
        changes.append(t("New place: {place}", place=new))
    if "online" in what:
        changes.append(t("The link for taking part online has changed; it stands on your ticket."))
    text = lines(t("❗ An event that you are registered for has changed:"), headline(t, event), changes,
                 t("Your registration stays as it is. If you can't come now, please cancel it."))  # fmt: skip
    calendar = Button(t.p("button", "📆 Into my calendar"), "events.ics", {"event": event.id})
    return Reply(text, rows([_tickets(t), calendar]))


def _cancelled(t: Phrases, event: Event, notice: EventNoticeRow, person: Recipient) -> Reply:
    text = lines(t("❌ This event was cancelled:"), headline(t, event), when(t, event, person.country),
                 t("We are sorry. You need not do anything."))  # fmt: skip
    return Reply(text, rows([Button(t.p("button", "📅 Coming events"), "events.list")]))


def _offer(t: Phrases, event: Event, notice: EventNoticeRow, person: Recipient) -> Reply:
    until = datetime.fromisoformat(notice.data["until"])
    own = notices.zone_of(person.country, event.zone)
    text = lines(t("🎉 A place has become free for you:"), headline(t, event), when(t, event, person.country),
                 where(t, event),
                 t("It is kept for you until {moment}. After that it goes to the next in line.",
                   moment=t.moment(until, own)))  # fmt: skip
    here = {"registration": notice.registration_id}
    return Reply(
        text,
        rows(
            [
                Button(t.p("button", "Take the place ✓"), "tickets.accept", here),
                Button(t.p("button", "Let it go"), "tickets.decline", here),
            ]
        ),
    )


def _expired(t: Phrases, event: Event, notice: EventNoticeRow, person: Recipient) -> Reply:
    text = lines(headline(t, event), t("The offered place was not taken in time and went to the next in line."))
    again = Button(t.p("button", "Join the waiting list again"), "events.register", {"event": event.id})
    return Reply(text, rows([again]))


def _decision(t: Phrases, event: Event, notice: EventNoticeRow, person: Recipient) -> Reply:
    outcome = {
        "confirmed": t("✅ The organisers have a place for you. Your ticket is under the button."),
        "waiting": t("The organisers would like to see you, but it is full: you are on the waiting list."),
        "rejected": t("The organisers can't offer you a place this time. Thank you for your interest."),
    }[notice.data["state"]]
    return Reply(lines(headline(t, event), when(t, event, person.country), outcome), rows([_tickets(t)]))


def _announced(t: Phrases, event: Event, notice: EventNoticeRow, person: Recipient) -> Reply:
    text = lines(t("🔔 The dates that you wanted to know are announced:"), headline(t, event),
                 when(t, event, person.country), where(t, event))  # fmt: skip
    show = Button(t.p("button", "Read more"), "events.show", {"event": event.id})
    stop = Button(t.p("button", "🔕 Stop telling me"), "events.unfollow", {"series": notice.data["series"]})
    return Reply(text, rows([show, stop]))


def _feedback(t: Phrases, event: Event, notice: EventNoticeRow, person: Recipient) -> Reply:
    text = lines(t("Thank you for coming!"), headline(t, event),
                 t("How was it? Four short questions, with your name or without."))  # fmt: skip
    here = {"event": event.id}
    return Reply(
        text,
        rows(
            [
                Button(t.p("button", "Tell how it was"), "feedback.begin", here),
                Button(t.p("button", "📜 My certificate"), "feedback.certificate", here),
                Button(t.p("button", "📎 Papers"), "feedback.papers", here),
            ]
        ),
    )


Words = Callable[[Phrases, Event, EventNoticeRow, Recipient], Reply]
WORDS: dict[str, Words] = {
    "reminder": _reminder,
    "changed": _changed,
    "cancelled": _cancelled,
    "offer": _offer,
    "expired": _expired,
    "decision": _decision,
    "announced": _announced,
    "feedback": _feedback,
}
SAY_EVERY = timedelta(seconds=2)
LET_GO_EVERY = timedelta(hours=6)
