"""What the measurements share: a lean HTTP load, child processes, and a table."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

TOKEN = "123456:" + "A" * 35


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def update(number: int, chat: int, text: str = "hello") -> dict[str, Any]:
    """A private text message as Telegram delivers it."""
    person = {"id": chat, "is_bot": False, "first_name": "Noy", "language_code": "en"}
    message = {
        "message_id": number,
        "date": 1_790_000_000,
        "chat": {"id": chat, "type": "private", "first_name": "Noy"},
        "from": person,
        "text": text,
    }
    return {"update_id": number, "message": message}


async def post_all(port: int, path: str, bodies: Sequence[bytes], headers: str, connections: int) -> list[float]:
    """Posts every body over keep-alive connections; the seconds that each took. Raises unless all answer 200."""
    waiting = iter(bodies)
    seconds: list[float] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in waiting:
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{headers}"
            began = time.perf_counter()
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            await _read_ok(reader)
            seconds.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return seconds


async def _read_ok(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    if " 200 " not in head.splitlines()[0]:
        raise RuntimeError(head.splitlines()[0])
    length = next((int(line.split(":")[1]) for line in head.splitlines() if line.startswith("content-length")), 0)
    if length:
        await reader.readexactly(length)


@contextmanager
def child(module: str, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process that has printed its first line."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.first_line = process.stdout.readline()  # type: ignore[attr-defined]
    try:
        yield process
    finally:
        process.terminate()
        process.wait(15)


def encoded(count: int, chats: int) -> list[bytes]:
    return [json.dumps(update(n, 1000 + n % chats)).encode() for n in range(1, count + 1)]


def report(title: str, rows: dict[str, list[float]], unit: str, yardstick: str) -> None:
    """Medians, spread, and each as a ratio to the yardstick's median."""
    print(f"\n{title}")
    base = statistics.median(rows[yardstick])
    for name, values in rows.items():
        middle = statistics.median(values)
        spread = f"{min(values):,.0f}–{max(values):,.0f}"
        print(f"  {name:<46} {middle:>9,.0f} {unit}  ({spread})  {middle / base:.2f}x")
