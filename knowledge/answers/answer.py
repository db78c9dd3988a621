"""What the desk answers: parts that any channel can show, and what stands behind them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from markupsafe import Markup

from knowledge.language import Language
from knowledge.search import Candidate, Context

Outcome = Literal["answer", "choices", "declined", "smalltalk"]


@dataclass(frozen=True)
class Choice:
    """One way to go on: a (record, facet) pair with a plain label for a button."""

    record: str
    facet: str
    label: str


@dataclass(frozen=True)
class SourceLine:
    """A page or law behind what is shown. Exactly what was published, so never translated except the law's title."""

    title: str
    publisher: str | None = None
    url: str | None = None
    published: str | None = None
    """YYYY, YYYY-MM or YYYY-MM-DD, or words where the page has no date."""
    law: bool = False
    number: str | None = None
    year: int | None = None

    def as_dict(self) -> dict[str, str | int | bool | None]:
        """For JSON; fields without a value are left out."""
        return {key: value for key, value in vars(self).items() if value}


@dataclass(frozen=True)
class Answer:
    """One reply to a question or a tap.

    `short` is the whole first message (title, fact, sources, date, cautions); `full` is the same answer with nothing
    cut, for "More", or None when `short` is all there is.
    """

    outcome: Outcome
    language: Language
    short: Markup
    full: Markup | None = None
    record: str | None = None
    """The record and facet that are shown; None unless the outcome is "answer"."""
    facet: str | None = None
    candidates: tuple[Candidate, ...] = ()
    """What the search found, best first."""
    choices: tuple[Choice, ...] = ()
    """At most three, for the outcome "choices" (and close-by ones for "declined")."""
    suggestions: tuple[Choice, ...] = ()
    """Two to four useful next steps."""
    revisions: dict[str, int] = field(default_factory=dict)
    """The revision of each record whose words are shown."""
    sources: tuple[SourceLine, ...] = ()
    checked_on: date | None = None
    outdated: bool = False
    """Past its review period on the day it was given."""
    shown_in: Language | None = None
    """The language of the record's own words where that is not `language`."""
    draft: bool = False
    """Holds a translation that nobody has reviewed: offer to report a mistake."""
    context: Context = field(default_factory=Context)
    """To remember and hand in with the next question."""
