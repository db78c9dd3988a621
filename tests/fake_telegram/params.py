"""Reading a call: form, multipart or JSON body plus query string, with typed access.

Bot API: "Making requests" lists the four ways of passing parameters; all of them may be mixed with a query string.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.web_request import BaseRequest, FileField

from .errors import bad_request


@dataclass(slots=True)
class Upload:
    """A file of a multipart body."""

    name: str
    content: bytes
    mime_type: str


@dataclass(slots=True)
class Call:
    """One call: method, parameters as sent, uploads."""

    method: str
    params: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """A string parameter; "" when missing (the Bot API knows no null)."""
        value = self.params.get(key)
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)

    def number(self, key: str, default: int | None = None) -> int | None:
        """An integer parameter; what is no integer counts as missing, as in the Bot API server."""
        try:
            return int(self.params[key])
        except (KeyError, TypeError, ValueError):
            return default

    def clamped(self, key: str, default: int, low: int, high: int) -> int:
        """An integer parameter pressed into its range."""
        value = self.number(key, default)
        return max(low, min(high, default if value is None else value))

    def real(self, key: str) -> float | None:
        """A float parameter."""
        try:
            return float(self.params[key])
        except (KeyError, TypeError, ValueError):
            return None

    def flag(self, key: str) -> bool:
        """A boolean parameter: true, yes, 1 in any case (Bot API server, `to_bool`)."""
        return str(self.params.get(key, "")).lower() in ("true", "yes", "1")

    def parsed(self, key: str, name: str) -> Any:
        """A JSON-serialised parameter; None when missing, 400 "can't parse <name> JSON object" when broken."""
        value = self.params.get(key)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def upload(self, key: str) -> Upload | None:
        """The file of a parameter: the part of that name, or the one that attach:// points to."""
        if key in self.files:
            return self.files[key]
        value = self.params.get(key)
        if isinstance(value, str) and value.startswith("attach://"):
            return self.files.get(value[9:])
        return None


async def read_call(request: BaseRequest, method: str) -> Call:
    """Parse the whole request; raises HTTPRequestEntityTooLarge beyond the server's size limit."""
    params: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    kind = request.content_type
    if request.method == "POST" and request.can_read_body:
        if kind == "application/json":
            body = await request.read()
            try:
                decoded = json.loads(body) if body else {}
            except ValueError:
                raise bad_request("can't parse request JSON object") from None
            if not isinstance(decoded, dict):
                raise bad_request("object expected as request body")
            params.update(decoded)
        elif kind == "application/x-www-form-urlencoded":
            body = await request.read()
            params.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        elif kind.startswith("multipart/"):
            for key, value in (await request.post()).items():
                if isinstance(value, FileField):
                    files[key] = Upload(value.filename, value.file.read(), value.content_type)
                else:
                    params[key] = value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")
    return Call(method, params, files)


TooLarge = web.HTTPRequestEntityTooLarge
