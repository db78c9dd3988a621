"""Lists in the order that readers of a language look things up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TypeVar

import icu

from knowledge.language import Language

T = TypeVar("T")


@cache
def _collator(language: Language) -> icu.Collator:
    return icu.Collator.createInstance(icu.Locale(language.value))


def collated(items: Iterable[T], language: Language, name: Callable[[T], str]) -> list[T]:
    """The items by name: Chinese by pinyin, Thai and Lao by their consonants, Vietnamese by letters, then tones."""
    key = _collator(language).getSortKey
    return sorted(items, key=lambda item: bytes(key(name(item))))
