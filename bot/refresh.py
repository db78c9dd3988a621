"""Every process that answers takes in what any process has published."""

from __future__ import annotations

import asyncio

import structlog

from bot.store import Store
from knowledge.base import KnowledgeBase

log = structlog.get_logger(__name__)

EVERY_SECONDS = 0.3


def start(store: Store, knowledge: KnowledgeBase) -> asyncio.Task[None]:
    """Looks for publications until the task is cancelled."""
    return asyncio.create_task(_refresh(store, knowledge), name="content refresher")


async def _refresh(store: Store, knowledge: KnowledgeBase) -> None:
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            async with store.read() as session:
                await knowledge.reload(session)
        except Exception:
            log.exception("content.refresh_failed")
