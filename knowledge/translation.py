"""Rules that a translation must keep, checked by machine: nothing of the facts lost, the right script, a fair length.

They don't tell a good translation from a bad one; they tell what no reader should have to find.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from knowledge.language import Language
from knowledge.search.normalise import _zawgyi_probability as zawgyi_probability
from knowledge.search.scripts import canonical, digits

SHORTEST, LONGEST = 0.4, 2.5  # display width against the English
DENSE = {Language.ZH: 0.6, Language.TH: 0.8, Language.LO: 0.8, Language.KM: 0.9, Language.MY: 0.9}
"""Scripts that need fewer columns for the same: no blanks between words, marks that take no room."""
SHORT_TEXT = 60  # columns; below, one word more or less is all
ENGLISH_RUN = 4  # plain English words in a row that are no name

SCRIPTS = {
    Language.ZH: "CJK",
    Language.TH: "THAI",
    Language.LO: "LAO",
    Language.KM: "KHMER",
    Language.MY: "MYANMAR",
}
FOREIGN = set(SCRIPTS.values())
FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
GROUPED = re.compile(r"(?<=\d)[,.\u00a0\u202f ](?=\d{3}(?!\d))")
LINK = re.compile(r"https?://[^\s)>\]]+|\b[\w.-]+\.(?:com|org|gov|net|int)(?:\.\w\w)?\b")
PLACEHOLDER = re.compile(r"\{\w*\}|%[sd]|\bTODO\b|\bTBD\b|\bXXX\b")
FUNCTION_WORDS = frozenset(
    ("the", "of", "and", "for", "with", "from", "must", "should", "which", "that", "into", "their", "this", "are", "is")
)
WORD = re.compile(r"[A-Za-z']+")
UNITS = {"thousand": 1_000, "万": 10_000, "million": 1_000_000, "亿": 100_000_000, "billion": 1_000_000_000}
USUAL = ("ကျွန်ုပ်", "ခ်ျ")  # spelt with its marks in this order, by custom


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a translation."""

    rule: str
    detail: str


def faults(english: str, text: str, language: Language) -> Iterator[Fault]:
    """What is wrong with `text` as the translation of `english`."""
    yield from _characters(text)
    yield from _figures(english, text, language)
    yield from _links(english, text)
    yield from _script(english, text, language)
    yield from _left_english(english, text)
    yield from _length(english, text, language)
    if (found := PLACEHOLDER.findall(text)) and PLACEHOLDER.findall(english) != found:
        yield Fault("placeholder", f"{found} is no text")


def _characters(text: str) -> Iterator[Fault]:
    if unicodedata.normalize("NFC", text) != text:
        yield Fault("nfc", "not in composed form (NFC)")
    if odd := sorted({f"U+{ord(c):04X}" for c in text if unicodedata.category(c) in ("Cn", "Co", "Cs")}):
        yield Fault("characters", f"unassigned or private characters {odd}")


def figures(text: str) -> list[str]:
    """The figures of a text: digits of any script as ASCII, thousands ungrouped, decimals with a point."""
    return [figure.replace(",", ".") for figure in FIGURE.findall(GROUPED.sub("", digits(text)))]


def _figures(english: str, text: str, language: Language) -> Iterator[Fault]:
    there = set(figures(text))
    if language is Language.ZH:
        there |= _chinese_figures(english, text)
    there |= {str(int(n) - 543) for n in there if n.isdigit() and 2400 < int(n) < 2700}  # Buddhist years
    there |= {str(int(n)) for n in there if n.isdigit()}
    there |= {str(int(n) - 12) for n in there if n.isdigit() and 12 < int(n) < 25 and " pm" in english}
    missing = [n for n in figures(LINK.sub("", english)) if n not in there and n.lstrip("0") not in there]
    if missing:
        yield Fault("figures", f"missing {', '.join(missing)}")


def _chinese_figures(english: str, text: str) -> set[str]:
    """What Chinese writes in its own way: 二 for 2, and 100万 for "1 million"."""
    found = {str(value) for value, numeral in enumerate("〇一二三四五六七八九十") if numeral in text}
    amounts = {Decimal(n) * UNITS[unit] for n, unit in re.findall(r"([\d.]+)([万亿])", GROUPED.sub("", digits(text)))}
    for figure, unit in re.findall(r"([\d.,]+) (million|billion|thousand)", english):
        if Decimal(figures(figure)[0]) * UNITS[unit] in amounts:
            found.add(figures(figure)[0])
    return found


def _links(english: str, text: str) -> Iterator[Fault]:
    if missing := [link for link in LINK.findall(english) if link.rstrip(".") not in text]:
        yield Fault("links", f"missing {', '.join(missing)}")


def _script(english: str, text: str, language: Language) -> Iterator[Fault]:
    for script in sorted(FOREIGN - {SCRIPTS.get(language, "")}):
        strange = [c for c in text if unicodedata.name(c, "").startswith(script) and c not in english]
        if len(strange) > 1 and script != "CJK":
            yield Fault("script", f"{script.title()} letters {''.join(strange[:12])!r}")
    if language is Language.MY and len(text) >= 15 and zawgyi_probability(text) > 0.95:
        yield Fault("script", "looks like Zawgyi")
    if language in (Language.KM, Language.MY, Language.LO, Language.TH) and _disordered(text):
        yield Fault("order", "marks are not in their usual order")


def _disordered(text: str) -> bool:
    """Whether marks would be seen right but sorted and searched wrong."""
    for usual in USUAL:
        text = text.replace(usual, "")
    for word in text.split():
        if not word.isascii() and any(unicodedata.category(c) in ("Mn", "Mc") for c in word):
            marks = [c for c in word if unicodedata.category(c) in ("Mn", "Mc")]
            kept = [c for c in canonical(word) if unicodedata.category(c) in ("Mn", "Mc")]
            if sorted(marks) == sorted(kept) and marks != kept:
                return True
    return False


def _left_english(english: str, text: str) -> Iterator[Fault]:
    """Runs of English words with function words among them are sentences, not names."""
    if text == english and len([w for w in WORD.findall(english) if w in FUNCTION_WORDS]) < 2:
        return  # a name or a number that stays as it is
    for run in re.findall(r"(?:[A-Za-z'’-]+[ ,]+){3,}[A-Za-z'’-]+", LINK.sub("", text)):
        words = WORD.findall(run)
        small = [word for word in words if word.islower()]
        if len(words) > ENGLISH_RUN and len(small) > len(words) / 2 and any(w in FUNCTION_WORDS for w in small):
            yield Fault("english", f"left in English: {run[:60]!r}")


def width(text: str) -> int:
    """Columns on a screen: marks take none, Chinese characters two."""
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _length(english: str, text: str, language: Language) -> Iterator[Fault]:
    before, after = width(english), width(text)
    shortest = SHORTEST * DENSE.get(language, 1.0)
    if before >= SHORT_TEXT and not shortest <= after / before <= LONGEST:
        yield Fault("length", f"{after / before:.2f} times the English width")
