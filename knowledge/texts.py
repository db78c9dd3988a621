"""A text in seven languages, with an honest word on the state of each."""

import hashlib
from collections.abc import Iterator
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from knowledge.language import Language

Status = Literal["reviewed", "draft", "stale", "missing"]
STATES: tuple[Status, ...] = get_args(Status)
"""The better first."""
Words = dict[Language, tuple[str, ...]]


def text_basis(english: str) -> str:
    """The mark of an English text that its translations carry: first ten hex digits of its SHA-1."""
    return hashlib.sha1(english.encode("utf-8"), usedforsecurity=False).hexdigest()[:10]


class Text(BaseModel):
    """One text side by side in seven languages; English is the source that the others are made from.

    A translation is a draft unless its language stands in `reviewed`, and stale when the English has changed since
    (`basis` is the mark of the English it was made from, `basis_of` the exceptions by language).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str = Field(min_length=1)
    zh_Hans: str | None = Field(default=None, min_length=1)
    th: str | None = Field(default=None, min_length=1)
    lo: str | None = Field(default=None, min_length=1)
    km: str | None = Field(default=None, min_length=1)
    my: str | None = Field(default=None, min_length=1)
    vi: str | None = Field(default=None, min_length=1)
    basis: str | None = None
    basis_of: dict[Language, str] = Field(default_factory=dict)
    reviewed: tuple[Language, ...] = ()

    def get(self, language: Language) -> str | None:
        """The text in exactly this language, or None."""
        value: str | None = getattr(self, language.value)
        return value

    def best(self, language: Language) -> tuple[str, Language]:
        """The text in this language, else the English one; always with the language it really is in."""
        own = self.get(language)
        return (own, language) if own is not None else (self.en, Language.EN)

    def items(self) -> Iterator[tuple[Language, str]]:
        """Every language that has a text, English first."""
        for language in Language:
            value = self.get(language)
            if value is not None:
                yield language, value

    def status(self, language: Language) -> Status:
        """State of one language; English itself is always reviewed."""
        if language is Language.EN:
            return "reviewed"
        if self.get(language) is None:
            return "missing"
        basis = self.basis_of.get(language, self.basis)
        if basis is not None and basis != text_basis(self.en):
            return "stale"
        return "reviewed" if language in self.reviewed else "draft"
