"""Taking in webhooks: PTB's own server (acknowledges, then handles) against ours (stores, acknowledges, handles).

Both have a handler that does nothing; both are a process of their own under the same load.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time

from benchmarks.load import child, encoded, free_port, post_all, report

SECRET = "bench-secret"
HEADERS = f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n"


def measure(port: int, path: str, bodies: list[bytes], connections: int) -> float:
    """Updates a second."""
    began = time.perf_counter()
    asyncio.run(post_all(port, path, bodies, HEADERS, connections))
    return len(bodies) / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=8_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    bodies = encoded(options.updates, 500)
    rates: dict[str, list[float]] = {"PTB webhook (not durable)": [], "Mekong Desk webhook (durable)": []}
    for _ in range(options.rounds):
        port = free_port()
        with child("benchmarks.ptb_webhook", str(port), SECRET):
            rates["PTB webhook (not durable)"].append(measure(port, "/hook", bodies, options.connections))
        port = free_port()
        with (
            tempfile.TemporaryDirectory() as folder,
            child("benchmarks.desk_webhook", str(port), SECRET, f"sqlite+aiosqlite:///{folder}/bench.db"),
        ):
            rate = measure(port, "/telegram/webhook", bodies, options.connections)
            rates["Mekong Desk webhook (durable)"].append(rate)
    report("Webhook ingest", rates, "updates/s", "PTB webhook (not durable)")


if __name__ == "__main__":
    main()
