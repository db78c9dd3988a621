"""Our markup (b, i, a, code) built safely, measured and cut."""

import html
import re
from bisect import bisect_right

import icu
from markupsafe import Markup, escape

_TOKEN = re.compile(r"<(/?)(\w+)[^>]*>|&(?:#\d+|#x[0-9a-fA-F]+|\w+);|[^<&]+|[<&]")
_WEB = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_SENTENCE, _LINE, _CLUSTER = (
    icu.BreakIterator.createSentenceInstance,
    icu.BreakIterator.createLineInstance,
    icu.BreakIterator.createCharacterInstance,
)
ELLIPSIS = "…"


def link(url: str | None, label: object) -> Markup:
    """A link where the address is one of the web, else just the label."""
    if not url or not _WEB.fullmatch(url):
        return escape(label)
    return Markup('<a href="{}">{}</a>').format(url, label)


def plain(markup: str) -> str:
    """What a reader sees of the markup."""
    return "".join(html.unescape(match.group()) if match.group(2) is None else "" for match in _TOKEN.finditer(markup))


def clip(markup: Markup, room: int) -> Markup:
    """At most `room` visible characters: cut at a sentence's end, else where a line may break, never in a cluster.

    Uncut where it fits; tags stay balanced.
    """
    visible = plain(markup)
    if len(visible) <= room:
        return markup
    return _prefix(markup, _cut(visible, room - 2))


def shortened(name: str, room: int) -> str:
    """A plain name of at most `room` characters, cut where a line may break, never in a cluster."""
    if len(name) <= room:
        return name
    return f"{name[: _cut(name, room - 1)].rstrip(' (:,-–')}{ELLIPSIS}"


def first_sentence(markup: Markup, room: int) -> Markup:
    """The first sentence, or as much of it as fits."""
    visible = plain(markup)
    end = next((one for one in _breaks(_SENTENCE, visible) if one > 0 and visible[:one].strip()), len(visible))
    if len(visible[:end].rstrip()) > room:
        return clip(markup, room)
    return markup if end >= len(visible) else _prefix(markup, end)


def _cut(text: str, room: int) -> int:
    whole = set(_breaks(_CLUSTER, text))  # a line may break before a Lao AM that stands alone; a cluster doesn't
    for make, least in ((_SENTENCE, room // 2), (_LINE, room // 2), (_CLUSTER, 0)):
        fitting = [place for place in _breaks(make, text) if least < place <= room and place in whole]
        if fitting:
            return fitting[-1]
    return 0


def _breaks(make: object, text: str) -> list[int]:
    """Boundaries in characters of Python's string; ICU counts UTF-16 units."""
    iterator = make(icu.Locale.getRoot())  # type: ignore[operator]
    iterator.setText(text)
    if not any(sign > "\uffff" for sign in text):
        return list(iterator)
    offsets = [0]
    for sign in text:
        offsets.append(offsets[-1] + (2 if sign > "\uffff" else 1))
    return [bisect_right(offsets, boundary) - 1 for boundary in iterator]


def _prefix(markup: Markup, end: int) -> Markup:
    """The first `end` visible characters, with an ellipsis and the open tags closed."""
    pieces: list[str] = []
    tags: list[str] = []
    left = end
    for match in _TOKEN.finditer(markup):
        token, closing, tag = match.group(), match.group(1), match.group(2)
        if tag is not None:
            if closing:
                tags.pop()
            else:
                tags.append(tag)
            pieces.append(token)
            continue
        seen = html.unescape(token)
        if len(seen) >= left:
            pieces.append(str(escape(seen[:left].rstrip())))
            break
        pieces.append(token)
        left -= len(seen)
    pieces.append(f" {ELLIPSIS}")
    pieces.extend(f"</{tag}>" for tag in reversed(tags))
    return Markup("".join(pieces))  # noqa: S704 - pieces of markup and escaped text only
