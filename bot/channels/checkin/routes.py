"""The web check-in's page and its small API.

GET /door/{token} only shows the page (a link preview must not use the link up); the page itself opens the door with
a POST, which gives a session cookie. Every command carries an id of the phone's making: sent again, it changes nothing.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.form_values import Unfit, read_name
from bot.services.events import door
from bot.services.events.door import Checked
from bot.services.events.model import Event, Refused
from bot.store import Store
from knowledge.language import Language, parse_language
from knowledge.phrases import N_, Phrases

FOLDER = Path(__file__).parent / "static"
COOKIE = "door"
BODY_LIMIT = 4_000
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "media-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
WORDS = {
    "heading": N_("Check-in"),
    "open": N_("Open the door on this phone"),
    "gone": N_("This link was used or is over. Ask for a new one with /checkin in the chat."),
    "camera": N_("Start the camera"),
    "no_camera": N_("The camera can't be used here. Type the number, or scan with the phone's own camera app."),
    "ticket": N_("Number or name"),
    "check": N_("Check"),
    "walk_in": N_("Walk-in"),
    "name": N_("Name"),
    "let_in": N_("Let in"),
    "in": N_("Welcome: {name}"),
    "again": N_("Already in: {name}, {at}, by {by}"),
    "not_confirmed": N_("{name} has no confirmed place"),
    "other_event": N_("This ticket is for another event"),
    "old_code": N_("This code was replaced by a new one: {name}"),
    "cancelled": N_("This event was cancelled."),
    "unknown": N_("No such ticket"),
    "nobody": N_("I find nobody of this name"),
    "full": N_("There is no free place left"),
    "closed": N_("Registration for this event is closed."),
    "bad": N_("This can't be read"),
    "waiting": N_("No connection: {count} waiting to be sent. Nothing is lost."),
    "here": N_("{here} of {all} are here"),
}
Answer = dict[str, Any]
Work = Callable[[AsyncSession, Event, str, Mapping[str, Any], datetime], Awaitable[Answer]]


@cache
def _files() -> Mapping[str, bytes]:
    return {name: (FOLDER / name).read_bytes() for name in ("door.js", "door.css", "door.html")}


@cache
def _version() -> str:
    return hashlib.sha256(b"".join(_files().values())).hexdigest()[:12]


class CheckInPage:
    """aiohttp routes under /door."""

    def __init__(self, store: Store, clock: Clock, secure: bool) -> None:
        """`secure`: the site is served over https, so the cookie is only sent there."""
        self._store = store
        self._clock = clock
        self._secure = secure

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/door", self._page),
            web.get("/door/static/{name}", self._static),
            web.post("/door/api/open", self._open),
            web.post("/door/api/scan", self._command(_scan)),
            web.post("/door/api/search", self._command(_search)),
            web.post("/door/api/let-in", self._command(_let_in)),
            web.post("/door/api/walk-in", self._command(_walk_in)),
            web.post("/door/api/counts", self._command(_counts)),
            web.get("/door/{token}", self._page),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        language = _language(request)
        t = Phrases(language)
        words = {key: html.unescape(str(t(message))) for key, message in WORDS.items()}
        text = Template(_files()["door.html"].decode()).substitute(
            language=language.value.replace("_", "-"), version=_version(), heading=html.escape(words["heading"]),
            words=html.escape(json.dumps(words, ensure_ascii=False)),
        )  # fmt: skip
        return web.Response(text=text, content_type="text/html", headers=HEADERS)

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in ("door.js", "door.css"):
            raise web.HTTPNotFound
        kind = "text/javascript" if name.endswith(".js") else "text/css"
        return web.Response(body=_files()[name], headers={**HEADERS, "Content-Type": f"{kind}; charset=utf-8"})

    async def _open(self, request: web.Request) -> web.Response:
        body = await _body(request)
        try:
            async with self._store.write() as session:
                token = await door.do_open_link(session, str(body.get("token", "")), self._clock.now())
        except Refused:
            return _json({"error": "gone"}, 403)
        response = _json({"ok": True})
        response.set_cookie(
            COOKIE, token, max_age=int(door.LINK_LIFE.total_seconds()), path="/door", httponly=True, samesite="Strict",
            secure=self._secure,
        )  # fmt: skip
        return response

    def _command(self, work: Work) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            body = await _body(request)
            now = self._clock.now()
            try:
                async with self._store.write() as session:
                    event, label = await door.door_of(session, request.cookies.get(COOKIE, ""), now)
                    answer = await work(session, event, label, body, now)
                    counts = await door.counts(session, event.id)
            except Refused as refused:
                return _json({"error": refused.code}, 403 if refused.code == "gone" else 409)
            except Unfit:
                return _json({"error": "bad"}, 400)
            title = f"{'🧪 SAMPLE: ' if event.sample else ''}{event.title(_language(request))}"
            return _json({**answer, "event": title, "here": counts.here, "all": counts.expected})

        return handle


async def _scan(session: AsyncSession, event: Event, label: str, body: Mapping[str, Any], now: datetime) -> Answer:
    text = str(body.get("text", ""))[:200]
    return _shown(event, await door.do_scan(session, event.id, text, label, now, _command_id(body)))


async def _search(session: AsyncSession, event: Event, label: str, body: Mapping[str, Any], now: datetime) -> Answer:
    found = await door.search(session, event.id, str(body.get("text", ""))[:100])
    return {
        "found": [
            {"id": one.id, "name": one.name, "business": one.organisation, "in": one.checked_in_at is not None}
            for one in found
        ]
    }


async def _let_in(session: AsyncSession, event: Event, label: str, body: Mapping[str, Any], now: datetime) -> Answer:
    found = await door.of_registration(session, int(body.get("registration", 0)))
    if found is None or found.event_id != event.id:
        return {"result": "unknown"}
    return _shown(event, await door.do_check_in(session, found.id, label, now, _command_id(body)))


async def _walk_in(session: AsyncSession, event: Event, label: str, body: Mapping[str, Any], now: datetime) -> Answer:
    who = door.walk_in(read_name(str(body.get("name", ""))), None, "en")
    return _shown(event, await door.do_walk_in(session, event, who, label, now, _command_id(body)))


async def _counts(session: AsyncSession, event: Event, label: str, body: Mapping[str, Any], now: datetime) -> Answer:
    return {}


def _shown(event: Event, checked: Checked) -> Answer:
    who = checked.registration
    foreign = checked.result in ("other_event", "unknown")
    return {
        "result": checked.result,
        "name": "" if who is None or foreign else ", ".join(part for part in (who.name, who.organisation) if part),
        "at": checked.at.astimezone(event.zone).strftime("%H:%M") if checked.at else "",
        "by": checked.by,
    }


def _command_id(body: Mapping[str, Any]) -> str:
    return str(body.get("command", ""))[:40]


async def _body(request: web.Request) -> dict[str, Any]:
    """JSON only: a foreign page's form can't send that without being asked first."""
    if request.content_type != "application/json" or (request.content_length or 0) > BODY_LIMIT:
        raise web.HTTPBadRequest
    try:
        found = json.loads((await request.content.read(BODY_LIMIT + 1))[:BODY_LIMIT])
    except ValueError:
        raise web.HTTPBadRequest from None
    if not isinstance(found, dict):
        raise web.HTTPBadRequest
    return found


def _json(data: Answer, status: int = 200) -> web.Response:
    return web.json_response(data, status=status, headers=HEADERS)


def _language(request: web.Request) -> Language:
    for part in request.headers.get("Accept-Language", "").split(","):
        if found := parse_language(part.partition(";")[0]):
            return found
    return Language.EN
