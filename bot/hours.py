"""Hours of a day and a week, as settings write them: "21:00-07:00", "Mon-Fri 08:00-17:00, Sat 08:00-12:00"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ZONES = {
    "KH": ZoneInfo("Asia/Phnom_Penh"),
    "CN": ZoneInfo("Asia/Shanghai"),
    "LA": ZoneInfo("Asia/Vientiane"),
    "MM": ZoneInfo("Asia/Yangon"),
    "TH": ZoneInfo("Asia/Bangkok"),
    "VN": ZoneInfo("Asia/Ho_Chi_Minh"),
}
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_PART = re.compile(rf"({'|'.join(DAYS)})(?:\s*-\s*({'|'.join(DAYS)}))?\s+(.+)")


@dataclass(frozen=True, slots=True)
class Span:
    """From one hour of the day to another; over midnight where `end` comes first."""

    start: time
    end: time

    def holds(self, moment: time) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end


Week = tuple[tuple[int, Span], ...]  # weekday from 0, hours


def zone(name: str) -> ZoneInfo:
    """Raises ValueError for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is no time zone; write e.g. Asia/Bangkok") from None


def parse_span(text: str) -> Span:
    """Raises ValueError."""
    found = _SPAN.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        numbers = [int(part) for part in found.groups()]
        return Span(time(numbers[0], numbers[1]), time(numbers[2], numbers[3]))
    except ValueError:
        raise ValueError(f"{text!r} are no hours; write e.g. 08:00-17:00") from None


def parse_week(text: str) -> Week:
    """Raises ValueError."""
    found: list[tuple[int, Span]] = []
    for part in text.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"{part.strip()!r} are no service hours; write e.g. Mon-Fri 08:00-17:00")
        first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
        days = range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)]
        found += [(day, parse_span(match[3])) for day in days]
    return tuple(found)


def opens_at(week: Week, where: ZoneInfo, now: datetime) -> datetime | None:
    """None while it is open, else when it opens next."""
    local = now.astimezone(where)
    if any(span.holds(local.time()) and day == _begun(span, local) for day, span in week):
        return None
    openings = [
        datetime.combine(local.date() + timedelta(days=ahead), span.start, where)
        for ahead in range(8)
        for day, span in week
        if day == (local.weekday() + ahead) % 7
    ]
    return min((at for at in openings if at > local), default=None)


def _begun(span: Span, local: datetime) -> int:
    """The weekday on which hours that hold this moment began: the day before, where they went over midnight."""
    return local.weekday() if local.time() >= span.start else (local.weekday() - 1) % 7


def after_quiet(quiet: Span, where: ZoneInfo, moment: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours that it falls into."""
    local = moment.astimezone(where)
    if not quiet.holds(local.time()):
        return moment
    end = datetime.combine(local.date(), quiet.end, where)
    return (end if end > local else end + timedelta(days=1)).astimezone(moment.tzinfo)
