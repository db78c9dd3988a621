"""The Telegram channel: one bot account.

Updates are stored before they are acknowledged: by webhook before the 200, by polling before the offset moves on.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import warnings
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import structlog
from aiohttp import web
from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.warnings import PTBUserWarning

from bot.channels import Arrival, Capabilities, FileGone, Outgoing
from bot.channels.telegram.delivery import deliver, understood
from bot.channels.telegram.profile import Introduction, introduce
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.updates import ALLOWED, PLATFORM, chat_of, read
from bot.channels.telegram.uploads import Uploads
from bot.clock import Clock
from bot.conversation import FileRef, Incoming
from bot.inbox import Inbox
from bot.observe import metrics
from bot.settings import Settings

log = structlog.get_logger(__name__)

WEBHOOK_PATH = "/telegram/webhook"
MAX_UPDATE_BYTES = 1_000_000
POLL_SECONDS = 25
GROUP_QUOTA = (20, 60.0)  # Bot FAQ: 20 messages a minute in a group
FIRST_RETRY, LAST_RETRY = 1.0, 60.0


class TelegramChannel:
    name = PLATFORM
    capabilities = Capabilities(
        text_units=4096, caption_units=1024, edits=True, asks_contact=True, asks_location=True, commands=True
    )

    def __init__(self, settings: Settings, inbox: Inbox, clock: Clock, introduction: Introduction) -> None:
        assert settings.telegram_bot_token is not None
        self._settings = settings
        self._inbox = inbox
        self._clock = clock
        self._introduction = introduction
        root = settings.telegram_api_url
        self.requests = (AiohttpRequest(), AiohttpRequest())  # for sending; for the long poll
        self.bot = Bot(
            settings.telegram_bot_token.get_secret_value(),
            base_url=f"{root}/bot",
            base_file_url=f"{root}/file/bot",
            request=self.requests[0],
            get_updates_request=self.requests[1],
        )
        self._username = ""
        self.on_login: Callable[[str], None] = lambda username: None
        self._main: asyncio.Task[None] | None = None
        self._asides: set[asyncio.Task[None]] = set()
        self._uploads = Uploads()
        self.trouble: str | None = "starting"  # why nothing comes in at the moment; None when all is well

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        return read(payload, self._username, self._settings.staff_group)

    def quota(self, chat: str) -> tuple[int, float] | None:
        return GROUP_QUOTA if chat.startswith("-") else None

    async def deliver(self, message: Outgoing) -> str | None:
        return await deliver(self.bot, message, self._uploads)

    async def fetch(self, file: FileRef) -> bytes:
        try:
            found = await self.bot.get_file(file.id)
            return bytes(await found.download_as_bytearray())
        except TelegramError as error:
            raise FileGone(str(error)) from None

    async def typing(self, chat: str) -> None:
        with contextlib.suppress(TelegramError):
            await self.bot.send_chat_action(int(chat), "typing")

    async def start(self) -> None:
        for request in self.requests:
            await request.initialize()
        self._main = asyncio.create_task(self._run(), name="telegram")

    async def stop(self) -> None:
        if self._main:
            self._main.cancel()
            await asyncio.gather(self._main, return_exceptions=True)
        await asyncio.gather(*self._asides, return_exceptions=True)
        for request in self.requests:
            await request.shutdown()

    # -- coming up

    async def _run(self) -> None:
        try:
            await self._log_in()
            self._aside(introduce(self.bot, self._introduction))
            if self._settings.public_url:
                await self._set_webhook()
            else:
                await self._poll()
        except InvalidToken:
            self._stop_with("Telegram refuses TELEGRAM_BOT_TOKEN. Ask @BotFather for the right one.")
        except Conflict as error:
            self._stop_with(f"Another desk uses this bot ({error}). Stop it, then start this one again.")
        except Exception:
            log.exception("telegram.stopped")
            self.trouble = "stopped by an unexpected error; see the log"

    def _stop_with(self, reason: str) -> None:
        self.trouble = reason
        log.error("telegram.stopped", reason=reason)

    async def _log_in(self) -> None:
        wait = FIRST_RETRY
        while True:
            try:
                self._username = (await self.bot.get_me()).username or ""
                self.on_login(self._username)
            except InvalidToken:
                raise
            except TelegramError as error:
                wait = await self._wait_out(error, wait)
            else:
                log.info("telegram.logged_in", username=self._username)
                return

    async def _wait_out(self, error: TelegramError, wait: float) -> float:
        """Rests after a failure; returns how long to rest after the next one."""
        self.trouble = str(error)
        log.warning("telegram.retrying", reason=str(error), seconds=wait)
        rest = getattr(understood(error), "seconds", wait) if isinstance(error, RetryAfter) else wait
        await asyncio.sleep(rest)
        return min(wait * 2, LAST_RETRY)

    # -- polling

    async def _poll(self) -> None:
        offset: int | None = None
        wait = FIRST_RETRY
        while True:
            try:
                updates = await self._fetch(offset)
            except (Conflict, InvalidToken):
                raise
            except TelegramError as error:
                wait = await self._wait_out(error, wait)
                continue
            try:
                await asyncio.gather(*(self._take(update) for update in updates))
            except Exception:
                log.exception("telegram.not_stored", updates=len(updates))
                await asyncio.sleep(wait)
                continue  # the same offset: Telegram gives them again
            self.trouble, wait = None, FIRST_RETRY
            if updates:
                offset = int(updates[-1]["update_id"]) + 1

    async def _fetch(self, offset: int | None) -> list[dict[str, Any]]:
        """The raw updates: they are stored as they came and parsed when they are handled."""
        wanted = {"timeout": POLL_SECONDS, "allowed_updates": ALLOWED} | ({} if offset is None else {"offset": offset})
        with warnings.catch_warnings():  # PTB advises its own method, which would parse them here and now
            warnings.simplefilter("ignore", PTBUserWarning)
            found: list[dict[str, Any]] = await self.bot.do_api_request(
                "getUpdates", wanted, read_timeout=POLL_SECONDS + 10
            )
        return found

    # -- webhook

    async def _set_webhook(self) -> None:
        assert self._settings.webhook_secret is not None
        wait = FIRST_RETRY
        while True:
            try:
                await self.bot.set_webhook(
                    f"{self._settings.public_url}{WEBHOOK_PATH}",
                    secret_token=self._settings.webhook_secret.get_secret_value(),
                    allowed_updates=ALLOWED,
                    max_connections=100,
                )
            except InvalidToken:
                raise
            except TelegramError as error:
                wait = await self._wait_out(error, wait)
            else:
                self.trouble = None
                log.info("telegram.webhook_set", url=self._settings.public_url)
                return

    def routes(self) -> list[web.RouteDef]:
        return [web.post(WEBHOOK_PATH, self._webhook)] if self._settings.public_url else []

    async def _webhook(self, request: web.Request) -> web.Response:
        assert self._settings.webhook_secret is not None
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode()
        if not hmac.compare_digest(given, self._settings.webhook_secret.get_secret_value().encode()):
            return web.Response(status=403)
        if (request.content_length or 0) > MAX_UPDATE_BYTES:
            return web.Response(status=413)
        body = await request.read()
        try:
            update = json.loads(body)
            int(update["update_id"])
        except (ValueError, KeyError, TypeError):
            log.warning("telegram.garbage", size=len(body))
            return web.Response(status=400)
        await self._take(update, body.decode())
        return web.Response()

    # -- both

    async def _take(self, update: Mapping[str, Any], payload: str | None = None) -> None:
        """Stores the update; afterwards the spinner of a pressed button is ended at once."""
        chat = chat_of(update)
        if chat is None:
            return
        number = int(update["update_id"])
        text = payload or json.dumps(update, ensure_ascii=False)
        new = await self._inbox.put(Arrival(PLATFORM, str(number), chat, number, text, self._clock.now()))
        (metrics.arrivals if new else metrics.duplicates).labels(PLATFORM).inc()
        if new and (query := update.get("callback_query")):
            self._aside(self._end_spinner(query["id"]))

    async def _end_spinner(self, query_id: str) -> None:
        with contextlib.suppress(TelegramError):
            await self.bot.answer_callback_query(query_id)

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)
