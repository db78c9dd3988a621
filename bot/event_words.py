"""How events are put into words, in answers and in what is said unasked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from bot.services.events.model import Event
from bot.services.events.notices import zone_of
from knowledge.phrases import N_, Phrases
from knowledge.texts import Text

EVENT_STATES = {
    "draft": N_("draft"),
    "published": N_("published"),
    "changed": N_("published, changed since"),
    "cancelled": N_("cancelled"),
    "past": N_("over"),
}
REGISTRATION_STATES = {
    "pending": N_("pending"),
    "waiting": N_("on the waiting list"),
    "offered": N_("place offered"),
    "confirmed": N_("confirmed"),
    "declined": N_("declined"),
    "expired": N_("offer expired"),
    "rejected": N_("rejected"),
    "cancelled": N_("cancelled"),
}
"""As staff see them."""


def said(t: Phrases, text: Text) -> Markup:
    """A text of the event's in the reader's language; in English, and marked, where there is none."""
    words, spoken = text.best(t.language)
    return Markup("{}").format(words) if spoken is t.language else t("{text} (in English)", text=words)


def headline(t: Phrases, event: Event) -> Markup:
    """The title, marked where the event is only a sample."""
    title = Markup("<b>{}</b>").format(said(t, event.details.title))
    if event.details.edition:
        title = t("{title} ({edition})", title=title, edition=event.details.edition)
    return t("🧪 SAMPLE, not a real event: {title}", title=title) if event.sample else title


def when(t: Phrases, event: Event, country: str | None = None) -> Markup:
    """The date in the event's zone and, where the clocks differ, the person's time too."""
    start, end = event.starts_at.astimezone(event.zone), event.ends_at.astimezone(event.zone)
    begin = t.time(event.starts_at, event.zone)
    if start.date() == end.date():
        text = t(
            "📅 {date}, {start} to {end} ({zone})",
            date=t.date(start.date(), "full"), start=begin, end=t.time(event.ends_at, event.zone),
            zone=offset(event.starts_at, event.zone),
        )  # fmt: skip
    else:
        text = t(
            "📅 {first} to {last}, begins at {start} ({zone})",
            first=t.date(start.date(), "full"), last=t.date(end.date(), "full"), start=begin,
            zone=offset(event.starts_at, event.zone),
        )  # fmt: skip
    own = zone_of(country, event.zone)
    if event.starts_at.astimezone(own).utcoffset() != start.utcoffset():
        text += Markup("\n") + t("🕐 Your time: {moment}", moment=t.moment(event.starts_at, own))
    return text


def offset(moment: datetime, zone: ZoneInfo) -> str:
    """ "UTC+6:30"."""
    minutes = int((moment.astimezone(zone).utcoffset() or moment - moment).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02d}" if rest else "")


def where(t: Phrases, event: Event) -> list[Markup]:
    lines = []
    if event.details.venue:
        lines.append(t("📍 {place}", place=said(t, event.details.venue)))
    if event.details.online_url:
        lines.append(t("💻 Online too: the link comes with your ticket"))
    return lines


def lines(*parts: Markup | list[Markup] | None) -> Markup:
    """Lines under each other; empty ones are left out."""
    flat: list[Markup] = []
    for part in parts:
        flat += part if isinstance(part, list) else [part] if part else []
    return Markup("\n").join(flat)


REFUSALS: dict[str, Callable[[Phrases], Markup]] = {
    "gone": lambda t: t("This is no longer there. /events shows what is coming."),
    "cancelled": lambda t: t("This event was cancelled."),
    "closed": lambda t: t("Registration for this event is closed."),
    "not_open": lambda t: t("Registration for this event has not begun yet."),
    "no_offer": lambda t: t("This offer is over and the place went to the next in line."),
    "confirmed": lambda t: t("You have this place already. /mytickets shows your ticket."),
    "duplicate": lambda t: t("This registration is there already. /mytickets shows it."),
    "full": lambda t: t("There is no free place left."),
    "decided": lambda t: t("This was decided already."),
    "too_few_places": lambda t: t("More places are taken already. Choose a higher number."),
    "quota": lambda t: t("This country or kind of ticket has places of its own. Cancel, then register anew with it."),
    "unknown_zone": lambda t: t("I don't know this time zone. Write it like Asia/Vientiane."),
    "times": lambda t: t("The end must come after the beginning."),
    "no_picture": lambda t: t("A poster is a picture: PNG or JPEG."),
    "no_paper": lambda t: t("I can give out PDF, pictures, text, Word, Excel and PowerPoint files."),
    "large_file": lambda t: t("This file is too large; ten megabytes are the most."),
    "many_files": lambda t: t("There are twelve files already; remove one first."),
    "not_english": lambda t: t("The English title is needed, because other languages fall back on it."),
}


def refusal(t: Phrases, code: str) -> Markup:
    return REFUSALS.get(code, REFUSALS["gone"])(t)
