"""kill -9 in the middle of an announcement, with 429, 5xx, cut connections and blocked people."""

from __future__ import annotations

from pathlib import Path

from tests.faults.broadcasting import BroadcastKilling


async def test_every_recipient_has_one_final_state_and_nobody_gets_it_twice(tmp_path: Path) -> None:
    verdict = await BroadcastKilling(tmp_path, seed=5).run(people=250, kills=2)  # benchmarks/broadcast.py: 5,000
    assert verdict.holds, verdict
    assert verdict.unreachable == verdict.blocked
