"""Small bar charts as PNG."""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import Image, ImageDraw, ImageFont

WIDTH, ROW, LEFT, TOP = 900, 40, 190, 64
INK, BAR, PAPER = "#1b2a33", "#1f7a8c", "#ffffff"


def bars(title: str, values: Mapping[str, float]) -> bytes:
    """Horizontal bars, the longest first. Labels in Latin letters: the built-in font has no others."""
    ordered = sorted(values.items(), key=lambda pair: -pair[1])[:24] or [("–", 0)]
    picture = Image.new("RGB", (WIDTH, TOP + ROW * len(ordered) + 20), PAPER)
    draw = ImageDraw.Draw(picture)
    large, small = ImageFont.load_default(24), ImageFont.load_default(18)
    draw.text((20, 18), title, INK, large)
    longest = max(value for _, value in ordered) or 1
    for number, (label, value) in enumerate(ordered):
        top = TOP + number * ROW
        draw.text((20, top + 6), label[:18], INK, small)
        end = LEFT + (WIDTH - LEFT - 110) * value / longest
        draw.rectangle((LEFT, top + 4, max(end, LEFT + 1), top + ROW - 8), BAR)
        draw.text((end + 8, top + 6), f"{value:g}", INK, small)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
