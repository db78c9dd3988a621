"""Events in from files: shown first, whole or not at all, and each fault named by its cell."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from bot import cli
from bot.services.events import importing, model, places, sheets
from bot.services.events.importing import Plan
from bot.store import Store
from bot.store.event_tables import EventRow
from tests.conftest import Running
from tests.events.making import NOW, applicant, make_event, people, store_event
from tests.fake_telegram import dialog, press, sees
from tests.fake_telegram.people import Person
from tests.swollen import swollen_workbook

YAML = """
- code: border-day
  title: {en: Border trade day, lo: "ວັນການຄ້າຊາຍແດນ"}
  zone: Asia/Vientiane
  starts_at: 2027-05-03 09:00
  ends_at: 2027-05-03 17:00
  capacity: 40
  country: LA
  quotas: {"country:TH": 10}
  programme: [{starts: 2027-05-03 09:30, title: {en: Opening}}]
"""


def workbook(**sheets_: Sequence[Sequence[Any]]) -> bytes:
    book, buffer = Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for name, lines in sheets_.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    book.save(buffer)
    return buffer.getvalue()


HEAD = ("code", "title.en", "title.km", "zone", "starts_at", "ends_at", "capacity", "approval")
RICE = ("rice", "Rice day", "ទិវាស្រូវ", "Asia/Phnom_Penh", "2027-05-03 09:00", "2027-05-03 17:00", 30, "yes")


async def planned(store: Store, name: str, content: bytes) -> Plan:
    async with store.read() as session:
        return await importing.plan(session, sheets.read(name, content))


async def taken_in(store: Store, name: str, content: bytes) -> list[model.Event]:
    async with store.write() as session:
        plan = await importing.plan(session, sheets.read(name, content))
        return await importing.do_take_in(session, None, plan, NOW)


def faults(plan: Plan) -> list[tuple[str, int, str, str]]:
    return [(problem.sheet, problem.row, problem.column, problem.code) for problem in plan.problems]


async def test_yaml_makes_drafts_and_a_second_time_changes_nothing(store: Store) -> None:
    [event] = await taken_in(store, "events.yaml", YAML.encode())
    assert (event.state, event.starts_at.astimezone(UTC).hour) == ("draft", 2)
    assert event.details.programme[0].starts.astimezone(UTC).hour == 2
    async with store.read() as session:
        found = await model.places(session, event.id)
    assert (found.capacity, found.quotas) == (40, {"country:TH": (10, 0)})
    again = await planned(store, "events.yaml", YAML.encode())
    assert (again.new, again.changed, again.same, again.problems) == ([], [], 1, [])


async def test_a_file_changes_what_it_names_and_leaves_the_rest(store: Store) -> None:
    [event] = await taken_in(store, "events.yaml", YAML.encode())
    changed = b"- {code: border-day, title: {my: test}, capacity: 50, quotas: {'country:TH': 12}}"
    plan = await planned(store, "e.yaml", changed)
    assert [name for name, _, _ in plan.changed[0].shown] == ["title", "capacity", "country:TH"]
    await taken_in(store, "e.yaml", changed)
    async with store.read() as session:
        now, found = await model.get(session, event.id), await model.places(session, event.id)
    assert (now.details.title.my, now.details.title.lo) == ("test", "ວັນການຄ້າຊາຍແດນ")
    assert (found.capacity, found.quotas["country:TH"][0]) == (50, 12)
    assert now.details.programme == event.details.programme


async def test_a_workbook_with_everything(store: Store) -> None:
    content = workbook(
        events=[HEAD, RICE],
        programme=[("event", "starts", "title.en", "speakers"), ("rice", "2027-05-03 10:00", "Talk", "A; B")],
        questions=[
            ("event", "id", "kind", "label.en", "label.km", "options", "optional"),
            ("rice", "full_name", None, None, None, None, "no"),
            ("rice", "rice_kind", "choice", "Which rice?", "ស្រូវអ្វី?", "jasmine=Jasmine; sticky=Sticky rice", "yes"),
        ],
        tickets=[("event", "id", "label.en", "places"), ("rice", "guest", "Guest", 5)],
        quotas=[("event", "country", "places"), ("rice", "TH", 3)],
    )
    [event] = await taken_in(store, "events.xlsx", content)
    assert (event.details.title.km, event.approval) == ("ទិវាស្រូវ", True)
    assert event.details.programme[0].speakers == ("A", "B")
    assert [field.id for field in event.details.fields] == ["full_name", "rice_kind"]
    assert [value for value, _ in event.details.fields[1].options] == ["jasmine", "sticky"]
    async with store.read() as session:
        found = await model.places(session, event.id)
    assert found.quotas == {"ticket:guest": (5, 0), "country:TH": (3, 0)}


FAULTS: tuple[tuple[str, object, tuple[str, int, str, str]], ...] = (
    ("zone", "Asia/Nowhere", ("events", 3, "zone", "unknown_zone")),
    ("starts_at", "soon", ("events", 3, "starts_at", "no_moment")),
    ("ends_at", None, ("events", 3, "ends_at", "missing")),
    ("ends_at", "2027-05-03 08:00", ("events", 3, "ends_at", "times")),
    ("capacity", "many", ("events", 3, "capacity", "no_number")),
    ("approval", "perhaps", ("events", 3, "approval", "no_choice")),
    ("code", "Big Day", ("events", 3, "code", "bad_code")),
    ("code", "rice", ("events", 3, "code", "twice")),
    ("title.en", None, ("events", 3, "title.en", "missing")),
)


async def test_a_fault_is_named_by_its_cell_and_nothing_comes_in(store: Store) -> None:
    for name, value, fault in FAULTS:
        line = [value if column == name else cell for column, cell in zip(HEAD, ("other", *RICE[1:]), strict=True)]
        plan = await planned(store, "events.xlsx", workbook(events=[HEAD, RICE, line]))
        assert faults(plan) == [fault]
        assert not plan


async def test_faults_of_other_sheets_and_of_the_file(store: Store) -> None:
    content = workbook(
        events=[(*HEAD, "prize"), (*RICE, "gold")],
        programme=[("event", "starts", "title.en"), ("rice", "2027-05-03 10:00", "Talk"), ("rice", "late", "Talk")],
        links=[("event", "title.en", "url"), ("rice", "Map", "www"), ("wheat", "Map", "https://example.org")],
    )
    assert faults(await planned(store, "events.xlsx", content)) == [
        ("events", 1, "prize", "unknown_column"),
        ("links", 3, "event", "unknown_event"),
        ("programme", 3, "starts", "no_moment"),
    ]
    assert faults(await planned(store, "a.xlsx", b"no workbook")) == [("a.xlsx", 0, "", "unreadable")]
    assert faults(await planned(store, "a.yaml", b"- a: [")) == [("a.yaml", 1, "", "no_yaml")]
    repeated = b"- code: &c rice\n- [*c, *c]"
    assert faults(await planned(store, "a.yaml", repeated)) == [("a.yaml", 2, "", "no_yaml")]
    assert faults(await planned(store, "a.yaml", b"- 7")) == [("events", 1, "", "no_event")]
    assert faults(await planned(store, "a.xlsx", sheets.template())) == [("", 0, "", "empty")]


async def test_fewer_places_than_are_taken_are_refused_before_anything_is_done(store: Store) -> None:
    async with store.write() as session:
        event = await make_event(session, code="border-day")
        for person in await people(session, 3):
            await places.do_register(session, event, applicant(person), NOW)
    plan = await planned(store, "a.yaml", b"- {code: border-day, capacity: 2, fee: {en: Free}}")
    assert faults(plan) == [("events", 1, "capacity", "too_few_places")]
    assert plan.problems[0].detail == "3"


def test_the_empty_workbook_has_every_column() -> None:
    book = load_workbook(io.BytesIO(sheets.template()))
    assert book.sheetnames == ["events", *sheets.PARTS]
    head = [cell.value for cell in book["events"][1]]
    assert {"title.en", "title.zh_Hans", "title.my", "zone", "capacity"} <= set(head)


async def test_staff_send_a_file_see_what_it_does_and_take_it_in(held: Running, boss: Person, noy: Person) -> None:
    await store_event(held.store)
    await dialog(
        boss,
        [
            ("/manage", sees("Events, the latest first")),
            (press("📂 From a file"), sees("Send a workbook", buttons=["📄 Empty workbook"])),
            (press("📄 Empty workbook"), sees("Fill it in")),
        ],
    )
    assert boss.last.content["document"]["file_name"] == "events.xlsx"
    await boss.sends_document("events.xlsx", swollen_workbook())
    await boss.sees("1 error", "too large to be opened safely (at most 100 MB)")
    wrong = workbook(events=[HEAD, (*RICE[:5], "2027-05-03 08:00", 30, "yes")])
    await boss.sends_document("events.xlsx", wrong)
    await boss.sees("1 error", "sheet events, row 2, column ends_at: the end must come after the beginning")
    both = [
        (*HEAD, "title.lo", "venue.lo"),
        (*RICE, None, None),
        ("farm-forum", None, None, None, None, None, 120, None, "ເວທີ", None),
    ]
    await boss.sends_document("events.xlsx", workbook(events=both))
    await boss.sees("1 new event", "1 event changes", "• New: Rice day", "ເວທີ", "capacity: 100 → 120")
    async with held.store.read() as session:
        assert list(await session.scalars(select(EventRow.code))) == ["farm-forum"]
    await dialog(boss, [(press("Take it in ✓"), sees("Done: 2 events.", buttons=["Rice day"]))])
    await dialog(boss, [(press("Rice day"), sees("Rice day", "Places: 0 of 30", buttons=["🚀 Publish"]))])
    pasted = "- {code: rice, fee: {en: 20 USD}}"
    await dialog(
        boss,
        [
            ("/manage", sees("Events")),
            (press("📂 From a file"), sees("paste the YAML")),
            (pasted, sees("fee: – → en: 20 USD", buttons=["Take it in ✓"])),
            (press("Take it in ✓"), sees("Done: 1 event.")),
            (press("Take it in ✓", vanished=True), sees("1 event stays as it is")),
        ],
    )
    await noy.starts("ev_rice")
    await noy.sees("no longer there")  # still a draft


def run(*arguments: str) -> int:
    return cli.main(["events", *arguments])


def test_from_the_command_line(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/desk.db")
    file = tmp_path / "events.yaml"
    assert run("import", str(file)) == 2
    file.write_text(YAML.replace("Asia/Vientiane", "Asia/Nowhere"), encoding="utf-8")
    assert run("import", str(file), "--write") == 1
    assert "row 1, column zone: “Asia/Nowhere” is no time zone" in capsys.readouterr().out
    file.write_text(YAML, encoding="utf-8")
    assert run("import", str(file)) == 0
    assert "Nothing was written" in capsys.readouterr().out
    assert run("import", str(file), "--write") == 0
    assert "ev_border-day  draft  Border trade day" in capsys.readouterr().out
    assert run("import", str(file), "--write") == 0
    assert "1 event stays as it is" in capsys.readouterr().out
    book = tmp_path / "events.xlsx"
    assert (run("template", str(book)), run("template", str(book))) == (0, 1)
