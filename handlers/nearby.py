"""Location sent → the nearest crossings and zones. The place is used for this answer and not kept."""

from __future__ import annotations

from bot.conversation import Button, Kind, Turn, rows
from bot.routing import Routes
from handlers.answering import show_record
from handlers.menu import home_button, pressed
from handlers.records import gone
from knowledge.vocabulary import Kind as RecordKind

routes = Routes()
NEAREST = 4
LABEL = 48


@routes.kind(Kind.LOCATION)
async def nearest(turn: Turn) -> None:
    t, knowledge = turn.t, turn.services.knowledge
    assert turn.incoming.location is not None
    latitude, longitude = turn.incoming.location
    choices = []
    for kind, sign in ((RecordKind.CROSSING, "🛂"), (RecordKind.ZONE, "🏭")):
        for record, km in knowledge.nearest(latitude, longitude, (kind,), NEAREST):
            name = knowledge.name(record, turn.person.language)[:LABEL]
            shown = f"{sign} {name}"
            label = t("{name}, {distance} km", name=shown, distance=t.number(round(km)))
            choices.append(Button(label, "nearby.record", {"record": record.id}))
    turn.say(
        t("Nearest to you, as the crow flies. Your place is not kept. Check a crossing's status before you go."),
        (*rows(choices), (home_button(t),)),
    )


@routes.button("nearby.record")
async def record(turn: Turn) -> None:
    if not await show_record(turn, pressed(turn, "record")):
        gone(turn)
