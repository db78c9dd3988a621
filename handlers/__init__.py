"""One conversation a module. Each has `routes`; the line here registers it."""

from bot.channels.telegram.profile import Introduction
from bot.jobs import Job
from handlers import (
    answering,
    ask,
    audience,
    borders,
    broadcast,
    checkin,
    coverage,
    curate,
    desk_queue,
    event_import,
    event_lists,
    event_staff,
    events,
    exchange,
    feedback,
    forums,
    help,
    hints,
    language,
    live,
    nearby,
    notifications,
    privacy,
    programmes,
    progress,
    register,
    review,
    sending,
    staff,
    start,
    stats,
    telling,
    terms,
    tickets,
    zones,
)

ROUTES = (
    start.routes,
    ask.routes,
    answering.routes,
    zones.routes,
    borders.routes,
    forums.routes,
    events.routes,
    register.routes,
    tickets.routes,
    checkin.routes,
    feedback.routes,
    event_staff.routes,
    event_import.routes,
    event_lists.routes,
    programmes.routes,
    nearby.routes,
    terms.routes,
    language.routes,
    help.routes,
    privacy.routes,
    staff.routes,
    broadcast.routes,
    audience.routes,
    sending.routes,
    notifications.routes,
    desk_queue.routes,
    curate.routes,
    review.routes,
    coverage.routes,
    exchange.routes,
    live.routes,
    stats.routes,
    hints.routes,
)

JOBS = (
    Job("announcements", progress.EVERY, progress.look_after),
    Job("digests", telling.DIGEST_EVERY, telling.send_digests),
)

INTRODUCTION = Introduction(help.private_commands, help.group_commands, help.short_description, help.description)

unknown_button = hints.unknown_button
unknown_command = hints.unknown_command
