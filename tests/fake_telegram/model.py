"""What the server remembers: users, chats, messages as people see them, files, requests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from .entities import Entity
from .markup import Button, Markup

ChatType = Literal["private", "group", "supergroup", "channel"]
BotStatus = Literal["member", "administrator", "left", "kicked"]


@dataclass(slots=True)
class User:
    """A person or the bot."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False
    deactivated: bool = False

    def to_json(self) -> dict[str, Any]:
        """Bot API: User."""
        user: dict[str, Any] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        for key in ("last_name", "username", "language_code"):
            if getattr(self, key) is not None:
                user[key] = getattr(self, key)
        return user


@dataclass(slots=True)
class Message:
    """A message in a chat as it is now, with all that it was before."""

    chat: Chat
    id: int
    date: int
    sender: User | None
    text: str | None = None
    caption: str | None = None
    entities: list[Entity] = field(default_factory=list)
    content: dict[str, Any] = field(default_factory=dict)
    """Everything else of the Message object: photo, document, location, contact, forward_origin, new_chat_members …"""
    markup: Markup | None = None
    reply_to: Message | None = None
    thread_id: int | None = None
    edit_date: int | None = None
    deleted: bool = False
    revision: int = 0
    history: list[tuple[str, Markup | None]] = field(default_factory=list)
    """What it said and its markup, oldest first, the present state last."""

    @property
    def from_bot(self) -> bool:
        """Whether a bot wrote it."""
        return self.sender is not None and self.sender.is_bot

    @property
    def shown(self) -> str:
        """The words a person reads: text or caption, without tags."""
        return self.text if self.text is not None else self.caption or ""

    @property
    def buttons(self) -> list[str]:
        """Labels of the inline buttons under it now, in reading order."""
        inline = self.inline
        return [button.text for button in inline.buttons] if inline else []

    @property
    def inline(self) -> Markup | None:
        """Its inline keyboard now."""
        return self.markup if self.markup is not None and self.markup.kind == "inline" else None

    def past_buttons(self) -> list[Button]:
        """Every inline button it ever had, newest first: old buttons stay on phones that missed an edit."""
        return [b for _, m in reversed(self.history) if m is not None and m.kind == "inline" for b in m.buttons]

    def remember(self) -> None:
        """Note the present state in the history."""
        self.history.append((self.shown, self.markup))

    def to_json(self, *, nested: bool = False) -> dict[str, Any]:
        """Bot API: Message (without reply_to_message when `nested`, as Telegram does)."""
        message: dict[str, Any] = {"message_id": self.id, "date": self.date, "chat": self.chat.to_json()}
        if self.sender is not None:
            message["from"] = self.sender.to_json()
        if self.thread_id is not None:
            message["message_thread_id"] = self.thread_id
            if self.chat.is_forum:
                message["is_topic_message"] = True
        if self.reply_to is not None and not nested:
            message["reply_to_message"] = self.reply_to.to_json(nested=True)
        if self.edit_date is not None:
            message["edit_date"] = self.edit_date
        for key, value in (("text", self.text), ("caption", self.caption)):
            if value:
                message[key] = value
                if self.entities:
                    message["entities" if key == "text" else "caption_entities"] = self.entities
        message.update(self.content)
        if self.inline is not None:
            message["reply_markup"] = self.inline.raw
        return message


@dataclass(slots=True)
class Topic:
    """A forum topic; its id is that of the service message that made it."""

    id: int
    name: str
    closed: bool = False


@dataclass(slots=True)
class Chat:
    """A chat and where the bot stands in it."""

    id: int
    type: ChatType
    title: str | None = None
    user: User | None = None
    username: str | None = None
    known: bool = True
    """False: nobody started the bot there, so Telegram says "chat not found"."""
    blocked: bool = False
    bot_status: BotStatus = "member"
    can_send: bool = True
    is_forum: bool = False
    migrated_to: int | None = None
    members: dict[int, User] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    keyboard: Markup | None = None
    """The reply keyboard shown below the input field."""
    actions: list[tuple[float, str]] = field(default_factory=list)
    """Chat actions ("typing") with their times."""
    next_message_id: int = 1

    @property
    def private(self) -> bool:
        """A chat of one person with the bot."""
        return self.type == "private"

    def to_json(self) -> dict[str, Any]:
        """Bot API: Chat."""
        chat: dict[str, Any] = {"id": self.id, "type": self.type}
        if self.user is not None:
            chat["first_name"] = self.user.first_name
            for key in ("last_name", "username"):
                if getattr(self.user, key):
                    chat[key] = getattr(self.user, key)
            return chat
        chat["title"] = self.title or ""
        if self.username:
            chat["username"] = self.username
        if self.is_forum:
            chat["is_forum"] = True
        return chat

    def visible(self) -> list[Message]:
        """The messages that are there now, oldest first."""
        return [message for message in self.messages.values() if not message.deleted]


@dataclass(slots=True)
class StoredFile:
    """A file that either side sent; `file_id` is what the Bot API gives out."""

    file_id: str
    unique_id: str
    path: str
    content: bytes
    name: str | None = None
    mime_type: str | None = None
    size: int = 0

    def to_json(self) -> dict[str, Any]:
        """The part that File, Document, PhotoSize, Voice and Sticker share."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}


@dataclass(slots=True)
class CallbackQuery:
    """A press of an inline button, and how it was answered."""

    id: str
    user: User
    message: Message
    data: str
    time: float
    answered: bool = False
    text: str | None = None
    alert: bool = False
    revision: int = 0


@dataclass(slots=True)
class Request:
    """One call of the bot, as recorded."""

    number: int
    time: float
    method: str
    params: dict[str, Any]
    files: dict[str, tuple[str | None, int]]
    """Uploads: field → (file name, size)."""
    status: int | None = None
    """HTTP status of the answer; None while it runs and when no answer was given."""
    description: str | None = None
    result: Any = None
    fault: str | None = None
    processed: bool = False
    """Whether Telegram acted on it, which a cut connection hides from the bot."""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Processed and answered with 200."""
        return self.status == 200

    @property
    def chat_id(self) -> int | None:
        """The chat it names, if it names one by number."""
        value = self.params.get("chat_id")
        return int(value) if value is not None and re.fullmatch(r"-?\d+", str(value)) else None

    @property
    def text(self) -> str | None:
        """The `text` parameter as the bot sent it."""
        value = self.params.get("text")
        return None if value is None else str(value)
