"""The page itself: its files, its words in seven languages, and the headers that keep it to itself."""

from __future__ import annotations

import gzip
import hashlib
import html
import json
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from string import Template

from aiohttp import web

from bot.channels.web.frames import TEXT_LIMIT
from knowledge.language import Language
from knowledge.phrases import N_, Phrases

FOLDER = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

WORDS = {
    "tagline": N_("Zones, borders, forums and programmes of the six Lancang-Mekong countries"),
    "privacy": N_("No account needed. Your messages are kept under a random number, not under your name."),
    "skip": N_("Go to the message box"),
    "topics": N_("Topics"),
    "zones": N_("Zones"),
    "borders": N_("Borders"),
    "forums": N_("Forums"),
    "programmes": N_("Programmes"),
    "language": N_("Language"),
    "conversation": N_("Conversation"),
    "desk": N_("The desk"),
    "you": N_("You"),
    "message": N_("Your message"),
    "placeholder": N_("Write your question"),
    "send": N_("Send"),
    "connecting": N_("Connecting…"),
    "ready": N_("Connected"),
    "offline": N_("Waiting for the network"),
    "elsewhere": N_("The chat goes on in another window. Click here to use it in this one."),
    "waiting": N_("Waiting to be sent"),
    "sent": N_("Sent"),
    "failed": N_("Not sent"),
    "typing": N_("An answer is being written"),
    "newer": N_("New messages"),
    "too_long": N_("This is {over} characters too long. Your text is kept: please shorten it or send it in parts."),
    "too_fast": N_("That was a lot at once. Nothing is lost: the rest is sent in a moment."),
    "later": N_("The desk can't take messages at the moment. Yours is kept and sent as soon as it can."),
    "bad": N_("This message could not be sent."),
    "locating": N_("Asking your device where you are…"),
    "no_location": N_("Your location could not be found. You can write the name of a place instead."),
    "my_location": N_("My location"),
    "file_gone": N_("This file is no longer kept. Please ask for it again."),
    "no_cookie": N_("This chat needs a cookie to know which answers are yours. Please allow it and load the page."),
    "coverage": N_("What the desk knows"),
    "no_script": N_("This chat needs JavaScript. Please switch it on and load the page."),
}


@cache
def words(language: Language) -> dict[str, str]:
    """The page's own words as plain text; `{over}` stays for the page to fill."""
    t = Phrases(language)
    return {key: html.unescape(str(t(message))) for key, message in WORDS.items()}


@cache
def _files() -> Mapping[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}


@cache
def version() -> str:
    """Changes whenever a file of the page does; it is part of their addresses, so that they can be cached for good."""
    digest = hashlib.sha256()
    for name, content in _files().items():
        digest.update(name.encode() + content)
    return digest.hexdigest()[:10]


@cache
def _document(language: Language) -> bytes:
    own = words(language)
    fields = {key: html.escape(text) for key, text in own.items()}
    options = "".join(_option(each, selected=each is language) for each in Language)
    page = Template((FOLDER / "index.html").read_text(encoding="utf-8")).substitute(
        fields,
        lang=tag(language),
        code=language.value,
        version=version(),
        limit=TEXT_LIMIT,
        options=options,
        words=html.escape(json.dumps(own, ensure_ascii=False)),
    )
    return page.encode()


def _option(language: Language, *, selected: bool) -> str:
    mark = " selected" if selected else ""
    return f'<option value="{language.value}" lang="{tag(language)}"{mark}>{language.endonym}</option>'


def tag(language: Language) -> str:
    """The BCP 47 tag, as `lang` wants it."""
    return language.value.replace("_", "-")


def document(request: web.BaseRequest, language: Language) -> web.Response:
    """The page in the language; never cached, because it names the current files."""
    return html_page(request, _document(language), language)


def html_page(request: web.BaseRequest, content: bytes, language: Language) -> web.Response:
    """A document of ours, for this visitor now."""
    response = _response(request, content, "text/html")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = tag(language)
    return response


def strings(request: web.BaseRequest, code: str) -> web.Response:
    """The words of a language as JSON; 404 for a code that is not one of ours."""
    language = next((each for each in Language if each.value == code), None)
    if language is None:
        raise web.HTTPNotFound
    response = _response(request, json.dumps(words(language), ensure_ascii=False).encode(), "application/json")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def file(request: web.BaseRequest, asked_version: str, name: str) -> web.Response:
    """A file of the page. A page loaded before an update still gets what there is now."""
    content = _files().get(name)
    if content is None:
        raise web.HTTPNotFound
    response = _response(request, content, TYPES[Path(name).suffix])
    lasting = asked_version == version()
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    return response


@lru_cache(maxsize=64)
def _squeezed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _response(request: web.BaseRequest, content: bytes, content_type: str) -> web.Response:
    response = web.Response(content_type=content_type, charset="utf-8")
    response.headers["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        content = _squeezed(content)
        response.headers["Content-Encoding"] = "gzip"
    response.body = content
    return response
