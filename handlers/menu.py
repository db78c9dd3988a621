"""Buttons that several conversations share: home, pages, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.conversation import Button, Rows, Turn, rows
from knowledge.collation import collated
from knowledge.phrases import Phrases

PAGE = 8
FLAGS = {"KH": "🇰🇭", "CN": "🇨🇳", "LA": "🇱🇦", "MM": "🇲🇲", "TH": "🇹🇭", "VN": "🇻🇳", "regional": "🌏"}
COUNTRIES = ("KH", "CN", "LA", "MM", "TH", "VN")


def home_button(t: Phrases) -> Button:
    return Button(t.p("button", "🏠 Home"), "start.home")


def home_buttons(t: Phrases) -> Rows:
    """The main menu."""
    return rows(
        [
            Button(t.p("button", "🏭 Zones and incentives"), "zones.countries"),
            Button(t.p("button", "🚚 Borders and papers"), "borders.start"),
            Button(t.p("button", "📅 Forums and fairs"), "events.list"),
            Button(t.p("button", "🤝 Programmes"), "programmes.countries"),
            Button(t.p("button", "🌐 Language"), "language.choose"),
            Button(t.p("button", "❔ Help"), "help.show"),
        ],
        2,
    )


def country_label(t: Phrases, code: str) -> str:
    name = t.p("country", "All the region") if code == "regional" else t.country(code)
    return f"{FLAGS[code]} {name}"


def by_country(t: Phrases, codes: Iterable[str] = COUNTRIES) -> list[str]:
    """Countries in the order of their names in the language; the region last."""
    return sorted(collated(codes, t.language, t.country), key=lambda code: code == "regional")


def page_of(
    t: Phrases, buttons: Sequence[Button], page: int, action: str, data: Mapping[str, Any], *, width: int = 1
) -> Rows:
    """One page of a long list, with the way to the pages beside it."""
    last = max(0, (len(buttons) - 1) // PAGE)
    page = min(max(page, 0), last)
    turning = []
    if page > 0:
        turning.append(Button(t.p("button", "‹ Earlier"), action, {**data, "page": page - 1}))
    if page < last:
        turning.append(Button(t.p("button", "More ›"), action, {**data, "page": page + 1}))
    return rows(buttons[page * PAGE : (page + 1) * PAGE], width) + rows(turning, 2)


def way_back(t: Phrases, action: str, data: Mapping[str, Any] | None = None) -> Rows:
    return ((Button(t.p("button", "‹ Back"), action, data or {}), home_button(t)),)


def pressed(turn: Turn, name: str, default: Any = None) -> Any:
    """What the pressed button carries under the name."""
    return turn.pressed.data.get(name, default) if turn.pressed else default
