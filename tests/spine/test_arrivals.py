"""Arrivals are stored before they are acknowledged, once each, and handled in order, one at a time in a chat."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest
from markupsafe import Markup

from bot.conversation import Turn
from bot.store import Store
from tests.spine.stand_ins import PATIENCE, arrival, inbox_states, ledger, repeat, small_desk, until


async def test_an_update_delivered_twice_is_answered_once(store: Store) -> None:
    async with small_desk(store).running() as desk:
        assert await desk.inbox.put(arrival("7", 1)) is True
        assert await desk.inbox.put(arrival("7", 1)) is False
        assert await asyncio.gather(*(desk.inbox.put(arrival("7", 2)) for _ in range(5))) == [True] + [False] * 4
        assert await desk.channel.has_delivered(2) == ["hello", "hello"]
    assert await inbox_states(store) == ["done", "done"]


async def test_what_cannot_be_stored_is_not_acknowledged(store: Store) -> None:
    desk = small_desk(store)
    desk.inbox.start()
    async with store.write() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("ALTER TABLE inbox RENAME TO gone")
    with pytest.raises(Exception, match="inbox"):
        await desk.inbox.put(arrival("7", 1))
    async with store.write() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("ALTER TABLE gone RENAME TO inbox")
    assert await desk.inbox.put(arrival("7", 1)) is True
    await desk.inbox.stop()


async def test_each_chat_keeps_its_order_while_chats_run_beside_each_other(store: Store) -> None:
    active: defaultdict[str, int] = defaultdict(int)
    side_by_side = asyncio.Event()

    async def handler(turn: Turn) -> None:
        active[turn.incoming.chat] += 1
        assert active[turn.incoming.chat] == 1, "two turns of one chat at once"
        if sum(active.values()) > 1:
            side_by_side.set()
        await asyncio.wait_for(side_by_side.wait(), PATIENCE)
        active[turn.incoming.chat] -= 1
        turn.say(Markup(turn.incoming.text))

    async with small_desk(store, handler).running() as desk:
        puts = [desk.inbox.put(arrival(str(chat), n, f"{chat}:{n}")) for n in range(5) for chat in range(40)]
        await asyncio.gather(*puts)
        texts = await desk.channel.has_delivered(200)
    assert len(texts) == len(set(texts)) == 200
    for chat in range(40):
        assert [text for text in texts if text.startswith(f"{chat}:")] == [f"{chat}:{n}" for n in range(5)]


async def test_messages_that_overtook_each_other_are_handled_in_the_platforms_order(store: Store) -> None:
    async with small_desk(store).running() as desk:
        desk.workers.notice = lambda chat_key: None  # type: ignore[method-assign]
        desk.inbox.on_arrival = lambda chat_key: None
        for number in (3, 1, 2):
            await desk.inbox.put(arrival("7", number, f"say {number}"))
        del desk.workers.notice
        desk.workers.notice("loop:7")
        assert await desk.channel.has_delivered(3) == ["1", "2", "3"]


async def test_what_a_dead_process_left_is_handled_by_the_next(store: Store) -> None:
    first = small_desk(store)
    first.inbox.start()  # no workers: as if killed right after storing
    for number in range(3):
        await first.inbox.put(arrival("7", number, f"say {number}"))
    await first.inbox.stop()
    async with small_desk(store).running() as desk:
        assert await desk.channel.has_delivered(3) == ["0", "1", "2"]


async def test_a_failing_turn_leaves_nothing_behind_and_the_person_is_told(store: Store) -> None:
    tries = 0

    async def handler(turn: Turn) -> None:
        nonlocal tries
        if turn.incoming.text == "bad":
            tries += 1
            turn.say(Markup("half"))
            await turn.transaction()
            raise RuntimeError("no")
        await repeat(turn)

    async with small_desk(store, handler).running() as desk:
        await desk.inbox.put(arrival("7", 1, "bad"))
        await desk.inbox.put(arrival("7", 2, "say after"))
        apology, after = await desk.channel.has_delivered(2)
    assert tries == 3
    assert apology.startswith("Something went wrong on our side.")
    assert after == "after"
    assert "half" not in "".join(text for text, _, _ in await ledger(store))
    assert await inbox_states(store) == ["failed", "done"]


async def test_a_failure_that_passes_is_not_seen(store: Store) -> None:
    failures = iter([True, False])

    async def handler(turn: Turn) -> None:
        if next(failures):
            raise ConnectionError
        await repeat(turn)

    async with small_desk(store, handler).running() as desk:
        await desk.inbox.put(arrival("7", 1))
        assert await desk.channel.has_delivered(1) == ["hello"]


async def test_garbage_that_cannot_be_understood_is_kept_as_failed(store: Store) -> None:
    async with small_desk(store).running() as desk:
        await desk.inbox.put(arrival("7", 1, kind="nonsense"))

        async def failed() -> bool:
            return await inbox_states(store) == ["failed"]

        await until(failed)
    assert await ledger(store) == []


@pytest.mark.parametrize("backend", ["postgres"])  # SQLite has one serving process
async def test_two_processes_share_the_work_without_doubling(store: Store) -> None:
    async with small_desk(store).running(sending=False) as one, small_desk(store).running(sending=False) as two:
        puts = [one.inbox.put(arrival(str(chat), n, f"say {chat}:{n}")) for n in range(5) for chat in range(10)]
        await asyncio.gather(*puts)
        for chat in range(10):
            two.workers.notice(f"loop:{chat}")

        async def all_done() -> bool:
            return await inbox_states(store) == ["done"] * 50

        await until(all_done)
    texts = [text for text, _, _ in await ledger(store)]
    assert sorted(texts) == sorted(f"{chat}:{n}" for n in range(5) for chat in range(10))
    for chat in range(10):
        assert [t for t in texts if t.startswith(f"{chat}:")] == [f"{chat}:{n}" for n in range(5)]


async def test_a_flood_from_one_chat_is_slowed_kindly_and_nothing_is_lost(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.worker.SLOW_SECONDS", 0.01)
    async with small_desk(store).running() as desk:
        await asyncio.gather(*(desk.inbox.put(arrival("7", n, f"say {n}")) for n in range(30)))
        texts = await desk.channel.has_delivered(31)
    assert [text for text in texts if text.isdigit()] == [str(n) for n in range(30)]
    assert sum("one message at a time" in text for text in texts) == 1
