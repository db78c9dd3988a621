"""Everything that the desk says goes into the ledger here, in the transaction of the turn or job that says it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels import Capabilities
from bot.conversation import Address, Attachment, Button, Incoming, Lane, Reply
from bot.store.engine import Store
from bot.store.tables import BlobRow, ButtonRow, OutboxRow
from bot.text import split

_QUEUE = insert(OutboxRow.__table__)  # type: ignore[arg-type]
Body = tuple[int, dict[str, Any]]  # lane, what the channel renders


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to say to somebody, once for its key. Many notices may share their replies."""

    address: Address
    replies: Sequence[Reply]
    key: str
    not_before: datetime | None = None


class Outbox:
    """Writes replies as ledger rows: buttons get short keys, long texts are split, attachments are kept as blobs.

    `capabilities` says by platform what it can show.
    """

    def __init__(self, store: Store, capabilities: Mapping[str, Capabilities]) -> None:
        self._store = store
        self._capabilities = capabilities
        self._keep_buttons = store.insert(ButtonRow.__table__).on_conflict_do_nothing()

    async def answer(self, session: AsyncSession, incoming: Incoming, replies: Sequence[Reply], now: datetime) -> None:
        """Replies to `incoming`, in order: in a group to its message, an edit in place of the pressed message."""
        address = Address(incoming.platform, incoming.chat)
        bodies: list[Body] = []
        for reply in replies:
            edit = incoming.message if reply.edit and not reply.attachment else None
            bodies += self._bodies(address.platform, reply, edit)
        if incoming.group and incoming.message and bodies and "edit" not in bodies[0][1]:
            bodies[0][1]["reply_to"] = incoming.message
        await self._write(session, address, bodies, now)
        await self._keep_parts(session, replies, now)

    async def tell(
        self,
        session: AsyncSession,
        address: Address,
        replies: Sequence[Reply],
        now: datetime,
        *,
        key: str,
        not_before: datetime | None = None,
    ) -> bool:
        """Says something that nobody has asked for just now, once: a second call with the same key does nothing.

        `not_before` lets it wait, e.g. for the end of the night. Returns whether it was new.
        """
        bodies = [
            (max(lane, Lane.NOTICE), body) for reply in replies for lane, body in self._bodies(address.platform, reply)
        ]
        new = await self._write(session, address, bodies, now, key=key, not_before=not_before)
        await self._keep_parts(session, replies, now)
        return new

    async def tell_all(self, session: AsyncSession, notices: Iterable[Notice], now: datetime) -> int:
        """`tell` for many at once: the same replies are rendered once for a platform. Returns how many were new."""
        rendered: dict[tuple[int, str], list[Body]] = {}
        kept: list[Sequence[Reply]] = []  # also keeps the ids in `rendered` from being used again
        rows: list[dict[str, Any]] = []
        for notice in notices:
            at = (id(notice.replies), notice.address.platform)
            if at not in rendered:
                rendered[at] = [body for reply in notice.replies for body in self._bodies(at[1], reply)]
                kept.append(notice.replies)
            rows += [
                _row(notice.address, max(lane, Lane.NOTICE), body, now, f"{notice.key}:{part}", notice.not_before)
                for part, (lane, body) in enumerate(rendered[at])
            ]
        if not rows:
            return 0
        statement = self._store.insert(OutboxRow).on_conflict_do_nothing().returning(OutboxRow.id)
        written = (await session.execute(statement, rows)).all()
        for replies in kept:
            await self._keep_parts(session, replies, now)
        return len(written)

    async def withdraw(self, session: AsyncSession, key: str, now: datetime) -> None:
        """What waits under keys that begin so is not sent any more."""
        await session.execute(
            update(OutboxRow)
            .where(OutboxRow.state == "queued", OutboxRow.idempotency_key.startswith(key, autoescape=True))
            .values(state="failed", error="overtaken", finished_at=now)
        )

    async def prepare(self, session: AsyncSession, platform: str, reply: Reply, now: datetime) -> dict[str, Any]:
        """The body of one message that many people will get. Raises ValueError where it needs more than one."""
        return (await self.prepare_all(session, [(platform, reply)], now))[0]

    async def prepare_all(
        self, session: AsyncSession, wanted: Sequence[tuple[str, Reply]], now: datetime
    ) -> list[dict[str, Any]]:
        """`prepare` for several (platform, reply): what they share is kept once."""
        found = []
        for platform, reply in wanted:
            bodies = self._bodies(platform, reply)
            if len(bodies) != 1:
                raise ValueError("too long for one message")
            found.append(bodies[0][1])
        await self._keep_parts(session, [reply for _, reply in wanted], now)
        return found

    async def put(
        self, session: AsyncSession, address: Address, body: Mapping[str, Any], now: datetime, lane: Lane = Lane.NOTICE
    ) -> int:
        """Queues a body as the channel takes it, e.g. {"action": "copy", …}; returns its ledger row."""
        row = OutboxRow(
            platform=address.platform, chat=address.chat, lane=int(lane), body={"text": "", **body}, state="queued",
            attempts=0, created_at=now,
        )  # fmt: skip
        session.add(row)
        await session.flush()
        return row.id

    @staticmethod
    def key_of(attachment: Attachment) -> str:
        """Under which `keep` keeps it."""
        return blob_key(attachment)

    async def kept(self, session: AsyncSession, key: str | None) -> Attachment | None:
        blob = await session.get(BlobRow, key) if key else None
        return Attachment(blob.name, blob.mime, blob.content) if blob else None

    def insert(self, table: Any) -> Any:
        """The store's INSERT, for services that fill the ledger by a query."""
        return self._store.insert(table)

    def shows_commands(self, platform: str) -> bool:
        return platform in self._capabilities and self._capabilities[platform].commands

    def _bodies(self, platform: str, reply: Reply, edit: str | None = None) -> list[Body]:
        """The messages that one reply becomes. The first takes the edited message's place, the last has the buttons."""
        capabilities = self._capabilities[platform]
        first_limit = capabilities.caption_units if reply.attachment else capabilities.text_units
        bodies: list[dict[str, Any]] = [
            {"text": part} for part in split(reply.text, capabilities.text_units, first_limit)
        ]
        if edit and capabilities.edits:
            bodies[0]["edit"] = edit
        if reply.attachment:
            bodies[0]["blob"] = blob_key(reply.attachment)
        if reply.buttons:
            bodies[-1]["buttons"] = [
                [_as_json(button) for button in row if _offered(button, capabilities)] for row in reply.buttons
            ]
        return [(int(reply.lane), body) for body in bodies]

    async def _write(
        self,
        session: AsyncSession,
        address: Address,
        bodies: Sequence[Body],
        now: datetime,
        *,
        key: str | None = None,
        not_before: datetime | None = None,
    ) -> bool:
        rows = [
            _row(address, lane, body, now, f"{key}:{part}" if key else None, not_before)
            for part, (lane, body) in enumerate(bodies)
        ]
        if not rows:
            return False
        if key is None:
            await session.execute(_QUEUE, rows)
            return True
        statement = self._store.insert(OutboxRow).on_conflict_do_nothing().returning(OutboxRow.id)
        written = await session.execute(statement, rows)
        return bool(written.all())

    async def _keep_parts(self, session: AsyncSession, replies: Sequence[Reply], now: datetime) -> None:
        """What the rows refer to: the meaning of their buttons, and their attachments."""
        buttons: dict[str, dict[str, Any]] = {}
        for reply in replies:
            for button in (button for row in reply.buttons for button in row if button.action):
                key = button_key(button.action, button.data, button.label)
                buttons[key] = {
                    "key": key,
                    "action": button.action,
                    "data": dict(button.data),
                    "label": button.label,
                    "created_at": now,
                }
        files = {id(reply.attachment): reply.attachment for reply in replies if reply.attachment}
        for file in files.values():
            await self.keep(session, file, now)
        if buttons:
            await session.execute(self._keep_buttons, list(buttons.values()))

    async def keep(self, session: AsyncSession, attachment: Attachment, now: datetime) -> None:
        """Keeps the file, once, under `blob_key`; said again, it is kept anew."""
        row = {
            "sha256": blob_key(attachment),
            "name": attachment.name,
            "mime": attachment.mime,
            "content": attachment.content,
            "created_at": now,
        }
        statement = self._store.insert(BlobRow).values(row)
        again = {"created_at": statement.excluded.created_at}
        await session.execute(statement.on_conflict_do_update(index_elements=[BlobRow.sha256], set_=again))


def _row(
    address: Address, lane: int, body: dict[str, Any], now: datetime, key: str | None, not_before: datetime | None
) -> dict[str, Any]:
    return {
        "platform": address.platform,
        "chat": address.chat,
        "lane": int(lane),
        "body": body,
        "state": "queued",
        "attempts": 0,
        "created_at": now,
        "not_before": not_before,
        "idempotency_key": key,
    }


def _offered(button: Button, capabilities: Capabilities) -> bool:
    return not (
        (button.request == "contact" and not capabilities.asks_contact)
        or (button.request == "location" and not capabilities.asks_location)
    )


def _as_json(button: Button) -> dict[str, str]:
    if button.url:
        return {"label": button.label, "url": button.url}
    if button.request:
        return {"label": button.label, "request": button.request}
    return {"label": button.label, "key": button_key(button.action, button.data, button.label)}


def button_key(action: str, data: Mapping[str, Any], label: str) -> str:
    """Twelve URL-safe characters, the same for the same button."""
    text = json.dumps([action, data, label], sort_keys=True, ensure_ascii=False)
    return base64.urlsafe_b64encode(hashlib.blake2b(text.encode(), digest_size=9).digest()).decode()


def blob_key(attachment: Attachment) -> str:
    return hashlib.sha256(attachment.name.encode() + b"\0" + attachment.content).hexdigest()


def rendered_buttons(body: Mapping[str, Any]) -> tuple[tuple[Mapping[str, str], ...], ...]:
    """The buttons of a ledger row's body; rows that lost all their buttons are left out."""
    found: Sequence[Sequence[Mapping[str, str]]] = body.get("buttons", ())
    return tuple(tuple(row) for row in found if row)
