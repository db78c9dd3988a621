"""`mekongdesk learn`: what people's choices and opinions teach, as a file that an editor reviews; never by itself.

A line is {"kind", "question", "lang", "record", "facet", "times", "accept": null}:
chosen   – people chose this record and facet from "did you mean" after asking so: a question to add to that facet
useful   – people found this answer useful: a question that should keep finding it
mistaken – people found this answer not useful: see what it should have been, and correct record and facet
An editor sets "accept" to true or false; `--take-in` adds the accepted questions to the content's sample questions,
from where search learns them, and prints them as lines for tests/questions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import AnswerRow
from knowledge.language import Language, parse_language
from knowledge.loader import CONTENT, load_content
from knowledge.reading import read_yaml
from knowledge.writing import rewrite

SHORTEST = 4  # characters of a question that can teach something


@dataclass(frozen=True, slots=True)
class Lesson:
    kind: str
    question: str
    lang: str
    record: str
    facet: str
    times: int
    accept: bool | None = None


async def found(session: AsyncSession) -> list[Lesson]:
    """All lessons of the kept answers, the most frequent first."""
    lessons = []
    for kind, condition in (
        ("chosen", AnswerRow.chosen_from.is_not(None)),
        ("useful", AnswerRow.useful.is_(True)),
        ("mistaken", AnswerRow.useful.is_(False)),
    ):
        times = func.count()
        rows = await session.execute(
            select(AnswerRow.question, AnswerRow.language, AnswerRow.record, AnswerRow.facet, times)
            .where(condition, AnswerRow.record.is_not(None), func.length(AnswerRow.question) >= SHORTEST)
            .group_by(AnswerRow.question, AnswerRow.language, AnswerRow.record, AnswerRow.facet)
        )
        for question, language, record, facet, count in rows:
            lessons.append(Lesson(kind, question, Language(language).short, record or "", facet or "", count))
    return sorted(lessons, key=lambda lesson: (-lesson.times, lesson.kind, lesson.question))


def write(file: Path, lessons: Iterable[Lesson], out: TextIO) -> int:
    """Writes the file; verdicts that an editor gave in it before are kept."""
    before = {
        (lesson.kind, lesson.question, lesson.lang, lesson.record, lesson.facet): lesson for lesson in _read(file)
    }
    count = 0
    with file.open("w", encoding="utf-8") as lines:
        for lesson in lessons:
            known = before.get((lesson.kind, lesson.question, lesson.lang, lesson.record, lesson.facet))
            row = asdict(lesson) | {"accept": known.accept if known else None}
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    out.write(f"{count} lessons in {file}; set accept to true or false, then learn --take-in\n")
    return 0


def _read(file: Path) -> list[Lesson]:
    if not file.exists():
        return []
    return [Lesson(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def take_in(file: Path, out: TextIO, content: Path = CONTENT) -> int:
    """Adds the accepted questions to their facets and prints each as an evaluation case."""
    known = load_content(content)
    status = 0
    for lesson in (lesson for lesson in _read(file) if lesson.accept):
        language = parse_language(lesson.lang)
        record = known.records.get(lesson.record)
        if language is None or record is None or lesson.facet not in record.facets:
            out.write(f"refused: {lesson.record}/{lesson.facet} does not exist: {lesson.question}\n")
            status = 1
            continue
        _add(content / known.files[record.id], record.id, lesson, language)
        expect = [{"record": lesson.record, "facet": lesson.facet}]
        out.write(
            json.dumps({"lang": lesson.lang, "question": lesson.question, "expect": expect}, ensure_ascii=False) + "\n"
        )
    return status


def _add(file: Path, record: str, lesson: Lesson, language: Language) -> None:
    body = read_yaml(file.read_bytes())
    owner = body if isinstance(body, dict) else next(one for one in body if one["id"] == record)
    asked = owner["facets"][lesson.facet].setdefault("questions", {}).setdefault(language.value, [])
    if lesson.question not in asked:
        asked.append(lesson.question)
        rewrite(file, body)
