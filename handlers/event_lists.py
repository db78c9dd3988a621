"""Staff's lists and numbers: participants with filters → XLSX, CSV, badges; the dashboard with its pictures."""

from __future__ import annotations

from collections import Counter
from typing import Any

from markupsafe import Markup

from bot.conversation import Attachment, Button, Turn, rows
from bot.event_words import REGISTRATION_STATES, headline, lines, refusal
from bot.routing import Routes
from bot.services.events import after, charts, exchange, model, staff, tickets
from bot.services.events.after import Comment
from bot.services.events.exchange import Filter
from bot.services.events.fonts import NoFont
from bot.services.events.model import Refused
from handlers.event_staff import chosen_event
from handlers.exchange import XLSX
from handlers.feedback import AGAIN, USEFUL
from handlers.menu import pressed
from knowledge.phrases import Phrases

routes = Routes()
SHOWN = 15
FEW, COMMENTS = 5, 10  # comments beside the chart, and on a page of their own
MIME = {
    "xlsx": XLSX,
    "csv": "text/csv",
    "badges": "application/pdf",
}
FILTERS: dict[str, dict[str, Any]] = {
    "all": {},
    "confirmed": {"state": "confirmed"},
    "waiting": {"state": "waiting"},
    "here": {"checked_in": True},
}


@routes.button("manage.people")
async def people(turn: Turn) -> None:
    event = await chosen_event(turn, "events.export")
    if event is None:
        return
    t, chosen = turn.t, pressed(turn, "filter", "all")
    found = await exchange.participants(await turn.transaction(), event.id, Filter(**FILTERS[chosen]))
    text = [headline(t, event), t.n("{count} person", "{count} people", len(found))]
    for one, _ in found[:SHOWN]:
        check = "✓ " if one.checked_in_at else ""
        who = f"{check}{one.name}, {one.organisation}" if one.organisation else f"{check}{one.name}"
        text.append(
            t(
                "• {number} {name}: {state}",
                number=tickets.spoken(one.number),
                name=who,
                state=t(REGISTRATION_STATES[one.state]),
            )
        )
    if len(found) > SHOWN:
        text.append(t("… and more in the files below."))
    names = {"all": t("All"), "confirmed": t("Confirmed"), "waiting": t("Waiting"), "here": t("Checked in")}
    here = {"event": event.id}
    filters = [Button(names[name], "manage.people", {**here, "filter": name}) for name in FILTERS]
    files = [
        Button(label, "manage.export", {**here, "filter": chosen, "form": form})
        for form, label in (("xlsx", "XLSX"), ("csv", "CSV"), ("badges", t.p("button", "🏷 Badges (PDF)")))
    ]
    back = ((Button(t.p("button", "‹ Back"), "manage.show", here),),)
    turn.say(lines(text), (*rows(filters, 2), *rows(files, 3), *back), edit=True)


@routes.button("manage.export")
async def export(turn: Turn) -> None:
    event = await chosen_event(turn, "events.export")
    if event is None:
        return
    form = pressed(turn, "form")
    try:
        content = await exchange.do_export(
            await turn.transaction(), turn.person.id, event.id, form, Filter(**FILTERS[pressed(turn, "filter", "all")]),
            turn.now,
        )  # fmt: skip
    except (Refused, NoFont) as error:
        turn.say(refusal(turn.t, "gone") if isinstance(error, Refused) else turn.t("{reason}", reason=str(error)))
        return
    ending = "pdf" if form == "badges" else form
    name = f"{event.code}-{form}.{ending}"
    text = turn.t("Personal data: keep it safe, and delete it when the event is over. This export was logged.")
    turn.say(lines(headline(turn.t, event), text), attachment=Attachment(name, MIME[form], content))


@routes.button("manage.dashboard")
async def dashboard(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is None:
        return
    t, session = turn.t, await turn.transaction()
    found = await exchange.participants(session, event.id, Filter())
    places = await model.places(session, event.id)
    counts = await staff.states(session, event.id)
    days = Counter(at.astimezone(event.zone).date() for _, at in found)
    text = [headline(t, event), t("{count} places are taken.", count=t.number(places.taken))]
    text += [t("• {what}: {count}", what=name, count=t.number(count)) for name, count in sorted(counts.items())]
    countries = Counter(one.country or "–" for one, _ in found if one.state == "confirmed")
    for code, count in countries.most_common(6):
        text.append(t("• {what}: {count}", what=t.country(code) if len(code) == 2 else code, count=t.number(count)))
    back = rows([Button(t.p("button", "‹ Back"), "manage.show", {"event": event.id}),
                 Button(t.p("button", "💬 Feedback"), "manage.feedback", {"event": event.id})], 2)  # fmt: skip
    series = [(t.date(day, "medium"), count) for day, count in sorted(days.items())]
    try:
        picture = charts.over_time(t("Registrations").unescape(), series)
    except NoFont:
        turn.say(lines(text), back)
        return
    turn.say(lines(text), back, attachment=Attachment(f"{event.code}.png", "image/png", picture))


@routes.button("manage.feedback")
async def feedback(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is None:
        return
    t = turn.t
    summary = await after.summary(await turn.transaction(), event.id)
    head = t(
        "{given} of {all} who were there gave feedback.", given=t.number(summary.given), all=t.number(summary.invited)
    )
    text = [headline(t, event), head]
    text += [_quoted(t, comment) for comment in summary.comments[:FEW]]
    marks = summary.counts["overall"]
    bars = [("★" * mark, marks.get(str(mark), 0)) for mark in range(5, 0, -1)]
    bars += [(t(label).unescape(), summary.counts["useful"].get(key, 0)) for key, label in USEFUL.items()]
    again = t("Would you come again?").unescape()
    bars += [(f"{again} {t(label)}", summary.counts["again"].get(key, 0)) for key, label in AGAIN.items()]
    here = {"event": event.id}
    ways = [Button(t.p("button", "‹ Back"), "manage.show", here)]
    if summary.comments:
        ways.insert(0, Button(t.p("button", "💬 All comments"), "manage.comments", here))
    if summary.given:
        ways.insert(0, Button("XLSX", "manage.export_feedback", here))
    back = rows(ways, 2)
    try:
        picture = charts.bars(t("Feedback").unescape(), bars)
    except NoFont:
        turn.say(lines(text), back)
        return
    turn.say(lines(text), back, attachment=Attachment(f"{event.code}-feedback.png", "image/png", picture))


def _quoted(t: Phrases, comment: Comment) -> Markup:
    if not comment.name:
        return t("“{words}”", words=comment.words)
    return t("“{words}” ({name})", words=comment.words, name=comment.name)


@routes.button("manage.comments")
async def comments(turn: Turn) -> None:
    event = await chosen_event(turn)
    if event is None:
        return
    t, here = turn.t, {"event": event.id}
    found = (await after.summary(await turn.transaction(), event.id)).comments
    last = max(0, (len(found) - 1) // COMMENTS)
    page = min(max(int(pressed(turn, "page", 0)), 0), last)
    turning = [
        Button(label, "manage.comments", {**here, "page": to})
        for label, to in ((t.p("button", "‹ Earlier"), page - 1), (t.p("button", "More ›"), page + 1))
        if 0 <= to <= last
    ]
    text = [headline(t, event), t.n("{count} comment", "{count} comments", len(found))]
    text += [_quoted(t, comment) for comment in found[page * COMMENTS : (page + 1) * COMMENTS]]
    back = Button(t.p("button", "‹ Back"), "manage.feedback", here)
    turn.say(lines(text), (*rows(turning, 2), (back,)), edit=True)


@routes.button("manage.export_feedback")
async def export_feedback(turn: Turn) -> None:
    event = await chosen_event(turn, "events.export")
    if event is None:
        return
    content = await exchange.do_export_feedback(await turn.transaction(), turn.person.id, event.id, turn.now)
    text = turn.t("Personal data: keep it safe, and delete it when the event is over. This export was logged.")
    file = Attachment(f"{event.code}-feedback.xlsx", MIME["xlsx"], content)
    turn.say(lines(headline(turn.t, event), text), attachment=file)
