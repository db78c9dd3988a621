"""What people are told when knowledge is published: those who follow it, and those who asked for it in vain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from bot.conversation import Button, Reply, rows
from bot.services import Services, curating, people, vain
from knowledge.answers.words import facet_name
from knowledge.language import Language
from knowledge.phrases import Phrases
from knowledge.records import Record
from knowledge.vocabulary import FacetName

EVERYWHERE = timedelta(seconds=3)  # every process knows a publication by then: its buttons work
DIGEST_EVERY = timedelta(hours=1)


async def published(
    session: Any,
    services: Services,
    record: Record,
    changes: Sequence[curating.Change],
    number: int,
    asked: Sequence[int],
) -> None:
    """Tells each follower once what changed, and each asker that there is an answer now."""
    facets = changed_facets(changes)
    for person, digest in await curating.followers(session, record.id):
        if digest:
            await curating.do_note_news(session, person, record.id, facets, services.clock.now())
        else:
            await _tell_follower(session, services, person, [(record, facets)], f"follow:{number}:{person}")
    for row in await vain.take_off(session, asked, "answered"):
        if row.may_contact and row.person_id is not None:
            await _tell_asker(session, services, row, record)


def changed_facets(changes: Sequence[curating.Change]) -> list[str]:
    """The facets that a reader would notice, in order."""
    found: dict[str, None] = {}
    for one in changes:
        parts = one.path.split(".")
        if parts[0] == "facets" and "questions" not in parts:
            found[parts[1]] = None
        elif parts[0] == "cautions":
            found["cautions"] = None
    return [name for name in found if name in set(FacetName)]


async def _tell_follower(
    session: Any, services: Services, person: int, news: Sequence[tuple[Record, Sequence[str]]], key: str
) -> None:
    reached = await people.reach(session, person)
    if reached is None:
        return
    language, address = reached
    t, lines, buttons = Phrases(language), [], []
    for record, facets in news:
        name = record.names.best(language)[0]
        what = t.list([facet_name(facet, t) for facet in facets])
        lines.append(
            t("🔔 {name} has changed: {what}.", name=name, what=what)
            if facets
            else t("🔔 {name} has changed.", name=name)
        )
        facet = next((one for one in facets if one != "cautions"), "")
        buttons.append(Button(name[:60], "answer.show", {"record": record.id, "facet": facet, "from": 0}))
        buttons.append(Button(t.p("button", "Don't follow any more"), "follow.toggle", {"record": record.id}))
    now, reply = services.clock.now(), Reply(Markup("\n").join(lines), rows(buttons))
    await services.outbox.tell(session, address, [reply], now, key=key, not_before=now + EVERYWHERE)


async def _tell_asker(session: Any, services: Services, row: Any, record: Record) -> None:
    address = await people.address_of(session, row.person_id)
    if address is None:
        return
    t = Phrases(Language(row.language))
    show = Button(
        record.names.best(t.language)[0][:60], "answer.show", {"record": record.id, "facet": "overview", "from": 0}
    )
    text = t("You asked: “{question}”. We can answer it now:", question=row.question)
    key = f"vain:{row.id}:published"
    now = services.clock.now()
    await services.outbox.tell(session, address, [Reply(text, ((show,),))], now, key=key, not_before=now + EVERYWHERE)


async def send_digests(session: Any, services: Services) -> None:
    """The weekly news of those who want them together."""
    records = services.knowledge.content.records
    for person, news in (await curating.due_digests(session, services.clock.now())).items():
        merged: dict[str, dict[str, None]] = {}
        for target, facets in news:
            merged.setdefault(target, {}).update(dict.fromkeys(facets))
        shown = [(records[target], list(facets)) for target, facets in merged.items() if target in records]
        if shown:
            key = f"digest:{person}:{services.clock.now():%G-%V}"
            await _tell_follower(session, services, person, shown, key)
