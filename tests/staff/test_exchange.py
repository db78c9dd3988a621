"""Knowledge as a workbook and back: differences shown, newer edits never overwritten, nothing half-imported."""

from __future__ import annotations

import io
import json

import pytest
from openpyxl import load_workbook

from knowledge import exchange
from knowledge.bodies import body_of
from knowledge.curate import with_value
from knowledge.loader import Content

IDS = ("cn-la-mohan-boten", "la-savan-park", "cn-advance-ruling")


@pytest.fixture(scope="module")
def held(shipped_content: Content) -> dict[str, tuple[dict[str, object], int]]:
    return {id_: (json.loads(json.dumps(body_of(shipped_content.records[id_]))), 1) for id_ in IDS}


def edited(book_bytes: bytes, kind: str, id_: str, path: str, language: str, **values: str) -> bytes:
    book = load_workbook(io.BytesIO(book_bytes))
    sheet = book[kind]
    for row in sheet.iter_rows(min_row=2):
        if (row[0].value, row[1].value, row[2].value) == (id_, path, language):
            for name, value in values.items():
                row[exchange.COLUMNS.index(name)].value = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_what_comes_back_unchanged_changes_nothing(held: exchange.Held) -> None:
    plan = exchange.from_workbook(exchange.to_workbook(held), held)
    assert (plan.changes, plan.conflicts, plan.errors) == ([], [], [])
    plan = exchange.from_yaml(exchange.to_yaml(held), held)
    assert (plan.changes, plan.errors) == ([], [])


def test_the_workbook_locks_ids_and_offers_states(held: exchange.Held) -> None:
    book = load_workbook(io.BytesIO(exchange.to_workbook(held)))
    assert book.sheetnames == ["instructions", "crossing", "zone", "procedure"]
    sheet = book["zone"]
    assert sheet.protection.sheet
    assert (sheet["A2"].protection.locked, sheet["D2"].protection.locked) == (True, False)
    assert [rule.formula1 for rule in sheet.data_validations.dataValidation] == ['"reviewed,draft,missing"']


def test_a_changed_text_and_a_conflict_row_by_row(held: exchange.Held) -> None:
    out = exchange.to_workbook(held)
    out = edited(out, "zone", "la-savan-park", "names", "lo", text="ສະຫວັນ ພາກ ໃໝ່", state="reviewed")
    out = edited(out, "crossing", "cn-la-mohan-boten", "names", "th", text="โมฮัน ใหม่")
    body, _ = held["cn-la-mohan-boten"]
    now = {**held, "cn-la-mohan-boten": (with_value(body, "names.th", "แก้แล้วที่โต๊ะ"), 2)}
    plan = exchange.from_workbook(out, now)
    assert [(one.record, one.language, one.after) for one in plan.changes] == [("la-savan-park", "lo", "ສະຫວັນ ພາກ ໃໝ່")]
    assert plan.bodies["la-savan-park"]["names"]["reviewed"] == ["lo"]
    assert [problem.sheet for problem in plan.conflicts] == ["crossing"]
    assert "แก้แล้วที่โต๊ะ" in plan.conflicts[0].reason
    assert plan.conflicts[0].row > 1
    assert plan.errors == []


def test_errors_name_sheet_row_column_and_reason(held: exchange.Held) -> None:
    out = edited(exchange.to_workbook(held), "zone", "la-savan-park", "names", "lo", text="x", state="perfect")
    plan = exchange.from_workbook(out, held)
    (problem,) = plan.errors
    assert (problem.sheet, problem.column) == ("zone", "state")
    assert "'perfect' is none of reviewed, draft, missing" in problem.reason
    assert exchange.from_workbook(b"no workbook", held).errors
    broken = exchange.from_yaml(b"id: x\nkind: zone\n---\n: [", held)
    assert broken.errors
