"""The cheap mode for benchmarks: sendMessage is logged and answered, nothing else."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from aiohttp import web
from aiohttp.web_request import BaseRequest

from .params import read_call


@dataclass
class BenchLog:
    """Who got what when: (monotonic seconds, chat_id, text) in order of arrival."""

    sent: list[tuple[float, int, str]] = field(default_factory=list)

    async def answer(self, request: BaseRequest) -> web.Response:
        """Note one sendMessage and answer with a minimal Message."""
        kind = request.content_type
        if kind == "application/json":
            params = json.loads(await request.read())
            chat, text = int(params["chat_id"]), str(params["text"])
        elif kind == "application/x-www-form-urlencoded":
            fields = parse_qs((await request.read()).decode())
            chat, text = int(fields["chat_id"][0]), fields["text"][0]
        else:
            call = await read_call(request, "sendMessage")
            chat, text = int(call.text("chat_id")), call.text("text")
        self.sent.append((time.monotonic(), chat, text))
        body = (
            f'{{"ok":true,"result":{{"message_id":{len(self.sent)},"date":{int(time.time())},'
            f'"chat":{{"id":{chat},"type":"private"}},"text":{json.dumps(text)}}}}}'
        )
        return web.Response(body=body.encode(), content_type="application/json")
