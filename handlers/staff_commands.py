"""The commands that only staff see, in their own chat."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bot.services import Services, people, roles
from handlers import help as public
from knowledge.phrases import Phrases


def commands(t: Phrases, mine: frozenset[str]) -> Sequence[tuple[str, str]]:
    """Everybody's commands, and before them those that the roles allow."""
    offered = [
        ("staff.menu", "staff", t.p("command", "Staff menu")),
        ("broadcast.compose", "announce", t.p("command", "Announcements")),
        ("queue.read", "queue", t.p("command", "Questions asked in vain")),
        ("curate.edit", "curate", t.p("command", "Change what the desk knows")),
        ("curate.review", "review", t.p("command", "Changes to be reviewed")),
        ("due.read", "due", t.p("command", "Records due for a check")),
        ("mistakes.read", "mistakes", t.p("command", "Reported mistakes")),
        ("exchange.export", "files", t.p("command", "Knowledge as files")),
        ("events.manage", "manage", t.p("command", "Events")),
        ("events.door", "checkin", t.p("command", "Check-in at the door")),
        ("stats.read", "stats", t.p("command", "Statistics")),
        ("audit.read", "audit", t.p("command", "Audit log")),
    ]
    own = [(name, str(text)) for right, name, text in offered if roles.allowed(mine, right)]
    return [*own, *((name, str(text)) for name, text in public.private_commands(t))]


async def show(session: Any, services: Services, person: int) -> None:
    """Brings the person's command menu to what their roles allow now."""
    reached = await people.reach(session, person)
    if reached is None or not services.outbox.shows_commands(reached[1].platform):
        return
    language, address = reached
    mine, t = await roles.roles_of(session, person), Phrases(language)
    listed = json.dumps([list(one) for one in commands(t, mine)] if mine else [], ensure_ascii=False)
    await services.outbox.put(session, address, {"action": "commands", "text": listed}, services.clock.now())
