"""kill -9 at random points between an update's arrival and its answer, a hundred times, with the whole product.

As many people as kills: one who writes more than people do is slowed down, which is not what is looked at here.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from tests.faults.killing import Killing, product


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        verdict = asyncio.run(Killing(product(), Path(folder), options.seed).run(options.kills, people=options.kills))
    print(f"\nKilled {verdict.kills} times; {verdict.updates} updates, {verdict.stored} stored")
    print(f"  answers: {verdict.sent} sent, {verdict.unknown} listed as unknown, {verdict.delivered} seen by people")
    print(f"  lost: {verdict.lost}, doubled: {verdict.doubled}, failed: {verdict.failed}, open: {verdict.open}")
    print("  holds" if verdict.holds else "  DOES NOT HOLD")


if __name__ == "__main__":
    main()
