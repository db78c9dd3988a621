"""Tickets: a number that people can read aloud, and a QR code that is signed and holds nothing personal.

number: eight random digits and a check digit, said in threes. code: `ck_<number>_<version>_<signature>`, fit for a
deep link. A new version makes earlier pictures worthless.
"""

from __future__ import annotations

import io
import re
import secrets
from dataclasses import dataclass

import segno

from bot.services import signing

CODE = re.compile(r"ck_(\d{9})_(\d{1,4})_([A-Za-z0-9_-]{22})$")


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a genuine code says."""

    number: str
    version: int


def new_number() -> str:
    digits = f"{secrets.randbelow(10**8):08d}"
    return digits + _check_digit(digits)


def _check_digit(digits: str) -> str:
    """Luhn's: finds every single wrong digit and most swaps of neighbours."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def spoken(number: str) -> str:
    """The number as it is shown and said."""
    return "-".join(number[i : i + 3] for i in range(0, len(number), 3))


def read_number(text: str) -> str | None:
    """A ticket number that somebody typed, in any script's digits; None when it can't be one."""
    digits = "".join(str(int(char)) for char in text if char.isdecimal())
    rest = [char for char in text if not char.isdecimal() and char not in " -–.\u200b"]
    if rest or len(digits) != 9 or _check_digit(digits[:-1]) != digits[-1]:
        return None
    return digits


def code(key: bytes, number: str, version: int) -> str:
    return f"ck_{number}_{version}_{signing.signature(key, f'ticket:{number}:{version}')}"


def read_code(key: bytes, text: str) -> Scanned | None:
    """The ticket behind a scanned text (a bare code or a link that ends in one); None for a forgery."""
    found = CODE.search(text.strip())
    if found is None or not signing.is_signed(key, f"ticket:{found[1]}:{int(found[2])}", found[3]):
        return None
    return Scanned(found[1], int(found[2]))


def qr_png(text: str) -> bytes:
    """A QR picture, big enough for a cheap phone's screen."""
    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="png", scale=10, border=4)
    return picture.getvalue()
