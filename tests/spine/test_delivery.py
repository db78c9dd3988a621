"""The ledger is the truth about delivery: once and only once, within the platform's budget, answers first."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from markupsafe import Markup
from sqlalchemy import select, update

from bot.channels import DeliveryError, Later, Moved, Outgoing, Rejected, Uncertain, Unreachable
from bot.clock import SystemClock
from bot.conversation import Attachment, Incoming, Kind, Lane, Reply
from bot.limiter import Limiter
from bot.store import Store
from bot.store.tables import IdentityRow, OutboxRow, PersonRow
from tests.spine.stand_ins import SmallDesk, ledger, small_desk, until


async def queue(desk: SmallDesk, chat: str, *texts: str, lane: Lane = Lane.ANSWER, group: bool = False) -> None:
    incoming = Incoming("loop", chat, chat, Kind.TEXT, group=group)
    async with desk.store.write() as session:
        replies = [Reply(Markup(text), lane=lane) for text in texts]
        await desk.outbox.answer(session, incoming, replies, SystemClock().now())
    desk.dispatcher.wake()


def failing(errors: dict[str, list[DeliveryError]]) -> Callable[[Outgoing], Awaitable[None]]:
    async def behave(message: Outgoing) -> None:
        if waiting := errors.get(message.text):
            raise waiting.pop(0)

    return behave


async def settled(store: Store) -> list[tuple[str, str, str | None]]:
    async def nothing_open() -> bool:
        return all(state not in ("queued", "sending") for _, state, _ in await ledger(store))

    await until(nothing_open)
    return await ledger(store)


async def test_each_kind_of_failure_ends_where_it_should(store: Store) -> None:
    async with small_desk(store).running() as desk:
        desk.channel.behave = failing(
            {
                "refused": [Rejected("bad button")],
                "maybe": [Uncertain("timed out")],
                "later": [Later("no connection", 0.01), Later("no connection", 0.01)],
                "surprise": [RuntimeError("bug")],  # type: ignore[list-item]
            }
        )
        await queue(desk, "1", "fine", "refused", "maybe", "later", "surprise", "last")
        assert await settled(store) == [
            ("fine", "sent", None),
            ("refused", "failed", "bad button"),
            ("maybe", "unknown", "timed out"),
            ("later", "sent", None),
            ("surprise", "unknown", "RuntimeError"),
            ("last", "sent", None),
        ]
        assert [m.text for m in desk.channel.delivered] == ["fine", "later", "last"]


async def test_a_message_that_must_wait_keeps_the_chats_order_and_lets_others_pass(store: Store) -> None:
    async with small_desk(store).running() as desk:
        desk.channel.behave = failing({"first": [Later("no connection", 0.3)]})
        await queue(desk, "1", "first", "second")
        await queue(desk, "2", "other")
        assert await desk.channel.has_delivered(3) == ["other", "first", "second"]


async def test_a_pause_for_the_whole_account_stops_everybody(store: Store) -> None:
    async with small_desk(store).running() as desk:
        desk.channel.behave = failing({"first": [Later("flood", 0.4, whole_platform=True)]})
        await queue(desk, "1", "first")

        async def refused() -> bool:
            return any(error == "flood" for _, _, error in await ledger(store))

        await until(refused)
        began = asyncio.get_running_loop().time()
        await queue(desk, "2", "other")
        await desk.channel.has_delivered(2)
        assert min(desk.channel.times) - began > 0.2


async def test_after_too_many_tries_it_is_failed_not_forgotten(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.dispatcher.MAX_ATTEMPTS", 3)
    async with small_desk(store).running() as desk:
        desk.channel.behave = failing({"never": [Later("no connection", 0.0)] * 9})
        await queue(desk, "1", "never", "next")
        assert await settled(store) == [("never", "failed", "no connection"), ("next", "sent", None)]


async def test_who_blocked_the_desk_gets_nothing_more(store: Store) -> None:
    now = SystemClock().now()
    async with store.write() as session:
        session.add(PersonRow(id=1, language="en", created_at=now, context={}))
        await session.flush()
        session.add(IdentityRow(person_id=1, platform="loop", external_id="1"))
    async with small_desk(store).running() as desk:
        desk.channel.behave = failing({"first": [Unreachable("blocked")]})
        await queue(desk, "1", "first", "second")
        await queue(desk, "2", "other")
        assert await settled(store) == [
            ("first", "failed", "blocked"),
            ("second", "failed", "blocked"),
            ("other", "sent", None),
        ]
    async with store.read() as session:
        assert await session.scalar(select(IdentityRow.unreachable_at)) is not None


async def test_a_group_that_moved_gets_its_messages_under_its_new_id(store: Store) -> None:
    async with small_desk(store).running() as desk:
        desk.channel.behave = failing({"first": [Moved("-100")]})
        await queue(desk, "-1", "first", "second")
        await desk.channel.has_delivered(2)
        assert [(m.chat, m.text) for m in desk.channel.delivered] == [("-100", "first"), ("-100", "second")]


async def test_answers_go_before_broadcasts(store: Store) -> None:
    desk = small_desk(store, limiter=Limiter(10, 0.0))
    await queue(desk, "b", *[f"broadcast {n}" for n in range(3)], lane=Lane.BROADCAST)
    for chat in range(30):
        await queue(desk, f"b{chat}", f"broadcast to {chat}", lane=Lane.BROADCAST)
    async with desk.running():
        await desk.channel.has_delivered(5)
        await queue(desk, "person", "answer")
        texts = await desk.channel.has_delivered(33)
    assert texts.index("answer") < 25


async def test_the_budget_holds(store: Store) -> None:
    limiter = Limiter(20, 0.1)
    async with small_desk(store, limiter=limiter).running() as desk:
        desk.channel.quotas = {"-5": (2, 0.5)}
        await queue(desk, "-5", *[f"group {n}" for n in range(5)], group=True)
        for chat in range(30):
            await queue(desk, str(chat), "one", "two")
        await desk.channel.has_delivered(65)
    sent = list(zip(desk.channel.times, desk.channel.delivered, strict=True))
    slack = 0.02
    times = sorted(at for at, _ in sent)
    assert all(late - early > 1.0 - 5 * slack for early, late in zip(times, times[20:], strict=False))
    for name in map(str, range(30)):
        first, second = (at for at, message in sent if message.chat == name)
        assert second - first > 0.1 - slack
    group = [at for at, message in sent if message.chat == "-5"]
    assert all(late - early > 0.5 - slack for early, late in zip(group, group[2:], strict=False))


async def test_what_was_being_sent_when_the_process_died_is_unknown_and_never_sent_again(store: Store) -> None:
    desk = small_desk(store)
    await queue(desk, "1", "in the air", "behind it")
    async with store.write() as session:
        await session.execute(update(OutboxRow).where(OutboxRow.id == 1).values(state="sending"))
    async with desk.running():
        found = await settled(store)
        assert [(text, state) for text, state, _ in found] == [("in the air", "unknown"), ("behind it", "sent")]
        assert [m.text for m in desk.channel.delivered] == ["behind it"]


async def test_a_message_withdrawn_before_its_turn_is_not_sent(store: Store) -> None:
    desk = small_desk(store, limiter=Limiter(1, 0.0))
    async with desk.running():
        await queue(desk, "1", "first")
        await desk.channel.has_delivered(1)
        await queue(desk, "2", "withdrawn")
        async with store.write() as session:
            await session.execute(
                update(OutboxRow).where(OutboxRow.chat == "2").values(state="failed", error="withdrawn")
            )
        await queue(desk, "3", "third")
        assert await desk.channel.has_delivered(2) == ["first", "third"]


@pytest.mark.parametrize("backend", ["postgres"])  # SQLite has one serving process
async def test_one_dispatcher_per_account_even_with_two_processes(store: Store) -> None:
    one, two = small_desk(store), small_desk(store)
    async with one.running(), two.running():
        for number in range(60):
            await queue(one if number % 2 else two, str(number), f"m{number}")
        await settled(store)
        sent = [m.text for m in itertools.chain(one.channel.delivered, two.channel.delivered)]
        assert Counter(sent) == Counter(f"m{number}" for number in range(60))
        assert not one.channel.delivered or not two.channel.delivered


async def test_stopping_finishes_what_is_under_way_and_leaves_the_rest_queued(store: Store) -> None:
    under_way, go_on = asyncio.Event(), asyncio.Event()

    async def slow(message: Outgoing) -> None:
        under_way.set()
        await go_on.wait()

    desk = small_desk(store)
    async with desk.running():
        desk.channel.behave = slow
        await queue(desk, "1", "first", "second")
        await under_way.wait()
        stopping = asyncio.create_task(desk.dispatcher.stop())
        await asyncio.sleep(0)
        go_on.set()
        await stopping
    assert [(text, state) for text, state, _ in await ledger(store)] == [("first", "sent"), ("second", "queued")]


async def test_long_texts_are_split_and_attachments_come_whole(store: Store) -> None:
    desk = small_desk(store)
    incoming = Incoming("loop", "1", "1", Kind.TEXT)
    picture = Attachment("map.png", "image/png", b"\x89PNG")
    async with store.write() as session:
        replies = [Reply(Markup("A sentence. " * 20)), Reply(Markup("See the map."), attachment=picture)]
        await desk.outbox.answer(session, incoming, replies, SystemClock().now())
    async with desk.running():
        texts = await desk.channel.has_delivered(4)
    assert all(len(text) <= 100 for text in texts)
    assert " ".join(texts[:3]) == ("A sentence. " * 20).strip()
    assert desk.channel.delivered[3].attachment == picture
