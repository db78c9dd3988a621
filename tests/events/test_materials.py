"""An event's papers under a link of the registered person's own, on any device, until the retention ends."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from sqlalchemy import select, update

from bot.services.events import places
from bot.store.event_tables import EventFileRow, RegistrationRow
from bot.store.tables import PersonRow
from knowledge.language import Language
from tests.conftest import DeskFactory
from tests.events.making import NOW, START, HeldClock, applicant, details, store_event
from tests.events.visiting import visiting

ADDRESS = re.compile(r"/papers/[\w.-]+")
LINK = {"title": {"en": "Photos", "lo": "ຮູບພາບ"}, "url": "https://example.org/photos", "after": True}


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_the_papers_on_any_device_until_their_time_is_over(desks: DeskFactory, clock: HeldClock) -> None:
    async with desks.running(clock, telegram=False) as desk, visiting(desk.url) as visit, ClientSession() as other:
        event = await store_event(desk.store, details=details(links=[LINK], keep_days=30))
        visitor = await visit(Language.LO)
        await visitor.says("/start ev_farm-forum")
        await visitor.sees("ເວທີກະສິກຳແມ່ຂອງ")
        async with desk.store.write() as session:
            person = await session.scalar(select(PersonRow.id))
            assert person is not None
            await places.do_register(session, event, applicant(person), NOW)
            kinds = (("paper", "Agenda <1>"), ("after", "Slides"))
            session.add_all(
                EventFileRow(event_id=event.id, kind=kind, title=title, name=f"{kind}.pdf", mime="application/pdf",
                             content=b"%PDF-1.4 " + kind.encode(), added_at=NOW)
                for kind, title in kinds
            )  # fmt: skip
        clock.set(START + timedelta(days=1))
        await visitor.says("/mytickets")
        await visitor.sees("This event is over.")
        await visitor.presses("📎 Papers")
        said = await visitor.sees("The papers of the event:")
        assert [button["label"] for row in said["buttons"] for button in row][:3] == [
            "ຮູບພາບ",
            "📎 Agenda <1>",
            "📎 Slides",
        ]
        found = ADDRESS.search(said["text"])
        assert found
        address = desk.url + found[0]

        async def status(path: str) -> int:
            async with other.get(path) as answer:
                return answer.status

        async with other.get(address) as answer:
            shown = await answer.text()
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
        assert "ຮູບພາບ" in shown
        assert "Agenda &lt;1&gt;" in shown
        papers = re.findall(r'href="(/papers/[^"]+)"', shown)
        bodies = []
        for paper in papers:
            async with other.get(desk.url + paper) as answer:
                bodies.append(await answer.read())
        assert bodies == [b"%PDF-1.4 paper", b"%PDF-1.4 after"]

        assert await status(address[:-1] + ("A" if address[-1] != "A" else "B")) == 404
        assert await status(f"{address}/999") == 404
        clock.set(START + timedelta(hours=1))
        assert await status(desk.url + papers[1]) == 404  # given out only afterwards
        clock.set(event.let_go_after)
        assert await status(address) == 404
        clock.set(START + timedelta(days=1))
        async with desk.store.write() as session:
            await session.execute(update(RegistrationRow).values(state="cancelled"))
        assert await status(desk.url + papers[0]) == 404
