"""The papers of an event: /papers/<token> lists them, /papers/<token>/<file> hands one out. Plain HTML, no script."""

from __future__ import annotations

from aiohttp import web
from markupsafe import Markup

from bot.channels.web import page
from bot.channels.web.channel import guarded
from bot.channels.web.files import attachment
from bot.channels.web.visitor import preferred_language
from bot.clock import Clock
from bot.event_words import headline
from bot.services.events import materials
from bot.services.events.materials import Materials
from bot.store import Store
from knowledge.language import Language
from knowledge.phrases import Phrases

DOCUMENT = Markup(
    """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<title>{title} · Mekong Desk</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="/web/{version}/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/web/{version}/base.css">
<link rel="stylesheet" href="/web/{version}/coverage.css">
</head>
<body>
<header>
<a class="brand" href="/" lang="en"><img src="/web/{version}/mark.svg" alt="" width="32" height="32">Mekong Desk</a>
</header>
<main>
<h1>{title}</h1>
{content}
</main>
<footer><p><a href="/">{back}</a></p></footer>
</body>
</html>
"""
)
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
            return _nothing(request)
        return page.html_page(request, _listed(found, token).encode(), found.language)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        number = int(request.match_info["file"])
        async with self._store.read() as session:
            file = await materials.file_of(session, request.match_info["token"], number, self._clock.now())
        return attachment(file) if file else _nothing(request)


def _nothing(request: web.Request) -> web.Response:
    """The same words for a forged link and for one whose time is over."""
    language = preferred_language(request.headers.get("Accept-Language", "")) or Language.EN
    t = Phrases(language)
    words = t("There is nothing under this link, or its time is over. The desk's chat can tell you more.")
    response = page.html_page(request, _document(t, Markup("<p>{}</p>").format(words)).encode(), language)
    response.set_status(404)
    return response


def _listed(found: Materials, token: str) -> Markup:
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


def _document(t: Phrases, content: Markup) -> Markup:
    return DOCUMENT.format(
        lang=page.tag(t.language), version=page.version(), title=t("Papers"), content=content, back=t("Ask the desk")
    )
