"""Places are never sold twice, and those who wait get them in their order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from bot.services.events import counting, model, places, staff
from bot.services.events.model import Event, Refused
from bot.store import Store, open_store
from bot.store.event_tables import EventCountRow, EventNoticeRow, EventQuotaRow, RegistrationRow
from bot.store.migrate import migrate
from tests.events.making import NOW, START, applicant, details, make_event, people, store_event


async def states(store: Store) -> list[tuple[int, str]]:
    async with store.read() as session:
        rows = await session.execute(
            select(RegistrationRow.place, RegistrationRow.state).order_by(RegistrationRow.place)
        )
        return [(place, state) for place, state in rows]


async def register(store: Store, event: Event, person: int, **more: Any) -> places.Placed:
    async with store.write() as session:
        return await places.do_register(session, event, applicant(person, **more), NOW)


async def test_500_at_once_for_100_places(store: Store) -> None:
    """Exactly 100 are confirmed, the others wait in the order in which they were counted."""
    event = await store_event(store, capacity=100)
    async with store.write() as session:
        persons = await people(session, 500)
    placed = await asyncio.gather(*(register(store, event, person) for person in persons))
    found = await states(store)
    assert [place for place, _ in found] == list(range(1, 501))
    assert [state for _, state in found] == ["confirmed"] * 100 + ["waiting"] * 400
    assert len({one.number for one in placed}) == 500


async def test_the_same_person_at_once_is_registered_once(store: Store) -> None:
    event = await store_event(store, capacity=10)
    async with store.write() as session:
        [person] = await people(session, 1)
    found = await asyncio.gather(*(register(store, event, person) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(one, places.Placed) for one in found) == 1
    assert {one.code for one in found if isinstance(one, Refused)} == {"duplicate"}
    async with store.read() as session:
        assert await session.scalar(select(EventCountRow.taken)) == 1


async def test_the_database_itself_refuses_to_oversell(store: Store) -> None:
    event = await store_event(store, capacity=1)
    with pytest.raises(IntegrityError):
        async with store.write() as session:
            await session.execute(
                update(EventCountRow).where(EventCountRow.event_id == event.id).values(taken=EventCountRow.taken + 2)
            )


async def test_who_cancels_makes_room_for_the_next_with_an_offer_that_passes_on(store: Store) -> None:
    event = await store_event(store, capacity=1)
    async with store.write() as session:
        first, second, third = await people(session, 3)
    a = await register(store, event, first)
    b, c = await register(store, event, second), await register(store, event, third)
    async with store.write() as session:
        assert await places.position(session, c.id) == 2
        await places.do_cancel(session, event, a.id, NOW)
        assert await places.position(session, c.id) == 1
    assert [state for _, state in await states(store)] == ["cancelled", "offered", "waiting"]
    async with store.read() as session:
        until = await session.scalar(select(RegistrationRow.offer_until).where(RegistrationRow.id == b.id))
    assert until == NOW + timedelta(hours=24)
    async with store.write() as session:
        assert await places.expire_offers(session, NOW + timedelta(hours=23)) == 0
        assert await places.expire_offers(session, NOW + timedelta(hours=24)) == 1
    assert [state for _, state in await states(store)] == ["cancelled", "expired", "offered"]
    async with store.write() as session:
        with pytest.raises(Refused, match="no_offer"):
            await places.do_accept(session, event, b.id, NOW + timedelta(hours=25))
        await places.do_accept(session, event, c.id, NOW + timedelta(hours=25))
    assert [state for _, state in await states(store)] == ["cancelled", "expired", "confirmed"]
    async with store.read() as session:
        kinds = list(await session.scalars(select(EventNoticeRow.kind).order_by(EventNoticeRow.id)))
    assert kinds == ["offer", "expired", "offer"]


async def test_an_offer_of_the_night_counts_from_the_morning_and_none_outlasts_the_beginning(store: Store) -> None:
    event = await store_event(store, capacity=1)
    night = NOW.replace(hour=16)  # eleven at night in Vientiane
    assert places.offer_end(event, night) == NOW.replace(hour=0) + timedelta(days=2)
    assert places.offer_end(event, START - timedelta(hours=2)) == START


async def test_nothing_is_offered_once_it_has_begun(store: Store) -> None:
    event = await store_event(store, capacity=1)
    async with store.write() as session:
        first, second = await people(session, 2)
    a = await register(store, event, first)
    await register(store, event, second)
    async with store.write() as session:
        await places.do_cancel(session, event, a.id, START)
    assert [state for _, state in await states(store)] == ["cancelled", "waiting"]


async def test_quotas_bind_and_pass_over_those_whose_quota_is_full(store: Store) -> None:
    event = await store_event(store, capacity=3, quotas={"country:LA": 1})
    async with store.write() as session:
        persons = await people(session, 5)
    kinds = ["LA", "LA", "TH", "TH", "TH"]
    placed = [await register(store, event, p, country=kind) for p, kind in zip(persons, kinds, strict=True)]
    assert [one.state for one in placed] == ["confirmed", "waiting", "confirmed", "confirmed", "waiting"]
    async with store.write() as session:
        await places.do_cancel(session, event, placed[2].id, NOW)
    assert [state for _, state in await states(store)] == ["confirmed", "waiting", "cancelled", "confirmed", "offered"]
    async with store.write() as session:
        await places.do_cancel(session, event, placed[0].id, NOW)
    assert [state for _, state in await states(store)] == ["cancelled", "offered", "cancelled", "confirmed", "offered"]


async def test_an_event_by_invitation_asks_staff_first(store: Store) -> None:
    event = await store_event(store, capacity=1, approval=True)
    async with store.write() as session:
        first, second = await people(session, 2)
    a, b = await register(store, event, first), await register(store, event, second)
    assert (a.state, b.state) == ("pending", "pending")
    async with store.write() as session:
        assert await places.do_decide(session, event, b.id, approve=True, now=NOW) == "confirmed"
        assert await places.do_decide(session, event, a.id, approve=True, now=NOW) == "waiting"
        with pytest.raises(Refused, match="decided"):
            await places.do_decide(session, event, a.id, approve=False, now=NOW)


async def test_registration_has_a_window(store: Store) -> None:
    opens, closes = NOW + timedelta(days=1), NOW + timedelta(days=2)
    event = await store_event(store, opens_at=opens, closes_at=closes)
    for moment, code in ((NOW, "not_open"), (closes, "closed"), (START, "closed")):
        with pytest.raises(Refused, match=code):
            places.check_open(event, moment)
    places.check_open(event, opens)


async def test_more_places_are_offered_to_those_who_wait_and_fewer_than_taken_are_refused(store: Store) -> None:
    event = await store_event(store, capacity=2)
    async with store.write() as session:
        persons = await people(session, 4)
    for person in persons:
        await register(store, event, person)
    async with store.write() as session:
        with pytest.raises(Refused, match="too_few_places"):
            await places.do_set_capacity(session, event, 1, NOW)
        await places.do_set_capacity(session, event, 3, NOW)
    assert [state for _, state in await states(store)] == ["confirmed", "confirmed", "offered", "waiting"]


async def test_overbooking_is_part_of_the_capacity(store: Store) -> None:
    event = await store_event(store, capacity=8, details=details(overbooking=1))
    async with store.read() as session:
        assert (await model.places(session, event.id)).capacity == 9


# -- any interleaving

STEP = st.tuples(
    st.sampled_from(["register", "cancel", "accept", "decline", "expire", "decide", "refuse", "capacity", "quota"]),
    st.integers(0, 40),
    st.sampled_from([None, "LA", "TH"]),
)


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(STEP, max_size=30),
    capacity=st.integers(0, 4),
    quota=st.one_of(st.none(), st.integers(0, 2)),
    approval=st.booleans(),
)
def test_any_order_of_steps_keeps_the_counts_and_the_line(
    steps: Sequence[tuple[str, int, str | None]],
    capacity: int,
    quota: int | None,
    approval: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    asyncio.run(_play(tmp_path_factory.mktemp("play"), steps, capacity, quota, approval))


async def _play(
    folder: Path, steps: Sequence[tuple[str, int, str | None]], capacity: int, quota: int | None, approval: bool
) -> None:
    store = open_store(f"sqlite+aiosqlite:///{folder}/x.db")
    try:
        await migrate(store)
        quotas = {} if quota is None else {"country:LA": quota}
        async with store.write() as session:
            event = await make_event(session, capacity=capacity, quotas=quotas, approval=approval)
            persons = await people(session, 41)
        now = NOW
        for what, which, country in steps:
            now += timedelta(hours=5)
            async with store.write() as session:
                with contextlib.suppress(Refused):
                    await _step(session, event, what, persons[which], which, country, now)
            await _check(store, event)
    finally:
        await store.close()


async def _step(session: Any, event: Event, what: str, person: int, which: int, country: str | None, now: Any) -> None:
    ids = list(await session.scalars(select(RegistrationRow.id).order_by(RegistrationRow.id)))
    if what == "register":
        await places.do_register(session, event, applicant(person, country=country), now)
    elif what == "expire":
        await places.expire_offers(session, now)
    elif what == "capacity":
        await places.do_set_capacity(session, event, which % 6, now)
    elif what == "quota":
        wanted = None if which % 4 == 3 else which % 4
        await places.do_set_quota(session, event, f"country:{country or 'LA'}", wanted, now)
    elif ids:
        chosen = ids[which % len(ids)]
        if what == "cancel":
            await places.do_cancel(session, event, chosen, now)
        elif what == "accept":
            await places.do_accept(session, event, chosen, now)
        elif what == "decline":
            await places.do_decline(session, event, chosen, now)
        else:
            await places.do_decide(session, event, chosen, approve=what == "decide", now=now)


async def _check(store: Store, event: Event) -> None:
    """The counts are what they count, nothing is oversold, and nobody waits for a place that is free."""
    async with store.read() as session:
        count = (await session.execute(select(EventCountRow.capacity, EventCountRow.taken))).one()
        held = RegistrationRow.state.in_(counting.HOLDS_PLACE)
        assert count.taken == await session.scalar(select(func.count()).where(held))
        assert count.capacity is None or count.taken <= count.capacity
        quotas = {row.key: row for row in await session.scalars(select(EventQuotaRow))}
        for key, row in quotas.items():
            mine = RegistrationRow.country == key.partition(":")[2]
            assert row.taken == await session.scalar(select(func.count()).where(held, mine))
            assert row.taken <= row.capacity
        waiting = await session.execute(
            select(RegistrationRow.place, RegistrationRow.country).where(RegistrationRow.state == "waiting")
        )
        for _, country in waiting:
            limit = quotas.get(f"country:{country}")
            assert count.taken == count.capacity or (limit is not None and limit.taken == limit.capacity)


async def test_staff_actions_need_the_role(store: Store) -> None:
    from bot.services.roles import NotAllowed

    event = await store_event(store)
    async with store.write() as session:
        [person] = await people(session, 1)
        with pytest.raises(NotAllowed):
            await staff.do_cancel(session, person, event.id, NOW)
