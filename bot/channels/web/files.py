"""Attachments as the browser gets them, once it is clear that it may."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from bot.channels.web.ledger import PICTURES
from bot.conversation import Attachment
from bot.store.tables import BlobRow

DOCUMENTS = {
    "application/pdf",
    "text/plain",
    "text/csv",
    "text/calendar",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def attachment(blob: BlobRow | Attachment) -> web.Response:
    """A picture to be shown, anything else to be saved: nothing is ever run, whatever it claims to be."""
    known = blob.mime in PICTURES or blob.mime in DOCUMENTS
    disposition = "inline" if blob.mime in PICTURES else "attachment"
    return web.Response(
        body=blob.content,
        headers={
            "Content-Type": blob.mime if known else "application/octet-stream",
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(_safe(blob.name), safe='')}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=86400",
        },
    )


def _safe(name: str) -> str:
    """A name without folders and control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable())[:120] or "file"
