"""An event as an iCalendar file (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.services.events.model import Event
from knowledge.language import Language

LINE = 75  # octets of a line before it is folded


def ics(event: Event, language: Language, now: datetime) -> bytes:
    """The same UID always, a higher SEQUENCE with each change, so that calendars move their entry."""
    details = event.details
    venue = details.venue.best(language)[0] if details.venue else ""
    fields = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Mekong Desk//Events//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{event.code}@mekongdesk",
        f"SEQUENCE:{event.revision}",
        f"DTSTAMP:{_time(now)}",
        f"DTSTART:{_time(event.starts_at)}",
        f"DTEND:{_time(event.ends_at)}",
        f"SUMMARY:{_text(('[SAMPLE] ' if event.sample else '') + event.title(language))}",
        *([f"LOCATION:{_text(venue)}"] if venue else []),
        *([f"GEO:{details.latitude};{details.longitude}"] if details.latitude is not None else []),
        *([f"URL:{details.online_url}"] if details.online_url else []),
        f"STATUS:{'CANCELLED' if event.state == 'cancelled' else 'CONFIRMED'}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT2H",
        f"DESCRIPTION:{_text(event.title(language))}",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(_fold(line) + "\r\n" for line in fields).encode()


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    return words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _fold(line: str) -> str:
    """Lines of at most 75 octets, never cut inside a character."""
    pieces: list[str] = []
    piece = ""
    for char in line:
        if len((piece + char).encode()) > LINE - (1 if pieces else 0):
            pieces.append(piece)
            piece = ""
        piece += char
    return "\r\n ".join([*pieces, piece])
