"""How soon the whole bot is ready, and how much memory it holds, with the full content and the language model."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for title in ("first start (migrates and seeds)", "second start"):
            began = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "run"],
                env={
                    **os.environ,
                    "DATABASE_URL": f"sqlite:///{folder}/f.db",
                    "PORT": "0",
                    "LOG_LEVEL": "ERROR",
                    "OMP_NUM_THREADS": "1",
                },
                stdout=subprocess.PIPE,
                text=True,
            )
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            ready = time.perf_counter() - began
            with urllib.request.urlopen(f"{url}/readyz") as response:
                state = response.read().decode()
            status = Path(f"/proc/{process.pid}/status").read_text()
            resident = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
            print(f"{title}: ready after {ready:.1f} s, {resident:.0f} MB resident, {state}")
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
