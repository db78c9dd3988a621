"""Texts out to translators and back: a gettext PO file a language, which every translation tool opens.

    mekongdesk content export --for-translators FOLDER    writes <language>.po
    mekongdesk content import FILE.po                     shows what would change
    mekongdesk content import FILE.po --write             changes the content files

An entry's context is its content file, its id the English text. A draft is marked fuzzy; a translator who has read it
takes the mark away, and the text comes back as reviewed. What no longer fits the English is refused, line by line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po

from knowledge.check import all_texts
from knowledge.language import TRANSLATED, Language, parse_language
from knowledge.loader import CONTENT, Content
from knowledge.reading import read_yaml
from knowledge.texts import text_basis
from knowledge.translation import faults
from knowledge.writing import ordered, rewrite, texts_of

Verdict = Literal["new", "changed", "reviewed", "refused"]


@dataclass(frozen=True, slots=True)
class Change:
    """One text of a file that came back, and what becomes of it."""

    file: str
    english: str
    text: str
    verdict: Verdict
    reason: str = ""
    before: str | None = None


class NotATranslation(ValueError):
    """The file can't be taken in; the text says why."""


def export(content: Content, folder: Path) -> dict[Language, int]:
    """Writes one PO file a language; returns how many texts each holds."""
    folder.mkdir(parents=True, exist_ok=True)
    counts: dict[Language, int] = {}
    for language in TRANSLATED:
        catalogue = Catalog(locale=language.value, project="Mekong Desk content", charset="utf-8", fuzzy=False)
        for file, where, text in all_texts(content):
            translation, status = text.get(language) or "", text.status(language)
            flags = () if status in ("reviewed", "missing") else ("fuzzy",)
            catalogue.add(text.en, translation, flags=flags, context=file, auto_comments=[f"{where} ({status})"])
        with (folder / f"{language.value}.po").open("wb") as out:
            write_po(out, catalogue, width=110)
        counts[language] = len(catalogue)
    return counts


def changes(file: Path, content: Path = CONTENT) -> Iterator[Change]:
    """What taking the file in would do, in its order; nothing is written.

    Raises:
        NotATranslation: no PO file of one of the languages.
    """
    language, catalogue = _read(file)
    bodies: dict[str, list[dict[str, object]]] = {}
    for message in catalogue:
        if not message.id or not message.string:
            continue
        name, english, text = message.context or "", str(message.id), unicodedata.normalize("NFC", str(message.string))
        if name not in bodies:
            path = content / name
            inside = path.resolve().is_relative_to(content.resolve()) and path.suffix == ".yaml" and path.is_file()
            bodies[name] = texts_of(read_yaml(path.read_bytes())) if inside else []
        change = _compare(name, english, text, language, bodies[name], reviewed=not message.fuzzy)
        if change:
            yield change


def write(file: Path, found: list[Change], content: Path = CONTENT) -> int:
    """Takes in what was not refused; returns how many files changed."""
    language, _ = _read(file)
    taken = {(change.file, change.english): change for change in found if change.verdict != "refused"}
    names = sorted({name for name, _ in taken})
    for name in names:
        body = read_yaml((content / name).read_bytes())
        for text in texts_of(body):
            if change := taken.get((name, text["en"])):
                _put(text, language, change)
        rewrite(content / name, body)
    return len(names)


def _read(file: Path) -> tuple[Language, Catalog]:
    try:
        with file.open("rb") as source:
            catalogue = read_po(source)
    except (OSError, ValueError, UnicodeDecodeError) as error:
        raise NotATranslation(f"{file} is no PO file: {error}") from None
    language = parse_language(str(catalogue.locale_identifier or file.stem)) or parse_language(file.stem)
    if language is None or language is Language.EN:
        raise NotATranslation(f"{file} does not say its language; name it like lo.po")
    return language, catalogue


def _compare(
    name: str, english: str, text: str, language: Language, texts: list[dict[str, object]], *, reviewed: bool
) -> Change | None:
    held = next((held for held in texts if held["en"] == english), None)
    if held is None:
        return Change(name, english, text, "refused", "this English text is no longer there")
    before = held.get(language.value)
    was_reviewed = language.value in (held.get("reviewed") or ())  # type: ignore[operator]
    if before == text and (was_reviewed or not reviewed):
        return None
    if broken := [f"{fault.rule}: {fault.detail}" for fault in faults(english, text, language)]:
        return Change(name, english, text, "refused", "; ".join(broken))
    if before == text:
        return Change(name, english, text, "reviewed")
    verdict: Verdict = "new" if before is None else "changed"
    return Change(name, english, text, verdict, "reviewed" if reviewed else "", None if before is None else str(before))


def _put(text: dict[str, object], language: Language, change: Change) -> None:
    text[language.value] = change.text
    basis = text_basis(str(text["en"]))
    if text.setdefault("basis", basis) != basis:
        exceptions = text.setdefault("basis_of", {})
        assert isinstance(exceptions, dict)
        exceptions[language.value] = basis
    if change.verdict == "reviewed" or change.reason == "reviewed":
        text["reviewed"] = sorted({*(text.get("reviewed") or ()), language.value})  # type: ignore[misc]
    fresh = ordered(text)
    text.clear()
    text.update(fresh)
