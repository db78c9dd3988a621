"""Our markup (b, i, u, s, code, pre, a) measured, cut and stripped."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import icu
from markupsafe import Markup

TOKEN = re.compile(r"<(/?)(\w+)([^>]*)>|&(?:#\d+|#x[0-9a-fA-F]+|\w+);|[^<&]+|[<&]")
PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch of characters under the same tags."""

    text: str
    tags: tuple[str, ...]  # opening tags as written, outermost first


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def plain(markup: str) -> str:
    """The text without markup, entities resolved; a link keeps its address in brackets."""

    def link(match: re.Match[str]) -> str:
        label, url = match.group(2), match.group(1)
        return label if url in label else f"{label} ({url})"

    return "".join(run.text for run in _runs(re.sub(r'<a href="([^"]*)">(.*?)</a>', link, markup, flags=re.S)))


def split(markup: str, limit: int, first_limit: int | None = None) -> list[Markup]:
    """Cuts into parts of at most `limit` UTF-16 units of visible text (the first of at most `first_limit`).

    Cuts fall between paragraphs, else lines, else sentences, else where ICU would break a line (its dictionaries know
    the words of Thai, Lao, Khmer and Burmese), else between grapheme clusters; tags are closed and opened again.
    """
    runs = list(_runs(markup))
    text = "".join(run.text for run in runs)
    parts: list[Markup] = []
    start = 0
    while start < len(text):
        room = first_limit if first_limit is not None and not parts else limit
        end = _cut(text, start, room)
        parts.append(_emit(runs, start, end))
        start = end
        while start < len(text) and text[start].isspace():
            start += 1
    return parts or [Markup("")]


def _runs(markup: str) -> Iterator[_Run]:
    stack: list[str] = []
    for match in TOKEN.finditer(markup):
        token = match.group(0)
        if match.group(2) is None:
            yield _Run(html.unescape(token) if token.startswith("&") else token, tuple(stack))
        elif not match.group(1):
            stack.append(token)
        elif stack:
            stack.pop()


def _cut(text: str, start: int, room: int) -> int:
    """Where the part that begins at `start` ends."""
    if units(text[start:]) <= room:
        return len(text)
    end = start
    used = 0
    while used + units(text[end]) <= room:
        used += units(text[end])
        end += 1
    window = text[start:end]
    least = len(window) // 3  # a very short part is worse than a less natural cut
    paragraphs = [match.end() for match in PARAGRAPH.finditer(window)]
    lines = [match.end() for match in re.finditer(r"\n", window)]
    for places in (paragraphs, lines):
        if places and places[-1] > least:
            return start + places[-1]
    for make in (icu.BreakIterator.createSentenceInstance, icu.BreakIterator.createLineInstance):
        place = _last_break(make, text[start : end + 40], len(window))
        if place > least:
            return start + place
    return start + (_last_break(icu.BreakIterator.createCharacterInstance, text[start : end + 40], len(window)) or 1)


def _last_break(make: object, text: str, end: int) -> int:
    """The last boundary at or before `end`, in characters of Python's string (ICU counts UTF-16 units)."""
    iterator = make(icu.Locale.getRoot())  # type: ignore[operator]
    string = icu.UnicodeString(text)
    iterator.setText(string)
    offsets = [0]
    for character in text:
        offsets.append(offsets[-1] + units(character))
    boundary = (
        iterator.preceding(min(offsets[end] + 1, offsets[-1] + 1)) if offsets[end] < offsets[-1] else offsets[end]
    )
    return bisect_right(offsets, boundary) - 1 if boundary > 0 else 0


def _emit(runs: list[_Run], start: int, end: int) -> Markup:
    pieces: list[str] = []
    open_tags: tuple[str, ...] = ()
    position = 0
    for run in runs:
        low, high = max(start, position), min(end, position + len(run.text))
        if low < high:
            pieces.append(_retag(open_tags, run.tags))
            open_tags = run.tags
            pieces.append(html.escape(run.text[low - position : high - position], quote=False))
        position += len(run.text)
    pieces.append(_retag(open_tags, ()))
    return Markup("".join(pieces).strip())  # noqa: S704


def _retag(before: tuple[str, ...], after: tuple[str, ...]) -> str:
    common = 0
    while common < min(len(before), len(after)) and before[common] == after[common]:
        common += 1
    closing = "".join(f"</{tag[1:-1].split()[0]}>" for tag in reversed(before[common:]))
    return closing + "".join(after[common:])
