"""What a channel is: it translates between one platform and `bot.conversation`, and knows what the platform can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.conversation import Attachment, Incoming


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Limits of a platform. Lengths in UTF-16 units of the text without its markup."""

    text_units: int
    caption_units: int
    edits: bool = False
    asks_contact: bool = False
    asks_location: bool = False
    commands: bool = False  # has a menu of commands for each chat


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message of the ledger, ready to be sent. A button is {"label", "key" | "url" | "request"}.

    `action` is what is done in the chat: "say" (with `edit`: change a message, with `caption`: that of a file),
    "delete" the message `edit`, make a "topic" named `text` in a group (its id is what `deliver` returns),
    "close_topic" `thread`, or "copy" the message `source` = (chat, message) of the same platform. `blob` is the key of
    `attachment`, the same for the same file.
    """

    id: int
    chat: str
    text: str
    buttons: tuple[tuple[Mapping[str, str], ...], ...] = ()
    edit: str | None = None
    attachment: Attachment | None = None
    blob: str | None = None
    reply_to: str | None = None
    action: str = "say"
    caption: bool = False
    thread: str | None = None
    source: tuple[str, str] | None = None


class FileGone(Exception):
    """A file that a person sent can't be fetched: too large, too old, or the platform does not answer."""


class DeliveryError(Exception):
    """Why a message was not delivered; the class says what may be done about it."""


class Later(DeliveryError):
    """Certainly not delivered; may be tried again. `whole_platform`: nobody is to be sent anything until then."""

    def __init__(self, reason: str, seconds: float, *, whole_platform: bool = False) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.whole_platform = whole_platform


class Rejected(DeliveryError):
    """The platform refuses this message for good."""


class Unreachable(DeliveryError):
    """The person blocked the desk, or the chat is gone: nothing can be sent until they come back."""


class Uncertain(DeliveryError):
    """It may have arrived or not. Never sent again by itself."""


class Moved(DeliveryError):
    """The chat has a new id; certainly not delivered under the old one."""

    def __init__(self, chat: str) -> None:
        super().__init__("the chat has moved")
        self.chat = chat


class Channel(Protocol):
    """A platform. `name` is stored with every arrival and message, so it never changes."""

    name: str
    capabilities: Capabilities

    def parse(self, payload: Mapping[str, Any]) -> Incoming | None:
        """What the person did; None where the desk deliberately stays silent.

        Raises:
            ValueError: the payload is not understood.
        """
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """Takes nothing more in; returns when what was taken in is stored."""
        ...

    async def typing(self, chat: str) -> None:
        """Shows that an answer is being made; best effort, never raises."""
        ...


class PushChannel(Channel, Protocol):
    """A channel whose messages the dispatcher sends (the web's are fetched by the page itself)."""

    async def deliver(self, message: Outgoing) -> str | None:
        """Sends one message and returns the platform's id of it.

        Raises:
            DeliveryError: one of its classes, always; anything else counts as Uncertain.
        """
        ...

    def quota(self, chat: str) -> tuple[int, float] | None:
        """A further limit of this chat beyond one a second: (messages, seconds), e.g. a group's 20 in 60."""
        ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something a channel took in, before it is understood.

    `key` is unique on the platform, `sequence` orders the arrivals of one chat.
    """

    platform: str
    key: str
    chat: str
    sequence: int
    payload: str  # JSON
    at: datetime

    @property
    def chat_key(self) -> str:
        return f"{self.platform}:{self.chat}"
