"""Fonts for pictures and papers: one for each script, found on the machine.

On Debian they come with `fonts-noto-core` and `fonts-noto-cjk`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".fonts",
    Path.home() / ".local/share/fonts",
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
)
FILES = {
    "latin": ("NotoSans-Regular.ttf",),
    "thai": ("NotoSansThai-Regular.ttf",),
    "lao": ("NotoSansLao-Regular.ttf",),
    "khmer": ("NotoSansKhmer-Regular.ttf",),
    "burmese": ("NotoSansMyanmar-Regular.ttf",),
    "chinese": ("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.ttf"),
}
RANGES = (
    (0x0E00, 0x0E7F, "thai"),
    (0x0E80, 0x0EFF, "lao"),
    (0x1780, 0x17FF, "khmer"),
    (0x19E0, 0x19FF, "khmer"),
    (0x1000, 0x109F, "burmese"),
    (0xA9E0, 0xA9FF, "burmese"),
    (0xAA60, 0xAA7F, "burmese"),
    (0x2E80, 0x9FFF, "chinese"),
    (0xF900, 0xFAFF, "chinese"),
    (0xFF00, 0xFFEF, "chinese"),
    (0x20000, 0x3FFFF, "chinese"),
)
CHINESE_IN_COLLECTION = 2  # of Noto's CJK collection: Japanese, Korean, Simplified Chinese, …


class NoFont(Exception):
    """A script can't be drawn here; the text says what to install."""


@cache
def font_file(script: str) -> Path:
    """The script's font.

    Raises:
        NoFont: none is installed.
    """
    for name in FILES[script]:
        for folder in FOLDERS:
            if folder.is_dir() and (found := next(folder.rglob(name), None)):
                return found
    raise NoFont(
        f"No font for {script} text ({' or '.join(FILES[script])}). "
        "On Debian: apt install fonts-noto-core fonts-noto-cjk"
    )


def script_of(char: str) -> str | None:
    """The script that draws the character; None: whichever comes before it (marks, blanks, joiners)."""
    code = ord(char)
    for first, last, script in RANGES:
        if first <= code <= last:
            return script
    if unicodedata.category(char) in ("Mn", "Me", "Cf", "Zs"):
        return None
    return "latin"


def runs(text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces of one script each."""
    script, piece = "latin", ""
    for char in text:
        own = script_of(char) or script
        if own != script and piece:
            yield script, piece
            piece = ""
        script = own
        piece += char
    if piece:
        yield script, piece
