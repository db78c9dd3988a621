"""The budget's arithmetic, for any order of chats and times."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from bot.limiter import Limiter


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0.0, 0.5)), max_size=120), st.integers(1, 10))
def test_no_window_ever_holds_more_than_allowed(wishes: list[tuple[int, float]], rate: int) -> None:
    limiter, now, sent = Limiter(rate, 1.0), 0.0, []
    for number, wait in wishes:
        chat = f"-{number}"
        now = max(now + wait, limiter.ready_at(now), limiter.chat_ready_at(chat, now, (3, 5.0)))
        now = max(now, limiter.ready_at(now))
        limiter.spend(chat, now, group=True)
        sent.append((now, chat))
    for index, (at, _) in enumerate(sent):
        assert sum(1 for other, _ in sent[index:] if other < at + 1.0 - 1e-9) <= rate
    for chat in {chat for _, chat in sent}:
        times = [at for at, other in sent if other == chat]
        assert all(late - early >= 1.0 - 1e-9 for early, late in itertools.pairwise(times))
        assert all(late - early >= 5.0 - 1e-9 for early, late in zip(times, times[3:], strict=False))


def test_a_pause_of_the_account_holds_for_everybody() -> None:
    limiter = Limiter(25)
    limiter.block(7.5)
    assert limiter.ready_at(3.0) == 7.5
    assert limiter.ready_at(8.0) == 8.0
