"""Whom an announcement is for.

audience → count and sample → add: and | or | and not → kind → values → … ; saved audiences; an uploaded list
"""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Sequence

from markupsafe import Markup

from bot.conversation import Button, Json, Turn, rows
from bot.routing import Routes
from bot.services import audience, broadcasts, recipients, wishes
from bot.services.events import finding
from handlers.audience_words import EVENT_KINDS, TOPIC_NAMES, in_words
from handlers.broadcast import say_problem
from handlers.menu import COUNTRIES, country_label, pressed
from handlers.sent import content_of
from handlers.staff import staff_only
from handlers.start import SECTORS
from handlers.typed import narrow
from knowledge import packed
from knowledge.language import Language
from knowledge.phrases import N_

routes = Routes()

KINDS = {
    "country": N_("Country"),
    "language": N_("Language"),
    "sector": N_("Business"),
    "interest": N_("Interest"),
    "follows": N_("Followers of…"),
    "registered": N_("Registered for…"),
    "attended": N_("Attended…"),
    "not_registered": N_("Not yet registered for…"),
    "list": N_("Uploaded list"),
}
LIST_BYTES, LIST_ROWS = 1_000_000, 20_000
HOW = {"and": N_("and"), "or": N_("or"), "not": N_("and not")}


async def _options(turn: Turn, kind: str) -> Sequence[tuple[str, str]]:
    """(value, label) of what there is to choose."""
    t, knowledge = turn.t, turn.services.knowledge
    if kind == "follows":
        targets = await wishes.followed(await turn.transaction())
        return [(target, knowledge.name(target, t.language)) for target in targets if knowledge.record(target)]
    if kind in EVENT_KINDS:
        events = await finding.published(await turn.transaction())
        return [(str(event.id), event.title(t.language)) for event in events]
    return {
        "country": [(code, country_label(t, code)) for code in COUNTRIES],
        "language": [(language.value, language.endonym) for language in Language],
        "sector": [(value, str(t(label))) for value, label in SECTORS.items()],
        "interest": [(value, str(t(label))) for value, label in TOPIC_NAMES.items()],
    }.get(kind, [])


@routes.button("audience.show")
@staff_only("broadcast.compose")
async def show(turn: Turn) -> None:
    await _show(turn, int(pressed(turn, "broadcast")))


async def _show(turn: Turn, number: int) -> None:
    session, t = await turn.transaction(), turn.t
    try:
        row = await broadcasts.draft(session, turn.person.id, number)
    except broadcasts.Refused as refused:
        say_problem(turn, refused)
        return
    where = {"broadcast": number}
    lines = [t("Audience: {audience}", audience=await in_words(turn, row.audience))]
    if row.texts:
        count = await recipients.count(session, turn.services, row)
        lines.append(t.n("Goes to {count} person now.", "Goes to {count} people now.", count))
        for platform, language, country, sector in await recipients.sample(session, turn.services, row):
            lines.append(
                Markup("• {} · {} · {} · {}").format(
                    platform, Language(language).endonym, country or "–", sector or "–"
                )
            )
    else:
        lines.append(t("Write the text first, then I can count."))
    buttons = [Button(t(label), "audience.kinds", {**where, "how": how}) for how, label in HOW.items()]
    for saved in await broadcasts.audiences(session):
        label = t.p("button", "Saved: {name}", name=saved.name)
        buttons.append(Button(label, "audience.use", {**where, "rules": saved.rules}))
    buttons += [
        Button(t.p("button", "Save this audience"), "audience.save", where),
        Button(t.p("button", "Everybody"), "audience.use", {**where, "rules": {}}),
        Button(t.p("button", "‹ Back"), "broadcast.draft", where),
    ]
    turn.say(Markup("\n").join(lines), rows(buttons, 3), edit=True)


@routes.button("audience.kinds")
@staff_only("broadcast.compose")
async def kinds(turn: Turn) -> None:
    data = {"broadcast": pressed(turn, "broadcast"), "how": pressed(turn, "how")}
    offered = [kind for kind in KINDS if kind in audience.PARTS]
    buttons = [Button(turn.t(KINDS[kind]), "audience.values", {**data, "kind": kind}) for kind in offered]
    turn.say(turn.t("Which condition?"), rows(buttons, 2), edit=True)


@routes.button("audience.values")
@staff_only("broadcast.compose")
async def values(turn: Turn) -> None:
    """Several values of one kind; each tap adds or removes one."""
    t, kind = turn.t, str(pressed(turn, "kind"))
    data = {"broadcast": pressed(turn, "broadcast"), "how": pressed(turn, "how"), "kind": kind}
    if kind == "list":
        turn.expect("audience.typed", **data)
        turn.say(
            t("Send a text file or a message with one account a line (telegram:1234, or #12 for a person's number).")
        )
        return
    options = await _options(turn, kind)
    if not options:
        back = Button(t.p("button", "‹ Back"), "audience.show", {"broadcast": data["broadcast"]})
        turn.say(t("There is nothing to choose yet."), ((back,),), edit=True)
        return
    chosen = list(pressed(turn, "chosen", []))
    buttons = []
    for value, label in options:
        then = [one for one in chosen if one != value] if value in chosen else [*chosen, value]
        mark = "☑" if value in chosen else "☐"
        buttons.append(Button(f"{mark} {label}", "audience.values", {**data, "chosen": then}))
    done = Button(t.p("button", "Done ✓"), "audience.add", {**data, "values": chosen})
    turn.say(t("Choose one or several:"), (*rows(buttons, 2), (done,)), edit=True)


@routes.button("audience.add")
@staff_only("broadcast.compose")
async def add(turn: Turn) -> None:
    number = int(pressed(turn, "broadcast"))
    if pressed(turn, "values"):
        with _shown_why():
            await _add(turn, number, pressed(turn, "how"), pressed(turn, "kind"), pressed(turn, "values"))
    await _show(turn, number)


def _shown_why() -> contextlib.suppress:
    """For changes before `_show`, which says itself why the announcement can't be changed any more."""
    return contextlib.suppress(broadcasts.Refused)


async def _add(turn: Turn, number: int, how: str, kind: str, chosen: Sequence[str]) -> None:
    session = await turn.transaction()
    row = await broadcasts.draft(session, turn.person.id, number)
    rules = audience.joined(row.audience, how, {kind: list(chosen)})
    await broadcasts.do_change(session, turn.person.id, number, turn.now, audience=rules)


@routes.button("audience.use")
@staff_only("broadcast.compose")
async def use(turn: Turn) -> None:
    number = int(pressed(turn, "broadcast"))
    session, rules = await turn.transaction(), pressed(turn, "rules")
    with _shown_why():
        await broadcasts.do_change(session, turn.person.id, number, turn.now, audience=rules)
    await _show(turn, number)


@routes.expected("audience.typed")
@staff_only("broadcast.compose")
async def typed(turn: Turn) -> None:
    data = {key: turn.expected[key] for key in ("broadcast", "how", "kind")}
    file = turn.incoming.file
    content = turn.incoming.text.encode()
    if file is not None and file.size <= LIST_BYTES:  # a longer one is not even fetched
        fetched = await content_of(turn)
        if fetched is None:
            turn.expect("audience.typed", **data)
            turn.say(turn.t("I could not fetch this file. Please send it again."))
            return
        content = fetched
    if packed.is_packed(content):
        _say_workbook(turn, data)
        return
    accounts = _accounts(content)
    if max(len(content), file.size if file else 0) > LIST_BYTES or len(accounts) > LIST_ROWS:
        _say_too_long(turn, data)
        return
    with _shown_why():
        await _add_list(turn, data, accounts)
    await _show(turn, int(data["broadcast"]))


def _accounts(content: bytes) -> list[str]:
    """What the list names, one a line or with commas between."""
    text = narrow(content.decode("utf-8-sig", "replace"))
    words = [word.strip() for line in text.splitlines() for word in re.split("[,;，；、]", line)]
    return [word for word in words if word]


def _say_too_long(turn: Turn, data: Json) -> None:
    turn.expect("audience.typed", **data)
    t = turn.t
    back = Button(t.p("button", "‹ Back"), "audience.show", {"broadcast": data["broadcast"]})
    text = t(
        "This list is too long for me: at most {rows} accounts and {size} MB at once. Please send it in parts; join "
        "them with “{joint}”.",
        rows=t.number(LIST_ROWS), size=t.number(LIST_BYTES // 1_000_000), joint=t(HOW["or"]),
    )  # fmt: skip
    turn.say(text, ((back,),))


def _say_workbook(turn: Turn, data: Json) -> None:
    turn.expect("audience.typed", **data)
    t = turn.t
    back = Button(t.p("button", "‹ Back"), "audience.show", {"broadcast": data["broadcast"]})
    turn.say(t("This is a workbook or a packed file. Please save the list as text (CSV) and send that."), ((back,),))


async def _add_list(turn: Turn, data: Json, accounts: Sequence[str]) -> None:
    session, key = await turn.transaction(), secrets.token_urlsafe(8)
    await broadcasts.draft(session, turn.person.id, int(data["broadcast"]))  # no list is kept for one that is gone
    found, unknown = await audience.put_list(session, key, accounts)
    await _add(turn, int(data["broadcast"]), data["how"], "list", [key])
    turn.say(turn.t.n("{count} person of the list is known here.", "{count} people of the list are known here.", found))
    if unknown:
        turn.say(turn.t("Not known here: {accounts}", accounts=turn.t.list(unknown[:20])))


@routes.button("audience.save")
@staff_only("broadcast.compose")
async def ask_name(turn: Turn) -> None:
    turn.expect("audience.name", broadcast=pressed(turn, "broadcast"))
    turn.say(turn.t("Under which name?"))


@routes.expected("audience.name")
@staff_only("broadcast.compose")
async def save(turn: Turn) -> None:
    session, number = await turn.transaction(), int(turn.expected["broadcast"])
    with _shown_why():
        name = turn.incoming.text.strip()[:80] or "–"
        await broadcasts.do_save_audience(session, turn.person.id, number, name, turn.now)
    await _show(turn, number)
