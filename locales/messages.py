"""Finds every message in the code, as gettext needs it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.pofile import read_po

from knowledge.language import Language

ROOT = Path(__file__).resolve().parents[1]
CODE = ("bot", "handlers", "knowledge")
ARGUMENTS = {"t": 1, "N_": 1, "p": 2, "n": 2}  # how many of a call's first arguments are words; see knowledge.phrases


def catalogue_file(language: Language) -> Path:
    return ROOT / "locales" / language.value / "LC_MESSAGES" / "messages.po"


def template() -> Catalog:
    """All messages of the code, with the places where they stand."""
    catalogue = Catalog(project="Mekong Desk", charset="utf-8", fuzzy=False)
    for file in _files():
        for name, words, line in _calls(file):
            context = words[0] if name == "p" else None
            message = tuple(words) if name == "n" else words[-1]
            catalogue.add(message, None, [(file.relative_to(ROOT).as_posix(), line)], context=context)
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


def _calls(file: Path) -> Iterator[tuple[str, list[str], int]]:
    """Calls that say something: the function's name, its words, the line.

    By the syntax tree: Babel's own reader takes a `t` that is handed on inside a call for that call's name.
    """
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        first = node.args[: ARGUMENTS.get(name, 0)]
        words = [a.value for a in first if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if words and len(words) == len(first) == ARGUMENTS[name]:
            yield name, words, node.lineno


def _files() -> Iterator[Path]:
    for folder in CODE:
        yield from sorted((ROOT / folder).rglob("*.py"))
