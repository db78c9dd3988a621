"""What is due for a check: /due → oldest and most asked first → a record (see curate.py)."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation import Button, Turn
from bot.routing import Routes
from bot.services import curating
from handlers.menu import page_of, pressed
from handlers.staff import staff_button, staff_only

routes = Routes()
ASKED_LATELY = timedelta(days=90)


@routes.command("due")
@routes.button("due.list")
@staff_only("due.read")
async def due(turn: Turn) -> None:
    t, today, knowledge = turn.t, turn.now.date(), turn.services.knowledge
    asked = await curating.asked_since(await turn.transaction(), turn.now - ASKED_LATELY)
    late = [(one.overdue(today), asked.get(one.id, 0), one) for one in knowledge.content.records.values()]
    found = sorted((one for one in late if one[0] > 0), key=lambda one: (-one[0] * (1 + one[1]), one[2].id))
    buttons = [
        Button(
            t.n(
                "{name}: {count} day",
                "{name}: {count} days",
                days,
                name=knowledge.name(record, turn.person.language)[:40],
            ),
            "curate.open",
            {"record": record.id},
        )
        for days, _, record in found
    ]
    text = t.n("{count} record is past its review period.", "{count} records are past their review period.", len(found))
    turn.say(text, (*page_of(t, buttons, pressed(turn, "page", 0), "due.list", {}), (staff_button(t),)), edit=True)
