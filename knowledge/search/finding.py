"""What goes into a search and what comes out, for everyone who calls it."""

from dataclasses import dataclass, field
from typing import Literal

from knowledge.language import Language

Outcome = Literal["answer", "choices", "declined"]
Missing = Literal["country", "goods", "place"]
SmallTalk = Literal["greeting", "thanks", "who_are_you", "what_can_you_do", "goodbye"]


@dataclass(frozen=True)
class Candidate:
    """One thing that the desk could answer with: a record and what is asked of it."""

    record: str
    facet: str
    score: float


@dataclass(frozen=True)
class Context:
    """What the conversation was about; kept by the caller and handed in with the next question."""

    record: str | None = None
    facet: str | None = None
    country: str | None = None
    goods: str | None = None
    candidates: tuple[tuple[str, str], ...] = ()
    """The (record, facet) pairs that were shown, in their order ("the second one")."""
    age_seconds: float | None = None
    """How long ago the person was last answered; None counts as just now."""
    language: Language | None = None


@dataclass(frozen=True)
class Finding:
    """The outcome of one search."""

    outcome: Outcome
    candidates: tuple[Candidate, ...]
    """Best first, up to ten, whatever the outcome. With "choices" the first three are the ones to offer."""
    language: Language
    """The language to reply in."""
    question_language: Language
    confidence: float
    missing: Missing | None = None
    """What the person left out; the choices differ in it."""
    records: tuple[str, ...] = ()
    """For the facets list and compare: the records that belong in the answer, best first."""
    across_languages: bool = False
    """Found only through another language: offer it, don't assert it."""
    smalltalk: SmallTalk | None = None
    context: Context = field(default_factory=Context)
    """To remember and hand in with the next question."""
    near: tuple[Candidate, ...] = ()
    """What the desk does know close by, for a declined question."""
    country: str | None = None
    """Whose offices may know what is declined; None where nothing tells, or where it is far from all that they do."""


@dataclass(frozen=True)
class PassageHit:
    """One passage found by the search core on a foreign set."""

    passage: str
    score: float
