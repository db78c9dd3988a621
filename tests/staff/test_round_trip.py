"""A workbook goes out through the chat, is edited, and comes back when somebody else was faster.

`TRANSCRIPT=conflict.txt pytest tests/staff/test_round_trip.py` writes down what all sides said.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from openpyxl import load_workbook

from bot.clock import SystemClock
from bot.store import Store
from knowledge.base import KnowledgeBase
from knowledge.curate import published
from knowledge.seed import seed
from tests.conftest import Running
from tests.events.transcript import Transcript, minute
from tests.fake_telegram import FakeTelegram, dialog, press, sees
from tests.fake_telegram.people import Person
from tests.staff.conftest import Hire, loaded
from tests.staff.knowing import desk_of, open_record, publish_waiting
from tests.swollen import swollen_workbook

ZONE, CROSSING = "la-savan-park", "cn-la-mohan-boten"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest_asyncio.fixture
async def small(
    store: Store, knowledge: KnowledgeBase, database_url: str, telegram: FakeTelegram
) -> AsyncIterator[Running]:
    """A desk that knows two records: a workbook of all takes many seconds, each way."""
    content = replace(knowledge.content, records={id_: knowledge.content.records[id_] for id_ in (ZONE, CROSSING)})
    async with store.write() as session:
        await seed(session, content, SystemClock().now())
    async with desk_of(await loaded(store), store, database_url, telegram) as running:
        yield running


def edited(content: bytes, texts: dict[tuple[str, str, str], str]) -> tuple[bytes, dict[str, int]]:
    """The workbook with other texts at (id, field, language), and in which row each record's text stood."""
    book = load_workbook(io.BytesIO(content))
    rows: dict[str, int] = {}
    for sheet in book.worksheets:
        for number, cells in enumerate(sheet.iter_rows(min_row=2, max_col=4), 2):
            if (key := (cells[0].value, cells[1].value, cells[2].value)) in texts:
                cells[3].value = texts[key]
                rows[str(key[0])] = number
    file = io.BytesIO()
    book.save(file)
    return file.getvalue(), rows


async def change_thai_name(colleague: Person, words: str) -> None:
    await open_record(colleague, CROSSING)
    await dialog(
        colleague,
        [
            (press("Change a text"), sees("Which text?")),
            (press("names: "), sees("It says now:", "[th]")),
            (f"[th]\n{words}", sees("Draft of", words)),
            (press("Hand to a second person"), sees("Handed over")),
        ],
    )


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_newer_edit_is_refused_by_name_and_the_other_row_is_taken_in(
    small: Running, hire: Hire, telegram: FakeTelegram, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor, colleague, second = [await hire(name, "editor") for name in ("Editor", "Colleague", "Second")]
    transcript = Transcript(telegram, minute, monkeypatch)
    await dialog(
        editor,
        [("/files", sees("All records as files")), (press("Workbook (XLSX)"), sees("2 records."))],
    )
    out = telegram.file_of(editor.last)
    back, rows = edited(out, {(ZONE, "names", "lo"): "ສະຫວັນ ພາກ ໃໝ່", (CROSSING, "names", "th"): "บ่อเต็น จากไฟล์"})
    transcript.remark(f"Editor changes the Lao name of {ZONE} and the Thai name of {CROSSING} in the workbook")
    await change_thai_name(colleague, "บ่อเต็น จากแชต")
    await publish_waiting(second, CROSSING)

    await dialog(
        editor, [("/files", sees("All records as files")), (press("Take a file in"), sees("Send the workbook"))]
    )
    await editor.sends_document("edited.xlsx", back, mime_type=XLSX)
    await editor.sees(
        "1 change\n1 conflict with a newer edit\n0 errors",
        f"• {ZONE} names [lo]",
        f"Refused:\n• sheet crossing, row {rows[CROSSING]}, column text: {CROSSING} names [th] was changed",
        "it says now: บ่อเต็น จากแชต",
    )
    await editor.presses("Take in 1 change")
    await editor.sees("1 record waits for a second person")
    await colleague.sees("1 change from the file “edited.xlsx” waits for your review", buttons=["🔎 To be reviewed"])
    await second.sees("1 change from the file “edited.xlsx” waits for your review")
    await publish_waiting(second, ZONE)
    async with store.read() as session:
        names = {id_: held[0]["names"] for id_ in (ZONE, CROSSING) if (held := await published(session, id_))}
    assert names[ZONE]["lo"] == "ສະຫວັນ ພາກ ໃໝ່"
    assert names[CROSSING]["th"] == "บ่อเต็น จากแชต"
    transcript.write_if_wanted()


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_workbook_that_would_fill_the_memory_is_refused_kindly(small: Running, hire: Hire) -> None:
    editor = await hire("Editor", "editor")
    await editor.says("/files")
    await editor.presses("Take a file in")
    await editor.sees("Send the workbook")
    await editor.sends_document("huge.xlsx", swollen_workbook(), mime_type=XLSX)
    await editor.sees("too large to be opened safely (at most 100 MB)", "send it in parts")
    await editor.sends_document("other.xlsx", b"no workbook", mime_type=XLSX)  # it still waits for the right one
    await editor.sees("1 error", "this is no workbook")
    await editor.says("/files")
    await editor.presses("Take a file in")
    await editor.sees("Send the workbook")
    await editor.sends_document("repeated.yaml", b"a: &c [x]\nb: [*c, *c]", mime_type="application/yaml")
    await editor.sees("1 error", "write *c out")
