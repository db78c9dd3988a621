"""What a file of events would do, in words: for the chat and the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.services.events.importing import Change, Plan
from bot.services.events.sheets import Problem
from knowledge.phrases import Phrases

SHOWN = 12
VALUE = 80
REASONS: dict[str, Callable[[Phrases, str], Markup]] = {
    "missing": lambda t, _: t("this is needed"),
    "unknown_column": lambda t, _: t("I don't know this column"),
    "unknown_event": lambda t, _: t("no event of the sheet “events” has this code"),
    "unknown_zone": lambda t, what: t("“{what}” is no time zone; write it like Asia/Vientiane", what=what),
    "times": lambda t, _: t("the end must come after the beginning"),
    "no_moment": lambda t, what: t("“{what}” is no day and time; write 2027-05-03 09:00", what=what),
    "no_number": lambda t, what: t("“{what}” is no whole number", what=what),
    "no_choice": lambda t, what: t("“{what}” is neither yes nor no", what=what),
    "bad_code": lambda t, what: t("“{what}” has more than small letters, digits and hyphens, or over 40", what=what),
    "bad_country": lambda t, what: t("“{what}” is no country code such as LA", what=what),
    "bad_quota": lambda t, what: t("“{what}” is no quota; write country:LA or ticket:guest", what=what),
    "twice": lambda t, what: t("the code “{what}” stands there twice", what=what),
    "too_few_places": lambda t, what: t("{what} places are taken already", what=what),
    "no_event": lambda t, _: t("this is no event with named parts"),
    "empty": lambda t, _: t("there is no event in the file"),
    "unreadable": lambda t, _: t("I can't read this file; send a workbook (.xlsx) or YAML (.yaml)"),
    "no_yaml": lambda t, what: t("the file is not YAML here: {what}", what=what),
    "too_large": lambda t, _: t("the file is too large"),
    "packed": lambda t, size: t("unpacked the file is too large to be opened safely (at most {size} MB)", size=size),
    "too_many_rows": lambda t, _: t("the sheet has too many rows"),
}


def overview(t: Phrases, plan: Plan) -> Markup:
    """What is new, what changes and how, what is wrong and where."""
    lines = [
        t.n("{count} new event, as a draft", "{count} new events, as drafts", len(plan.new)),
        t.n("{count} event changes", "{count} events change", len(plan.changed)),
        t.n("{count} error", "{count} errors", len(plan.problems)),
    ]
    if plan.same:
        lines.append(t.n("{count} event stays as it is", "{count} events stay as they are", plan.same))
    for draft in plan.new[:SHOWN]:
        begin = _shown(draft.starts_at)
        lines.append(t("• New: {title}, {begin} ({zone})", title=draft.details.title.en, begin=begin, zone=draft.zone))
    for change in plan.changed[:SHOWN]:
        lines += _changes(t, change)
    if plan.problems:
        lines.append(t("Errors; nothing is taken in:"))
        lines += [problem_line(t, problem) for problem in plan.problems[:SHOWN]]
    if any(len(part) > SHOWN for part in (plan.new, plan.changed, plan.problems)):
        lines.append(t("… and more."))
    return Markup("\n").join(lines)


def _changes(t: Phrases, change: Change) -> list[Markup]:
    lines = [t("• Changes: {title} ({code})", title=change.event.details.title.en, code=change.event.code)]
    for name, before, after in change.shown[:SHOWN]:
        lines.append(t("   {field}: {before} → {after}", field=name, before=_shown(before), after=_shown(after)))
    return lines


def problem_line(t: Phrases, problem: Problem) -> Markup:
    say = REASONS.get(problem.code)
    reason = say(t, problem.detail) if say else Markup("{}").format(problem.detail or problem.code)
    return t(
        "• sheet {sheet}, row {row}, column {column}: {reason}",
        sheet=problem.sheet or "–", row=problem.row or "–", column=problem.column or "–", reason=reason,
    )  # fmt: skip


def _shown(value: Any) -> str:
    """A value in a line; of a text only its languages' words."""
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, dict):
        words = [f"{name}: {part}" for name, part in value.items() if part and name not in ("basis_of", "reviewed")]
        value = "; ".join(words)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        value = ", ".join(_shown(part) for part in value)
    text = str(value)
    return text if len(text) <= VALUE else f"{text[: VALUE - 1]}…"
