"""What a reader of one language sees of the content: texts with their honest state, names, flags, dates.

A renderer builds a `Body` of `Line`s through a `View`; `compose` turns the body into messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from markupsafe import Markup, escape

from knowledge.answers.body import Line, Office, Said
from knowledge.answers.relations import Relations
from knowledge.answers.words import facet_name
from knowledge.language import Language
from knowledge.loader import Content
from knowledge.phrases import Phrases
from knowledge.records import (
    Agency,
    CountryRecord,
    Crossing,
    Facet,
    FacetName,
    Item,
    Note,
    Procedure,
    Programme,
    Record,
    RecurringEvent,
    Regime,
    Route,
    Zone,
)
from knowledge.texts import Text

ENGLISH_MARK = "[EN]"
"""Stands before a text that is only there in English; a line at the end of the answer says what it means."""
_FLAGS = {"KH": "🇰🇭", "CN": "🇨🇳", "LA": "🇱🇦", "MM": "🇲🇲", "TH": "🇹🇭", "VN": "🇻🇳"}
_REGION = "🌏"
_OWN_LANGUAGES = {
    "KH": Language.KM,
    "CN": Language.ZH,
    "LA": Language.LO,
    "MM": Language.MY,
    "TH": Language.TH,
    "VN": Language.VI,
}


class View:
    """The content as a reader of `language` sees it on the day `today`."""

    def __init__(self, content: Content, language: Language, today: date, relations: Relations | None = None) -> None:
        self.content, self.language, self.today = content, language, today
        self.relations = relations or Relations(content)
        self.t = Phrases(language)

    def say(self, text: Text) -> Said:
        """A text in the reader's language, else the English one with a mark."""
        words, spoken = text.best(self.language)
        if spoken is not self.language:
            return Said(Markup("{} {}").format(ENGLISH_MARK, words), english=True)
        state = text.status(self.language)
        return Said(escape(words), draft=state in ("draft", "stale"), stale=state == "stale")

    def proper(self, text: Text) -> Said:
        """The same for proper names (places, offices, laws), which stand unmarked where they have no translation."""
        return Said(escape(text.best(self.language)[0]))

    def line(
        self,
        markup: Markup,
        said: Iterable[Said] = (),
        backing: Facet | Item | Record | None = None,
        sources: Sequence[str] | None = None,
    ) -> Line:
        """A line with the state of the texts in it and the sources behind it."""
        said = tuple(said)
        backed = tuple(sources) if sources is not None else (backing.sources if backing is not None else ())
        return Line(
            markup,
            sources=backed,
            memory=backing is not None and backing.confidence == "memory",
            english=any(one.english for one in said),
            draft=any(one.draft for one in said),
            stale=any(one.stale for one in said),
        )

    def paragraph(self, text: Text | None, backing: Facet | Item | Record | None = None) -> Line | None:
        """A text as a line of its own."""
        if text is None:
            return None
        said = self.say(text)
        return self.line(said.markup, (said,), backing)

    def bullets(self, items: Iterable[Item], numbered: bool = False) -> list[Line]:
        """A list of items."""
        lines = []
        for number, item in enumerate(items, start=1):
            said = self.say(item.text)
            sign = f"{number}." if numbered else "•"
            if item.subject:
                markup = Markup("{} {}: {}").format(sign, item.subject, said.markup)
            else:
                markup = Markup("{} {}").format(sign, said.markup)
            lines.append(self.line(markup, (said,), item))
        return lines

    def name(self, record: Record) -> Markup:
        """The record's name, marked where it is only there in English."""
        return self.say(record.names).markup

    def short_name(self, record: Record) -> str:
        """The name for a button."""
        return record.names.best(self.language)[0]

    def country(self, code: str) -> str:
        """The name of a country."""
        if code == "regional":
            return str(self.t("Mekong region"))
        return self.content.country(code).names.best(self.language)[0]  # type: ignore[arg-type]

    def flag(self, record: Record) -> str:
        """The flags of the record's countries."""
        codes = [code for code in record.countries if code in _FLAGS]
        if record.country in _FLAGS and record.country not in codes:
            codes.insert(0, record.country)
        return "".join(_FLAGS[code] for code in codes) if 0 < len(codes) <= 3 else _REGION

    def facet(self, facet: str) -> str:
        """What a facet is called."""
        return facet_name(facet, self.t)

    def title(self, record: Record, facet: str) -> Markup:
        """The first line of an answer."""
        if facet in ("overview", "definition"):
            return Markup("<b>{} {}</b>").format(self.flag(record), self.name(record))
        return Markup("<b>{} {} · {}</b>").format(self.flag(record), self.name(record), self.facet(facet))

    def day(self, day: str | date | None) -> str | None:
        """A date of a source in the reader's way; None where the source gives words or nothing."""
        try:
            return self.t.date(day) if day else None
        except ValueError:
            return None

    def office(self, record: Record) -> Office | None:
        """Who would know about the record: its agency, operator or site, else an office of its country."""
        named = self._own_office(record)
        if named is not None or record.country == "regional":
            return named
        if isinstance(record, Zone | Regime):
            return self._investment_office(record.country)
        if isinstance(record, Note | CountryRecord):
            return self.general_office(record.country)
        return None

    def offices(self, record: Record) -> list[Office]:
        """The same, and for a border the customs of every side."""
        if isinstance(record, Crossing | Route):
            found = [self.customs(country) for country in record.countries]
        else:
            found = [self.office(record)]
        return [office for office in found if office is not None]

    def _own_office(self, record: Record) -> Office | None:
        match record:
            case Procedure() | Regime():
                agency = record.agency
                return None if agency is None else self._agency_office(agency, record.country)
            case Zone():
                regime = self.content.records.get(record.regime)
                operator = self.proper(record.operator).markup if record.operator else None
                if operator and record.website:
                    return Office(operator, record.website)
                own = self._own_office(regime) if isinstance(regime, Regime) else None
                return own or (Office(operator) if operator else None)
            case RecurringEvent() if record.url:
                return Office(self.proper(record.organiser or record.names).markup, record.url)
            case Programme() if record.url:
                return Office(self.proper(record.names).markup, record.url)
        return None

    def _agency_office(self, agency: Agency, country: str) -> Office:
        return Office(self.agency(agency, country), agency.url, agency.phone)

    def _investment_office(self, country: str) -> Office | None:
        """The agency behind another incentive law of the country."""
        agencies = (regime.agency for regime in self.content.of_type(Regime) if regime.country == country)
        found = next((agency for agency in agencies if agency is not None), None)
        return None if found is None else self._agency_office(found, country)

    def local(self, names: Text, country: str) -> Said:
        """A place's name, with the one in its country's own language where that is another."""
        name, language = self.proper(names).markup, _OWN_LANGUAGES.get(country)
        own = names.get(language) if language is not None else None
        return Said(name if own in (None, str(name.unescape())) else Markup("{} ({})").format(name, own))

    def agency(self, agency: Agency, country: str) -> Markup:
        """An office's name: translated, else its own where that is in the reader's language, else the English one."""
        own = agency.local_name if _OWN_LANGUAGES.get(country) is self.language else None
        return escape(agency.name.get(self.language) or own or agency.name.en)

    def customs(self, country: str) -> Office | None:
        """The customs of a country: the office behind its import clearance, else behind its hotline."""
        for topic in ("import-clearance", "hotline", "export-clearance"):
            for procedure in self.relations.procedures(country):
                if procedure.topic == topic:
                    return self._own_office(procedure)
        return None

    def general_office(self, country: str) -> Office | None:
        """Who answers traders' questions in a country: its hotline or trade portal, else its customs."""
        for procedure in self.relations.procedures(country):
            if procedure.topic == "hotline":
                return self._own_office(procedure)
        return self.customs(country)

    def first_line(self, record: Record, facet: FacetName) -> Said | None:
        """The facet's text, else its first item."""
        found = record.facets.get(facet)
        if found is None:
            return None
        text = found.text or (found.items[0].text if found.items else None)
        return self.say(text) if text is not None else None
