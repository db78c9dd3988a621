"""/stats → numbers → pictures → workbook. Nothing personal in any of them."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from bot.conversation import Attachment, Turn
from bot.routing import Routes
from bot.services import roles, stats, vain
from handlers.charts import bars
from handlers.exchange import XLSX
from handlers.staff import staff_button, staff_only
from knowledge.phrases import N_, Phrases

routes = Routes()

WHAT = {
    "questions": N_("Questions: {count}"),
    "taps": N_("Looked up by buttons: {count}"),
    "answered": N_("Answered: {count}"),
    "choices": N_("Asked back: {count}"),
    "declined": N_("Declined: {count}"),
    "handed_over": N_("Handed over: {count}"),
    "useful": N_("Useful: {count}"),
    "not_useful": N_("Not useful: {count}"),
}
TOP = 10


@routes.command("stats")
@routes.button("stats.show")
@staff_only("stats.read")
async def show(turn: Turn) -> None:
    t = turn.t
    session = await turn.reading()
    found = await stats.numbers(session, turn.person.id, turn.now)
    vainly = await _asked_in_vain(turn, session)
    groups = await asyncio.to_thread(vain.grouped, vainly)
    lines = [t("The last twelve weeks:")]
    lines += [t(label, count=t.number(found.total(what))) for what, label in WHAT.items()]
    lines += _unanswered(t, groups)
    turn.say(Markup("\n").join(lines), ((staff_button(t),),))
    pictures = (("language", 0), ("country", 1), ("topic", 2), ("week", 3))
    for name, column in pictures:
        drawn = await asyncio.to_thread(bars, f"Questions and taps by {name}", _asked(found, column))
        turn.say(Markup(""), attachment=Attachment(f"stats-{name}.png", "image/png", drawn))
    turn.say(Markup(""), attachment=Attachment("stats.xlsx", XLSX, await asyncio.to_thread(_workbook, found)))


def _asked(found: stats.Numbers, column: int) -> dict[str, int]:
    return dict(found.by("questions", column) + found.by("taps", column))


async def _asked_in_vain(turn: Turn, session: Any) -> list[vain.Asked]:
    """None for those who may not see the queue."""
    try:
        return await vain.waiting(session, turn.person.id, turn.now)
    except roles.NotAllowed:
        return []


def _unanswered(t: Phrases, groups: Sequence[Sequence[vain.Asked]]) -> list[Markup]:
    """What is missing most: only wordings that several people share."""
    shared = [group for group in groups if len(group) >= stats.FEWEST][:TOP]
    if not shared:
        return []
    return [t("Most asked without an answer:"), *(Markup("{}× {}").format(len(g), g[0].question) for g in shared)]


def _workbook(found: stats.Numbers) -> bytes:
    from openpyxl import Workbook  # here, because it would slow every start down
    from openpyxl.worksheet.worksheet import Worksheet

    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "numbers"
    sheet.append(["what", "language", "country", "topic", "week", "count"])
    for row in found.rows():
        sheet.append(list(row))
    sheet.auto_filter.ref = f"A1:F{sheet.max_row}"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
