"""An officer's announcement in four languages, with the desk killed in the middle and started again.

`TRANSCRIPT=killed.txt pytest tests/faults/test_four_languages.py` writes down what all sides said. The kill falls
between two messages, so that nothing is unknown; test_broadcast_kill.py kills wherever it falls.
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.store import open_store
from bot.store.migrate import migrate
from bot.store.staff_tables import RoleRow
from tests.events.transcript import Transcript, minute
from tests.fake_telegram import FakeTelegram, dialog, press, sees
from tests.fake_telegram.people import Person
from tests.faults.killing import Killing, product
from tests.staff.conftest import account

WORDS = {
    "en": "Forum in Vientiane on 3 March.",
    "lo": "ເວທີ ທີ່ວຽງຈັນ ວັນທີ 3 ມີນາ.",
    "my": "ဖိုရမ်ကို ဗီယင်ကျန်းတွင် မတ်လ ၃ ရက်၌ ကျင်းပမည်။",
    "zh": "论坛3月3日在万象举行。",
}
PATIENCE = 60.0
OPEN = "SELECT count(*) FROM outbox WHERE state = 'sending' OR (part = 'send' AND state = 'queued')"
SENDING = "SELECT count(*) FROM outbox WHERE state = 'sending'"
SENT = "SELECT count(*) FROM outbox WHERE part = 'send' AND state = 'sent'"


class Midway(Killing):
    """A desk that is killed when some people have the announcement and others don't."""

    async def start(self, telegram: FakeTelegram) -> asyncio.subprocess.Process:
        return await self._start(telegram, TELEGRAM_RATE="3")

    async def kill_midway(self, process: asyncio.subprocess.Process) -> int:
        """Holds it still to look; returns how many had it when it was killed."""
        async with asyncio.timeout(PATIENCE):
            while True:
                process.send_signal(signal.SIGSTOP)
                if (sent := self._count(SENT)) >= 3 and not self._count(SENDING):
                    break
                process.send_signal(signal.SIGCONT)
                await asyncio.sleep(0.02)
        assert self._count(OPEN), "all had it already"
        await self._end(process, signal.SIGKILL)
        return sent

    async def end(self, process: asyncio.subprocess.Process) -> None:
        await self._end(process, signal.SIGTERM)


async def subscribed(database: Path, officer: Person, crowd: dict[Person, str]) -> None:
    store = open_store(f"sqlite+aiosqlite:///{database}")
    await migrate(store)
    number = await account(store, officer)
    for person, language in crowd.items():
        await account(store, person, language=language, country="LA")
    async with store.write() as session:
        session.add(RoleRow(person_id=number, role="announcer", granted_at=SystemClock().now(), by_setting=False))
    await store.close()


async def test_everybody_has_it_once_in_their_language_and_the_report_says_so(
    telegram: FakeTelegram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript = Transcript(telegram, minute, monkeypatch)
    officer = telegram.person("Officer", language_code="en", started=True)
    officer.patience = PATIENCE
    crowd = {telegram.person(f"{code}-{n}", started=True): code for n in (1, 2) for code in WORDS}
    await subscribed(tmp_path / "killed.db", officer, {p: "zh_Hans" if c == "zh" else c for p, c in crowd.items()})
    midway = Midway(product(), tmp_path, seed=0)
    process = await midway.start(telegram)
    await dialog(
        officer,
        [
            ("/announce", sees("Announcements:", buttons=["➕ New announcement"])),
            (press("➕ New announcement"), sees("Write the announcement in English")),
            (
                "\n".join(f"[{code}]\n{words}" for code, words in WORDS.items()),
                sees("(draft)", buttons=["📤 Send…", "✓ English", "✓ ລາວ", "✓ မြန်မာ", "✓ 简体中文"]),
            ),
            (press("📤 Send…"), sees("Send it to")),
            (press("Yes, send it"), None),
        ],
    )
    before = await midway.kill_midway(process)
    transcript.remark(f"the desk is killed with SIGKILL: {before} people have it, {len(crowd) + 1 - before} do not")
    process = await midway.start(telegram)
    transcript.remark("the desk is started again")
    await officer.sees("finished", f"Sent: {len(crowd) + 1}", "Unknown: 0", "Remaining: 0")
    await officer.presses("📊 Report")
    await officer.sees(f"delivered: {len(crowd) + 1}", "မြန်မာ: delivered 2", "简体中文: delivered 2")
    await officer.sees("table for a spreadsheet")
    await midway.end(process)
    for person, code in crowd.items():
        assert [message.shown for message in person.messages()] == [WORDS[code]]
    assert sum(message.shown == WORDS["en"] for message in officer.messages()) == 1
    transcript.write_if_wanted()
