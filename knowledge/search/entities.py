"""Which records a question names: an alias table over all records in seven scripts, exact first, then misspelt."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz, process

from knowledge.search.scripts import canonical, stripped

_LATIN = re.compile(r"[a-z0-9]")
_WORD = re.compile(r"[a-z0-9]+")
_SHORTEST_FUZZY, _CLOSE_ENOUGH = 5, 84
_LONGEST_WORDS = 4


@dataclass(frozen=True)
class Squeezed:
    """A text without blanks, marks of Latin letters and punctuation, with the places where a name may begin or end."""

    text: str
    begins: tuple[bool, ...]
    ends: tuple[bool, ...]
    origins: tuple[int, ...]
    """Where each character stands in the text without Latin marks."""


def squeeze(text: str) -> Squeezed:
    """Squeezes a canonical text; a Latin name may not begin or end inside a word, no name inside a cluster."""
    plain = stripped(text)
    kept: list[str] = []
    begins: list[bool] = []
    ends: list[bool] = []
    origins: list[int] = []
    before = " "
    for place, character in enumerate(plain):
        category = unicodedata.category(character)
        mark = category in ("Mn", "Mc") or character in "\u0e33\u0eb3\u0e32\u0eb2\u0e30\u0eb0\u0e45"
        if not (character.isalnum() or mark):
            before = " "
            continue
        joins = (_kind(before) == _kind(character) and _kind(character) in "ld") or (mark and before != " ")
        joins = joins or (bool(kept) and before == "\u17d2")
        if ends:
            ends[-1] = not joins
        kept.append(character)
        origins.append(place)
        begins.append(not joins)
        ends.append(True)
        before = character
    return Squeezed("".join(kept), tuple(begins), tuple(ends), tuple(origins))


def _kind(character: str) -> str:
    if "a" <= character <= "z":
        return "l"
    if character.isdigit():
        return "d"
    return "n" if character != " " else " "


@dataclass(frozen=True)
class Match:
    """One name found in the question."""

    start: int
    end: int
    key: str
    weight: float
    owners: tuple[tuple[str, float], ...]
    """Records (or other ids) of that name, with the weight of the spelling."""
    close: float = 1.0
    """1 for an exact match, less for a misspelt one."""


def without(text: str, squeezed: Squeezed, matches: Iterable["Match"]) -> str:
    """The canonical text with the matched names cut out."""
    bare = stripped(text)
    characters = list(text if len(text) == len(bare) else bare)
    for match in matches:
        if match.end > match.start:
            for place in range(squeezed.origins[match.start], squeezed.origins[match.end - 1] + 1):
                characters[place] = " "
    return " ".join("".join(characters).split())


@lru_cache(maxsize=100_000)
def _squeezed(spelling: str) -> str:
    """Kept, because with each publication the same names are taken in again."""
    return squeeze(canonical(spelling)).text


@dataclass
class AliasTable:
    """Spelling → ids; spellings are compared squeezed."""

    spellings: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    lengths: tuple[int, ...] = ()
    latin: list[str] = field(default_factory=list)

    def add(self, id_: str, spelling: str, weight: float = 1.0) -> None:
        """Adds one spelling; the higher weight counts where an id has it twice."""
        key = _squeezed(spelling)
        if len(key) < (2 if not key.isascii() else 3):
            return
        owners = self.spellings[key]
        owners[id_] = max(weight, owners.get(id_, 0.0))

    def close(self) -> "AliasTable":
        """Ready for questions."""
        self.spellings = dict(self.spellings)
        self.lengths = tuple(sorted({len(key) for key in self.spellings}, reverse=True))
        self.latin = [key for key in self.spellings if key.isascii() and len(key) >= _SHORTEST_FUZZY]
        return self

    def find(self, squeezed: Squeezed) -> list[Match]:
        """Exact names, longest first, not overlapping."""
        text, taken = squeezed.text, [False] * len(squeezed.text)
        found: list[Match] = []
        for length in self.lengths:
            for start in range(len(text) - length + 1):
                end = start + length
                if not squeezed.begins[start] or not squeezed.ends[end - 1] or taken[start] or taken[end - 1]:
                    continue
                owners = self.spellings.get(text[start:end])
                if owners is None or any(taken[start:end]):
                    continue
                taken[start:end] = [True] * length
                found.append(Match(start, end, text[start:end], max(owners.values()), tuple(owners.items())))
        return sorted(found, key=lambda match: match.start)

    def find_close(self, text: str, common: frozenset[str], limit: int = 3) -> list[Match]:
        """Misspelt Latin names in the part of a question where no name was found."""
        words = _WORD.findall(stripped(text))
        tried: dict[str, float] = {}
        for size in range(1, _LONGEST_WORDS + 1):
            for start in range(len(words) - size + 1):
                part = words[start : start + size]
                if part[0] in common or part[-1] in common:
                    continue
                key = "".join(part)
                if _SHORTEST_FUZZY <= len(key) <= 40:
                    tried.setdefault(key, 0)
        found: dict[str, Match] = {}
        for key in tried:
            hits = process.extract(key, self.latin, scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH, limit=limit)
            for spelling, score, _ in hits:
                closeness = (score / 100) ** 2 * (1 if len(key) >= 7 else 0.8)
                owners = self.spellings[spelling]
                known = found.get(spelling)
                if known is None or known.close < closeness:
                    found[spelling] = Match(0, 0, spelling, max(owners.values()), tuple(owners.items()), closeness)
        return list(found.values())


def core_names(name: str, generic: Iterable[str]) -> Iterator[str]:
    """The name without the words that all of its kind have ("Savan-Seno" of "Savan-Seno Special Economic Zone")."""
    bare = re.sub(r"[（(].*?[)）]", " ", name)
    if bare != name:
        yield bare
    core = canonical(bare)
    for word in generic:
        core = core.replace(word, " ") if not word.isascii() else re.sub(rf"\b{re.escape(word)}\b", " ", core)
    core = " ".join(core.split()).strip(" -–—,:;/")
    if core and core != canonical(name):
        yield core


def strengths(matches: Iterable[Match]) -> dict[str, float]:
    """How strongly each id is named: the sum over its names, a name shared by several counting less for each."""
    found: dict[str, float] = defaultdict(float)
    for match in matches:
        heavy = max(weight for _, weight in match.owners)
        sharing = sum(1 for _, weight in match.owners if weight >= heavy - 0.15)
        for id_, weight in match.owners:
            found[id_] += weight * match.close / (sharing**0.35)
    return dict(found)


def covered(matches: Iterable[Match]) -> Mapping[str, int]:
    """How many characters of the question each id's names cover."""
    found: dict[str, int] = defaultdict(int)
    for match in matches:
        for id_, _ in match.owners:
            found[id_] += match.end - match.start
    return found
