"""Hours that go over midnight."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot import hours

WHERE = ZoneInfo("Asia/Vientiane")


@pytest.mark.parametrize(
    ("day", "hour", "opens"),
    [
        (27, 2, (27, 22)),  # Friday's hours have not begun; Thursday has none
        (27, 23, None),
        (28, 2, None),  # still Friday's
        (28, 7, (4, 22)),
    ],
)
def test_what_lies_after_midnight_belongs_to_the_day_before(day: int, hour: int, opens: tuple[int, int] | None) -> None:
    now = datetime(2026, 11, day, hour, tzinfo=WHERE)
    found = hours.opens_at(hours.parse_week("Fri 22:00-06:00"), WHERE, now)
    assert (found and (found.day, found.hour)) == opens
