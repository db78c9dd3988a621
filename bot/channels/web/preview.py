"""An announcement as each platform shows it: /preview/<token>, its picture or file under /preview/<token>/file.

The web chat's messages have the markup and the styles of the chat itself; Telegram's are drawn after its apps. Plain
HTML, no script; the buttons lead nowhere.
"""

from __future__ import annotations

import re

from aiohttp import web
from markupsafe import Markup

from bot.channels.web import page, plain
from bot.channels.web.channel import guarded
from bot.channels.web.files import attachment
from bot.conversation import Attachment, Button, Reply
from bot.services import Services, preview
from bot.services.preview import Look, Preview
from bot.store import Store
from bot.text import plain as without_markup
from bot.text import units
from knowledge.phrases import Phrases

TELEGRAM_TEXT, TELEGRAM_CAPTION = 4_096, 1_024  # UTF-16 units
BLANK = re.compile(r"\n[ \t]*\n\s*")
ADDRESS = re.compile(r"https?://[^\s<>]*[^\s<>.,;:!?)\]}”’]")
SECTION = Markup(
    '<section id="{code}"><h2 lang="{lang}">{name}</h2>{note}<div class="screens">'
    '<figure class="web"><figcaption>{web_name}</figcaption><div class="message desk">{web}</div></figure>'
    '<figure class="telegram"><figcaption>{telegram_name}</figcaption><div class="wall">{telegram}</div>'
    '<p class="size">{size}</p></figure></div></section>'
)
BUBBLE = Markup('<div class="bubble">{file}{text}</div>')
TEXT = Markup('<div class="text" dir="auto" lang="{lang}">{text}</div>')
BUTTONS = Markup('<div class="{kind}" lang="{lang}">{rows}</div>')
ROW = Markup('<div class="row">{}</div>')
PICTURE = Markup('<span class="picture"><img src="{src}" alt="{name}"></span>')
FILE = Markup('<a class="file">{name} · {size} KB</a>')


class PreviewPage:
    def __init__(self, store: Store, services: Services) -> None:
        self._store = store
        self._services = services

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(r"/preview/{token:[\w.-]{1,80}}", guarded(self._show)),
            web.get(r"/preview/{token:[\w.-]{1,80}}/file", guarded(self._file)),
        ]

    async def _show(self, request: web.Request) -> web.StreamResponse:
        found = await self._given(request)
        if found is None:
            return plain.nothing(request, _document)
        t = Phrases(found.language)
        content = _content(t, found, f"/preview/{request.match_info['token']}/file")
        return page.html_page(request, _document(t, content), found.language)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        found = await self._given(request)
        return attachment(found.file) if found and found.file else plain.nothing(request, _document)

    async def _given(self, request: web.Request) -> Preview | None:
        async with self._store.read() as session:
            return await preview.given(session, self._services, request.match_info["token"])


def _document(t: Phrases, content: Markup) -> bytes:
    return plain.document(t, t("How the announcement looks"), content, "chat", "preview", framed=False)


def _content(t: Phrases, found: Preview, file: str) -> Markup:
    said = t(
        "Announcement {number}, as it is now. This page is here until {time} ({zone}); its buttons only show how they "
        "look.",
        number=found.number,
        time=t.moment(found.until, found.zone),
        zone=found.zone.key,
    )
    sections = [_section(t, look, file) for look in found.looks]
    if not sections:
        sections = [Markup("<p>{}</p>").format(t("It has no text yet."))]
    return Markup("<p>{}</p>").format(said) + Markup("\n").join(sections)


def _section(t: Phrases, look: Look, file: str) -> Markup:
    note = Markup()
    if look.spoken is not look.language:
        note = Markup("<p>{}</p>").format(t("Languages without a text get: {language}", language=look.spoken.endonym))
    return SECTION.format(
        code=look.language.value,
        lang=page.tag(look.language),
        name=look.language.endonym,
        note=note,
        web_name=t("In the web chat"),
        web=_in_web_chat(t, look, file),
        telegram_name=t("On Telegram"),
        telegram=_on_telegram(t, look, file),
        size=_size(t, look.reply),
    )


def _size(t: Phrases, reply: Reply) -> Markup:
    used, limit = units(without_markup(reply.text)), TELEGRAM_CAPTION if reply.attachment else TELEGRAM_TEXT
    if reply.attachment:
        return t(
            "The text under a picture or file: {used} of at most {limit} characters, as Telegram counts.",
            used=t.number(used),
            limit=t.number(limit),
        )
    return t(
        "The text: {used} of at most {limit} characters, as Telegram counts.",
        used=t.number(used),
        limit=t.number(limit),
    )


def _in_web_chat(t: Phrases, look: Look, file: str) -> Markup:
    """As view.js and markup.js make it."""
    gaps = Markup('<span class="gap"></span>').join(Markup(part) for part in BLANK.split(look.reply.text))  # noqa: S704
    return _bubble(t, look, file, gaps) + _buttons(look, "buttons")


def _on_telegram(t: Phrases, look: Look, file: str) -> Markup:
    """Telegram makes a link of each address in a text."""
    linked = ADDRESS.sub(lambda found: f'<a class="link">{found[0]}</a>', str(look.reply.text))
    return _bubble(t, look, file, Markup(linked)) + _buttons(look, "keyboard")  # noqa: S704


def _bubble(t: Phrases, look: Look, file: str, text: Markup) -> Markup:
    shown = _attached(t, look.reply.attachment, file) if look.reply.attachment else Markup()
    return BUBBLE.format(file=shown, text=TEXT.format(lang=page.tag(look.spoken), text=text))


def _attached(t: Phrases, one: Attachment, file: str) -> Markup:
    if one.is_picture:
        return PICTURE.format(src=file, name=one.name)
    return FILE.format(name=one.name, size=t.number(-(-len(one.content) // 1024)))


def _buttons(look: Look, kind: str) -> Markup:
    rows = Markup("").join(ROW.format(Markup("").join(map(_button, row))) for row in look.reply.buttons)
    return BUTTONS.format(kind=kind, lang=page.tag(look.language), rows=rows)


def _button(button: Button) -> Markup:
    """Inert: a link without an address, a button that can't be pressed."""
    shape = '<a class="button">{}</a>' if button.url else '<button type="button" class="button" disabled>{}</button>'
    return Markup(shape).format(button.label)  # noqa: S704
