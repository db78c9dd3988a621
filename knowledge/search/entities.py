"""Which records a question names: an alias table over all records in seven scripts, exact first, then misspelt."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate

from rapidfuzz import fuzz, process

from knowledge.language import Language
from knowledge.search.lexical import word_breaks
from knowledge.search.scripts import alike, canonical, stripped

_LATIN = re.compile(r"[a-z0-9]")
_WORD = re.compile(r"[a-z0-9]+")
_SHORTEST_FUZZY, _CLOSE_ENOUGH = 5, 84
_LONGEST_WORDS = 4
_LONGEST = 160
"""Characters of the longest spelling that is found."""
_UNSEGMENTED = frozenset({Language.TH, Language.LO, Language.KM, Language.MY})
_FOLLOWING_VOWELS = "\u0e33\u0eb3\u0e32\u0eb2\u0e30\u0eb0\u0e45"
_BY_SOUND, _ALIKE_NEEDED = "~", 5
"""What no name begins with; from so many letters on a name is known by its sound, too."""
_EASILY_INSIDE = 6
"""Up to so many letters a name of a script without blanks is often a part of another word."""
_MARKS_TELL, _MARKS_NEEDED = 7, 5
"""Up to so many letters a Latin name with other marks is another word; with none where the others have some, too."""


@dataclass(frozen=True)
class Squeezed:
    """A text without blanks, marks of Latin letters and punctuation, with the places where a name may begin or end."""

    text: str
    begins: tuple[bool, ...]
    ends: tuple[bool, ...]
    origins: tuple[int, ...]
    """Where each character stands in the text without Latin marks."""
    marked: str = ""
    """The same characters with their marks."""
    breaks: frozenset[int] | None = None
    """Where words begin and end in the text without Latin marks; None where blanks say it."""
    known: frozenset[str] | None = None
    """All spellings that will be looked for; None where that isn't known."""

    @cached_property
    def spans(self) -> tuple[tuple[int, int, str], ...]:
        """(start, end, text) of whatever may be a name, longest first: looked up in a dozen tables."""
        starts = [place for place, begins in enumerate(self.begins) if begins]
        stops = [place for place, ends in enumerate(self.ends, 1) if ends]
        found: list[tuple[int, int, str]] = []
        sound = alike(self.text)
        heard = [0, *accumulate(len(alike(character)) for character in self.text)]
        for start in starts:
            for stop in stops:
                if not 1 < stop - start <= _LONGEST:
                    continue
                text = self.text[start:stop]
                if self.known is None or text in self.known:
                    found.append((start, stop, text))
                elif not text.isascii() and (like := _BY_SOUND + sound[heard[start] : heard[stop]]) in self.known:
                    found.append((start, stop, like))
        return tuple(sorted(found, key=lambda span: (span[0] - span[1], span[0])))

    @property
    def has_marks(self) -> bool:
        """Whether any Latin letter has a mark."""
        return self.marked != self.text

    def between_words(self, start: int, end: int) -> bool:
        """Whether a span begins and ends where words do, as far as a dictionary knows."""
        if self.breaks is None or self.text[start:end].isascii():
            return True
        return self.origins[start] in self.breaks and self.origins[end - 1] + 1 in self.breaks


def squeeze(text: str, language: Language | None = None, known: frozenset[str] | None = None) -> Squeezed:
    """Squeezes a canonical text; a Latin name may not begin or end inside a word, no name inside a cluster.

    `known`: the spellings of all tables that it will be looked up in.
    """
    plain = stripped(text)
    whole = text if len(text) == len(plain) else plain
    kept: list[str] = []
    begins: list[bool] = []
    ends: list[bool] = []
    origins: list[int] = []
    before = " "
    for place, character in enumerate(plain):
        kind, mark = _kind(character)
        if kind == " ":
            before = " "
            continue
        joins = (kind in "ld" and _kind(before)[0] == kind) or (mark and before != " ")
        joins = joins or (bool(kept) and before == "\u17d2")
        if ends:
            ends[-1] = not joins
        kept.append(character)
        origins.append(place)
        begins.append(not joins)
        ends.append(True)
        before = character
    marked = "".join(whole[place] for place in origins)
    breaks = word_breaks(plain, language) if language in _UNSEGMENTED else None
    return Squeezed("".join(kept), tuple(begins), tuple(ends), tuple(origins), marked, breaks, known)


@lru_cache(maxsize=4_096)
def _kind(character: str) -> tuple[str, bool]:
    """ "l" for a Latin letter, "d" for a digit, "n" for others that belong to names, " " for what does not; and whether
    it is a mark or a vowel that stands with the letter before it."""
    mark = unicodedata.category(character) in ("Mn", "Mc") or character in _FOLLOWING_VOWELS
    if "a" <= character <= "z":
        return "l", mark
    if character.isdigit():
        return "d", mark
    return ("n" if mark or character.isalnum() else " "), mark


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
def _squeezed(spelling: str) -> tuple[str, str]:
    """Without and with its marks; kept, because with each publication the same names are taken in again."""
    text = canonical(spelling)
    plain = stripped(text)
    whole = text if len(text) == len(plain) else plain
    kept = [place for place, character in enumerate(plain) if _kind(character)[0] != " "]
    return "".join([plain[place] for place in kept]), "".join([whole[place] for place in kept])


def _by_sound(key: str) -> Iterator[str]:
    """The key under which a squeezed name is also kept: if it is long and of a script with tones or registers."""
    sound = alike(key)
    if len(sound) >= _ALIKE_NEEDED and "\u0e00" <= key[0] <= "\u17ff":
        yield _BY_SOUND + sound


@dataclass
class AliasTable:
    """Spelling → ids; spellings are compared squeezed."""

    spellings: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    latin: list[str] = field(default_factory=list)
    """The spellings that are compared with misspelt ones, the shortest first."""
    marked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The spellings with their marks."""
    loose: bool = False
    """Whether a short name may stand inside another word."""
    needing_marks: frozenset[str] = frozenset()
    """Spellings that mean something else without their marks."""
    by_sound: bool = False
    """Whether a name is found that is spelt otherwise but sounds alike."""
    shortest: int = 3
    """Letters that a Latin spelling needs at least; shorter ones are parts of too much else."""

    def add(self, id_: str, spelling: str, weight: float = 1.0) -> None:
        """Adds one spelling; the higher weight counts where an id has it twice."""
        key, marked = _squeezed(spelling)
        if len(key) < (self.shortest if key.isascii() else 2):
            return
        for one in (key, *_by_sound(key)) if self.by_sound else (key,):
            owners = self.spellings[one]
            owners[id_] = max(weight, owners.get(id_, 0.0))
        if key.isascii():
            self.marked[key].add(marked)

    def close(self) -> "AliasTable":
        """Ready for questions."""
        self.spellings = dict(self.spellings)
        latin = (key for key in self.spellings if key.isascii() and len(key) >= _SHORTEST_FUZZY)
        self.latin = sorted(latin, key=len)
        return self

    def _of_length_like(self, key: str) -> list[str]:
        """The Latin names that aren't too long or too short to be close enough to a key."""
        shared = _CLOSE_ENOUGH / (200 - _CLOSE_ENOUGH)
        shortest = bisect_left(self.latin, len(key) * shared, key=len)
        return self.latin[shortest : bisect_right(self.latin, len(key) / shared, key=len)]

    def find(self, squeezed: Squeezed) -> list[Match]:
        """Exact names, longest first, not overlapping."""
        taken = [False] * len(squeezed.text)
        found: list[Match] = []
        for start, end, key in squeezed.spans:
            owners = self.spellings.get(key)
            if owners is None or any(taken[start:end]) or not self._stands_alone(squeezed, start, end):
                continue
            taken[start:end] = [True] * (end - start)
            found.append(Match(start, end, key, max(owners.values()), tuple(owners.items())))
        return sorted(found, key=lambda match: match.start)

    def _stands_alone(self, squeezed: Squeezed, start: int, end: int) -> bool:
        """Whether a short span is the name itself, not a part of another word or a word with other marks."""
        key = squeezed.text[start:end]
        if not key.isascii():
            return self.loose or end - start > _EASILY_INSIDE or squeezed.between_words(start, end)
        written, known = squeezed.marked[start:end], self.marked[key]
        if key in self.needing_marks and written not in known:
            return False
        if len(key) > _MARKS_TELL or not squeezed.has_marks:
            return True
        return written in known or (written == key and len(key) > _MARKS_NEEDED)

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
            hits = process.extract(
                key, self._of_length_like(key), scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH, limit=limit
            )
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
