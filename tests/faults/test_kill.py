"""kill -9 between an update's arrival and its answer: nothing lost, nothing doubled, nothing silently missing."""

from __future__ import annotations

from pathlib import Path

from tests.faults.killing import Killing, product

KILLS = 4  # benchmarks/kill9.py does it a hundred times


async def test_killed_again_and_again_every_update_has_one_answer_or_is_listed_as_unknown(tmp_path: Path) -> None:
    verdict = await Killing(product(), tmp_path, seed=11).run(KILLS)
    assert verdict.holds, verdict
    assert verdict.sent + verdict.unknown == verdict.updates
    assert verdict.sent <= verdict.delivered <= verdict.updates
