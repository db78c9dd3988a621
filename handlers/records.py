"""Buttons that stand for records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.conversation import Button, Turn
from handlers.menu import home_button
from knowledge.records import Record

LABEL = 60  # characters; phones cut longer labels


def record_button(turn: Turn, record: Record, action: str, data: Mapping[str, Any]) -> Button:
    name = turn.services.knowledge.name(record, turn.person.language)
    label = name if len(name) <= LABEL else f"{name[: LABEL - 1]}…"
    return Button(label, action, {**data, "record": record.id})


def gone(turn: Turn) -> None:
    turn.say(turn.t("This page is no longer published. Please ask me again."), ((home_button(turn.t),),))
