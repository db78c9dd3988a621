"""The HTTP side: routes, faults, the record of calls, and the handle that tests hold."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from aiohttp.web_request import BaseRequest

from . import methods_bot, methods_chat, methods_edit, methods_send
from .backend import METHODS, Backend
from .bench import BenchLog
from .clock import Clock
from .control import control
from .delivery import Delivery
from .errors import ApiError
from .faults import Fault, FaultPlan
from .limits import FloodLimits
from .model import Chat, ChatType, Message, Request
from .params import Call, TooLarge, read_call
from .people import Person, View
from .world import World

DEFAULT_TOKEN = "7000000001:AAFakeTokenForTestsOnly-0123456789abcdef"
METHOD_MODULES = (methods_bot, methods_chat, methods_edit, methods_send)  # Importing them fills METHODS.


class FakeTelegram:
    """A Bot API server for one bot. Start it with `async with FakeTelegram() as telegram:`.

    `enforce_limits` answers 429 beyond Telegram's budgets, by `clock`. `open_chats` lets any chat id exist.
    `bench` gives sendMessage a short cut: nothing is checked, each one is logged in `bench_log`.
    `local` False refuses plain-HTTP webhooks, as api.telegram.org does.
    """

    def __init__(
        self, token: str = DEFAULT_TOKEN, *, clock: Clock = time.time, enforce_limits: bool = False,
        open_chats: bool = False, bench: bool = False, local: bool = True, seed: int = 0,
        bot_username: str = "mekong_desk_bot", host: str = "127.0.0.1", port: int = 0,
    ) -> None:  # fmt: skip
        self.token = token
        self.host, self.port = host, port
        self.world = World(clock, bot_username=bot_username, open_chats=open_chats or bench, seed=seed)
        self.limits = FloodLimits(clock, enforce_limits)
        self.delivery = Delivery(clock, self.world.changed)
        self.backend = Backend(self.world, self.limits, self.delivery, local=local)
        self.faults = FaultPlan(seed)
        self.requests: list[Request] = []
        self.bench = bench
        self.bench_log = BenchLog()
        self.delivery.on_webhook_answer = self._webhook_answer
        self._runner: web.ServerRunner | None = None

    # Life

    @property
    def root(self) -> str:
        """What TELEGRAM_API_URL is set to."""
        return f"http://{self.host}:{self.port}"

    @property
    def base_url(self) -> str:
        """`base_url` of PTB's Bot."""
        return f"{self.root}/bot"

    @property
    def base_file_url(self) -> str:
        """`base_file_url` of PTB's Bot."""
        return f"{self.root}/file/bot"

    async def start(self) -> Self:
        """Listen; port 0 takes a free one."""

        def request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> BaseRequest:
            limit = self.backend.upload_limit + 1024 * 1024
            loop = asyncio.get_running_loop()
            return BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=limit)

        server = web.Server(self._handle, request_factory=request, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port, backlog=1024)
        await site.start()
        if self.port == 0:
            self.port = int(self._runner.addresses[0][1])
        return self

    async def stop(self) -> None:
        """Stop listening and pushing; calls that hang are cut."""
        await self.delivery.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # People and places

    def person(self, first_name: str = "Alice", *, language_code: str | None = "en", started: bool = False,
               id: int | None = None, **details: Any) -> Person:  # fmt: skip
        """A person; the bot can't write to them before they wrote (`started` True: they did, long ago)."""
        user = self.world.add_user(first_name, id=id, language_code=language_code, **details)
        return Person(self.backend, user, self.world.private_chat(user, known=started))

    def group(self, title: str = "Investors", *members: View, kind: ChatType = "supergroup", **details: Any) -> Chat:
        """A group with the bot in it. Details: is_forum, bot_status, username, can_send. Use `alice.at(group)`."""
        return self.world.new_group(title, kind, [view.user for view in members], **details)

    def file_of(self, message: Message) -> bytes:
        """The document that the message brings, or the picture in its largest size."""
        sent: Any = message.content.get("document") or message.content["photo"][-1]
        return self.world.files[sent["file_id"]].content

    def fail(self, fault: Fault) -> Fault:
        """Queue a fault: `fault = telegram.fail(faults.cut_after(method="sendMessage"))`."""
        return self.faults.add(fault)

    # Record

    def calls(self, method: str | None = None, chat_id: int | None = None) -> list[Request]:
        """The recorded calls of a method, to a chat; getUpdates only when named."""
        wanted = method.lower() if method else None
        return [
            r for r in self.requests
            if (r.method.lower() == wanted if wanted else r.method.lower() != "getupdates")
            and chat_id in (None, r.chat_id)
        ]  # fmt: skip

    async def called(self, method: str, *, count: int = 1, chat_id: int | None = None, within: float = 5.0,
                     answered: bool = True) -> list[Request]:  # fmt: skip
        """Wait for `count` calls of a method; `answered` False counts those that still run or got no answer too."""

        def found() -> list[Request]:
            return [r for r in self.calls(method, chat_id) if r.status is not None or not answered]

        def explain() -> str:
            seen = Counter(f"{r.method} → {r.status or r.fault}" for r in self.requests)
            return f"{len(found())} of {count} calls of {method} within {within} s; there were {dict(seen)}"

        await self.world.until(lambda: len(found()) >= count, within, explain)
        return found()

    async def idle(self, within: float = 5.0) -> None:
        """Wait until the bot took every update (getUpdates: confirmed; webhook: answered with 2xx)."""

        def explain() -> str:
            waiting = list(self.delivery.queue)
            return f"{len(waiting)} updates were not taken within {within} s: {waiting[:3]}"

        await self.world.until(lambda: not self.delivery.queue, within, explain)

    # Calls

    async def _handle(self, request: BaseRequest) -> web.StreamResponse:
        parts = request.path.split("/")
        if parts[1] == "_control":
            return await control(self, request, "/".join(parts[2:]))
        if parts[1] == "file" and len(parts) > 3 and parts[2].startswith("bot"):
            return self._file(parts[2][3:], "/".join(parts[3:]))
        if not parts[1].startswith("bot") or len(parts) != 3:
            return _answer(ApiError(404, "Not Found"))
        if parts[1][3:] != self.token:
            return _answer(ApiError(401, "Unauthorized"))
        if self.bench and parts[2].lower() == "sendmessage":
            return await self.bench_log.answer(request)
        return await self._call(request, parts[2])

    def _file(self, token: str, path: str) -> web.StreamResponse:
        stored = self.world.paths.get(path)
        if token != self.token or stored is None:
            return _answer(ApiError(404, "Not Found"))
        return web.Response(body=stored.content, content_type="application/octet-stream")

    async def _call(self, request: BaseRequest, name: str) -> web.StreamResponse:
        begin = time.perf_counter()
        try:
            call = await read_call(request, name)
        except TooLarge:
            return _answer(ApiError(413, "Request Entity Too Large"))
        except ApiError as refusal:
            return _answer(refusal)
        uploads: dict[str, tuple[str | None, int]] = {
            key: (upload.name, len(upload.content)) for key, upload in call.files.items()
        }
        record = Request(len(self.requests) + 1, self.world.clock(), name, call.params, uploads)
        self.requests.append(record)
        self.world.changed.notify()
        fault = self.faults.next(name, record.chat_id)
        try:
            response = await self._with_fault(request, call, record, fault) if fault else await self._run(call, record)
        finally:
            record.seconds = time.perf_counter() - begin
            self.world.changed.notify()
        return response

    async def _run(self, call: Call, record: Request) -> web.Response:
        """Carry the call out and note the outcome."""
        try:
            if call.method.lower() == "getupdates":
                result: Any = await self.delivery.get_updates(call)
            else:
                result = self.dispatch(call)
        except ApiError as refusal:
            record.status, record.description = refusal.code, refusal.description
            return _answer(refusal)
        record.status, record.result, record.processed = 200, result, True
        return _json(200, {"ok": True, "result": result})

    def dispatch(self, call: Call) -> Any:
        """Carry out one call without HTTP; raises ApiError."""
        handler = METHODS.get(call.method.lower())
        if handler is None:
            raise ApiError(404, "Not Found: method not found")
        return handler(self.backend, call)

    def _webhook_answer(self, body: dict[str, Any]) -> None:
        """Bot API: "Making requests when getting updates": the webhook's answer may carry one call."""
        if "method" not in body:
            return
        call = Call(str(body.pop("method")), body)
        record = Request(len(self.requests) + 1, self.world.clock(), call.method, call.params, {}, status=200)
        self.requests.append(record)
        try:
            record.result, record.processed = self.dispatch(call), True
        except ApiError as refusal:
            record.status, record.description = refusal.code, refusal.description

    async def _with_fault(self, request: BaseRequest, call: Call, record: Request, fault: Fault) -> web.StreamResponse:
        record.fault = fault.name
        true_answer: web.Response | None = await self._run(call, record) if fault.after else None
        true_status, record.status = record.status, None
        fault.note()
        if fault.gate is not None:
            await fault.gate.wait()
        if fault.kind == "hang":
            await asyncio.Event().wait()
        if fault.kind == "cut":
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            if true_answer is None:
                return await self._run(call, record)
            record.status = true_status
            return true_answer
        record.status = fault.status
        if isinstance(fault.body, dict):
            return _json(fault.status, fault.body)
        if fault.body is not None:
            return web.Response(status=fault.status, body=fault.body, content_type="text/html")
        whole = true_answer.body if true_answer is not None else b""
        half = bytes(whole)[: len(whole) // 2] if isinstance(whole, bytes) else b""
        return web.Response(status=fault.status, body=half, content_type="application/json")


def _json(status: int, body: dict[str, Any]) -> web.Response:
    encoded = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return web.Response(status=status, body=encoded, content_type="application/json")


def _answer(refusal: ApiError) -> web.Response:
    return _json(refusal.code, refusal.body())
