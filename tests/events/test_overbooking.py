"""Places beyond the room's are counted once, however an event is made."""

from __future__ import annotations

from bot.services.events import importing, model, sheets, staff
from bot.store import Store
from tests.events.making import NOW, details, give_role, people, store_event

FILE = b"""
- code: border-day
  title: {en: Border trade day}
  zone: Asia/Vientiane
  starts_at: 2027-05-03 09:00
  ends_at: 2027-05-03 17:00
  capacity: %d
  overbooking: %d
"""


async def take_in(store: Store, capacity: int, overbooking: int) -> importing.Plan:
    async with store.write() as session:
        plan = await importing.plan(session, sheets.read("events.yaml", FILE % (capacity, overbooking)))
        if plan:
            await importing.do_take_in(session, None, plan, NOW)
        return plan


async def capacity_of(store: Store, event: int) -> int | None:
    async with store.read() as session:
        return (await model.places(session, event)).capacity


async def test_the_same_file_twice_changes_nothing(store: Store) -> None:
    assert (await take_in(store, 40, 5)).new
    again = await take_in(store, 40, 5)
    assert (again.changed, again.same) == ([], 1)
    changed = await take_in(store, 50, 6)
    assert [name for name, _, _ in changed.changed[0].shown] == ["overbooking", "capacity"]
    assert await capacity_of(store, changed.changed[0].event.id) == 56
    assert (await take_in(store, 50, 6)).same == 1


async def test_a_file_with_only_the_places_beyond_the_room_changes_those(store: Store) -> None:
    await take_in(store, 40, 5)
    async with store.write() as session:
        lines = [line for line in (FILE % (40, 7)).splitlines(keepends=True) if b"capacity" not in line]
        plan = await importing.plan(session, sheets.read("events.yaml", b"".join(lines)))
        await importing.do_take_in(session, None, plan, NOW)
    assert [name for name, _, _ in plan.changed[0].shown] == ["overbooking", "capacity"]
    assert await capacity_of(store, plan.changed[0].event.id) == 47


async def test_a_copy_has_the_places_of_the_event(store: Store) -> None:
    event = await store_event(store, capacity=8, details=details(overbooking=2))
    async with store.write() as session:
        [owner] = await people(session, 1)
    await give_role(store, "telegram", int(f"9{owner}"), "owner")
    async with store.write() as session:
        copy = await staff.do_copy(session, owner, event.id, NOW)
    assert await capacity_of(store, copy.id) == await capacity_of(store, event.id) == 10
