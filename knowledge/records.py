"""Typed records of the knowledge base, as every other part reads them.

A record says what it can answer through its facets. Purely structured facets (a zone's location, an event's dates)
have no text: the record's own fields carry the fact and localised templates render it.
Facets and items without sources, confidence or date of their own take them over from what they belong to.
"""

from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from knowledge.language import Language
from knowledge.texts import Text, Words
from knowledge.vocabulary import FACET_REVIEW_DAYS, FAST_REVIEW_DAYS, REVIEW_DAYS
from knowledge.vocabulary import INCENTIVES as INCENTIVES
from knowledge.vocabulary import Country as Country
from knowledge.vocabulary import FacetName as FacetName
from knowledge.vocabulary import Kind as Kind

Confidence = Literal["sourced", "memory", "design"]
AsOf = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, (int, date)) else value)]
"""How old a fact is: YYYY, YYYY-MM or YYYY-MM-DD where known, else words ("date not shown")."""
Plain = int | float | str | bool | None
Figure = Plain | list[Plain] | dict[str, Plain | list[Plain]]


class Frozen(BaseModel):
    """Base of all content models: immutable, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Frozen):
    """A page, law or notice that stands behind facts."""

    id: str
    title: str
    publisher: str
    url: str | None = None
    published: AsOf | None = None
    seen: date


class Item(Frozen):
    """One line of an ordered list: a document, a step, a caution, a fact."""

    text: Text
    subject: str | None = None
    """Whom or what the line is about, where one list covers several (a platform's name)."""
    document: str | None = None
    """Glossary term of the paper that the line names."""
    sources: tuple[str, ...] = ()
    confidence: Confidence = "memory"
    as_of: AsOf | None = None
    kind: str | None = None


class Facet(Frozen):
    """What one record says on one question."""

    text: Text | None = None
    items: tuple[Item, ...] = ()
    figures: dict[str, Figure] = Field(default_factory=dict)
    sources: tuple[str, ...] = ()
    confidence: Confidence = "memory"
    as_of: AsOf | None = None
    memory_part: str | None = None
    """Which part of a sourced facet is from memory (for editors)."""
    doubt: str | None = None
    """What the editors doubt about it."""
    questions: dict[Language, tuple[str, ...]] = Field(default_factory=dict)
    """How people ask for it, per language: indexed as a field of its own."""


def _hand_down(owner: dict[str, Any], part: Any) -> Any:
    """A copy of the part with the owner's sources, confidence and date where it names none itself."""
    if not isinstance(part, dict):
        return part
    filled = dict(part)
    for key in ("sources", "confidence", "as_of"):
        if key not in filled and owner.get(key) is not None:
            filled[key] = owner[key]
    if isinstance(filled.get("items"), list):
        filled["items"] = [_hand_down(filled, item) for item in filled["items"]]
    return filled


class Record(Frozen):
    """What all records share."""

    facet_names: ClassVar[frozenset[FacetName]] = frozenset()
    """The facets that this kind may have."""

    id: str = Field(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")
    kind: Kind
    country: Country
    countries: tuple[Country, ...] = ()
    """Every country it concerns; the one country where only one is named."""
    names: Text
    aliases: dict[Language | Literal["any"], tuple[str, ...]] = Field(default_factory=dict)
    facets: dict[FacetName, Facet] = Field(default_factory=dict)
    cautions: tuple[Item, ...] = ()
    sources: tuple[str, ...] = ()
    confidence: Confidence
    as_of: AsOf | None = None
    checked_on: date
    review_days: int | None = None
    """Overrides the review period of the kind."""
    fast_moving: bool = False
    """Always shown with date and caution."""

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        filled = dict(data)
        if isinstance(data.get("facets"), dict):
            filled["facets"] = {name: _hand_down(data, facet) for name, facet in data["facets"].items()}
        if isinstance(data.get("cautions"), list):
            filled["cautions"] = [_hand_down(data, caution) for caution in data["cautions"]]
        if not data.get("countries") and data.get("country") not in (None, "regional"):
            filled["countries"] = [data["country"]]
        return filled

    def review_period(self, facet: FacetName | None = None) -> timedelta:
        """How long a check is good for, for the record or one facet of it."""
        if self.review_days is not None:
            return timedelta(days=self.review_days)
        if self.fast_moving:
            return timedelta(days=FAST_REVIEW_DAYS)
        days = REVIEW_DAYS[self.kind]
        return timedelta(days=FACET_REVIEW_DAYS.get(facet, days) if facet else days)

    def outdated(self, today: date, facet: FacetName | None = None) -> bool:
        """Whether the last check is further back than the review period."""
        return self.overdue(today, facet) > 0

    def overdue(self, today: date, facet: FacetName | None = None) -> int:
        """Days past the review period; negative while there is time."""
        return (today - (self.checked_on + self.review_period(facet))).days

    def all_aliases(self) -> dict[Language | Literal["any"], tuple[str, ...]]:
        """Names and aliases together, by language ("any" for spellings of no one language)."""
        together = {key: list(words) for key, words in self.aliases.items()}
        for language, name in self.names.items():
            together.setdefault(language, []).insert(0, name)
        return {key: tuple(dict.fromkeys(words)) for key, words in together.items()}


F = FacetName


class Law(Frozen):
    """A law, decree or notice behind a regime."""

    title: Text
    number: str | None = None
    year: int | None = None
    url: str | None = None
    note: Text | None = None
    zones: tuple[str, ...] = ()  # the only zones that it is about; of others under the regime it is not named

    def holds_in(self, zone: str) -> bool:
        """Whether it is about the zone, which is under the regime."""
        return not self.zones or zone in self.zones


class Agency(Frozen):
    """The office that decides."""

    name: Text
    local_name: str | None = None
    url: str | None = None
    phone: str | None = None


class Regime(Record):
    """A set of incentive rules: a law that zones fall under."""

    facet_names = INCENTIVES | {F.OVERVIEW, F.CONTACT, F.LEGAL_BASIS}
    kind: Literal[Kind.REGIME]
    law: tuple[Law, ...] = ()
    agency: Agency | None = None
    changed: tuple[Text, ...] = ()
    superseded: tuple[Text, ...] = ()


class Place(Frozen):
    """Where a zone lies."""

    province: Text
    former_province: Text | None = None
    near: Text | None = None
    border_crossing: Text | None = None
    crossings: tuple[str, ...] = ()
    """Crossing records that the zone looks to."""
    lat: float | None = None
    lon: float | None = None


class Contact(Frozen):
    """How to reach someone, as a source printed it."""

    phone: str | None = None
    email: str | None = None
    address: Text | None = None
    text: Text | None = None
    sources: tuple[str, ...] = ()
    as_of: AsOf | None = None


class Zone(Record):
    """A special, border, cross-border or industrial zone."""

    facet_names = INCENTIVES | {
        *(F.OVERVIEW, F.LOCATION, F.OPERATOR, F.CONTACT, F.TENANTS, F.RENTS, F.STATUS, F.INCENTIVES_EXTRA),
        *(F.LIST, F.COMPARE),
    }
    kind: Literal[Kind.ZONE]
    regime: str
    also_under: tuple[str, ...] = ()
    zone_kind: str
    place: Place
    status: Literal["operating", "developing", "announced", "unclear"]
    status_as_of: AsOf | None = None
    established: int | None = None
    operator: Text | None = None
    website: str | None = None
    contact: Contact | None = None
    size_ha: float | None = None
    size_note: str | None = None
    sectors: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    seeks: tuple[str, ...] = ()
    written: dict[Literal["sectors", "offers", "seeks"], tuple[str, ...]] = Field(default_factory=dict)
    """Words of the research that say more than the tag they became (for editors)."""
    memory_fields: tuple[str, ...] = ()


class Side(Frozen):
    """One side of a border crossing."""

    country: Country
    place: str
    province: Text
    names: Text
    aliases: dict[Language | Literal["any"], tuple[str, ...]] = Field(default_factory=dict)


class Coordinates(Frozen):
    """A rough point for maps."""

    lat: float
    lon: float


class Crossing(Record):
    """A land, rail or river border crossing; never said to be open, only what was last known."""

    facet_names = frozenset({F.OVERVIEW, F.HOURS, F.GOODS, F.STATUS, F.LOCATION})
    kind: Literal[Kind.CROSSING]
    crossing_kind: str
    sides: tuple[Side, Side]
    rank: str | None = Field(default=None, alias="class")
    corridor: str | None = None
    coordinates: Coordinates | None = None
    must_check: bool = True
    """Confirm with the border office before going."""


class Procedure(Record):
    """A border procedure of one country (or a regional scheme)."""

    facet_names = frozenset(
        {
            *(F.OVERVIEW, F.DOCUMENTS, F.STEPS, F.FEE, F.TIME, F.VALIDITY, F.WHO, F.AGENCY, F.LEGAL_BASIS, F.ONLINE),
            F.CAUTIONS,
        }
    )
    kind: Literal[Kind.PROCEDURE]
    topic: str
    direction: Literal["import", "export", "transit", "both", "people"]
    agency: Agency
    online: str | None = None


class Route(Record):
    """A usual way of goods over one or more borders."""

    facet_names = frozenset({F.OVERVIEW, F.DOCUMENTS, F.CROSSINGS})
    kind: Literal[Kind.ROUTE]
    legs: tuple[str, ...]


class Programme(Record):
    """A programme, fund, organisation or service for firms."""

    facet_names = frozenset({F.OVERVIEW, F.WHO_CAN_USE, F.HOW_TO_APPLY, F.CONTACT, F.STATUS})
    kind: Literal[Kind.PROGRAMME]
    programme_kind: str
    status: Text | None = None
    url: str | None = None
    contact: Contact | None = None
    note: Text | None = None


class Edition(Frozen):
    """One edition of a recurring event; dates only where a source gives them."""

    no: int | None = None
    opened: date | None = None
    first: date | None = None
    last: date | None = None
    note: Text | None = None
    sources: tuple[str, ...] = ()


class RecurringEvent(Record):
    """A fair or forum that comes again; usual_months is a pattern, never a date."""

    facet_names = frozenset({F.OVERVIEW, F.DATES, F.LOCATION, F.HOW_TO_JOIN, F.WHO})
    kind: Literal[Kind.EVENT]
    place: Text
    usual_months: tuple[Annotated[int, Field(ge=1, le=12)], ...] = ()
    pattern: Text | None = None
    organiser: Text | None = None
    url: str | None = None
    last_known_edition: Edition | None = None
    next_edition: Edition | None = None
    names_note: str | None = None


class Note(Record):
    """A short article: e-commerce in a country, a payment link, logistics."""

    facet_names = frozenset({F.OVERVIEW})
    kind: Literal[Kind.NOTE]
    note_kind: Literal["ecommerce", "qr_payment", "payments", "logistics", "desk"]
    channels: tuple[str, ...] = ()
    channels_confidence: Confidence | None = None
    state: Text | None = None
    since: AsOf | None = None


class LessonCheck(Frozen):
    """The question at the end of a lesson; answer counts from 0."""

    question: Text
    options: tuple[Text, ...]
    answer: int = Field(ge=0)
    why: Text

    @model_validator(mode="after")
    def _answer_is_an_option(self) -> "LessonCheck":
        if self.answer >= len(self.options):
            raise ValueError(f"answer {self.answer} is not one of {len(self.options)} options")
        return self


class Lesson(Record):
    """A lesson of the e-commerce course; its overview is the lesson text."""

    facet_names = frozenset({F.OVERVIEW})
    kind: Literal[Kind.LESSON]
    module: str
    order: int
    check: LessonCheck


class Term(Record):
    """A glossary term; names and aliases are the words of each language."""

    facet_names = frozenset({F.DEFINITION})
    kind: Literal[Kind.TERM]


class CountryRecord(Record):
    """A country: names, adjectives and what holds for all its zones."""

    facet_names = frozenset({F.OVERVIEW})
    kind: Literal[Kind.COUNTRY]
    adjectives: Words = Field(default_factory=dict)
    currency: str | None = None
    languages: tuple[Language, ...] = ()


AnyRecord = Annotated[
    Regime | Zone | Crossing | Procedure | Route | Programme | RecurringEvent | Note | Lesson | Term | CountryRecord,
    Field(discriminator="kind"),
]
