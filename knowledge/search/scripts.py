"""One spelling for what looks the same: marks of Thai, Lao, Khmer and Burmese in one order, twin spellings folded.

Phones store vowel and tone marks in the order they were typed; two spellings that look alike on the screen would
otherwise never meet in an index. Only for matching: texts that people read are never changed by this.
"""

import re
import unicodedata
from functools import lru_cache

SHORT = 60
ZERO_WIDTH = dict.fromkeys(
    [0xAD, 0x34F, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF]
)
_DIGITS = {zero + digit: str(digit) for zero in (0x0E50, 0x0ED0, 0x17E0, 0x1040, 0x1090, 0xFF10) for digit in range(10)}
_UNSEGMENTED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff"
_INNER_BLANK = re.compile(rf"(?<=[{_UNSEGMENTED}])\s+(?=[{_UNSEGMENTED}])")

# Runs of marks that hang on one consonant, and the order they belong in.
_THAI = "\u0e31\u0e34\u0e35\u0e36\u0e37\u0e38\u0e39\u0e3a\u0e47\u0e4d\u0e48\u0e49\u0e4a\u0e4b\u0e4c"
_LAO = "\u0eb1\u0eb4\u0eb5\u0eb6\u0eb7\u0eb8\u0eb9\u0ebb\u0ebc\u0ecd\u0ec8\u0ec9\u0eca\u0ecb\u0ecc"
_BURMESE = "\u103b\u103c\u103d\u103e\u1031\u102d\u102e\u1032\u102f\u1030\u1036\u102b\u102c\u103a\u1037\u1038"
_KHMER_SHIFT, _KHMER_VOWELS = "\u17c9\u17ca", "\u17b6-\u17c5"
_RANK = {mark: rank for marks in (_THAI, _LAO, _BURMESE) for rank, mark in enumerate(marks)}
_RUN = re.compile(f"[{_THAI}]{{2,}}|[{_LAO}]{{2,}}|[{_BURMESE}]{{2,}}")
_KHMER_RUN = re.compile(rf"(?:\u17d2[\u1780-\u17a2]|[{_KHMER_SHIFT}{_KHMER_VOWELS}\u17c6-\u17d1\u17dd])+")
_KHMER_PART = re.compile("\u17d2[\u1780-\u17a2]|.")

_TWINS = [
    ("\u0e40\u0e40", "\u0e41"),  # two เ typed for แ
    ("\u0ec0\u0ec0", "\u0ec1"),
    ("\u0e32\u0e4d", "\u0e4d\u0e32"),  # sara am typed the wrong way round
    ("\u0eb2\u0ecd", "\u0ecd\u0eb2"),
    ("\u0ebc", "\u0ea5"),  # ຫຼ and ຫລ
    ("\u0e24\u0e45", "\u0e24\u0e32"),
    ("\u17c1\u17b8", "\u17be"),
    ("\u17c1\u17b6", "\u17c4"),
    ("\u17d2\u178a", "\u17d2\u178f"),  # coeng da and coeng ta look the same
    ("\u1025\u103a", "\u1009\u103a"),
    ("\u1025\u102e", "\u1026"),
    ("\u101e\u103c", "\u1029"),
    ("\u102b", "\u102c"),  # tall and round aa
]
_SARA_AM_TONE = [
    (re.compile("([\u0e48-\u0e4b])\u0e4d\u0e32"), "\u0e4d\\1\u0e32"),
    (re.compile("([\u0ec8-\u0ecb])\u0ecd\u0eb2"), "\u0ecd\\1\u0eb2"),
    (re.compile("\u0eb2([\u0ec8-\u0ecb])\u0ecd|\u0ecd\u0eb2([\u0ec8-\u0ecb])"), "\u0ecd\\1\\2\u0eb2"),
]
_BURMESE_ZERO = re.compile("(?<=[\u1000-\u103f])\u1040|\u1040(?=[\u102b-\u103e])")


def digits(text: str) -> str:
    """Digits of all scripts as ASCII."""
    return text.translate(_DIGITS)


def canonical(text: str) -> str:
    """The one matching form: NFKC, casefolded, no zero-width characters, marks in order, twins folded, ASCII digits."""
    return _kept(text) if len(text) <= SHORT else _canonical(text)


def _canonical(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(ZERO_WIDTH)).casefold()
    if not text.isascii():
        text = _BURMESE_ZERO.sub("\u101d", text)
        for twin, kept in _TWINS:
            text = text.replace(twin, kept)
        for pattern, ordered in _SARA_AM_TONE:
            text = pattern.sub(ordered, text)
        text = _RUN.sub(_in_order, text)
        text = _KHMER_RUN.sub(_khmer_in_order, text)
        text = unicodedata.normalize("NFC", digits(text))
    return " ".join(text.split())


_kept = lru_cache(maxsize=60_000)(_canonical)
"""Names and phrases come again with each publication."""


def _in_order(run: re.Match[str]) -> str:
    marks = sorted(run.group(), key=_RANK.__getitem__)
    return "".join(mark for place, mark in enumerate(marks) if place == 0 or mark != marks[place - 1])


def _khmer_in_order(run: re.Match[str]) -> str:
    parts = _KHMER_PART.findall(run.group())
    return "".join(sorted(dict.fromkeys(parts), key=_khmer_rank))


def _khmer_rank(part: str) -> int:
    if part[0] == "\u17d2":
        return 1 if part[1] == "\u179a" else 0  # coeng ro comes last
    if part in _KHMER_SHIFT:
        return 2
    return 3 if "\u17b6" <= part <= "\u17c5" else 4


def joined(text: str) -> str:
    """The text without blanks between letters of scripts that write none."""
    return _INNER_BLANK.sub("", text)


def stripped(text: str) -> str:
    """Latin letters without marks ("Mống Cái" → "mong cai"); other scripts stay."""
    if text.isascii():
        return text
    out = []
    for character in unicodedata.normalize("NFD", text):
        if not "\u0300" <= character <= "\u036f":
            out.append(character)
    return unicodedata.normalize("NFC", "".join(out)).replace("đ", "d").replace("ð", "d")


_ALIKE = str.maketrans(
    "\u0e34\u0e36\u0e38\u0e43\u0e13\u0eb4\u0eb6\u0eb8\u0ec3\u0ea3\u17b7\u17b9\u17bb\u178e\u17a1\u102d\u102f\u103c",
    "\u0e35\u0e37\u0e39\u0e44\u0e19\u0eb5\u0eb7\u0eb9\u0ec4\u0ea5\u17b8\u17ba\u17bc\u1793\u179b\u102e\u1030\u103b",
    "\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0ec8\u0ec9\u0eca\u0ecb\u0ecc\u17c8\u17c9\u17ca\u17cb\u17cd\u17d0\u1037\u1038",
)
"""Thai, Lao, Khmer and Burmese: no tones, no registers; short vowels as long ones, letters of one sound as one."""


def alike(text: str) -> str:
    """A canonical text as it sounds to those who mix up tones, lengths and letters of one sound."""
    return text.translate(_ALIKE)


def squeezed(text: str) -> str:
    """Letters and digits only, without Latin marks: for comparing names."""
    return "".join(
        character
        for character in stripped(text)
        if character.isalnum() or unicodedata.category(character) in ("Mn", "Mc")
    )
