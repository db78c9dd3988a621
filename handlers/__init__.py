"""One conversation a module. Each has `routes`; the line here registers it."""

from bot.channels.telegram.profile import Introduction
from bot.jobs import Job
from handlers import (
    answering,
    ask,
    audience,
    borders,
    broadcast,
    forums,
    help,
    hints,
    language,
    nearby,
    notifications,
    privacy,
    programmes,
    progress,
    sending,
    staff,
    start,
    zones,
)

ROUTES = (
    start.routes,
    ask.routes,
    answering.routes,
    zones.routes,
    borders.routes,
    forums.routes,
    programmes.routes,
    nearby.routes,
    language.routes,
    help.routes,
    privacy.routes,
    staff.routes,
    broadcast.routes,
    audience.routes,
    sending.routes,
    notifications.routes,
    hints.routes,
)

JOBS = (Job("announcements", progress.EVERY, progress.look_after),)

INTRODUCTION = Introduction(help.private_commands, help.group_commands, help.short_description, help.description)

unknown_button = hints.unknown_button
unknown_command = hints.unknown_command
