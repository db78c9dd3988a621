"""The papers of an event: /papers/<token> lists them, /papers/<token>/<file> hands one out. Plain HTML, no script."""

from __future__ import annotations

from aiohttp import web
from markupsafe import Markup

from bot.channels.web import page, plain
from bot.channels.web.channel import guarded
from bot.channels.web.files import attachment
from bot.clock import Clock
from bot.event_words import headline
from bot.services.events import materials
from bot.services.events.materials import Materials
from bot.store import Store
from knowledge.phrases import Phrases

LINK = Markup('<li><a href="{href}" rel="noopener noreferrer">{title}</a></li>')


class MaterialsPage:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(r"/papers/{token:[\w.-]{1,60}}", guarded(self._list)),
            web.get(r"/papers/{token:[\w.-]{1,60}}/{file:\d{1,15}}", guarded(self._file)),
        ]

    async def _list(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        async with self._store.read() as session:
            found = await materials.given(session, token, self._clock.now())
        if found is None:
            return plain.nothing(request, _document)
        return page.html_page(request, _listed(found, token), found.language)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        number = int(request.match_info["file"])
        async with self._store.read() as session:
            file = await materials.file_of(session, request.match_info["token"], number, self._clock.now())
        return attachment(file) if file else plain.nothing(request, _document)


def _listed(found: Materials, token: str) -> bytes:
    t = Phrases(found.language)
    items = [LINK.format(href=link.url, title=link.title.best(t.language)[0]) for link in found.links]
    items += [LINK.format(href=f"/papers/{token}/{file.id}", title=file.title) for file in found.files]
    until = t.date(found.event.let_go_after.astimezone(found.event.zone).date())
    content = Markup("<p>{}</p>").format(headline(t, found.event))
    if items:
        content += Markup("<ul>{}</ul>").format(Markup("").join(items))
    else:
        content += Markup("<p>{}</p>").format(t("The organiser has given out no papers yet."))
    content += Markup("<p>{}</p>").format(t("This page is here until {date}.", date=until))
    return _document(t, content)


def _document(t: Phrases, content: Markup) -> bytes:
    return plain.document(t, t("Papers"), content, "coverage")
