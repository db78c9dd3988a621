"""Writes content files as editors read them: languages side by side, long texts folded, short lists on one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from knowledge.language import Language
from knowledge.reading import read_yaml

WIDTH = 118
FOLDED_FROM = 70  # characters
FLAT_ITEM = 90
# fmt: off
FLAT = frozenset((
    "sources", "sectors", "offers", "seeks", "also_under", "countries", "legs", "memory_fields", "channels",
    "reviewed", "languages", "crossings", "usual_months", "hs", "rounds", "uses", "states", "statistics",
    "session_fields", "ticket_fields", "of", "units", "lessons", "about", "at",
))
# fmt: on
FLAT_INSIDE = frozenset(("aliases", "adjectives", "written", "forms", "terms"))
LANGUAGES = tuple(language.value for language in Language)


class _Flat(list[Any]):
    """A list on one line."""


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    folds = len(text) > FOLDED_FROM and " " in text and text == text.strip() and "\n" not in text
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=">" if folds else None)


_Dumper.add_representer(str, _string)
_Dumper.add_representer(
    _Flat, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)
)


def dump(body: Any) -> str:
    """The file's text; reading it gives the same body again.

    Raises:
        ValueError: it would not.
    """
    text = yaml.dump(_styled(body), Dumper=_Dumper, allow_unicode=True, width=WIDTH, sort_keys=False)
    if read_yaml(text.encode()) != body:
        raise ValueError("the body does not survive being written")
    return text


def _styled(node: Any, key: str = "") -> Any:
    if isinstance(node, dict):
        inner = "flat" if key in FLAT_INSIDE or key == "flat" else ""
        return {name: _styled(value, inner or str(name)) for name, value in node.items()}
    if isinstance(node, list | tuple):
        items = [_styled(item) for item in node]
        plain = all(not isinstance(item, dict | list) for item in items)
        short = all(len(str(item)) <= FLAT_ITEM for item in items)
        return _Flat(items) if plain and short and (key == "flat" or key in FLAT) else items
    return node


def texts_of(node: Any) -> list[dict[str, Any]]:
    """Every text with languages side by side inside a body, to be changed in place."""
    if isinstance(node, dict):
        if isinstance(node.get("en"), str) and node.keys() <= {*LANGUAGES, "basis", "basis_of", "reviewed"}:
            return [node]
        return [text for value in node.values() for text in texts_of(value)]
    if isinstance(node, list):
        return [text for value in node for text in texts_of(value)]
    return []


def ordered(text: dict[str, Any]) -> dict[str, Any]:
    """The text with its languages in the one order."""
    return {key: text[key] for key in (*LANGUAGES, "basis", "basis_of", "reviewed") if key in text}


def rewrite(file: Path, body: Any) -> None:
    """Replaces a file at once, so that nobody reads half of it."""
    fresh = file.with_suffix(".tmp")
    fresh.write_text(dump(body), encoding="utf-8")
    fresh.replace(file)
