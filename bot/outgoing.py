"""From a row of the ledger to what its channel delivers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from bot.channels import Outgoing, Rejected
from bot.conversation import Attachment
from bot.outbox import rendered_buttons
from bot.store.engine import Store
from bot.store.tables import BlobRow, OutboxRow


async def outgoing(store: Store, row: int, chat: str, body: Mapping[str, Any]) -> Outgoing:
    """Raises Rejected when the attachment is gone."""
    source = body.get("source")
    return Outgoing(
        id=row,
        chat=chat,
        text=body["text"],
        buttons=rendered_buttons(body),
        edit=body.get("edit"),
        attachment=await _attachment(store, body.get("blob")),
        blob=body.get("blob"),
        reply_to=body.get("reply_to"),
        action=body.get("action", "say"),
        caption=bool(body.get("caption")),
        thread=await _thread(store, body.get("topic_row")),
        source=(source[0], source[1]) if source else None,
    )


async def _attachment(store: Store, key: str | None) -> Attachment | None:
    if not key:
        return None
    async with store.read() as session:
        blob = await session.get(BlobRow, key)
    if blob is None:
        raise Rejected("the attachment is gone")
    return Attachment(blob.name, blob.mime, blob.content)


async def _thread(store: Store, topic_row: int | None) -> str | None:
    """The topic that the message belongs to; none where it could not be made: then it goes to the whole group."""
    if topic_row is None:
        return None
    async with store.read() as session:
        return await session.scalar(
            select(OutboxRow.message_id).where(OutboxRow.id == topic_row, OutboxRow.state == "sent")
        )
