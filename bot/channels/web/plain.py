"""The pages beside the chat: plain HTML without script, in one frame."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web
from markupsafe import Markup

from bot.channels.web import page
from bot.channels.web.visitor import preferred_language
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
{robots}<link rel="icon" href="/web/{version}/mark.svg" type="image/svg+xml">
{styles}
</head>
<body>
{header}<main>
<h1>{title}</h1>
{content}
</main>
{footer}</body>
</html>
"""
)
NONE = Markup()
NOT_LISTED = Markup('<meta name="robots" content="noindex">\n')
STYLE = Markup('<link rel="stylesheet" href="/web/{version}/{name}.css">')
HEADER = Markup(
    """<header>
<a class="brand" href="/" lang="en"><img src="/web/{version}/mark.svg" alt="" width="32" height="32">Mekong Desk</a>
{nav}</header>
"""
)
FOOTER = Markup('<footer>{note}<p><a href="/">{back}</a></p></footer>\n')


def document(
    t: Phrases,
    title: Markup,
    content: Markup,
    *styles: str,
    nav: Markup = NONE,
    note: Markup = NONE,
    framed: bool = True,
    listed: bool = False,
) -> bytes:
    """The whole page; `styles` beside the common one.

    `framed`: it leads back to the desk, with `nav` in its head and `note` at its foot. `listed`: search engines may
    show it.
    """
    version = page.version()
    return DOCUMENT.format(
        lang=page.tag(t.language),
        title=title,
        version=version,
        robots=NONE if listed else NOT_LISTED,
        styles=Markup("\n").join(STYLE.format(version=version, name=name) for name in ("base", *styles)),
        header=HEADER.format(version=version, nav=nav) if framed else NONE,
        content=content,
        footer=FOOTER.format(note=note, back=t("Ask the desk")) if framed else NONE,
    ).encode()


def nothing(request: web.Request, document: Callable[[Phrases, Markup], bytes]) -> web.Response:
    """The same words for a forged link and for one whose time is over."""
    language = preferred_language(request.headers.get("Accept-Language", "")) or Language.EN
    t = Phrases(language)
    words = t("There is nothing under this link, or its time is over. The desk's chat can tell you more.")
    response = page.html_page(request, document(t, Markup("<p>{}</p>").format(words)), language)
    response.set_status(404)
    return response
