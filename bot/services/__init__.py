"""What handlers work with: plain async functions over a session, and the long-lived objects behind a turn."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.clock import Clock
from bot.files import Files
from bot.links import Links
from bot.outbox import Outbox
from bot.settings import Settings
from knowledge.base import KnowledgeBase


@dataclass(frozen=True, slots=True)
class Services:
    """What every turn can reach."""

    clock: Clock
    settings: Settings
    knowledge: KnowledgeBase
    outbox: Outbox
    files: Files = field(default_factory=Files)
    links: Links = field(default_factory=Links)
