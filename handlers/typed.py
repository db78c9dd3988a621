"""Words with a meaning that staff type (“source: …”): in any of the desk's languages, with either width of signs."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from functools import cache

from markupsafe import Markup

from knowledge.language import Language
from knowledge.phrases import Phrases

_WORDS: Mapping[str, Callable[[Phrases], Markup]] = {
    "ask": lambda t: t.p("typed", "ask"),
    "event": lambda t: t.p("typed", "event"),
    "source": lambda t: t.p("typed", "source"),
    "date": lambda t: t.p("typed", "date"),
    "now": lambda t: t.p("time", "now"),
}
_NARROW = str.maketrans("：៖｜／［］【】", "::|/[][]")


def word(t: Phrases, name: str) -> str:
    """How the word is said in instructions."""
    return str(_WORDS[name](t).unescape())


def is_word(text: str, name: str) -> bool:
    return _plain(text) in _spellings(name)


def narrow(text: str) -> str:
    """With the signs between its parts in their narrow form; only for finding the parts."""
    return text.translate(_NARROW)


def cut(text: str, sign: str) -> tuple[str, str, str]:
    """`str.partition` at a sign of either width, each part without blanks around it."""
    at = narrow(text).find(sign)
    if at < 0:
        return text.strip(), "", ""
    return text[:at].strip(), sign, text[at + 1 :].strip()


def labelled(line: str, name: str) -> str | None:
    """What follows “name:”; None where the line does not begin so."""
    label, colon, rest = cut(line, ":")
    return rest if colon and is_word(label, name) else None


@cache
def _spellings(name: str) -> frozenset[str]:
    return frozenset({name} | {_plain(word(Phrases(language), name)) for language in Language})


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()
