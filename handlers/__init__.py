"""One conversation a module. Each has `routes`; the line here registers it."""

from bot.channels.telegram.profile import Introduction
from handlers import (
    answering,
    ask,
    borders,
    checkin,
    coverage,
    event_lists,
    event_staff,
    events,
    feedback,
    forums,
    help,
    hints,
    language,
    mistakes,
    nearby,
    privacy,
    programmes,
    register,
    start,
    terms,
    tickets,
    zones,
)

ROUTES = (
    start.routes,
    ask.routes,
    answering.routes,
    mistakes.routes,
    zones.routes,
    borders.routes,
    forums.routes,
    events.routes,
    register.routes,
    tickets.routes,
    checkin.routes,
    feedback.routes,
    event_staff.routes,
    event_lists.routes,
    programmes.routes,
    nearby.routes,
    terms.routes,
    language.routes,
    help.routes,
    coverage.routes,
    privacy.routes,
    hints.routes,
)

INTRODUCTION = Introduction(help.private_commands, help.group_commands, help.short_description, help.description)

unknown_button = hints.unknown_button
unknown_command = hints.unknown_command
