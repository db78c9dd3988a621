"""`python -m tests.fake_telegram --port 8081`: the server as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal

from .server import DEFAULT_TOKEN, FakeTelegram


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with FakeTelegram(
        options.token, host=options.host, port=options.port, bench=options.bench, open_chats=options.open_chats,
        enforce_limits=options.enforce_limits, seed=options.seed,
    ) as telegram:  # fmt: skip
        print(f"{telegram.root} token {telegram.token}", flush=True)
        await stop.wait()


def main() -> None:
    """Serve until SIGTERM; the first line of output names the root URL and the token."""
    parser = argparse.ArgumentParser(prog="python -m tests.fake_telegram", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default=DEFAULT_TOKEN)
    parser.add_argument("--bench", action="store_true", help="sendMessage is only logged; any chat exists")
    parser.add_argument("--open-chats", action="store_true", help="any chat id exists")
    parser.add_argument("--enforce-limits", action="store_true", help="429 beyond Telegram's budgets")
    parser.add_argument("--seed", type=int, default=0)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
