"""What the tests of answers share: the shipped content, answers from it, and what a well-made answer is."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from knowledge.answers import Answer, Answerer
from knowledge.answers.markup import plain
from knowledge.bodies import body_of
from knowledge.language import Language
from knowledge.loader import load_content
from knowledge.phrases import Phrases
from knowledge.records import (
    FacetName,
    Record,
)

TODAY = date(2026, 11, 27)
F = FacetName
TAG = re.compile(r"<(/?)(b|i|a|code)((?: href=\"https?://[^\"<>\s]+\")?)>|<")
ENTITY = re.compile(r"&(?!(?:amp|lt|gt|#39|#34);)")
BACKING = ("⚠️", "⚖️", "📄")

CONTENT = load_content()
ANSWERER = Answerer(CONTENT, dict.fromkeys(CONTENT.records, 1))


def changed(record: Record, **fields: Any) -> Record:
    """The record with other fields, validated as if its file said so."""
    body = body_of(record) | {
        name: value.model_dump(mode="json") if hasattr(value, "model_dump") else value for name, value in fields.items()
    }
    return type(record).model_validate(body)


def answer(
    record: Record | str, facet: str, language: Language = Language.EN, today: date = TODAY, **more: Record
) -> Answer:
    """The answer to a tap, from the shipped content with the given records in it."""
    if isinstance(record, str):
        return ANSWERER.to_tap(record, facet, language, today)
    return over(record, *more.values()).to_tap(record.id, facet, language, today)


def over(*records: Record, **parts: Any) -> Answerer:
    content = replace(CONTENT, records=CONTENT.records | {one.id: one for one in records}, **parts)
    return Answerer(content, dict.fromkeys(content.records, 1))


def get(id_: str, kind: type[Any]) -> Any:
    record = CONTENT.records[id_]
    assert isinstance(record, kind)
    return record


def well_formed(markup: str) -> bool:
    """Only our tags, balanced, and everything else escaped."""
    stack: list[str] = []
    for match in TAG.finditer(markup):
        closing, tag, address = match.groups()
        if tag is None or bool(address) != (tag == "a" and not closing):
            return False
        if closing and (not stack or stack.pop() != tag):
            return False
        if not closing:
            stack.append(tag)
    return not stack and not ENTITY.search(markup)


def fact_of(found: Answer) -> str:
    """The fact of the first message, as it is read: no title, warnings, sources, date."""
    blocks = found.short.split("\n\n")[1:]
    if found.checked_on and Phrases(found.language).date(found.checked_on) in blocks[-1]:
        blocks = blocks[:-1]
    return plain("\n\n".join(block for block in blocks if not block.startswith(BACKING)))
