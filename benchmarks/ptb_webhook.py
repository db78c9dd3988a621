"""PTB's own webhook with a handler that does nothing. Arguments: port, secret."""

from __future__ import annotations

import asyncio
import sys

from telegram import Update
from telegram.ext import Application, CallbackContext, TypeHandler

from benchmarks.load import TOKEN
from tests.fake_telegram import FakeTelegram


async def nothing(_update: Update, _context: CallbackContext) -> None:  # type: ignore[type-arg]
    """Handled."""


async def main(port: int, secret: str) -> None:
    async with FakeTelegram(TOKEN, bench=True) as telegram:
        application = Application.builder().token(TOKEN).base_url(f"{telegram.root}/bot").build()
        application.add_handler(TypeHandler(Update, nothing))
        await application.initialize()
        await application.start()
        assert application.updater is not None
        await application.updater.start_webhook(
            "127.0.0.1", port, url_path="hook", secret_token=secret, webhook_url=f"http://127.0.0.1:{port}/hook"
        )
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
