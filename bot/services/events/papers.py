"""Papers as PDF, with real shaping (HarfBuzz) in every script: certificates and badges."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.services.events.fonts import CHINESE_IN_COLLECTION, font_file, runs
from bot.services.events.tickets import qr_png

if TYPE_CHECKING:
    from fpdf import FPDF

A4 = (210.0, 297.0)
BADGE = (95.0, 65.0)  # mm; two across and four down on A4
SMALLEST = 8.0
ACCENT = (11, 94, 84)


@dataclass(frozen=True, slots=True)
class Line:
    """A centred line; made smaller until it fits."""

    text: str
    size: float
    gap: float = 4.0
    grey: int = 0


@dataclass(frozen=True, slots=True)
class Badge:
    """What a badge shows; never a phone number or address."""

    name: str
    business: str
    country: str
    event: str
    code: str


def certificate(lines: Sequence[Line], sample: str = "") -> bytes:
    """A page with a frame and centred lines. `sample`: what stands across a paper that is none."""
    pdf = _new("L", (A4[0], A4[1]))
    pdf.add_page()
    pdf.set_draw_color(*ACCENT)
    pdf.set_line_width(1.2)
    pdf.rect(10, 10, A4[1] - 20, A4[0] - 20)
    pdf.set_line_width(0.3)
    pdf.rect(13, 13, A4[1] - 26, A4[0] - 26)
    y = 40.0
    for line in [*lines, *([Line(sample, 16, grey=120)] if sample else [])]:
        y = _centred(pdf, line, 20, A4[1] - 40, y)
    return bytes(pdf.output())


def badges(people: Sequence[Badge]) -> bytes:
    """Eight to a page, to be cut along the lines."""
    pdf = _new("P", A4)
    left, top = (A4[0] - 2 * BADGE[0]) / 2, (A4[1] - 4 * BADGE[1]) / 2
    for index, badge in enumerate(people):
        if index % 8 == 0:
            pdf.add_page()
        column, row = index % 2, index % 8 // 2
        _badge(pdf, badge, left + column * BADGE[0], top + row * BADGE[1])
    if not people:
        pdf.add_page()
    return bytes(pdf.output())


def _badge(pdf: FPDF, badge: Badge, x: float, y: float) -> None:
    pdf.set_draw_color(170)
    pdf.set_line_width(0.1)
    pdf.rect(x, y, *BADGE)
    bottom = _centred(pdf, Line(badge.event, 10, grey=90), x + 4, BADGE[0] - 8, y + 4)
    bottom = _centred(pdf, Line(badge.name, 24, gap=2), x + 4, BADGE[0] - 8, max(bottom, y + 13))
    bottom = _centred(pdf, Line(badge.business, 13, gap=1), x + 4, BADGE[0] - 8, bottom)
    _centred(pdf, Line(badge.country, 11, grey=60), x + 4, BADGE[0] - 30, y + BADGE[1] - 13)
    pdf.image(io.BytesIO(qr_png(badge.code)), x + BADGE[0] - 25, y + BADGE[1] - 25, 23, 23)


def _new(orientation: str, size: tuple[float, float]) -> FPDF:
    from fpdf import FPDF  # here, because it would slow every start down

    pdf = FPDF(orientation=orientation, unit="mm", format=size)
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.set_text_shaping(True)
    return pdf


def _use(pdf: FPDF, script: str, size: float) -> None:
    if script not in pdf.fonts:
        number = CHINESE_IN_COLLECTION if font_file(script).suffix == ".ttc" else 0
        pdf.add_font(script, "", font_file(script), collection_font_number=number)
    pdf.set_font(script, "", size)


def _width(pdf: FPDF, text: str, size: float) -> float:
    total = 0.0
    for script, piece in runs(text):
        _use(pdf, script, size)
        total += pdf.get_string_width(piece)
    return total


def _centred(pdf: FPDF, line: Line, x: float, width: float, y: float) -> float:
    """Draws the line at y; returns where the next one begins."""
    if not line.text:
        return y
    size = line.size
    while (total := _width(pdf, line.text, size)) > width and size > SMALLEST:
        size -= 0.5
    pdf.set_text_color(line.grey)
    height = size * 0.3528 * 1.6  # points to millimetres, with room for what stacks above and below
    at = x + max(0.0, (width - total) / 2)
    for script, piece in runs(line.text):
        _use(pdf, script, size)
        pdf.set_xy(at, y)
        pdf.cell(w=pdf.get_string_width(piece), h=height, text=piece)
        at += pdf.get_string_width(piece)
    return y + height + line.gap
