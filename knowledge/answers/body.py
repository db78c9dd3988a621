"""What an answer is made of before it becomes a message: lines with what stands behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from markupsafe import Markup

from knowledge.answers.markup import link
from knowledge.records import Item, Law, Record


class Said(NamedTuple):
    """A text as it is shown. Goes into a phrase as a field like any markup."""

    markup: Markup
    english: bool = False
    """Shown in English for want of a translation."""
    draft: bool = False
    """A translation that nobody has reviewed."""
    stale: bool = False
    """A translation older than the English text."""

    def __html__(self) -> str:
        return self.markup


@dataclass(frozen=True)
class Line:
    """A paragraph or an entry of a list, with what stands behind it."""

    markup: Markup
    sources: tuple[str, ...] = ()
    memory: bool = False
    """Nobody has confirmed it by a source."""
    english: bool = False
    draft: bool = False
    stale: bool = False


@dataclass(frozen=True)
class Office:
    """Who would know."""

    name: Markup
    url: str | None = None
    phone: str | None = None

    @property
    def markup(self) -> Markup:
        """Name with link and telephone number."""
        named = link(self.url, self.name)
        return Markup("{} (☎ {})").format(named, self.phone) if self.phone else named


@dataclass
class Body:
    """An answer before it is cut to the size of a message."""

    record: Record
    facet: str
    lines: list[Line] = field(default_factory=list)
    laws: list[Law] = field(default_factory=list)
    """The laws that the fact rests on."""
    behind: list[Record] = field(default_factory=list)
    """Other records whose words are shown."""
    cautions: list[Item] = field(default_factory=list)
    as_of: list[str] = field(default_factory=list)
    """How old the shown facts are, as their sources say."""
    confirm: bool = False
    """Moves fast: confirm before acting."""
    partly_memory: bool = False
    doubtful: bool = False
    """The editors doubt part of it."""
    known: bool = True
    """False when the desk has nothing on it."""
    title: Markup | None = None
    notice: Markup | None = None
    """A word of warning of the renderer's own."""
    summary: bool = False
    """Over several records: cautions and sources stay short even in the whole answer."""

    def add(self, *lines: Line | None) -> None:
        """Appends the lines that there are."""
        self.lines.extend(line for line in lines if line is not None)
