"""The quality gate: which evaluation questions would be answered worse if a record were published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
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
    found = [
        {"question": words, "lang": language.value, "expect": [{"record": one.id, "facet": name.value}]}
        for one in (content.records.get(record.id), record)
        if one is not None
        for name, facet in one.facets.items()
        for language, many in facet.questions.items()
        for words in many
    ]
    for path in sorted(folder.glob("*.jsonl")) if folder.is_dir() else ():
        found += [
            row for row in read_rows(path) if any(one.get("record") == record.id for one in row.get("expect", ()))
        ]
    return list({(row["lang"], row["question"]): row for row in found}.values())


def broken_by(record: Record, content: Content, before: SearchIndex, questions: Sequence[Question]) -> list[str]:
    """The questions that find an accepted record among the first three now, and would not any more.

    Builds an index with the record in it: a second or two of work, so call it in a thread.
    """
    right = [row for row in questions if _finds(before, row)]
    if not right:
        return []
    records = {**content.records, record.id: record}
    files = {**content.files, record.id: content.files.get(record.id, "")}
    after = SearchIndex.build(replace(content, records=records, files=files, hash=f"{content.hash}+"), None, None)
    return [str(row["question"]) for row in right if not _finds(after, row)]


def _finds(index: SearchIndex, row: Question) -> bool:
    language: Language | None = parse_language(row["lang"])
    wanted = {one["record"] for one in row["expect"]}
    found = index.find(row["question"], language, None)
    return any(candidate.record in wanted for candidate in found.candidates[:3])


def unfound(record: Record, content: Content, questions: Iterable[tuple[str, Language]]) -> list[str]:
    """Of the questions that people would type for a new record, those that would not find it."""
    records = {**content.records, record.id: record}
    files = {**content.files, record.id: content.files.get(record.id, "")}
    index = SearchIndex.build(replace(content, records=records, files=files, hash=f"{content.hash}+"), None, None)
    rows = [
        {"question": words, "lang": language.value, "expect": [{"record": record.id}]} for words, language in questions
    ]
    return [str(row["question"]) for row in rows if not _finds(index, row)]
