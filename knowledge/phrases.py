"""The interface's words in seven languages: gettext catalogues, plural forms and Babel's formats.

`Phrases` gives markup-safe text: the message is ours, the fields put into it are escaped.

    t = Phrases(Language.LO)
    t("Checked on {date}", date=t.date(day))
    t.n("{count} document", "{count} documents", count)
    t.p("button", "Back")           # with a context where one English word has several translations
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time, get_month_names
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent
from markupsafe import Markup, escape

from knowledge.language import Language

CATALOGUES = Path(__file__).resolve().parents[1] / "locales"


BUDDHIST_ERA = {Language.TH: "พ.ศ.", Language.LO: "ພ.ສ.", Language.KM: "ព.ស."}
KHMER_CHANGE = ((4, 25), (6, 1))
"""Within these days the Khmer year changes, with the full moon of Visakha."""


def buddhist_year(day: date, language: Language) -> int | None:
    """The year of the Buddhist era as readers of the language count it; None where they don't, or while it changes."""
    if language not in BUDDHIST_ERA:
        return None
    if language is not Language.KM:
        return day.year + 543
    first, last = KHMER_CHANGE
    if first <= (day.month, day.day) < last:
        return None
    return day.year + (543 if (day.month, day.day) < first else 544)


def _beside(day: date, language: Language) -> str:
    year = buddhist_year(day, language)
    return f" ({BUDDHIST_ERA[language]} {year})" if year else ""


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    """The compiled catalogue; English is the source language and needs none."""
    path = CATALOGUES / language.value / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language.value))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def locale_of(language: Language) -> Locale:
    return Locale.parse(language.value)


def N_(message: str) -> str:
    """Marks a message for the catalogues where it is data; translated with `t(message)` when shown."""
    return message


class Phrases:
    """The words and formats of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._translations = _catalogue(language)
        self._locale = locale_of(language)

    def __call__(self, message: str, /, **fields: object) -> Markup:
        return _filled(self._translations.gettext(message), fields)

    def p(self, context: str, message: str, /, **fields: object) -> Markup:
        """A message whose English alone would be ambiguous."""
        return _filled(self._translations.pgettext(context, message), fields)

    def n(self, singular: str, plural: str, count: int, /, **fields: object) -> Markup:
        """A message in the plural form that `count` asks for; `{count}` is filled with the local number."""
        message = self._translations.ngettext(singular, plural, count)
        return _filled(message, {"count": self.number(count), **fields})

    def number(self, value: int | float | Decimal) -> str:
        return format_decimal(value, locale=self._locale)

    def percent(self, share: float) -> str:
        """A share, 0 to 1, in whole percent; what is not quite all or nothing is not said to be."""
        whole = min(max(round(share, 2), 0.01), 0.99) if 0 < share < 1 else share
        return format_percent(whole, locale=self._locale)

    def money(self, amount: Decimal | int | float, currency: str) -> str:
        """`amount` in units of the ISO 4217 `currency`."""
        return format_currency(amount, currency, locale=self._locale)

    def date(self, day: date | str, style: str = "long") -> str:
        """A day; also from ISO text that may be only a year or a year and month, as sources often give it."""
        if isinstance(day, date):
            era = _beside(day, self.language) if style in ("long", "full") else ""
            return format_date(day, format=style, locale=self._locale) + era
        match [int(part) for part in day.split("-")]:
            case [year]:
                return str(year)
            case [year, month]:
                return format_skeleton("yMMMM", date(year, month, 1), locale=self._locale)
            case [year, month, day_of_month]:
                return self.date(date(year, month, day_of_month), style)
        raise ValueError(f"not an ISO date: {day!r}")

    def month(self, number: int) -> str:
        """The name of a month, 1 to 12, as it stands alone."""
        return str(get_month_names("wide", context="stand-alone", locale=self._locale)[number])

    def moment(self, moment: datetime, zone: tzinfo) -> str:
        """A moment in the given zone, with date and time."""
        return format_datetime(moment, format="medium", tzinfo=zone, locale=self._locale)

    def time(self, moment: datetime, zone: tzinfo) -> str:
        return format_time(moment, format="short", tzinfo=zone, locale=self._locale)

    def list(self, items: Sequence[object]) -> Markup:
        """Items joined as the language does: "a, b and c"."""
        return Markup(format_list([escape(item) for item in items], locale=self._locale))  # noqa: S704

    def country(self, code: str) -> str:
        """The name of an ISO 3166 country."""
        return str(self._locale.territories.get(code, code))


def _filled(message: str, fields: dict[str, object]) -> Markup:
    return Markup(message).format(**fields) if fields else Markup(message)  # noqa: S704
