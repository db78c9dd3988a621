"""When staff answer, as people are told it."""

from __future__ import annotations

from markupsafe import Markup, escape

from bot.conversation import Turn
from bot.services import live


def with_hours(turn: Turn, said: Markup) -> Markup:
    """What is said, and outside the service hours when staff are back and the words for that time."""
    t, settings = turn.t, turn.services.settings
    back = live.back_at(turn.services)
    if back is None:
        return said
    when = t("Our staff are back on {time} ({zone}).", time=t.moment(back, settings.zone), zone=settings.service_zone)
    lines = [said, when, *([escape(settings.out_of_office)] if settings.out_of_office else [])]
    return Markup("\n").join(lines)
