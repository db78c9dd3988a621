"""Knowledge as files: YAML of all records, and a workbook that editors understand, both ways.

The workbook has instructions, one sheet a kind, one row a text and language. Ids are locked, states are a drop-down.
Each row carries a mark of the text as it was exported: what an editor changed is told from what changed here since,
so a newer edit is never overwritten; its row is refused and shown.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from knowledge import packed
from knowledge.curate import MISSING, BadRecord, Body, check, difference, with_value
from knowledge.language import Language
from knowledge.texts import text_basis

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

COLUMNS = ("id", "field", "language", "text", "state", "English", "revision", "mark")
WIDTHS = (28, 34, 12, 70, 12, 50, 10, 14)
STATES = ("reviewed", "draft", "missing")
OPEN = {"text", "state"}
INSTRUCTIONS = (
    "Change only the white cells: text and state.",
    "One row is one text in one language; the English stands beside it.",
    "state: reviewed = a native reader has read it; draft = not yet; missing = there is no text.",
    "An empty text means that the language has none.",
    "Don't change ids, fields, languages, revisions or marks: they say what the row belongs to.",
    "When the file comes back, the desk shows every difference before anything is taken in.",
    "A row that somebody changed at the desk meanwhile is refused and shown; the others are taken in.",
)
SKIPPED = {"questions", "aliases", "basis", "basis_of", "reviewed", "adjectives", "written"}


@dataclass(frozen=True)
class Problem:
    """A row that can't be taken in, where it stands and why."""

    sheet: str
    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class RowChange:
    """One text that the file changes."""

    record: str
    path: str
    language: str
    before: str
    after: str
    state: str


@dataclass
class Plan:
    """What a file would do. Nothing is to be imported while there are errors; conflicts are left out row by row."""

    bodies: dict[str, Body] = field(default_factory=dict)
    changes: list[RowChange] = field(default_factory=list)
    conflicts: list[Problem] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)


Held = Mapping[str, tuple[Body, int]]
"""Record id → published body and its revision."""
Texts = dict[str, dict[str, Any]]
"""Path → text, of one record."""


def to_yaml(held: Held) -> bytes:
    """Every record as its content file says it, in one stream of documents."""
    bodies = [body for body, _ in held.values()]
    return yaml.safe_dump_all(bodies, allow_unicode=True, sort_keys=False, width=120).encode()


def from_yaml(content: bytes, held: Held) -> Plan:
    """Whole records; a record that differs is one change a field."""
    plan = Plan()
    try:
        documents = list(yaml.load_all(content, Loader=packed.PlainLoader))
    except yaml.YAMLError as error:
        plan.errors.append(
            Problem("YAML", getattr(getattr(error, "problem_mark", None), "line", 0) + 1, "", str(error))
        )
        return plan
    for number, body in enumerate(documents, 1):
        try:
            plain = json.loads(json.dumps(body, default=str))
            record = check(plain)
        except (BadRecord, TypeError, KeyError) as error:
            plan.errors.append(Problem("YAML", number, "document", str(error)))
            continue
        before = held[record.id][0] if record.id in held else {}
        if before != plain:
            plan.bodies[record.id] = plain
            plan.changes += [
                RowChange(record.id, one.path, "", _shown(one.before), _shown(one.after), "")
                for one in difference(before, plain)
            ]
    return plan


def _shown(value: Any) -> str:
    return "" if value == MISSING else str(value)


# -- out


def texts_in(body: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """(path, text) of everything that is a text in several languages."""
    if isinstance(body, dict):
        if isinstance(body.get("en"), str):
            yield path, body
            return
        for key, part in body.items():
            if key not in SKIPPED:
                yield from texts_in(part, f"{path}.{key}" if path else str(key))
    elif isinstance(body, list):
        for number, part in enumerate(body):
            yield from texts_in(part, f"{path}.{number}")


def mark_of(words: str | None) -> str:
    return hashlib.sha256((words or "").encode()).hexdigest()[:12]


def state_of(text: Mapping[str, Any], language: Language) -> str:
    if not text.get(language.value):
        return "missing"
    return "reviewed" if language is Language.EN or language.value in text.get("reviewed", ()) else "draft"


def to_workbook(held: Held) -> bytes:
    """The workbook; about a second a hundred records."""
    from openpyxl import Workbook  # here, because it would slow every start down
    from openpyxl.worksheet.worksheet import Worksheet

    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "instructions"
    first.column_dimensions["A"].width = 110
    for line in INSTRUCTIONS:
        first.append([line])
    sheets: dict[str, Worksheet] = {}
    for id_, (body, revision) in held.items():
        sheet = sheets.get(body["kind"]) or _new_sheet(book, sheets, body["kind"])
        for path, text in texts_in(body):
            for language in Language:
                words = text.get(language.value)
                sheet.append(
                    [
                        id_,
                        path,
                        language.value,
                        _safe(words),
                        state_of(text, language),
                        text["en"],
                        revision,
                        mark_of(words),
                    ]
                )
    for sheet in sheets.values():
        _finish(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _safe(words: str | None) -> str | None:
    """A text that begins like a formula stays a text; `_unquoted` takes the apostrophe off again."""
    return f"'{words}" if words and _like_a_formula(words) else words


def _unquoted(words: str) -> str:
    return words[1:] if words.startswith("'") and _like_a_formula(words) else words


def _like_a_formula(words: str) -> bool:
    return words.lstrip("'").startswith(("=", "+", "-", "@"))


def _new_sheet(book: Workbook, sheets: dict[str, Worksheet], kind: str) -> Worksheet:
    sheet: Worksheet = book.create_sheet(kind)
    sheet.append(list(COLUMNS))
    sheets[kind] = sheet
    return sheet


def _finish(sheet: Worksheet) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill, Protection
    from openpyxl.worksheet.datavalidation import DataValidation

    states = DataValidation(type="list", formula1=f'"{",".join(STATES)}"', allow_blank=False)
    sheet.add_data_validation(states)
    grey, last = PatternFill("solid", fgColor="EEEEEE"), sheet.max_row
    states.add(f"E2:E{max(last, 2)}")
    unlocked, wrapped = Protection(locked=False), Alignment(wrap_text=True, vertical="top")
    for number, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True), 1):
        sheet.column_dimensions[chr(64 + number)].width = width
        sheet.cell(1, number).font = Font(bold=True)
        for row in range(2, last + 1):
            cell = sheet.cell(row, number)
            if name in OPEN:
                cell.protection = unlocked
            else:
                cell.fill = grey
            if name in ("text", "English"):
                cell.alignment = wrapped
    sheet.column_dimensions["H"].hidden = True
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{chr(64 + len(COLUMNS))}{last}"
    sheet.protection.sheet = True


# -- in


def from_workbook(content: bytes, held: Held) -> Plan:
    """What the workbook changes, row by row. Raises packed.TooMuch before anything is unpacked."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    packed.check(content)
    plan = Plan()
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, OSError, KeyError, ValueError) as error:
        plan.errors.append(Problem("–", 0, "–", f"this is no workbook ({error})"))
        return plan
    except Exception as error:  # openpyxl passes on what zipfile raises
        plan.errors.append(Problem("–", 0, "–", f"this is no workbook ({type(error).__name__})"))
        return plan
    texts: dict[str, Texts] = {}
    for sheet in book.worksheets:
        if sheet.title == "instructions":
            continue
        rows = sheet.iter_rows(values_only=True)
        if tuple(next(rows, ())[: len(COLUMNS)]) != COLUMNS:
            plan.errors.append(Problem(sheet.title, 1, "A", f"the first row must be: {', '.join(COLUMNS)}"))
            continue
        for number, row in enumerate(rows, 2):
            _take_row(plan, held, texts, sheet.title, number, dict(zip(COLUMNS, row, strict=False)))
    for id_, body in plan.bodies.items():
        try:
            check(body)
        except BadRecord as error:
            plan.errors.append(Problem(body["kind"], 0, "–", f"{id_}: {error}"))
    return plan


def _take_row(plan: Plan, held: Held, texts: dict[str, Texts], sheet: str, number: int, row: dict[str, Any]) -> None:
    """`texts` has the texts of the records that came up before."""
    if not any(row.values()):
        return None

    def wrong(column: str, reason: str) -> None:
        plan.errors.append(Problem(sheet, number, column, reason))

    id_, path, code = str(row["id"] or ""), str(row["field"] or ""), str(row["language"] or "")
    after = _unquoted(str(row["text"] or "")).strip()
    if id_ not in held:
        return wrong("id", f"there is no record {id_!r}")
    if id_ not in texts:
        texts[id_] = dict(texts_in(held[id_][0]))
    if code not in set(Language):
        return wrong("language", f"{code!r} is no language of the desk")
    if row["state"] not in STATES:
        return wrong("state", f"{row['state']!r} is none of {', '.join(STATES)}")
    language, text = Language(code), texts[id_].get(path)
    now = (text or {}).get(code) or ""
    was_state = state_of(text or {"en": ""}, language)
    edited = mark_of(after) != row["mark"]
    restated = row["state"] != was_state and bool(after) and language is not Language.EN and row["state"] != "missing"
    if not edited and not restated:
        return None
    if text is None or mark_of(now) != row["mark"]:
        newest = now if text is not None else "(gone)"
        plan.conflicts.append(
            Problem(
                sheet, number, "text", f"{id_} {path} [{code}] was changed at the desk meanwhile; it says now: {newest}"
            )
        )
        return None
    if not after and language is Language.EN:
        return wrong("text", "the English text can't be empty")
    plan.changes.append(RowChange(id_, path, code, now, after, str(row["state"])))
    plan.bodies[id_] = _changed(plan.bodies.get(id_) or held[id_][0], path, language, after, str(row["state"]))
    return None


def _changed(body: Body, path: str, language: Language, words: str, state: str) -> Body:
    text = dict(dict(texts_in(body))[path])
    if words:
        text[language.value] = words
    else:
        text.pop(language.value, None)
    reviewed = [one for one in text.get("reviewed", ()) if one != language.value]
    if state == "reviewed" and language is not Language.EN and words:
        reviewed.append(language.value)
    if reviewed or "reviewed" in text:
        text["reviewed"] = reviewed
    if language is not Language.EN and words:  # it was made from the English that stands there
        text["basis_of"] = {**text.get("basis_of", {}), language.value: text_basis(text["en"])}
    return with_value(body, path, text)
