"""Telegram's own traps: what its API answers, and what must come of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.store import Store
from bot.store.tables import IdentityRow, InboxRow, OutboxRow
from tests.conftest import DeskFactory, Running, count
from tests.fake_telegram import FakeTelegram, dialog, faults, sees
from tests.fake_telegram.people import Person
from tests.spine.stand_ins import until

PATIENCE = 15.0
SECRET = "hook-s3cret"


@pytest.fixture
def noy(telegram: FakeTelegram) -> Person:
    person = telegram.person("Noy", language_code="en", username="noy", started=True)
    person.patience = PATIENCE
    return person


async def outbox(store: Store) -> list[tuple[str, str | None]]:
    async with store.read() as session:
        return [(row.state, row.error) for row in await session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


async def comes_to(store: Store, *states: str) -> list[tuple[str, str | None]]:
    async def there() -> bool:
        return [state for state, _ in await outbox(store)] == list(states)

    await until(there)
    return await outbox(store)


async def test_flooded_it_waits_and_sends_once(desk: Running, telegram: FakeTelegram, noy: Person) -> None:
    telegram.fail(faults.flood(1, method="sendMessage", nth=1))
    await dialog(noy, [("/about", sees("free assistant"))])
    assert len(telegram.calls("sendMessage")) == 2
    await comes_to(desk.store, "sent")


@pytest.mark.parametrize(
    "fault",
    [
        lambda: faults.cut_after(method="sendMessage", nth=1),
        lambda: faults.html(502, method="sendMessage", nth=1),
        lambda: faults.error(500, "Internal Server Error", method="sendMessage", nth=1),
        lambda: faults.garbage(method="sendMessage", nth=1),
        lambda: faults.truncated(method="sendMessage", nth=1),
    ],
    ids=["cut after receipt", "502", "500", "garbage", "truncated"],
)
async def test_what_may_have_arrived_is_unknown_and_never_sent_again(
    desk: Running, telegram: FakeTelegram, noy: Person, fault: Any
) -> None:
    telegram.fail(fault())  # a fresh one: a fault strikes once
    await noy.says("/about")
    await comes_to(desk.store, "unknown")
    await dialog(noy, [("/help", sees("as you would say it"))])
    assert sum("free assistant" in str(call.params) for call in telegram.calls("sendMessage")) == 1


async def test_blocked_means_failed_and_unreachable(desk: Running, telegram: FakeTelegram, noy: Person) -> None:
    telegram.fail(faults.error(403, "Forbidden: bot was blocked by the user", method="sendMessage"))
    await noy.says("/about")
    (found,) = await comes_to(desk.store, "failed")
    assert "blocked" in (found[1] or "")

    async def noted() -> bool:
        async with desk.store.read() as session:
            return await session.scalar(select(IdentityRow.unreachable_at)) is not None

    await until(noted)


async def test_a_group_that_moves_gets_the_answer_in_its_new_place(
    desk: Running, telegram: FakeTelegram, noy: Person
) -> None:
    group = telegram.group("Traders", noy, kind="group")
    view = noy.at(group)
    moved: list[Any] = []
    telegram.fail(faults.flood(1, method="sendMessage", nth=1))
    await view.says("/about@mekong_desk_bot")
    await telegram.called("sendMessage", count=1, within=PATIENCE)
    moved.append(await view.upgrades_group())
    new = noy.at(moved[0])
    await new.sees("free assistant", fresh=False)


async def test_a_menu_that_did_not_change_and_one_that_is_gone(
    desk: Running, telegram: FakeTelegram, noy: Person
) -> None:
    await dialog(noy, [("/zones", sees("Zones of which country?"))])
    await noy.presses("🇱🇦 Laos")
    await noy.sees("choose a zone")
    telegram.fail(faults.error(400, "Bad Request: message to edit not found", method="editMessageText"))
    await noy.presses("‹ Back")
    await noy.sees("Zones of which country?")
    assert len(list(noy.messages())) == 2  # said anew
    await comes_to(desk.store, "sent", "sent", "sent")


async def test_markup_that_telegram_refuses_is_sent_as_plain_text(
    desk: Running, telegram: FakeTelegram, noy: Person
) -> None:
    telegram.fail(
        faults.error(400, "Bad Request: can't parse entities: unsupported start tag", method="sendMessage", nth=1)
    )
    await dialog(noy, [("/about", sees("free assistant"))])


async def test_an_update_delivered_again_is_not_answered_again(
    desk: Running, telegram: FakeTelegram, noy: Person
) -> None:
    await dialog(noy, [("/about", sees("free assistant"))])
    async with desk.store.read() as session:
        number = int(await session.scalar(select(InboxRow.update_key)) or 0)
    telegram.delivery.again(number)
    await dialog(noy, [("/help", sees("as you would say it"))])
    assert len(telegram.calls("sendMessage")) == 2


async def test_update_ids_that_jump_back_are_new_updates(desk: Running, telegram: FakeTelegram, noy: Person) -> None:
    await dialog(noy, [("/about", sees("free assistant"))])
    telegram.delivery.jump_back(7)
    await dialog(noy, [("/help", sees("as you would say it"))])


async def test_another_poller_is_told_clearly(desks: DeskFactory, telegram: FakeTelegram) -> None:
    telegram.fail(
        faults.error(
            409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            method="getUpdates", times=None,
        )
    )  # fmt: skip
    async with desks.running() as running:

        async def told() -> bool:
            return "Another desk" in str(running.desk.telegram and running.desk.telegram.trouble)

        await until(told)
        async with aiohttp.ClientSession() as session, session.get(f"{running.url}/readyz") as response:
            assert response.status == 503
            assert "Another desk" in (await response.json())["telegram"]


async def test_a_wrong_token_is_told_and_the_web_chat_goes_on(desks: DeskFactory) -> None:
    async with desks.running(telegram_bot_token="999999:" + "B" * 35) as running:

        async def told() -> bool:
            return "refuses" in str(running.desk.telegram and running.desk.telegram.trouble)

        await until(told)
        async with aiohttp.ClientSession() as session, session.get(f"{running.url}/healthz") as response:
            assert response.status == 200


async def test_telegram_that_is_down_at_start_is_tried_again(
    desks: DeskFactory, telegram: FakeTelegram, noy: Person
) -> None:
    telegram.fail(faults.error(500, "Internal Server Error", method="getMe", nth=1))
    telegram.fail(faults.html(502, method="getUpdates", nth=1))
    async with desks.running():
        await dialog(noy, [("/about", sees("free assistant"))])


# -- webhook


async def post(running: Running, body: bytes, headers: dict[str, str]) -> int:
    url = f"{running.url}/telegram/webhook"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as response:
        return response.status


@pytest_asyncio.fixture
async def hooked(desks: DeskFactory, telegram: FakeTelegram) -> AsyncIterator[Running]:
    """A desk that is reached by webhook."""
    from tests.conftest import free_port

    port = free_port()
    async with desks.running(port=port, public_url=f"http://127.0.0.1:{port}", webhook_secret=SECRET) as running:
        await telegram.called("setWebhook", within=PATIENCE)
        yield running


async def test_updates_come_by_webhook(hooked: Running, noy: Person) -> None:
    await dialog(noy, [("/about", sees("free assistant")), ("/help", sees("as you would say it"))])


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1]])
async def test_a_webhook_call_without_the_secret_is_refused(hooked: Running, secret: str) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
    assert await post(hooked, b'{"update_id": 1}', headers) == 403
    assert await count(hooked.store, InboxRow) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"update_id": "x"}', b'"x"', b"\xff\xfe", b'{"update_id": 5}'])
async def test_garbage_at_the_webhook_does_no_harm(hooked: Running, noy: Person, body: bytes) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    assert await post(hooked, body, headers) in (200, 400)
    await dialog(noy, [("/about", sees("free assistant"))])


async def test_what_cannot_be_stored_is_delivered_again(hooked: Running, telegram: FakeTelegram, noy: Person) -> None:
    async with hooked.store.write() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("ALTER TABLE inbox RENAME TO gone")
    await noy.says("/about")
    async with hooked.store.write() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("ALTER TABLE gone RENAME TO inbox")
    await noy.sees("free assistant")


async def test_an_unknown_kind_of_update_is_let_pass(hooked: Running, noy: Person) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    assert await post(hooked, b'{"update_id": 77, "poll": {"id": "1"}}', headers) == 200
    await dialog(noy, [("/about", sees("free assistant"))])
