"""Staff: /manage → event → [Publish] [Preview] [Edit] [Capacity] [Participants] [Dashboard] [Approve] [Close] [Cancel]

[New event] → title → place → country → zone → day, begin, end → places → draft        [Copy] → a draft a year later
[Edit] → what → the new words → those in it are told when date, place or link change
"""

from __future__ import annotations

from datetime import UTC, datetime

from bot import hours
from bot.conversation import Button, Json, Turn, rows
from bot.coverage_words import STATUS
from bot.event_words import EVENT_STATES, REGISTRATION_STATES, headline, lines, refusal
from bot.form_values import Unfit, read_moment
from bot.forms import Answers, Field, Form, Option, open_form
from bot.routing import Routes
from bot.services.events import model, staff
from bot.services.events.model import Details, Event, Refused
from bot.services.events.staff import Draft
from handlers.event_form import countries, languages
from handlers.events import card
from handlers.menu import home_button, pressed
from handlers.staff import may
from knowledge.language import Language
from knowledge.phrases import N_, Phrases
from knowledge.texts import Text

routes = Routes()
NEW, EDIT = "event_new", "event_edit"
EDITABLE = {
    "title": N_("Title"),
    "summary": N_("Summary"),
    "venue": N_("Place"),
    "online_url": N_("Online link"),
    "fee": N_("Fee"),
    "contact": N_("Organiser"),
    "starts_at": N_("Begin (e.g. 15/4/2027 9:00)"),
    "ends_at": N_("End (e.g. 15/4/2027 17:00)"),
    "closes_at": N_("Registration closes (e.g. 10/4/2027 18:00)"),
}
BY_LANGUAGE = ("title", "summary", "venue", "fee")


@routes.command("manage")
@routes.button("manage.list")
async def listed(turn: Turn) -> None:
    if not await may(turn, "events.manage"):
        return
    t = turn.t
    events = await staff.everything(await turn.transaction(), turn.person.id)
    buttons = [
        Button(f"{_mark(event, turn.now)} {event.title(t.language)}"[:60], "manage.show", {"event": event.id})
        for event in events[:20]
    ]
    ways = [
        Button(t.p("button", "➕ New event"), "manage.new"),
        Button(t.p("button", "📂 From a file"), "event_import.ask"),
        home_button(t),
    ]
    turn.say(t("Events, the latest first:"), (*rows(buttons), *rows(ways, 2)), edit=True)


def _mark(event: Event, now: datetime) -> str:
    return {"draft": "✏️", "published": "🟢", "changed": "🟡", "cancelled": "❌", "past": "⚪"}[event.status(now)]


async def chosen_event(turn: Turn, action: str = "events.manage") -> Event | None:
    if not await may(turn, action):
        return None
    event = await model.find(await turn.transaction(), pressed(turn, "event"))
    if event is None:
        turn.say(refusal(turn.t, "gone"), ((home_button(turn.t),),))
    return event


@routes.button("manage.show")
async def show(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is not None:
        await say_event(turn, event)


async def say_event(turn: Turn, event: Event) -> None:
    t, session, here = turn.t, await turn.transaction(), {"event": event.id}
    counts = await staff.states(session, event.id)
    found = await model.places(session, event.id)
    status = t(
        "State: {state}. Places: {taken} of {all}.",
        state=f"{_mark(event, turn.now)} {t(EVENT_STATES[event.status(turn.now)])}",
        taken=t.number(found.taken),
        all="∞" if found.capacity is None else t.number(found.capacity),
    )
    states = [
        t("• {what}: {count}", what=t(REGISTRATION_STATES[name]), count=t.number(count))
        for name, count in sorted(counts.items())
    ]
    buttons = []
    if event.state == "draft":
        buttons.append(Button(t.p("button", "🚀 Publish"), "manage.publish", here))
    if counts.get("pending"):
        buttons.append(Button(t.p("button", "🙋 Requests"), "manage.requests", here))
    buttons += [
        Button(t.p("button", "👁 Preview"), "manage.preview", here),
        Button(t.p("button", "✏️ Edit"), "manage.edit", here),
        Button(t.p("button", "❓ Questions"), "questions.list", here),
        Button(t.p("button", "🎟 Tickets and quotas"), "quotas.list", here),
        Button(t.p("button", "📎 Papers, poster"), "papers.list", here),
        Button(t.p("button", "👥 Participants"), "manage.people", here),
        Button(t.p("button", "📈 Dashboard"), "manage.dashboard", here),
        Button(t.p("button", "🚪 Door"), "door.open", here),
        Button(t.p("button", "📄 Copy"), "manage.copy", here),
    ]
    closed = event.closes_at is not None and event.closes_at <= turn.now
    if event.state == "published" and turn.now < event.starts_at:
        buttons.append(
            Button(t.p("button", "🔓 Open registration again"), "manage.reopen", here)
            if closed
            else Button(t.p("button", "🔒 Close registration"), "manage.close", here)
        )
    if event.state != "cancelled":
        buttons.append(Button(t.p("button", "❌ Cancel the event"), "manage.ask_cancel", here))
    public = turn.services.settings.public_url
    links = [turn.services.links.start(event.link), f"{public}/?start={event.link}" if public else ""]
    address = t("Link for posters: {address}", address=" · ".join(filter(None, links))) if any(links) else None
    way = ((Button(t.p("button", "‹ Back"), "manage.list"),),)
    shut = t("Registration for this event is closed.") if closed else None
    turn.say(lines(headline(t, event), status, shut, states, address), (*rows(buttons, 2), *way), edit=True)


@routes.button("manage.preview")
async def preview(turn: Turn) -> None:
    """The card as people of each language see it, with the state of its texts."""
    event = await chosen_event(turn)
    if event is None:
        return
    t, places = turn.t, await model.places(await turn.transaction(), event.id)
    for language in Language:
        state = t(STATUS[event.details.status(language)])
        head = t("{language} ({state}):", language=language.endonym, state=state)
        turn.say(lines(head, card(Phrases(language), event, places, turn)))


@routes.button("manage.publish", "manage.close", "manage.reopen", "manage.copy", "manage.cancel")
async def act(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is None or turn.pressed is None:
        return
    session, actor = await turn.transaction(), turn.person.id
    try:
        match turn.pressed.action:
            case "manage.publish":
                event = await staff.do_publish(session, actor, event.id, turn.now)
            case "manage.close":
                event = await staff.do_close(session, actor, event.id, turn.now)
            case "manage.reopen":
                event = await staff.do_change(session, actor, event.id, {"closes_at": None}, turn.now)
            case "manage.copy":
                event = await staff.do_copy(session, actor, event.id, turn.now)
            case _:
                event = await staff.do_cancel(session, actor, event.id, turn.now)
    except Refused as refused:
        turn.say(refusal(turn.t, refused.code))
        return
    await say_event(turn, event)


@routes.button("manage.ask_cancel")
async def ask_cancel(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is not None:
        t, here = turn.t, {"event": event.id}
        turn.say(
            lines(headline(t, event), t("Shall I cancel the event and tell everybody in it? There is no way back.")),
            rows([
                Button(t.p("button", "Yes, cancel the event"), "manage.cancel", here),
                Button(t.p("button", "‹ Back"), "manage.show", here),
            ]),
        )  # fmt: skip


# -- requests


@routes.button("manage.requests")
async def requests(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is None:
        return
    t = turn.t
    rows_ = await staff.pending(await turn.transaction(), event.id)
    for row in rows_[:8]:
        here = {"event": event.id, "registration": row.id}
        name = ", ".join(
            str(row.answers[key]) for key in ("full_name", "organisation", "position") if row.answers.get(key)
        )
        yes = Button(t.p("button", "Let in ✓"), "manage.decide", {**here, "yes": True})
        no = Button(t.p("button", "Decline"), "manage.decide", {**here, "yes": False})
        turn.say(t("{name} ({country})", name=name, country=row.country or "–"), ((yes, no),))
    if not rows_:
        turn.say(t("Nobody waits for a decision."))


@routes.button("manage.decide")
async def decide(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is None:
        return
    try:
        state = await staff.do_decide(
            await turn.transaction(), turn.person.id, event, pressed(turn, "registration"),
            approve=bool(pressed(turn, "yes")), now=turn.now,
        )  # fmt: skip
    except Refused as refused:
        turn.say(refusal(turn.t, refused.code))
        return
    turn.say(turn.t("Done: {state}. I tell them.", state=turn.t(REGISTRATION_STATES[state])), edit=True)


# -- making and changing


@routes.button("manage.new")
async def begin_new(turn: Turn) -> None:
    if await may(turn, "events.manage"):
        open_form(turn, new_event)


def _moment_problem(words: str) -> str | None:
    try:
        read_moment(words, UTC)
    except Unfit as unfit:
        return unfit.message
    return None


def _zones(t: Phrases) -> list[Option]:
    return [Option(zone.key, f"{t.country(code)} ({zone.key})") for code, zone in hours.ZONES.items()]


async def _created(turn: Turn, answers: Answers) -> None:
    if not await may(turn, "events.manage"):
        return
    zone = answers["zone"]
    where = model.known_zone(zone)
    starts, ends = read_moment(answers["starts"], where), read_moment(answers["ends"], where)
    title = Text.model_validate({"en": answers["title"]})
    venue = Text(en=answers["venue"]) if answers.get("venue") else None
    try:
        event = await staff.do_create(
            await turn.transaction(),
            turn.person.id,
            Draft(
                details=Details(title=title, venue=venue, contact=answers.get("contact", "")),
                zone=zone,
                starts_at=starts,
                ends_at=ends,
                country=answers.get("country"),
                capacity=answers.get("capacity"),
                approval=answers.get("approval") == "yes",
            ),
            turn.now,
        )
    except Refused as refused:
        turn.say(refusal(turn.t, refused.code))
        return
    turn.say(turn.t("The draft is there. Add other languages with Edit, look at the preview, then publish."))
    await say_event(turn, event)


def _yes_no(t: Phrases) -> list[Option]:
    return [Option("no", t("Everybody can register")), Option("yes", t("Staff approve each request"))]


new_event = routes.form(
    Form(
        NEW,
        (
            Field("title", N_("The event's title in English?"), kind="words"),
            Field("venue", N_("Where does it take place?"), kind="words", optional=True),
            Field("country", N_("In which country?"), countries, optional=True),
            Field("zone", N_("In which time zone?"), _zones, width=1),
            Field("starts", N_("When does it begin? For example 15/4/2027 9:00"), check=_moment_problem),
            Field("ends", N_("When does it end? For example 15/4/2027 17:00"), check=_moment_problem),
            Field("capacity", N_("How many places? Skip when there is no limit."), kind="number", optional=True),
            Field("approval", N_("Who can come?"), _yes_no, width=1),
            Field("contact", N_("Who is the organiser?"), kind="words", optional=True),
        ),
        _created,
        review=True,
    )
)


@routes.button("manage.edit")
async def choose_edit(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is None:
        return
    t = turn.t
    buttons = [Button(t(label), "manage.field", {"event": event.id, "field": name}) for name, label in EDITABLE.items()]
    buttons.append(Button(t("Places"), "manage.field", {"event": event.id, "field": "capacity"}))
    turn.say(t("What shall change?"), (*rows(buttons, 2), (Button(t.p("button", "‹ Back"), "manage.show",
                                                                  {"event": event.id}),)))  # fmt: skip


@routes.button("manage.field")
async def edit_field(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is not None:
        data = {"event": event.id, "field": pressed(turn, "field"), "zone": event.zone.key}
        open_form(turn, _edit_form(data), data=data)


def _edit_form(data: Json) -> Form:
    name = data["field"]

    async def done(turn: Turn, answers: Answers) -> None:
        await _edited(turn, data, answers)

    if name in BY_LANGUAGE:
        fields: tuple[Field, ...] = (
            Field("language", N_("In which language?"), languages),
            Field("words", N_("The new words?"), kind="words"),
        )
    elif name == "capacity":
        fields = (Field("words", N_("How many places?"), kind="number"),)
    elif name.endswith("_at"):
        fields = (Field("words", N_("Day and time? For example 15/4/2027 9:00"), check=_moment_problem),)
    else:
        fields = (Field("words", N_("The new words?"), kind="words"),)
    return Form(EDIT, fields, done)


async def _edited(turn: Turn, data: Json, answers: Answers) -> None:
    if not await may(turn, "events.manage"):
        return
    session, name, words = await turn.transaction(), data["field"], answers["words"]
    try:
        event = await model.get(session, data["event"])
        if name == "capacity":
            await staff.do_set_capacity(session, turn.person.id, event.id, words, turn.now)
        else:
            await staff.do_change(session, turn.person.id, event.id, _changes(event, name, answers, data), turn.now)
        event = await model.get(session, event.id)
    except Refused as refused:
        turn.say(refusal(turn.t, refused.code))
        return
    turn.say(turn.t("Saved. Those who are registered are told when the date, the place or the link has changed."))
    await say_event(turn, event)


def _changes(event: Event, name: str, answers: Answers, data: Json) -> Json:
    words, where = answers["words"], model.known_zone(data["zone"])
    if name == "starts_at":  # the length stays
        begin = read_moment(words, where)
        return {"starts_at": begin, "ends_at": begin + (event.ends_at - event.starts_at)}
    if name.endswith("_at"):
        return {name: read_moment(words, where)}
    if name not in BY_LANGUAGE:
        return {name: words}
    try:
        return {name: model.worded(getattr(event.details, name), Language(answers["language"]), words)}
    except ValueError:
        raise Refused("not_english") from None


routes.form_from(EDIT, _edit_form)
