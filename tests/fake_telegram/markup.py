"""Keyboards: reading and refusing `reply_markup` as Telegram does.

Bot API: InlineKeyboardButton (callback_data 1-64 bytes), ReplyKeyboardMarkup (request buttons in private chats only).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from .errors import bad_request

MAX_BUTTONS = 100
MAX_ROW = 8
MAX_CALLBACK_DATA = 64

Kind = Literal["inline", "keyboard", "remove", "force_reply"]
_OTHER_ACTIONS = (
    "switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat",
    "login_url", "copy_text", "callback_game", "pay",
)  # fmt: skip
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+\.?\Z")


@dataclass(frozen=True, slots=True)
class Button:
    """One button as a person sees it, and what it does."""

    text: str
    data: str | None = None
    url: str | None = None
    web_app: str | None = None
    request_contact: bool = False
    request_location: bool = False


@dataclass(slots=True)
class Markup:
    """A checked reply markup; `raw` is what a Message object repeats (inline keyboards only)."""

    kind: Kind
    rows: list[list[Button]] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def buttons(self) -> list[Button]:
        """All buttons in reading order."""
        return [button for row in self.rows for button in row]


def check_link(url: str) -> str:
    """The link as Telegram stores it; ValueError with TDLib's reason if it refuses it.

    A host without a dot ("localhost") is refused too: that often surprises in development.
    """
    text = url.strip()
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", text)
    if scheme and scheme.group(1).lower() in ("tg", "ton", "tonsite", "mailto", "tel"):
        return text
    if scheme and text[scheme.end() : scheme.end() + 2] == "//" and scheme.group(1).lower() not in ("http", "https"):
        raise ValueError("Unsupported URL protocol")
    parts = urlsplit(text if scheme and "//" in text else f"http://{text}")
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not _HOST.match(host) or re.search(r"\s", text):
            raise ValueError("Wrong HTTP URL") from None
    return parts.geturl() if parts.path or parts.query or parts.fragment else parts.geturl() + "/"


def _link(url: str, name: str) -> str:
    try:
        return check_link(url)
    except ValueError as problem:
        raise bad_request(f"{name} '{url}' is invalid: {problem}") from None


def _inline_button(raw: Any) -> Button:
    failed = "can't parse inline keyboard button: "
    if not isinstance(raw, dict):
        raise bad_request(failed + "InlineKeyboardButton must be an Object")
    text = raw.get("text")
    if not isinstance(text, str):
        raise bad_request(failed + 'Can\'t find field "text"')
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if raw.get("url"):
        return Button(text, url=_link(raw["url"], "inline keyboard button URL"))
    if raw.get("callback_data"):
        if len(str(raw["callback_data"]).encode()) > MAX_CALLBACK_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
        return Button(text, data=str(raw["callback_data"]))
    if "web_app" in raw:
        url = str(raw["web_app"].get("url", ""))
        if not url.startswith("https://"):
            raise bad_request(f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed")
        return Button(text, web_app=_link(url, "inline keyboard button Web App URL"))
    if any(action in raw for action in _OTHER_ACTIONS):
        return Button(text)
    raise bad_request(failed + "Text buttons are unallowed in the inline keyboard")


def _keyboard_button(raw: Any) -> Button:
    if isinstance(raw, str):
        return Button(raw)
    if not isinstance(raw, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    if not isinstance(raw.get("text"), str):
        raise bad_request("can't parse keyboard button: Can't find field \"text\"")
    return Button(
        raw["text"],
        web_app=raw["web_app"].get("url") if "web_app" in raw else None,
        request_contact=bool(raw.get("request_contact")),
        request_location=bool(raw.get("request_location")),
    )


def parse_markup(raw: Any) -> Markup | None:
    """The markup of a request, checked as far as that needs no chat; None when there is none."""
    if raw is None or raw == "":
        return None
    if not isinstance(raw, dict):
        raise bad_request("Object expected as reply markup")
    if "inline_keyboard" in raw:
        rows = raw["inline_keyboard"]
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise bad_request('Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
        parsed = [[_inline_button(button) for button in row] for row in rows if row]
        if sum(map(len, parsed)) > MAX_BUTTONS or any(len(row) > MAX_ROW for row in parsed):
            raise bad_request("reply markup is too long")
        kept = [row for row in rows if row]
        return Markup("inline", parsed, {"inline_keyboard": kept}) if parsed else None
    if "keyboard" in raw:
        rows = raw["keyboard"]
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise bad_request('Field "keyboard" must be an Array of Arrays')
        return Markup("keyboard", [[_keyboard_button(button) for button in row] for row in rows if row], raw)
    if raw.get("remove_keyboard") or raw.get("hide_keyboard"):
        return Markup("remove", raw=raw)
    if raw.get("force_reply"):
        return Markup("force_reply", raw=raw)
    return None


def check_markup_for_chat(markup: Markup | None, *, private: bool) -> None:
    """What only private chats may have (TDLib `get_reply_markup`, `request_buttons_allowed`)."""
    if markup is None or private:
        return
    for button in markup.buttons:
        if button.request_contact:
            raise bad_request("Phone number can be requested in private chats only")
        if button.request_location:
            raise bad_request("Location can be requested in private chats only")
        if button.web_app and markup.kind == "keyboard":
            raise bad_request("Web App buttons can be used in private chats only")
        if button.web_app:
            raise bad_request("BUTTON_TYPE_INVALID")
