"""What is due for a check, and how well each language is covered.

/due → oldest and most asked first → a record (see curate.py)      /coverage → per language: reviewed, draft, …
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from markupsafe import Markup

from bot.conversation import Button, Turn, rows
from bot.routing import Routes
from bot.services import curating
from handlers.curate import STATUS
from handlers.menu import page_of, pressed
from handlers.staff import staff_button, staff_only
from knowledge.curate import overdue, texts_of
from knowledge.language import Language

routes = Routes()
ASKED_LATELY = timedelta(days=90)


@routes.command("due")
@routes.button("coverage.due")
@staff_only("due.read")
async def due(turn: Turn) -> None:
    t, today, knowledge = turn.t, turn.now.date(), turn.services.knowledge
    asked = await curating.asked_since(await turn.transaction(), turn.now - ASKED_LATELY)
    late = [(overdue(one, today), asked.get(one.id, 0), one) for one in knowledge.content.records.values()]
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
    turn.say(text, (*page_of(t, buttons, pressed(turn, "page", 0), "coverage.due", {}), (staff_button(t),)), edit=True)


@routes.command("coverage")
@routes.button("coverage.show")
@staff_only("coverage.read")
async def coverage(turn: Turn) -> None:
    t = turn.t
    counts = {language: Counter[str]() for language in Language}
    for record in turn.services.knowledge.content.records.values():
        for text in texts_of(record):
            for language in Language:
                counts[language][text.status(language)] += 1
    lines = [t("Texts by language:")]
    for language, counter in counts.items():
        parts = [
            t("{count} {state}", count=t.number(counter[one]), state=t(STATUS[one])) for one in STATUS if counter[one]
        ]
        lines.append(t("{language}: {states}", language=language.endonym, states=t.list(parts)))
    turn.say(Markup("\n").join(lines), rows([staff_button(t)]), edit=True)
