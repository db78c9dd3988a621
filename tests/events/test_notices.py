"""Reminders, changes and offers: once each, in the person's language and time, never in the night."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, cast

import pytest_asyncio
from sqlalchemy import select

from bot import event_notices
from bot.app import CAPABILITIES
from bot.outbox import Outbox
from bot.services import Services, wishes
from bot.services.events import model, personal, places, staff
from bot.services.events.model import Event
from bot.settings import Settings
from bot.store import Store
from bot.store.event_tables import EventNoticeRow, EventRow, RegistrationRow
from bot.store.tables import OutboxRow
from knowledge.language import Language
from knowledge.texts import Text
from tests.events.making import NOW, START, HeldClock, applicant, details, make_event, people


class Saying:
    """The job, run by hand at the clock's time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = HeldClock()
        self.services = Services(self.clock, Settings(), cast(Any, None), Outbox(store, CAPABILITIES))

    async def run(self, times: int = 2) -> list[str]:
        """Works twice, as jobs may; returns the texts that are new in the ledger."""
        before = len(await self.ledger())
        for _ in range(times):
            async with self.store.write() as session:
                await event_notices.say_due(session, self.services)
        return [row.body["text"] for row in (await self.ledger())[before:]]

    async def ledger(self) -> list[OutboxRow]:
        async with self.store.read() as session:
            return list(await session.scalars(select(OutboxRow).order_by(OutboxRow.id)))

    async def registered(self, *languages: tuple[str, str], **more: Any) -> model.Event:
        async with self.store.write() as session:
            event = await make_event(session, **more)
            for language, country in languages:
                [person] = await people(session, 1, language=language, country=country)
                await places.do_register(session, event, applicant(person), NOW)
        return event


@pytest_asyncio.fixture
async def saying(store: Store) -> AsyncIterator[Saying]:
    yield Saying(store)


async def test_reminders_come_once_on_their_day_in_each_language_and_time(saying: Saying) -> None:
    await saying.registered(("lo", "LA"), ("km", "KH"), ("zh_Hans", "CN"), ("my", "MM"))
    assert await saying.run() == []
    saying.clock.set(START - timedelta(days=7))
    texts = await saying.run()
    assert len(texts) == 4
    lao, khmer, chinese, burmese = texts
    assert "ເວທີກະສິກຳແມ່ຂອງ" in lao
    assert "វេទិកាកសិកម្មមេគង្គ" in khmer
    assert "湄公河农业论坛" in chinese
    assert "10:00" in chinese  # nine in Vientiane
    assert "8:30" in burmese or "၈" in burmese
    assert await saying.run() == []
    saying.clock.set(START - timedelta(days=1))
    assert len(await saying.run()) == 4
    saying.clock.set(START - timedelta(hours=2))
    assert len(await saying.run()) == 4
    saying.clock.set(START)
    assert await saying.run() == []


async def test_the_night_is_kept(saying: Saying) -> None:
    """A day before a forum that begins at five in the morning of Vientiane."""
    early = START.replace(hour=22) - timedelta(days=1)
    await saying.registered(("lo", "LA"), starts_at=early, ends_at=early + timedelta(hours=9))
    saying.clock.set(early - timedelta(days=1))
    await saying.run()
    [row] = await saying.ledger()
    assert row.not_before == early.replace(hour=0)  # seven in the morning
    saying.clock.set(early - timedelta(hours=2))
    assert await saying.run() == []  # nobody is woken; the day before has said it


async def test_who_registers_late_is_not_reminded_of_what_is_past(saying: Saying) -> None:
    saying.clock.set(START - timedelta(hours=20))
    await saying.registered(("lo", "LA"))
    texts = await saying.run()
    assert len(texts) == 1


async def test_a_change_tells_what_was_and_what_is_and_reminders_move_along(saying: Saying) -> None:
    event = await saying.registered(("en", "LA"), ("lo", "LA"))
    saying.clock.set(START - timedelta(days=7))
    await saying.run()
    moved = START + timedelta(days=10)
    async with saying.store.write() as session:
        await staff.do_change(
            session,
            None,
            event.id,
            {
                "starts_at": moved,
                "ends_at": moved + timedelta(hours=8),
                "venue": Text(en="Lao Plaza, Vientiane").model_dump(),
            },
            saying.clock.now(),
        )
    english, _ = await saying.run()
    assert "Old date: Apr 15, 2027" in english
    assert "April 25, 2027" in english
    assert "Old place: Don Chan Palace" in english
    assert "New place: Lao Plaza" in english
    saying.clock.set(moved - timedelta(days=7))
    assert len(await saying.run()) == 2


async def test_a_small_edit_tells_nobody(saying: Saying) -> None:
    event = await saying.registered(("en", "LA"))
    async with saying.store.write() as session:
        await staff.do_change(session, None, event.id, {"contact": "Somebody else"}, NOW)
    assert await saying.run() == []


async def test_a_cancelled_event_is_told_to_all_and_nothing_else_is_said(saying: Saying) -> None:
    event = await saying.registered(("en", "LA"), ("en", "LA"), capacity=1)
    saying.clock.set((START - timedelta(days=1)).replace(hour=20))  # at night: the reminder waits for the morning
    await saying.run()
    async with saying.store.write() as session:
        await staff.do_cancel(session, None, event.id, saying.clock.now())
    texts = await saying.run()
    assert len(texts) == 2
    assert all("cancelled" in text for text in texts)
    states = [(row.state, row.error) for row in await saying.ledger()]
    assert states == [("failed", "overtaken"), ("queued", None), ("queued", None)]
    saying.clock.set(START - timedelta(hours=2))
    assert await saying.run() == []


async def test_followers_of_a_series_are_told_when_its_dates_are_announced(saying: Saying) -> None:
    async with saying.store.write() as session:
        [person] = await people(session, 1, language="km", country="KH")
        await wishes.do_follow(session, person, "caexpo", NOW)
        assert not await wishes.do_follow(session, person, "caexpo", NOW)
        await make_event(session, series="caexpo")
    [text] = await saying.run()
    assert "វេទិកាកសិកម្មមេគង្គ" in text


async def test_feedback_is_asked_the_next_morning_of_those_who_came(saying: Saying) -> None:
    event = await saying.registered(("en", "LA"), ("en", "LA"))
    async with saying.store.write() as session:
        row = await session.scalar(select(RegistrationRow).order_by(RegistrationRow.id).limit(1))
        assert row is not None
        row.checked_in_at = START
    saying.clock.set(event.ends_at + timedelta(hours=2))
    assert await saying.run() == []
    saying.clock.set((START + timedelta(days=1)).replace(hour=2))
    [text] = await saying.run()
    assert "Thank you for coming" in text


async def test_after_its_time_an_events_people_are_forgotten_and_the_counts_stay(saying: Saying) -> None:
    event = await saying.registered(("lo", "LA"), ("km", "KH"), details=details(keep_days=30))
    async with saying.store.write() as session:
        assert await personal.let_go(session, event.ends_at + timedelta(days=29)) == 0
        assert await personal.let_go(session, event.ends_at + timedelta(days=31)) == 1
    async with saying.store.read() as session:
        rows = list(await session.scalars(select(RegistrationRow)))
        assert [(row.person_id, row.answers, row.contact, row.state) for row in rows] == [
            (None, {}, None, "confirmed"),
            (None, {}, None, "confirmed"),
        ]
        assert await session.scalar(select(EventRow.let_go_at)) is not None
        assert list(await session.scalars(select(EventNoticeRow.id))) == []


async def test_many_people_are_told_in_parts_and_each_once(saying: Saying) -> None:
    async with saying.store.write() as session:
        event = await make_event(session, capacity=None)
        persons = await people(session, 2_300)
        session.add_all(
            RegistrationRow(
                event_id=event.id, person_id=person, holder="self", key=f"person:{person}", state="confirmed",
                place=index, number=f"{index:09d}", version=1, language="lo", answers={}, registered_at=NOW,
            )
            for index, person in enumerate(persons)
        )  # fmt: skip
    saying.clock.set(START - timedelta(days=1))
    await saying.run(times=3)
    rows = await saying.ledger()
    assert len(rows) == 2_300
    assert len({row.chat for row in rows}) == 2_300


async def test_another_translation_of_the_place_tells_nobody_and_a_new_english_one_outdates_it(saying: Saying) -> None:
    event = await saying.registered(("lo", "LA"))

    async def put(language: Language, words: str) -> Event:
        async with saying.store.write() as session:
            venue = model.worded((await model.get(session, event.id)).details.venue, language, words)
            return await staff.do_change(session, None, event.id, {"venue": venue}, saying.clock.now())

    put_in = await put(Language.TH, "ดอนจันพาเลซ เวียงจันทน์")
    assert await saying.run() == []
    venue = put_in.details.venue
    assert venue is not None
    assert (venue.status(Language.TH), venue.status(Language.LO), venue.status(Language.VI)) == (
        "reviewed",
        "draft",
        "missing",
    )
    moved = (await put(Language.EN, "Lao Plaza, Vientiane")).details.venue
    assert moved is not None
    assert (moved.status(Language.TH), moved.status(Language.LO)) == ("stale", "stale")
    assert len(await saying.run()) == 1
    renewed = (await put(Language.TH, "ลาวพลาซ่า เวียงจันทน์")).details.venue
    assert renewed is not None
    assert (renewed.status(Language.TH), renewed.status(Language.LO)) == ("reviewed", "stale")
