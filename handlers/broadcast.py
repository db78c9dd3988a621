"""Writing an announcement.

announcements → new → text → the draft: texts by language, who gets it without a text of theirs, picture or file,
buttons, audience (see audience.py), topic, urgent, time, preview, test to oneself → send (see sending.py)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import wraps
from typing import Any, Protocol

from markupsafe import Markup

from bot.conversation import Attachment, Button, Kind, Reply, Turn, rows
from bot.form_values import Unfit, read_moment
from bot.routing import Handler, Routes
from bot.services import broadcasts, recipients
from bot.services import preview as looks
from bot.services.audience import TOPICS
from handlers.audience_words import TOPIC_NAMES, in_words
from handlers.language import language_from
from handlers.menu import pressed
from handlers.sent import content_of
from handlers.staff import staff_button, staff_only
from handlers.typed import is_word, narrow, word
from knowledge.language import Language
from knowledge.phrases import N_, Phrases

routes = Routes()

STATES = {
    "draft": N_("draft"),
    "approval": N_("waits for a second person"),
    "scheduled": N_("scheduled"),
    "sending": N_("being sent"),
    "paused": N_("paused"),
    "done": N_("finished"),
    "cancelled": N_("cancelled"),
}
PROBLEMS = {
    "gone": N_("This announcement does not exist any more."),
    "not_draft": N_("This announcement can't be changed any more."),
    "empty": N_("Please write some words."),
    "too_long": N_("That is too long for one message; at most {limit} characters."),
    "too_many_buttons": N_("At most {limit} buttons."),
    "no_text": N_("It has no text yet."),
    "nobody": N_("Nobody fits this audience (or everybody has had enough announcements this week)."),
    "begun": N_("It is being sent already."),
    "own": N_("A second person must approve it, not its author."),
    "not_waiting": N_("It does not wait for approval any more."),
    "not_now": N_("That is not possible in its present state."),
    "past": N_("That time is over. Please write a later one."),
}
FILE_LIMIT = 10_000_000


class Draft(Protocol):
    """What the screens read of an announcement."""

    id: int
    state: str
    texts: dict[str, Any]
    fallback: str | None
    topic: str
    blob: str | None
    buttons: list[Any]
    audience: dict[str, Any]
    urgent: bool
    scheduled_for: Any
    total: int
    reason: str | None


def problem(t: Phrases, refused: broadcasts.Refused) -> Markup:
    return t(PROBLEMS[refused.code], **refused.fields)


def say_problem(turn: Turn, refused: broadcasts.Refused, number: int | None = None) -> None:
    back = Button(turn.t.p("button", "‹ Back"), "broadcast.open", {"broadcast": number})
    leads = number is not None and refused.code != "gone"
    turn.say(problem(turn.t, refused), ((back if leads else staff_button(turn.t),),))


def or_why(handler: Handler) -> Handler:
    """What the announcement of the pressed button can't do (any more) is said, with the way back."""

    @wraps(handler)
    async def kindly(turn: Turn) -> None:
        try:
            await handler(turn)
        except broadcasts.Refused as refused:
            say_problem(turn, refused, int(pressed(turn, "broadcast")))

    return kindly


@routes.command("announce")
@routes.button("broadcast.menu")
@staff_only("broadcast.compose")
async def menu(turn: Turn) -> None:
    t = turn.t
    recent = await broadcasts.recent(await turn.transaction())
    buttons = [Button(t.p("button", "➕ New announcement"), "broadcast.new")]
    for row in recent:
        label = t.p(
            "button", "{number}. {state}: {words}", number=row.id, state=t(STATES[row.state]), words=_start(row)
        )
        buttons.append(Button(label, "broadcast.open", {"broadcast": row.id}))
    turn.say(t("Announcements:"), (*rows(buttons), (staff_button(t),)), edit=True)


def _start(row: Draft) -> str:
    words = next(iter(row.texts.values()), "–")
    return words if len(words) <= 30 else f"{words[:29]}…"


@routes.button("broadcast.new")
@staff_only("broadcast.compose")
async def new(turn: Turn) -> None:
    row = await broadcasts.do_create(await turn.transaction(), turn.person.id, turn.now)
    _ask_text(turn, row.id, turn.person.language)


def _ask_text(turn: Turn, number: int, language: Language) -> None:
    turn.expect("broadcast.text", broadcast=number, language=language.value)
    turn.say(
        turn.t(
            "Write the announcement in {language}, in one message. Several languages at once: begin each with its "
            "code on a line of its own, e.g. [en], [lo], [th].",
            language=language.endonym,
        )
    )


@routes.button("broadcast.text")
@staff_only("broadcast.compose")
async def ask_text(turn: Turn) -> None:
    _ask_text(turn, int(pressed(turn, "broadcast")), Language(pressed(turn, "language")))


@routes.expected("broadcast.text")
@staff_only("broadcast.compose")
async def take_text(turn: Turn) -> None:
    session, number = await turn.transaction(), int(turn.expected["broadcast"])
    texts = split_languages(turn.incoming.text, Language(turn.expected["language"]))
    try:
        row = await broadcasts.draft(session, turn.person.id, number)
        await broadcasts.do_change(session, turn.person.id, number, turn.now, texts={**row.texts, **texts})
    except broadcasts.Refused as refused:
        if refused.other_words_may_do:
            turn.expect("broadcast.text", broadcast=number, language=turn.expected["language"])
        say_problem(turn, refused, number)
        return
    await show_draft(turn, number)


def split_languages(text: str, first: Language) -> dict[str, str]:
    """ "[en]\n…\n[lo]\n…" (or "[ລາວ]") by language; what comes before the first code is in `first`."""
    found: dict[str, list[str]] = {}
    at = first
    for line in text.splitlines():
        code = narrow(line).strip()
        named = language_from(code[1:-1]) if code.startswith("[") and code.endswith("]") else None
        if named is not None:
            at = named
        else:
            found.setdefault(at.value, []).append(line)
    return {language: words for language, lines in found.items() if (words := "\n".join(lines).strip())}


# -- the draft


@routes.button("broadcast.draft")
@staff_only("broadcast.compose")
async def open_draft(turn: Turn) -> None:
    await show_draft(turn, int(pressed(turn, "broadcast")), edit=True)


async def show_draft(turn: Turn, number: int, *, edit: bool = False) -> None:
    session = await turn.transaction()
    try:
        row = await broadcasts.draft(session, turn.person.id, number)
    except broadcasts.Refused as refused:
        say_problem(turn, refused)
        return
    count = await recipients.count(session, turn.services, row) if row.texts else 0
    turn.say(_draft_text(turn, row, count, await in_words(turn, row.audience)), _draft_buttons(turn, row), edit=edit)


def _draft_text(turn: Turn, row: Draft, count: int, audience: Markup) -> Markup:
    t, zone = turn.t, turn.services.settings.zone
    texts = [Language(code).endonym for code in row.texts]
    lines = [
        t("<b>Announcement {number}</b> (draft)", number=row.id),
        t("Texts: {languages}", languages=t.list(texts) if texts else "–"),
        _fallback_line(t, row),
        t("Topic: {topic}", topic=t(TOPIC_NAMES[row.topic])),
        t("Audience: {audience}", audience=audience),
        t.n("Goes to {count} person now.", "Goes to {count} people now.", count),
    ]
    if row.blob:
        lines.append(t("With a picture or file."))
    if row.buttons:
        lines.append(t("Buttons: {labels}", labels=t.list([next(iter(one["label"].values())) for one in row.buttons])))
    if row.urgent:
        lines.append(t("Urgent: also at night, and beyond the weekly limit."))
    if row.scheduled_for:
        lines.append(t("Time: {time} ({zone})", time=t.moment(row.scheduled_for, zone), zone=zone.key))
    return Markup("\n").join(lines)


def _fallback_line(t: Phrases, row: Draft) -> Markup:
    if row.fallback:
        return t("Languages without a text get: {language}", language=Language(row.fallback).endonym)
    return t("Languages without a text: not sent")


def _draft_buttons(turn: Turn, row: Draft) -> tuple[tuple[Button, ...], ...]:
    t, where = turn.t, {"broadcast": row.id}
    texts = [
        Button(f"{'✓' if language.value in row.texts else '✎'} {language.endonym}", "broadcast.text",
               {**where, "language": language.value})
        for language in Language
    ]  # fmt: skip
    urgent = t.p("button", "Not urgent") if row.urgent else t.p("button", "Urgent")
    more = [
        Button(t.p("button", "Others get…"), "broadcast.fallback", where),
        Button(t.p("button", "Picture or file"), "broadcast.file", where),
        Button(t.p("button", "Buttons"), "broadcast.buttons", where),
        Button(t.p("button", "Audience"), "audience.show", where),
        Button(t.p("button", "Topic"), "broadcast.topic", where),
        Button(urgent, "broadcast.urgent", where),
        Button(t.p("button", "Time"), "broadcast.time", where),
        Button(t.p("button", "👁 Preview"), "broadcast.preview", where),
        Button(t.p("button", "Test to me"), "broadcast.test", where),
        Button(t.p("button", "📤 Send…"), "broadcast.ask_send", where),
        Button(t.p("button", "Discard"), "broadcast.cancel", where),
        staff_button(t),
    ]
    return (*rows(texts, 3), *rows(more, 2))


async def change_draft(turn: Turn, number: int, **values: Any) -> None:
    try:
        await broadcasts.do_change(await turn.transaction(), turn.person.id, number, turn.now, **values)
    except broadcasts.Refused as refused:
        say_problem(turn, refused, number)
        return
    await show_draft(turn, number, edit=True)


@routes.button("broadcast.fallback")
@staff_only("broadcast.compose")
@or_why
async def fallback(turn: Turn) -> None:
    t, number = turn.t, int(pressed(turn, "broadcast"))
    if turn.pressed and "language" in turn.pressed.data:
        await change_draft(turn, number, fallback=pressed(turn, "language"))
        return
    row = await broadcasts.draft(await turn.transaction(), turn.person.id, number)
    choices = [
        Button(Language(code).endonym, "broadcast.fallback", {"broadcast": number, "language": code})
        for code in row.texts
    ]
    nothing = Button(t.p("button", "Nothing"), "broadcast.fallback", {"broadcast": number, "language": None})
    turn.say(t("What do people get whose language has no text?"), rows([*choices, nothing], 2), edit=True)


@routes.button("broadcast.topic")
@staff_only("broadcast.compose")
async def topic(turn: Turn) -> None:
    number = int(pressed(turn, "broadcast"))
    if chosen := pressed(turn, "topic"):
        await change_draft(turn, number, topic=chosen)
        return
    choices = [
        Button(turn.t(TOPIC_NAMES[one]), "broadcast.topic", {"broadcast": number, "topic": one}) for one in TOPICS
    ]
    turn.say(turn.t("What is it about? Who switched this topic off does not get it."), rows(choices, 2), edit=True)


@routes.button("broadcast.urgent")
@staff_only("broadcast.compose")
@or_why
async def urgent(turn: Turn) -> None:
    number = int(pressed(turn, "broadcast"))
    row = await broadcasts.draft(await turn.transaction(), turn.person.id, number)
    await change_draft(turn, number, urgent=not row.urgent)


# -- asked for by a message: file, time


@routes.button("broadcast.file", "broadcast.time")
@staff_only("broadcast.compose")
async def ask_more(turn: Turn) -> None:
    assert turn.pressed is not None
    t, number = turn.t, int(pressed(turn, "broadcast"))
    turn.expect(turn.pressed.action, broadcast=number)
    zone = turn.services.settings.service_zone
    turn.say(
        {
            "broadcast.file": t("Send the picture or document now (at most 10 MB)."),
            "broadcast.time": t(
                "When? Write it like 2026-12-01 09:30 ({zone}), or “{now}”.", zone=zone, now=word(t, "now")
            ),
        }[turn.pressed.action]
    )


@routes.expected("broadcast.file")
@staff_only("broadcast.compose")
async def take_file(turn: Turn) -> None:
    number, file = int(turn.expected["broadcast"]), turn.incoming.file
    if file is None or file.size > FILE_LIMIT:
        turn.expect("broadcast.file", broadcast=number)
        turn.say(turn.t("Please send a picture or a document of at most 10 MB, or /cancel."))
        return
    content = await content_of(turn)
    if content is None:
        turn.expect("broadcast.file", broadcast=number)
        turn.say(turn.t("I could not fetch this file. Please send it again."))
        return
    try:
        name = file.name or ("picture.jpg" if turn.incoming.kind is Kind.PHOTO else "file")
        attachment = Attachment(name, file.mime or "application/octet-stream", content)
        await broadcasts.do_attach(await turn.transaction(), turn.services, turn.person.id, number, attachment)
    except broadcasts.Refused as refused:
        say_problem(turn, refused, number)
        return
    await show_draft(turn, number)


@routes.expected("broadcast.time")
@staff_only("broadcast.compose")
async def take_time(turn: Turn) -> None:
    number, text = int(turn.expected["broadcast"]), turn.incoming.text
    try:
        at = None if is_word(text, "now") else read_moment(text, turn.services.settings.zone)
        await broadcasts.do_change(await turn.transaction(), turn.person.id, number, turn.now, scheduled_for=at)
    except Unfit as unfit:
        turn.expect("broadcast.time", broadcast=number)
        turn.say(turn.t(unfit.message))
        return
    except broadcasts.Refused as refused:
        if refused.other_words_may_do:
            turn.expect("broadcast.time", broadcast=number)
        say_problem(turn, refused, number)
        return
    await show_draft(turn, number)


# -- how it will look


@routes.button("broadcast.preview", "broadcast.test")
@staff_only("broadcast.compose")
@or_why
async def preview(turn: Turn) -> None:
    """As each language gets it; the test only as the officer's own language does."""
    assert turn.pressed is not None
    session, number = await turn.transaction(), int(pressed(turn, "broadcast"))
    row = await broadcasts.find(session, number)
    file = await turn.services.outbox.kept(session, row.blob)
    spoken: Sequence[Language] = [language for language in Language if language.value in row.texts]
    if turn.pressed.action == "broadcast.test":
        spoken = [turn.person.language] if turn.person.language in recipients.languages_of(row) else spoken[:1]
    if not spoken:
        raise broadcasts.Refused("no_text")
    for language in spoken:
        shown: Reply = broadcasts.reply_for(row, language, file, turn.services.settings.public_url)
        turn.say(shown.text, shown.buttons, attachment=file)
    back = Button(turn.t.p("button", "‹ Back"), "broadcast.open", {"broadcast": number})
    said = turn.t("This is how it looks.")
    if turn.pressed.action == "broadcast.preview":
        said = Markup("{}\n{}").format(said, await _everywhere(turn, number))
    turn.say(said, ((back,),))


async def _everywhere(turn: Turn, number: int) -> Markup:
    """Where the officer sees it on the platforms that they are not on."""
    token = await looks.token(await turn.transaction(), turn.person.id, number, turn.now)
    address = f"{turn.services.settings.root}/preview/{token}"
    return turn.t(
        "In the web chat and on Telegram, in each language: {address} (for an hour; who has the link sees it)",
        address=Markup('<a href="{0}">{0}</a>').format(address),
    )
