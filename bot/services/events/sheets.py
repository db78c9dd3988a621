"""Events as files: what YAML and a workbook hold, cell by cell, and the empty workbook to fill in.

A YAML file is a list of events with everything inside them. A workbook has a sheet `events`, an event a row, and
sheets for what an event has several of; their column `event` names it by its code.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from knowledge import packed
from knowledge.language import Language, parse_language

EVENTS = "events"
TEXTS = ("title", "summary", "venue", "audience", "fee")
COLUMNS: Mapping[str, str] = {
    "code": "for links: small letters, digits, hyphens; a known code changes that event",
    "series": "the recurring event's id, so that its followers are told",
    "title": "needed in English",
    "edition": "e.g. 2027",
    "summary": "",
    "venue": "name and town",
    "zone": "needed: the time zone, e.g. Asia/Vientiane",
    "starts_at": "needed: 2027-05-03 09:00, the event's own time",
    "ends_at": "needed",
    "opens_at": "registration opens",
    "closes_at": "registration closes",
    "country": "KH CN LA MM TH VN",
    "capacity": "places; empty: no limit",
    "approval": "yes: staff approve each request",
    "latitude": "",
    "longitude": "",
    "online_url": "told only with the ticket",
    "languages": "en, lo, …",
    "audience": "for whom",
    "sectors": "agriculture, logistics, …",
    "countries": "whom it is meant for: LA, TH, …",
    "fee": "in words",
    "contact": "the organiser",
    "poster": "web address of a picture",
    "reminders": "minutes before the beginning: 10080, 1440, 120",
    "offer_hours": "how long a place is offered to who waits",
    "overbooking": "",
    "keep_days": "how long answers are kept after the end",
    "source": "where an announced event was announced",
    "source_date": "when that was looked up",
}
"""The columns of the sheet `events`; texts have one a language: title.en, title.lo, …"""
PARTS: Mapping[str, tuple[str, ...]] = {
    "programme": ("event", "starts", "ends", "title", "room", "speakers"),
    "links": ("event", "title", "url", "after"),
    "questions": ("event", "id", "kind", "label", "options", "optional"),
    "tickets": ("event", "id", "label", "places"),
    "quotas": ("event", "country", "places"),
}
PART_TEXTS = ("title", "label")
LARGEST, MOST_ROWS = 3_000_000, 2_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong where. `code` is for the words, `detail` what they are about."""

    sheet: str
    row: int
    column: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One event as a file has it. `rows` says in which row of which sheet each part of it stands."""

    sheet: str
    row: int
    values: dict[str, Any]
    rows: dict[str, list[int]] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return str(self.values.get("code") or "")

    def place(self, path: Sequence[int | str]) -> tuple[str, int, str]:
        """Sheet, row and column of what stands under a path such as programme, 2, title, en."""
        if path and (numbers := self.rows.get(str(path[0]))) and len(path) > 1 and isinstance(path[1], int):
            return str(path[0]), numbers[path[1]], ".".join(map(str, path[2:]))
        return self.sheet, self.row, ".".join(map(str, path))


def read(name: str, content: bytes) -> tuple[list[Item], list[Problem]]:
    """The file's events. CPU work: call it in a thread."""
    from openpyxl.utils.exceptions import InvalidFileException  # here, because it would slow every start down

    if len(content) > LARGEST:
        return [], [Problem(name, 0, "", "too_large")]
    try:
        if name.lower().endswith((".yaml", ".yml")):
            return _from_yaml(content)
        packed.check(content)
        return _from_workbook(content)
    except packed.TooMuch:
        return [], [Problem(name, 0, "", "packed", str(packed.MOST_UNPACKED // 1_000_000))]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError, ValueError, EOFError):
        return [], [Problem(name, 0, "", "unreadable")]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return [], [Problem(name, mark.line + 1 if mark else 0, "", "no_yaml", getattr(error, "problem", None) or "")]


# -- YAML


def _from_yaml(content: bytes) -> tuple[list[Item], list[Problem]]:
    data = yaml.load(content, Loader=packed.PlainLoader)  # noqa: S506  (a safe one)
    items: list[Item] = []
    problems: list[Problem] = []
    for number, row in enumerate(data if isinstance(data, list) else [data], 1):
        if not isinstance(row, dict):
            problems.append(Problem(EVENTS, number, "", "no_event"))
            continue
        values = {str(name): value for name, value in row.items()}
        known = {*COLUMNS, "programme", "links", "fields", "ticket_kinds", "quotas"}
        problems += [Problem(EVENTS, number, name, "unknown_column") for name in values if name not in known]
        items.append(Item(EVENTS, number, {name: values[name] for name in values if name in known}))
    return items, problems


# -- workbook


def _from_workbook(content: bytes) -> tuple[list[Item], list[Problem]]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    problems: list[Problem] = []
    main = EVENTS if EVENTS in book.sheetnames else book.sheetnames[0]
    items = [
        Item(main, number, row) for number, row in _rows(book[main], main, tuple(COLUMNS), TEXTS, problems)
    ]  # fmt: skip
    by_code = {item.code: item for item in items if item.code}
    for name, columns in PARTS.items():
        if name not in book.sheetnames or name == main:
            continue
        for number, row in _rows(book[name], name, columns, PART_TEXTS, problems):
            item = by_code.get(str(row.pop("event", "")))
            if item is None:
                problems.append(Problem(name, number, "event", "unknown_event"))
                continue
            _add(item, name, number, row)
    return items, problems


def _rows(
    sheet: Any, name: str, columns: Sequence[str], texts: Sequence[str], problems: list[Problem]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row that holds anything, by column; texts as mappings of their languages."""
    lines = sheet.iter_rows(values_only=True)
    head: list[tuple[str, str]] = []
    for cell in next(lines, ()):
        column, _, language = str(cell or "").strip().partition(".")
        spoken = parse_language(language) if language else None
        fits = column in columns and (column in texts if language else True) and bool(spoken or not language)
        if cell and not fits:
            problems.append(Problem(name, 1, str(cell), "unknown_column"))
        head.append((column if fits else "", spoken.value if spoken else "en" if column in texts else ""))
    for number, line in enumerate(lines, 2):
        if number > MOST_ROWS:
            problems.append(Problem(name, number, "", "too_many_rows"))
            return
        row: dict[str, Any] = {}
        for (column, language), value in zip(head, line, strict=False):
            if not column or value is None or not str(value).strip():
                continue
            if language:
                row.setdefault(column, {})[language] = str(value).strip()
            else:
                row[column] = value.strip() if isinstance(value, str) else value
        if row:
            yield number, row


def _add(item: Item, sheet: str, number: int, row: dict[str, Any]) -> None:
    """Puts a row of another sheet into its event, in the form that YAML has."""
    values = item.values
    if sheet == "quotas":
        values.setdefault("quotas", {})[f"country:{row.get('country', '')}"] = row.get("places")
        return
    name = {"questions": "fields", "tickets": "ticket_kinds"}.get(sheet, sheet)
    item.rows.setdefault(name, []).append(number)
    if sheet == "tickets":
        if row.get("places") is not None:
            values.setdefault("quotas", {})[f"ticket:{row.get('id', '')}"] = row["places"]
        values.setdefault(name, []).append([str(row.get("id", "")), row.get("label", {})])
        return
    if sheet == "questions" and isinstance(row.get("options"), str):
        pairs = [part.partition("=") for part in row["options"].split(";") if part.strip()]
        row["options"] = [[value.strip(), {"en": (label or value).strip()}] for value, _, label in pairs]
    if sheet == "programme" and isinstance(row.get("speakers"), str):
        row["speakers"] = [part.strip() for part in row["speakers"].split(";") if part.strip()]
    values.setdefault(name, []).append(row)


def template() -> bytes:
    """An empty workbook with every sheet and column, and what belongs into each."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, columns in {EVENTS: tuple(COLUMNS), **PARTS}.items():
        sheet = book.create_sheet(name)
        head = [
            f"{column}.{language.value}" if column in (*TEXTS, *PART_TEXTS) else column
            for column in columns
            for language in (Language if column in (*TEXTS, *PART_TEXTS) else (Language.EN,))
        ]
        for number, title in enumerate(head, 1):
            cell = sheet.cell(1, number, title)
            cell.font = Font(bold=True)
            if hint := COLUMNS.get(title.partition(".")[0]) if name == EVENTS else "":
                cell.comment = Comment(hint, "Mekong Desk")
            sheet.column_dimensions[get_column_letter(number)].width = max(14, len(title) + 4)
        sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
