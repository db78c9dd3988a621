"""Everything that the desk says goes into the ledger here, in the transaction of the turn that says it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels import Capabilities
from bot.conversation import Attachment, Button, Incoming, Reply
from bot.store.engine import Store
from bot.store.tables import BlobRow, ButtonRow, OutboxRow
from bot.text import split


class Outbox:
    """Writes replies as ledger rows: buttons get short keys, long texts are split, attachments are kept as blobs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def enqueue(
        self,
        session: AsyncSession,
        incoming: Incoming,
        replies: Iterable[Reply],
        capabilities: Capabilities,
        now: datetime,
    ) -> None:
        """Answers to `incoming`, in order."""
        rows: list[dict[str, Any]] = []
        buttons: dict[str, dict[str, Any]] = {}
        for reply in replies:
            edit = incoming.message if reply.edit and capabilities.edits and not reply.attachment else None
            for body in _bodies(reply, capabilities, edit, buttons, now):
                if incoming.group and incoming.message and not rows and not edit:
                    body["reply_to"] = incoming.message
                rows.append(
                    {
                        "platform": incoming.platform,
                        "chat": incoming.chat,
                        "lane": int(reply.lane),
                        "body": body,
                        "state": "queued",
                        "attempts": 0,
                        "created_at": now,
                    }
                )
            if reply.attachment:
                await self._keep(session, reply.attachment, now)
        if buttons:
            await session.execute(self._store.insert(ButtonRow).on_conflict_do_nothing(), list(buttons.values()))
        if rows:
            await session.execute(self._store.insert(OutboxRow), rows)

    async def _keep(self, session: AsyncSession, attachment: Attachment, now: datetime) -> None:
        row = {
            "sha256": blob_key(attachment),
            "name": attachment.name,
            "mime": attachment.mime,
            "content": attachment.content,
            "created_at": now,
        }
        await session.execute(self._store.insert(BlobRow).values(row).on_conflict_do_nothing())


def _bodies(
    reply: Reply,
    capabilities: Capabilities,
    edit: str | None,
    buttons: dict[str, dict[str, Any]],
    now: datetime,
) -> list[dict[str, Any]]:
    """The messages that one reply becomes. The first takes the edited message's place, the last has the buttons."""
    first_limit = capabilities.caption_units if reply.attachment else capabilities.text_units
    parts = split(reply.text, capabilities.text_units, first_limit)
    bodies: list[dict[str, Any]] = [{"text": part} for part in parts]
    if edit:
        bodies[0]["edit"] = edit
    if reply.attachment:
        bodies[0]["blob"] = blob_key(reply.attachment)
    if reply.buttons:
        bodies[-1]["buttons"] = [
            [_button(button, buttons, now) for button in row if _offered(button, capabilities)] for row in reply.buttons
        ]
    return bodies


def _offered(button: Button, capabilities: Capabilities) -> bool:
    return not (
        (button.request == "contact" and not capabilities.asks_contact)
        or (button.request == "location" and not capabilities.asks_location)
    )


def _button(button: Button, kept: dict[str, dict[str, Any]], now: datetime) -> dict[str, str]:
    if button.url:
        return {"label": button.label, "url": button.url}
    if button.request:
        return {"label": button.label, "request": button.request}
    key = button_key(button.action, button.data, button.label)
    kept[key] = {
        "key": key,
        "action": button.action,
        "data": dict(button.data),
        "label": button.label,
        "created_at": now,
    }
    return {"label": button.label, "key": key}


def button_key(action: str, data: Mapping[str, Any], label: str) -> str:
    """Twelve URL-safe characters, the same for the same button."""
    text = json.dumps([action, data, label], sort_keys=True, ensure_ascii=False)
    return base64.urlsafe_b64encode(hashlib.blake2b(text.encode(), digest_size=9).digest()).decode()


def blob_key(attachment: Attachment) -> str:
    return hashlib.sha256(attachment.name.encode() + b"\0" + attachment.content).hexdigest()


def rendered_buttons(body: Mapping[str, Any]) -> tuple[tuple[Mapping[str, str], ...], ...]:
    found: Sequence[Sequence[Mapping[str, str]]] = body.get("buttons", ())
    return tuple(tuple(row) for row in found if row)
