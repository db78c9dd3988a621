"""`mekongdesk ask`: one question, or a JSONL file of them, answered as in a conversation, without a channel.

A batch line is {"id", "lang"?, "question", "context"?}; its answer line {"id", "outcome", "candidates": [{"record",
"facet", "score"}], "language", "text", "sources"}. `context` is an earlier question, a list of them, or what the
conversation is about as {"record"?, "facet"?, "country"?}.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TextIO

from bot.clock import Clock
from bot.text import plain
from knowledge.answers import Answer
from knowledge.base import EmptyQuestion, KnowledgeBase
from knowledge.language import Language, parse_language
from knowledge.search import Context


@dataclass(frozen=True, slots=True)
class Asking:
    """What asking needs."""

    knowledge: KnowledgeBase
    clock: Clock


class BadLine(ValueError):
    """A batch line that can't be asked; the text says why."""


async def answer_line(asking: Asking, question: str, lang: str | None, out: TextIO, *, as_json: bool) -> None:
    """Writes the answer to one question, as text for people or as one JSON line."""
    item = {"id": None, "question": question, "lang": lang}
    try:
        answer = await _answer(asking, item)
    except BadLine as error:
        out.write(f"{error}\n")
        return
    out.write(f"{json.dumps(_as_json(item, answer), ensure_ascii=False)}\n" if as_json else f"{_as_text(answer)}\n")


async def batch(asking: Asking, lines: Iterable[str], out: TextIO, errors: TextIO) -> int:
    """Answers line by line; a line that can't be asked is told on `errors` and the rest goes on. Returns 1 then."""
    status = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        item: dict[str, Any] = {}
        try:
            item = _item(line)
            found = _as_json(item, await _answer(asking, item))
        except BadLine as error:
            status = 1
            errors.write(f"line {number}: {error}\n")
            found = {"id": item.get("id"), "outcome": "declined", "candidates": [], "error": str(error)}
        out.write(f"{json.dumps(found, ensure_ascii=False)}\n")
        out.flush()
    return status


def _item(line: str) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except ValueError as error:
        raise BadLine(f"no JSON ({error})") from None
    if not isinstance(item, dict) or not isinstance(item.get("question"), str):
        raise BadLine('needs an object with "question"')
    return item


async def _answer(asking: Asking, item: Mapping[str, Any]) -> Answer:
    language = None
    if item.get("lang"):
        language = parse_language(str(item["lang"]))
        if language is None:
            raise BadLine(f"unknown language {item['lang']!r}")
    context = await _context(asking, item.get("context"), language)
    try:
        return await asking.knowledge.ask(item["question"], language, context, asking.clock.now())
    except EmptyQuestion:
        raise BadLine("the question is empty") from None


async def _context(asking: Asking, given: Any, language: Language | None) -> Context | None:
    """What the conversation was about before the question."""
    if not given:
        return None
    if isinstance(given, Mapping):
        record, facet, country, goods = (
            str(given[key]) if given.get(key) else None for key in ("record", "facet", "country", "goods")
        )
        return Context(record, facet, country, goods, age_seconds=0.0, language=language)
    context: Context | None = None
    for earlier in [given] if isinstance(given, str) else given:
        text = earlier.get("question", "") if isinstance(earlier, Mapping) else str(earlier)
        try:
            answer = await asking.knowledge.ask(text, language, context, asking.clock.now())
        except EmptyQuestion:
            continue
        context = replace(answer.context, age_seconds=0.0)
    return context


def _as_json(item: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    asked = parse_language(str(item["lang"])) if item.get("lang") else None
    return {
        "id": item.get("id"),
        "outcome": "declined" if answer.outcome == "smalltalk" else answer.outcome,
        "candidates": [{"record": c.record, "facet": c.facet, "score": round(c.score, 4)} for c in answer.candidates],
        "language": item["lang"] if asked is answer.language else answer.language.short,
        "text": plain(answer.short),
        "sources": [source.as_dict() for source in answer.sources],
        "choices": [{"record": c.record, "facet": c.facet, "label": c.label} for c in answer.choices],
        "checked_on": answer.checked_on.isoformat() if answer.checked_on else None,
    }


def _as_text(answer: Answer) -> str:
    lines = [plain(answer.full or answer.short)]
    lines += [f"  • {choice.label}" for choice in answer.choices]
    return "\n".join(lines)
