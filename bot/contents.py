"""`mekongdesk content`: what editors and translators do with the content files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from knowledge import glossary, placenames, translators
from knowledge.check import main as check_main
from knowledge.loader import load_content
from knowledge.status import as_text
from knowledge.status import status as status_of

SHOWN = 70  # characters of a text in a preview


def check(*, full: bool) -> int:
    if failed := check_main(["--full"] if full else []):
        return failed
    content = load_content()
    words, places = glossary.consistency(content, glossary.read_usage()), placenames.places(content)
    report = (*glossary.lines(words, full), *placenames.lines(places, full))
    sys.stdout.writelines(f"{line}\n" for line in report)
    return 0 if words.ok and places.ok else 1


def status(*, as_json: bool) -> int:
    table = status_of(load_content())
    sys.stdout.write(f"{json.dumps(table, ensure_ascii=False) if as_json else as_text(table)}\n")
    return 0


def export(folder: Path) -> int:
    for language, count in translators.export(load_content(), folder).items():
        sys.stdout.write(f"{folder / language.value}.po: {count} texts\n")
    return 0


def take_in(file: Path, *, write: bool) -> int:
    """Shows each change with its verdict; a refused line is told with its reason and the others go on."""
    try:
        found = list(translators.changes(file))
    except translators.NotATranslation as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for change in found:
        shown = f"{change.verdict:<9} {change.file}: {change.english[:SHOWN]!r} → {change.text[:SHOWN]!r}"
        sys.stdout.write(f"{shown} {change.reason}\n".rstrip() + "\n")
    refused = sum(change.verdict == "refused" for change in found)
    sys.stdout.write(f"{len(found) - refused} texts to take in, {refused} refused\n")
    if write:
        sys.stdout.write(f"{translators.write(file, found)} files changed\n")
    return 1 if refused else 0
