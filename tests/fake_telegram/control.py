"""The control routes, for a server that runs as a process of its own: drive people, set faults, read the record.

GET  /_control/ping                      {"ok": true, …counts}
GET  /_control/requests?method=&since=   recorded calls, from number `since` on
GET  /_control/messages?chat_id=         every message with its present state
GET  /_control/sent                      the bench log: [seconds, chat_id, text]
GET  /_control/screen?user_id=           the private chat of a person as text
POST /_control/say                       {"user_id", "text", "first_name"?, "language_code"?} or a list of them
POST /_control/press                     {"user_id", "label", "vanished"?}
POST /_control/updates                   a list of raw updates (update_id is optional)
POST /_control/faults                    a list of Fault fields, {"kind": "cut", "method": "sendMessage", …}
POST /_control/wait                      {"requests"|"sent"|"taken": count, "timeout"?}: 200 when reached, 408 if not
POST /_control/reset                     forget requests, bench log and faults; chats stay
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.web_request import BaseRequest

from .faults import Fault
from .people import Person

if TYPE_CHECKING:
    from .server import FakeTelegram

Route = Callable[["FakeTelegram", BaseRequest], Awaitable[Any]]


async def control(telegram: FakeTelegram, request: BaseRequest, path: str) -> web.StreamResponse:
    """Answer one control request; what goes wrong comes back as 400 with the reason."""
    route = ROUTES.get(f"{request.method} {path}")
    if route is None:
        return web.json_response({"error": f"no control route {request.method} {path}"}, status=404)
    try:
        result = await route(telegram, request)
    except TimeoutError:
        return web.json_response({"error": "not reached in time"}, status=408)
    except (AssertionError, KeyError, TypeError, ValueError) as problem:
        return web.json_response({"error": f"{type(problem).__name__}: {problem}"}, status=400)
    return result if isinstance(result, web.StreamResponse) else web.json_response(result)


def _person(telegram: FakeTelegram, wanted: dict[str, Any]) -> Person:
    number = int(wanted["user_id"])
    if number not in telegram.world.users:
        return telegram.person(
            wanted.get("first_name", f"Person {number}"), id=number, language_code=wanted.get("language_code", "en")
        )
    user = telegram.world.users[number]
    return Person(telegram.backend, user, telegram.world.private_chat(user))


async def _ping(telegram: FakeTelegram, request: BaseRequest) -> Any:
    return {
        "ok": True, "requests": len(telegram.requests), "sent": len(telegram.bench_log.sent),
        "pending": len(telegram.delivery.queue), "taken": len(telegram.delivery.confirmed),
    }  # fmt: skip


async def _requests(telegram: FakeTelegram, request: BaseRequest) -> Any:
    calls = telegram.calls(request.query.get("method"))
    since = int(request.query.get("since", "0"))
    return [dataclasses.asdict(call) for call in calls if call.number >= since]


async def _messages(telegram: FakeTelegram, request: BaseRequest) -> Any:
    wanted = request.query.get("chat_id")
    chats = [telegram.world.chats[int(wanted)]] if wanted else list(telegram.world.chats.values())
    return [
        {**message.to_json(), "deleted": message.deleted, "from_bot": message.from_bot}
        for chat in chats for message in chat.messages.values()
    ]  # fmt: skip


async def _sent(telegram: FakeTelegram, request: BaseRequest) -> Any:
    return telegram.bench_log.sent


async def _screen(telegram: FakeTelegram, request: BaseRequest) -> Any:
    return web.Response(text=_person(telegram, dict(request.query)).screen())


async def _say(telegram: FakeTelegram, request: BaseRequest) -> Any:
    body = json.loads(await request.read())
    said = [await _person(telegram, item).says(item["text"]) for item in (body if isinstance(body, list) else [body])]
    return [message.id for message in said]


async def _press(telegram: FakeTelegram, request: BaseRequest) -> Any:
    body = json.loads(await request.read())
    button = await _person(telegram, body).presses(body["label"], vanished=bool(body.get("vanished")))
    return dataclasses.asdict(button)


async def _updates(telegram: FakeTelegram, request: BaseRequest) -> Any:
    return [telegram.delivery.put(update, _lane(update)) for update in json.loads(await request.read())]


def _lane(update: dict[str, Any]) -> int:
    content: dict[str, Any] = next((value for key, value in update.items() if key != "update_id"), {})
    return int((content.get("message") or content).get("chat", {}).get("id", 0))


async def _faults(telegram: FakeTelegram, request: BaseRequest) -> Any:
    added = [telegram.fail(Fault(**item)) for item in json.loads(await request.read())]
    return len(added)


async def _wait(telegram: FakeTelegram, request: BaseRequest) -> Any:
    body = json.loads(await request.read())
    count = {
        "requests": lambda: len(telegram.calls(body.get("method"))),
        "sent": lambda: len(telegram.bench_log.sent),
        "taken": lambda: len(telegram.delivery.confirmed),
    }
    key = next(name for name in count if name in body)
    if not await telegram.world.changed.until(lambda: count[key]() >= body[key], float(body.get("timeout", 10))):
        raise TimeoutError
    return {"reached": count[key]()}


async def _reset(telegram: FakeTelegram, request: BaseRequest) -> Any:
    telegram.requests.clear()
    telegram.bench_log.sent.clear()
    telegram.faults.clear()
    return True


ROUTES: dict[str, Route] = {
    "GET ping": _ping, "GET requests": _requests, "GET messages": _messages, "GET sent": _sent, "GET screen": _screen,
    "POST say": _say, "POST press": _press, "POST updates": _updates, "POST faults": _faults, "POST wait": _wait,
    "POST reset": _reset,
}  # fmt: skip
