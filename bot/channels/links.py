"""The links of announcements: each counted, without who it was, then on to where it leads."""

from __future__ import annotations

from aiohttp import web

from bot.clock import Clock
from bot.services import broadcasts, wishes
from bot.store import Store


class LinkPage:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [web.get(r"/go/{broadcast:\d{1,15}}/{button:\d}", self._go)]

    async def _go(self, request: web.Request) -> web.Response:
        number, button = int(request.match_info["broadcast"]), int(request.match_info["button"])
        async with self._store.read() as session:
            address = await broadcasts.link_of(session, number, button)
        if address is None:
            raise web.HTTPNotFound
        async with self._store.write() as session:
            await wishes.do_click(session, None, number, button, self._clock.now())
        raise web.HTTPFound(address, headers={"Cache-Control": "no-store"})
