"""What a stranger can send to the web channel, without a browser in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSServerHandshakeError
from sqlalchemy import select

from bot.channels.web import Limits
from bot.channels.web.limits import Rate
from bot.store.tables import IdentityRow, InboxRow
from tests.web.conftest import DeskMaker
from tests.web.desk import Desk, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Guest:
    """A visitor's browser, without the page."""

    desk: Desk
    session: ClientSession
    headers: dict[str, str] = field(default_factory=dict)

    @asynccontextmanager
    async def socket(self, *have: int) -> AsyncIterator[ClientWebSocketResponse]:
        async with self.session.ws_connect(f"{self.desk.url}/web/socket", headers=self.headers) as socket:
            await socket.send_json({"type": "hello", "have": list(have)})
            yield socket

    async def post(self, *frames: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await self.session.post(f"{self.desk.url}/web/frames", json={"frames": frames}, headers=self.headers)
        assert answer.status == 200
        return list((await answer.json())["frames"])

    async def poll(self, *have: int, first: bool = False) -> list[dict[str, Any]]:
        query = {"have": ",".join(map(str, have)), "first": "1" if first else ""}
        answer = await self.session.get(f"{self.desk.url}/web/poll", params=query, headers=self.headers)
        assert answer.status == 200
        return list((await answer.json())["frames"])


@asynccontextmanager
async def guest(desk: Desk, **headers: str) -> AsyncIterator[Guest]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        await session.get(desk.url, headers=headers)
        yield Guest(desk, session, {"Origin": desk.url, **headers})


async def hear(socket: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next frame of the kind; others are passed over."""
    async with asyncio.timeout(5):
        while True:
            frame = await socket.receive_json()
            if frame["type"] == kind:
                return dict(frame)


async def hear_texts(socket: ClientWebSocketResponse, count: int) -> list[str]:
    texts: list[str] = []
    while len(texts) < count:
        texts += [item["text"] for item in (await hear(socket, "messages"))["items"]]
    return texts


def text(id_: str, words: str) -> dict[str, str]:
    return {"type": "text", "id": id_, "text": words}


async def test_the_database_never_sees_the_cookie(desk: Desk) -> None:
    async with guest(desk) as visitor, visitor.socket() as socket:
        await socket.send_json(text("a", "hello"))
        await hear_texts(socket, 1)
        (cookie,) = [cookie for cookie in visitor.session.cookie_jar if cookie.key == "visitor"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert len(cookie.value) == 32
    async with desk.store.read() as session:
        row = await session.scalar(select(InboxRow))
        identity = await session.scalar(select(IdentityRow))
    assert row is not None
    assert identity is not None
    assert cookie.value not in f"{row.update_key} {row.chat_key} {row.payload} {identity.external_id}"


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
async def test_other_sites_pages_are_refused(desk: Desk, origin: str) -> None:
    async with guest(desk, Origin=origin) as stranger:
        with pytest.raises(WSServerHandshakeError) as refusal:
            async with stranger.socket():
                pass
        assert refusal.value.status == 403
        answer = await stranger.session.post(
            f"{desk.url}/web/frames", json={"frames": [text("a", "hi")]}, headers=stranger.headers
        )
        assert answer.status == 403
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert await desk.said() == []


async def test_without_a_cookie_there_is_no_conversation(desk: Desk) -> None:
    async with ClientSession() as session:
        for path in ("/web/poll", "/web/files/1", "/web/socket"):
            assert (await session.get(f"{desk.url}{path}", headers={"Origin": desk.url})).status == 401


async def test_said_twice_is_stored_once(desk: Desk) -> None:
    async with guest(desk) as visitor:
        async with visitor.socket() as socket, visitor.socket() as other:
            for each in (socket, other):
                await each.send_json(text("same", "hello"))
                assert (await hear(each, "taken"))["id"] == "same"
            assert await hear_texts(socket, 1) == await hear_texts(other, 1) == ["You said: hello"]
        assert await visitor.post(text("same", "hello")) == [{"type": "taken", "id": "same"}]
    assert await desk.said() == ["hello"]


async def test_a_visitor_gets_and_confirms_only_their_own(desk: Desk) -> None:
    async with guest(desk) as owner, guest(desk) as other, owner.socket() as socket:
        await socket.send_json(text("a", "picture"))
        item = (await _first_items(socket))[0]
        assert await other.poll(first=True) == [
            {"type": "welcome", "visitor": (await other.poll(first=True))[0]["visitor"], "empty": True},
            {"type": "messages", "items": [], "lang": None},
        ]
        assert (await other.session.get(desk.url + item["file"]["url"])).status == 404
        mine = await owner.session.get(desk.url + item["file"]["url"])
        assert mine.status == 200
        assert mine.headers["Content-Type"] == "image/png"
        assert mine.headers["X-Content-Type-Options"] == "nosniff"
        await other.post({"type": "seen", "ids": [item["id"]]})
        await desk.write("somebody", "else")
        assert [row.state for row in await desk.outbox()] == ["queued", "queued"]
        await socket.send_json({"type": "seen", "ids": [item["id"], item["id"] + 1]})
        await _until_states(desk, ["sent", "queued"])


async def _first_items(socket: ClientWebSocketResponse) -> list[dict[str, Any]]:
    while True:
        if items := (await hear(socket, "messages"))["items"]:
            return list(items)


async def _until_states(desk: Desk, states: list[str]) -> None:
    async def reached() -> bool:
        return [row.state for row in await desk.outbox()] == states

    await until(reached)


async def test_an_attachment_is_never_run(desk: Desk) -> None:
    async with guest(desk) as owner, owner.socket() as socket:
        await socket.send_json(text("a", "page"))
        item = (await _first_items(socket))[0]
        answer = await owner.session.get(desk.url + item["file"]["url"])
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%E1%9E")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_a_reconnected_page_gets_only_what_it_lacks(desk: Desk) -> None:
    async with guest(desk) as visitor:
        async with visitor.socket() as socket:
            await socket.send_json(text("a", "one"))
            first = (await _first_items(socket))[0]["id"]
            await socket.send_json(text("b", "two"))
            await hear_texts(socket, 1)
        async with visitor.socket(first) as socket:
            assert await hear_texts(socket, 1) == ["You said: two"]
    await _until_states(desk, ["sent", "queued"])  # having it counts as a receipt, should the receipt have been lost


async def test_an_older_row_that_commits_late_is_not_missed(desk: Desk) -> None:
    async with guest(desk) as visitor, visitor.socket(900) as socket:  # the page has a younger one already
        await socket.send_json(text("a", "one"))
        assert await hear_texts(socket, 1) == ["You said: one"]


async def test_history_is_the_last_fifty_with_menus_as_they_are_now(desk: Desk) -> None:
    async with guest(desk) as visitor:
        chat = await _chat(desk, visitor)
        for number in range(60):
            await desk.write(chat, f"message {number}")
        rows = await desk.outbox()
        async with desk.store.write() as session:
            for row in rows:
                (await session.merge(row)).state = "sent"
            last = await session.merge(rows[-1])
            for step in range(20):
                session.add(
                    type(last)(
                        platform="web",
                        chat=chat,
                        lane=0,
                        state="sent",
                        attempts=1,
                        body={"text": f"step {step}", "edit": str(last.id)},
                        created_at=last.created_at,
                    )
                )
        history = [*(f"message {number}" for number in range(10, 60)), "step 19"]
        items = (await visitor.poll(first=True))[1]["items"]
        assert [item["text"] for item in items] == history
        async with visitor.socket() as socket:
            assert await hear_texts(socket, len(history)) == history
            await socket.send_json(text("a", "and then?"))  # what is old or outdated is not taken for news
            assert await hear_texts(socket, 1) == ["You said: and then?"]
        have = [item["id"] for item in items]
        (news,) = await visitor.poll(*have)
        assert [item["text"] for item in news["items"] if item.get("edit") is None] == ["You said: and then?"]


async def _chat(desk: Desk, visitor: Guest) -> str:
    await visitor.post({"type": "command", "id": "start", "text": "/start"})
    await until(desk.outbox)
    return (await desk.outbox())[0].chat


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"type": "text", "id": "a"},
        {"type": "text", "id": "a", "text": 5},
        {"type": "text", "id": "a", "text": " \n "},
        {"type": "text", "id": "../etc", "text": "x"},
        {"type": "text", "id": "x" * 40, "text": "x"},
        {"type": "button", "id": "a", "key": "no spaces", "message": "1"},
        {"type": "button", "id": "a", "key": "k", "message": "<b>"},
        {"type": "location", "id": "a", "lat": 91, "lon": 0},
        {"type": "location", "id": "a", "lat": "1", "lon": 0},
        {"type": "admin", "id": "a"},
    ],
)
async def test_nonsense_is_refused_and_not_repeated(desk: Desk, frame: dict[str, Any]) -> None:
    async with guest(desk) as visitor:
        (answer,) = await visitor.post(frame)
    assert answer["type"] == "refused"
    assert answer["reason"] == "bad"
    assert answer["id"] in {"a", ""}
    assert await desk.said() == []


async def test_garbage_on_the_socket_is_survived(desk: Desk) -> None:
    async with guest(desk) as visitor, visitor.socket() as socket:
        for garbage in ("", "[]", "{", '{"type":[]}', "[" * 5_000):
            await socket.send_str(garbage)
            assert (await hear(socket, "refused"))["reason"] == "bad"
        await socket.send_bytes(b"\x00")
        await hear(socket, "refused")
        await socket.send_json(text("a", "a\0b\ud800c"))
        assert await hear_texts(socket, 1) == ["You said: ab\ufffdc"]


async def test_a_body_beyond_any_page_is_refused(desk: Desk) -> None:
    async with guest(desk) as visitor:
        answer = await visitor.session.post(
            f"{desk.url}/web/frames", json={"frames": [text("a", "x" * 70_000)]}, headers=visitor.headers
        )
        assert answer.status == 413
        (refusal,) = await visitor.post(text("a", "x" * 4_001))
    assert refusal["reason"] == "too_long"


async def test_who_sends_too_much_is_told_when_to_go_on(make_desk: DeskMaker) -> None:
    desk = await make_desk(Limits(visitor_messages=Rate(3, 0.5)))
    async with guest(desk) as visitor, guest(desk) as other:
        answers = [(await visitor.post(text(str(number), "hi")))[0] for number in range(4)]
        assert [answer["type"] for answer in answers] == ["taken", "taken", "taken", "refused"]
        assert answers[3]["reason"] == "too_fast"
        assert 0 < answers[3]["wait"] < 4
        assert (await other.post(text("a", "hi")))[0]["type"] == "taken"


async def test_an_address_can_open_only_so_many_connections(make_desk: DeskMaker) -> None:
    desk = await make_desk(Limits(address_lines=2))
    async with guest(desk) as visitor, visitor.socket() as one, visitor.socket() as two:
        await hear(one, "welcome")
        await hear(two, "welcome")
        with pytest.raises(WSServerHandshakeError) as refusal:
            async with visitor.socket():
                pass
        assert refusal.value.status == 429
        async with guest(desk, **{"X-Forwarded-For": "1.2.3.4, 5.6.7.8"}) as elsewhere, elsewhere.socket() as three:
            await hear(three, "welcome")


async def test_typing_is_shown_while_an_answer_is_made(desk: Desk) -> None:
    async with guest(desk) as visitor, visitor.socket() as socket:
        await hear(socket, "welcome")
        await hear(socket, "messages")
        chat = await _chat(desk, visitor)
        await hear(socket, "messages")
        await desk.channel.typing(chat)
        await hear(socket, "typing")


async def test_stopping_closes_connections_and_keeps_receipts(desk: Desk) -> None:
    async with guest(desk) as visitor, visitor.socket() as socket:
        await socket.send_json(text("a", "one"))
        item = (await _first_items(socket))[0]
        await socket.send_json({"type": "seen", "ids": [item["id"]]})
        await socket.send_json({"type": "ping"})
        await hear(socket, "pong")
        poll = asyncio.create_task(visitor.poll(item["id"]))
        await until(desk.polled)
        async with asyncio.timeout(5):
            await desk.channel.stop()
            assert (await socket.receive()).data == 1012
            assert await poll == []
        assert [row.state for row in await desk.outbox()] == ["sent"]


async def test_the_page_is_cached_for_good_and_squeezed(desk: Desk) -> None:
    async with ClientSession() as session:
        page = await (await session.get(desk.url)).text()
        path = page.split('src="')[1].split('"')[0]
        answer = await session.get(desk.url + path)
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Encoding"] == "gzip"
        old = await session.get(f"{desk.url}/web/0123456789/{path.rsplit('/', 1)[-1]}")
        assert (old.status, old.headers["Cache-Control"]) == (200, "no-cache")
        for missing in ("/web/0123456789/index.html", "/web/0123456789/..%2fchannel.py", "/web/strings/xx"):
            assert (await session.get(desk.url + missing)).status == 404


async def test_frames_are_read_as_the_desk_reads_telegram(desk: Desk) -> None:
    payload = json.loads('{"chat": "c", "hint": "lo", "type": "text", "text": " /Zones la "}')
    incoming = desk.channel.parse(payload)
    assert incoming is not None
    assert (incoming.kind, incoming.command, incoming.text) == ("command", "zones", "la")
    incoming = desk.channel.parse({**payload, "text": "/ is not a command"})
    assert incoming is not None
    assert (incoming.kind, incoming.text) == ("text", "/ is not a command")
    for broken in ({}, {**payload, "type": "x"}, {"type": "text"}):
        with pytest.raises(ValueError, match="web chat"):
            desk.channel.parse(broken)
