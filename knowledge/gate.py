"""The quality gate: which evaluation questions would be answered worse if a record were published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.evaluate import read_rows
from knowledge.language import Language, parse_language
from knowledge.loader import Content
from knowledge.records import Record
from knowledge.search import SearchIndex

QUESTIONS = Path(__file__).parents[1] / "tests" / "questions"
"""Question sets of a checkout; an installed desk has those of the records alone."""
Question = Mapping[str, Any]


def questions_on(record: Record, content: Content, folder: Path = QUESTIONS) -> list[Question]:
    """The evaluation questions that expect this record, and those written into its facets."""
    found: list[Question] = [
        {"question": words, "lang": language.value, "expect": [{"record": one.id, "facet": name.value}]}
        for one in (content.records.get(record.id), record)
        if one is not None
        for name, facet in one.facets.items()
        for language, many in facet.questions.items()
        for words in many
    ]
    found += _expecting(folder).get(record.id, [])
    return list({(row["lang"], row["question"]): row for row in found}.values())


@cache
def _expecting(folder: Path) -> dict[str, list[Question]]:
    """The rows of the question sets by the records that they expect; they don't change while a desk runs."""
    found: dict[str, list[Question]] = {}
    for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else ():
        for row in read_rows(path):
            for id_ in dict.fromkeys(one.get("record") for one in row.get("expect", ())):
                found.setdefault(id_, []).append(row)
    return found


def broken_by(before: SearchIndex, after: SearchIndex, questions: Iterable[Question]) -> list[str]:
    """The questions that find an accepted record among the first three now, and would not any more."""
    lost = (row for row in questions if not _finds(after, row))  # few: so what was found before is asked of few
    return [str(row["question"]) for row in lost if _finds(before, row)]


def _finds(index: SearchIndex, row: Question) -> bool:
    language: Language | None = parse_language(row["lang"])
    wanted = {one["record"] for one in row["expect"]}
    found = index.find(row["question"], language, None)
    return any(candidate.record in wanted for candidate in found.candidates[:3])


def unfound(after: SearchIndex, questions: Iterable[Question]) -> list[str]:
    """Of the questions that people would type for a new record, those that would not find it."""
    return [str(row["question"]) for row in questions if not _finds(after, row)]
