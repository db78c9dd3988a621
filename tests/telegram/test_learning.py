"""What people choose and rate becomes a file that an editor reviews; only what was accepted goes into the content."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from bot import lessons
from bot.clock import SystemClock
from bot.store import Store
from bot.store.tables import AnswerRow
from knowledge.language import Language
from knowledge.loader import CONTENT, load_content

QUESTION = "savan park how long no tax"


def answer(question: str, *, useful: bool | None = None, chosen_from: int | None = None) -> AnswerRow:
    return AnswerRow(
        asked_at=SystemClock().now(),
        question=question,
        language="en",
        outcome="answer",
        record="la-savan-park",
        facet="overview",
        candidates=[],
        revisions={},
        text="",
        useful=useful,
        chosen_from=chosen_from,
    )


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder, ignore=shutil.ignore_patterns("vectors"))
    return folder


async def test_choices_and_opinions_become_lessons_and_verdicts_are_kept(store: Store, tmp_path: Path) -> None:
    async with store.write() as session:
        session.add_all(
            [answer(QUESTION, chosen_from=1), answer(QUESTION, chosen_from=2), answer("nope?", useful=False)]
        )
        session.add_all([answer("", useful=True), answer("not rated")])
    file = tmp_path / "lessons.jsonl"
    async with store.read() as session:
        found = await lessons.found(session)
    assert [(lesson.kind, lesson.question, lesson.times) for lesson in found] == [
        ("chosen", QUESTION, 2),
        ("mistaken", "nope?", 1),
    ]
    lessons.write(file, found, io.StringIO())
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["accept"] for row in rows] == [None, None]
    rows[0]["accept"] = True
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    lessons.write(file, found, io.StringIO())
    assert [json.loads(line)["accept"] for line in file.read_text().splitlines()] == [True, None]


def test_only_accepted_lessons_reach_the_content(content: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "lessons.jsonl", io.StringIO()
    lessons.write(
        file,
        [
            lessons.Lesson("chosen", QUESTION, "en", "la-savan-park", "overview", 2, True),
            lessons.Lesson("chosen", "rejected", "en", "la-savan-park", "overview", 1, False),
            lessons.Lesson("chosen", "gone", "en", "no-such-zone", "overview", 1, True),
        ],
        out,
    )
    file.write_text(file.read_text().replace('"accept": null', '"accept": true', 1), encoding="utf-8")
    text = [
        json.loads(line) | {"accept": accept}
        for line, accept in zip(file.read_text().splitlines(), (True, False, True), strict=True)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in text), encoding="utf-8")
    assert lessons.take_in(file, out, content) == 1
    asked = load_content(content).records["la-savan-park"].facets["overview"].questions[Language.EN]  # type: ignore[index]
    assert QUESTION in asked
    assert "rejected" not in asked
    assert "refused: no-such-zone/overview" in out.getvalue()
    assert json.loads(out.getvalue().splitlines()[1])["expect"] == [{"record": "la-savan-park", "facet": "overview"}]
