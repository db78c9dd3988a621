"""What the page says to the desk, checked, and how the desk reads it back from the inbox.

A frame of the page is a JSON object: {"type": "text" | "command" | "button" | "location", "id": <the page's own id>,
…}. `accept` turns it into the payload that the inbox keeps; `read` turns that into an `Incoming`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.conversation import Incoming, Kind

PLATFORM = "web"
TEXT_LIMIT = 4_000
"""Characters of one message."""
LABEL_LIMIT = 200

_ID = re.compile(r"[A-Za-z0-9-]{1,36}")
_KEY = re.compile(r"[A-Za-z0-9_-]{1,32}")
_ROW = re.compile(r"[0-9]{1,18}")
_COMMAND = re.compile(r"/([a-z][a-z0-9_]{0,31})(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)

Frame = Mapping[str, Any]


class Refused(Exception):
    """The frame can't be taken; `reason` is a word that the page knows."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait  # seconds after which it may be tried again; 0 means never


@dataclass(frozen=True, slots=True)
class Said:
    """A frame that may be stored: the page's id of it and what the inbox keeps."""

    id: str
    payload: dict[str, Any]


def frame_id(frame: Frame) -> str:
    """The page's id of a frame; empty when it has none that could be answered to."""
    given = frame.get("id")
    return given if isinstance(given, str) and _ID.fullmatch(given) else ""


def accept(frame: Frame, visitor: str, hint: str) -> Said:
    """Checks a frame of the page.

    Raises:
        Refused: "too_long" for a text beyond the limit, "bad" for anything that the page would never send.
    """
    identity = frame_id(frame)
    content = _content(frame)
    if not identity or content is None:
        raise Refused("bad")
    return Said(identity, {"chat": visitor, "hint": hint, "type": frame["type"], **content})


def _content(frame: Frame) -> dict[str, Any] | None:
    match frame:
        case {"type": "text" | "command", "text": str(text)}:
            text = clean(text)
            if len(text) > TEXT_LIMIT:
                raise Refused("too_long")
            return {"text": text} if text.strip() else None
        case {"type": "button", "key": str(key), "message": str(message)}:
            if not (_KEY.fullmatch(key) and _ROW.fullmatch(message)):
                return None
            return {"key": key, "message": message, "label": clean(str(frame.get("label", "")))[:LABEL_LIMIT]}
        case {"type": "location", "lat": int() | float() as latitude, "lon": int() | float() as longitude}:
            place = (float(latitude), float(longitude))
            if not (all(map(math.isfinite, place)) and abs(latitude) <= 90 and abs(longitude) <= 180):
                return None
            return {"lat": place[0], "lon": place[1]}
    return None


def clean(text: str) -> str:
    """Without what no database keeps: NUL, and halves of a surrogate pair."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read(payload: Mapping[str, Any]) -> Incoming:
    """What the person did.

    Raises:
        ValueError: this is no payload of `accept`.
    """
    try:
        return _incoming(payload)
    except (KeyError, TypeError) as error:
        raise ValueError("not a payload of the web chat") from error


def _incoming(payload: Mapping[str, Any]) -> Incoming:
    kind, text, command, button = Kind.TEXT, "", "", ""
    message: str | None = None
    location: tuple[float, float] | None = None
    match payload["type"]:
        case "text" | "command":
            text = payload["text"]
            if written := _COMMAND.fullmatch(text.strip()):
                kind, command, text = Kind.COMMAND, written[1].lower(), (written[2] or "").strip()
        case "button":
            kind, button, message, text = Kind.BUTTON, payload["key"], payload["message"], payload["label"]
        case "location":
            kind, location = Kind.LOCATION, (payload["lat"], payload["lon"])
        case other:
            raise ValueError(f"the web chat knows no {other!r}")
    return Incoming(
        platform=PLATFORM,
        chat=payload["chat"],
        sender=payload["chat"],
        kind=kind,
        text=text,
        command=command,
        button=button,
        message=message,
        language_hint=payload["hint"],
        location=location,
    )
