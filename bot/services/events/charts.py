"""Numbers as pictures that fit a chat."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from bot.services.events.fonts import CHINESE_IN_COLLECTION, font_file, runs
from knowledge.answers.markup import shortened

WIDTH, BAR, GAP, LEFT, SIDE = 900, 34, 14, 300, 24
INK, SOFT, ACCENT, PAPER = "#20302d", "#dfe7e4", "#0b5e54", "#ffffff"
Font = ImageFont.FreeTypeFont


def bars(title: str, rows: Sequence[tuple[str, int]]) -> bytes:
    """Horizontal bars with their labels, as PNG."""
    height = 90 + len(rows) * (BAR + GAP) + SIDE
    picture = Image.new("RGB", (WIDTH, height), PAPER)
    draw = ImageDraw.Draw(picture)
    _write(draw, (SIDE, 20), title, 30)
    most = max((count for _, count in rows), default=0) or 1
    for index, (label, count) in enumerate(rows):
        y = 80 + index * (BAR + GAP)
        _write(draw, (SIDE, y + 2), label, 22, LEFT - SIDE - 10)
        room = WIDTH - LEFT - 90
        draw.rectangle((LEFT, y, LEFT + room, y + BAR), SOFT)
        draw.rectangle((LEFT, y, LEFT + max(2, room * count // most), y + BAR), ACCENT)
        _write(draw, (LEFT + room + 12, y + 2), str(count), 22)
    return _png(picture)


def over_time(title: str, days: Sequence[tuple[str, int]]) -> bytes:
    """A running total by day, as PNG. `days`: label and how many were added."""
    height, top, bottom = 420, 80, 360
    picture = Image.new("RGB", (WIDTH, height), PAPER)
    draw = ImageDraw.Draw(picture)
    _write(draw, (SIDE, 20), title, 30)
    totals: list[int] = []
    for _, added in days:
        totals.append((totals[-1] if totals else 0) + added)
    most = max(totals, default=0) or 1
    draw.line((60, bottom, WIDTH - SIDE, bottom), SOFT, 2)
    _write(draw, (SIDE, top - 10), str(most), 18)
    if totals:
        step = (WIDTH - SIDE - 80) / max(1, len(totals) - 1)
        points = [(70 + index * step, bottom - (bottom - top) * total / most) for index, total in enumerate(totals)]
        if len(points) > 1:
            draw.line(points, ACCENT, 4, joint="curve")
        for x, y in points:
            draw.ellipse((x - 5, y - 5, x + 5, y + 5), ACCENT)
        _write(draw, (60, bottom + 12), days[0][0], 18)
        if len(days) > 1:
            _write(draw, (WIDTH - 190, bottom + 12), days[-1][0], 18)
    return _png(picture)


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, width: float | None = None
) -> None:
    """Draws the pieces of all scripts on one line to stand on; what has no room is cut at a whole letter."""
    x, y = at
    shown, room = text, len(text)
    while width is not None and room > 1 and _length(shown, size) > width:
        room -= 1
        shown = shortened(text, room)
    for script, piece in runs(shown):
        font = _font(script, size)
        draw.text((x, y + size), piece, INK, font, anchor="ls")
        x += font.getlength(piece)


def _length(text: str, size: int) -> float:
    return sum(_font(script, size).getlength(piece) for script, piece in runs(text))


@cache
def _font(script: str, size: int) -> Font:
    file = font_file(script)
    return ImageFont.truetype(file, size, index=CHINESE_IN_COLLECTION if file.suffix == ".ttc" else 0)


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
