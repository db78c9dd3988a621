"""Finds every message in the code, as gettext needs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from knowledge.language import Language

ROOT = Path(__file__).resolve().parents[1]
CODE = ("bot", "handlers", "knowledge")
KEYWORDS: dict[str, object] = {"t": None, "N_": None, "p": ((1, "c"), 2), "n": (1, 2)}  # see knowledge.phrases
TRANSLATED = tuple(language for language in Language if language is not Language.EN)


def catalogue_file(language: Language) -> Path:
    return ROOT / "locales" / language.value / "LC_MESSAGES" / "messages.po"


def template() -> Catalog:
    """All messages of the code, with the places where they stand."""
    catalogue = Catalog(project="Mekong Desk", charset="utf-8", fuzzy=False)
    for file in _files():
        for line, message, comments, context in extract_from_file("python", file, keywords=KEYWORDS):  # type: ignore[arg-type]
            place = (file.relative_to(ROOT).as_posix(), line)
            catalogue.add(message, None, [place], auto_comments=comments, context=context)
    return catalogue


def load(language: Language) -> Catalog:
    """A language's catalogue, empty where there is none yet."""
    path = catalogue_file(language)
    if not path.exists():
        return Catalog(locale=language.value, project="Mekong Desk", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language.value)


def messages(catalogue: Catalog) -> Iterator[Message]:
    """All but the header."""
    return (message for message in catalogue if message.id)


def _files() -> Iterator[Path]:
    for folder in CODE:
        yield from sorted((ROOT / folder).rglob("*.py"))
