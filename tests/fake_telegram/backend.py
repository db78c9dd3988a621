"""What the methods of the Bot API work on, and the table they enter themselves into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .delivery import Delivery
from .limits import UPLOAD_LIMIT, FloodLimits
from .params import Call
from .world import World


@dataclass
class Backend:
    """The state of one bot, and the settings of the server that holds it."""

    world: World
    limits: FloodLimits
    delivery: Delivery
    local: bool = True
    """A local Bot API server: webhooks may be plain HTTP on any port."""
    privacy: bool = False
    """Group privacy mode: the bot gets only commands, mentions and replies to it."""
    upload_limit: int = UPLOAD_LIMIT
    callback_lifetime: float = 30.0
    """Seconds of the server's clock within which a callback query may be answered."""
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    """(scope as canonical JSON, language code) → commands."""
    profile: dict[tuple[str, str], str] = field(default_factory=dict)
    """(name | description | short_description, language code) → text."""
    menu_buttons: dict[int, dict[str, Any]] = field(default_factory=dict)


Method = Callable[[Backend, Call], Any]
METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Method], Method]:
    """Enter a handler under its Bot API name; names are compared without case."""

    def enter(handler: Method) -> Method:
        METHODS[name.lower()] = handler
        return handler

    return enter
