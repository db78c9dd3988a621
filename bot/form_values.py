"""What people type into forms, read kindly: any script's digits, Buddhist years, phone numbers as written at home.

Each reader gives the value as it is kept (JSON), or raises Unfit with a message id for the person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, tzinfo
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from knowledge.phrases import N_

BUDDHIST_ERA = 543
TEXT_LIMIT = 300


class Unfit(Exception):
    """The words won't do; `message` says why, in a message id."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def read_text(text: str, _country: str | None = None) -> str:
    words = " ".join(unicodedata.normalize("NFC", text).split())
    if not words:
        raise Unfit(N_("Please write a few words."))
    if len(words) > TEXT_LIMIT:
        raise Unfit(N_("That is a little long. Please say it in fewer words."))
    return words


def read_texts(text: str, _country: str | None = None) -> str:
    """Line by line as it was written."""
    lines = [" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines()]
    if not any(lines):
        raise Unfit(N_("Please write a few words."))
    return "\n".join(lines).strip()


def read_name(text: str, _country: str | None = None) -> str:
    name = read_text(text)
    if not any(char.isalpha() for char in name):
        raise Unfit(N_("Please write the name in letters."))
    if len(name) > 80:
        raise Unfit(N_("That is a little long. Please say it in fewer words."))
    return name


def read_number(text: str, _country: str | None = None) -> int:
    digits = text.strip().replace(",", "").replace(" ", "")
    if not digits.isdecimal() or len(digits) > 9:
        raise Unfit(N_("Please write a number, for example 3."))
    return int(digits)


def read_date(text: str, _country: str | None = None) -> str:
    """ISO text, from 2027-03-09, 9/3/2027, 9.3.2570 or 2027年3月9日."""
    parts = [int(number) for number in re.findall(r"\d+", text)]
    if len(parts) == 3:
        year, month, day = parts if parts[0] > 31 else reversed(parts)
        if year > 2400:
            year -= BUDDHIST_ERA
        try:
            found = date(year, month, day)
        except ValueError:
            found = None
        if found is not None and 1900 <= found.year <= 2200:
            return found.isoformat()
    raise Unfit(N_("Please write the date as day, month and year, for example 9/3/2027."))


def read_moment(text: str, zone: tzinfo) -> datetime:
    """A day as `read_date` reads it and a time of the zone."""
    day, _, hour = text.strip().replace("：", ":").rpartition(" ")
    try:
        hours, _, minutes = hour.partition(":")
        return datetime.combine(date.fromisoformat(read_date(day)), time(int(hours), int(minutes or 0)), zone)
    except (ValueError, Unfit):
        raise Unfit(N_("Please write day and time, for example 15/4/2027 9:00.")) from None


def read_phone(text: str, country: str | None = None) -> str:
    """E.164, read as a number of the person's country where it has no country code."""
    digits = "".join(str(int(char)) if char.isdecimal() else char for char in text.strip())
    region = country if country and len(country) == 2 else None
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise Unfit(N_("This is no phone number that I know. Write it with the country code: +856 20 5555 1234."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_email(text: str, _country: str | None = None) -> str:
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise Unfit(N_("This does not look like an e-mail address. An example: name@example.com")) from None


def read_contact(text: str, country: str | None = None) -> str:
    """A phone number or an e-mail address, whichever it is."""
    if "@" in text:
        return read_email(text)
    return read_phone(text, country)


READERS: dict[str, Callable[[str, str | None], Any]] = {
    "text": read_text,
    "words": read_text,
    "texts": read_texts,
    "question": read_text,
    "name": read_name,
    "number": read_number,
    "date": read_date,
    "phone": read_phone,
    "email": read_email,
    "contact": read_contact,
}
