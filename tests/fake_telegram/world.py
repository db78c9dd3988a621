"""The world behind the server: who exists, what was said, and how the bot stands to each chat."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from .clock import Clock, Signal
from .errors import bad_request, forbidden, migrated
from .markup import Markup
from .model import CallbackQuery, Chat, ChatType, Message, StoredFile, User

BOT_ID = 7_000_000_001


class World:
    """All state that the methods read and change. Every visible change raises `revision` and wakes the waiters."""

    def __init__(self, clock: Clock, *, bot_username: str, open_chats: bool, seed: int) -> None:
        self.clock = clock
        self.random = random.Random(seed)
        self.bot = User(BOT_ID, "Mekong Desk", username=bot_username, is_bot=True)
        self.open_chats = open_chats
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.paths: dict[str, StoredFile] = {}
        self.queries: dict[str, CallbackQuery] = {}
        self.changed = Signal()
        self.revision = 0
        self._next_id = 1000
        self._next_message = 1

    def now(self) -> int:
        """Unix time as messages carry it."""
        return int(self.clock())

    def touch(self) -> int:
        """Note a visible change; its number orders what people see."""
        self.revision += 1
        self.changed.notify()
        return self.revision

    def new_id(self) -> int:
        """A number that no user or chat has yet."""
        self._next_id += 1
        return self._next_id

    def add_user(self, first_name: str, *, id: int | None = None, **details: Any) -> User:
        """A person whom Telegram knows (the bot doesn't, before they write)."""
        user = User(self.new_id() if id is None else id, first_name, **details)
        self.users[user.id] = user
        return user

    def add_chat(self, chat: Chat) -> Chat:
        """Put a chat into the world."""
        self.chats[chat.id] = chat
        return chat

    def private_chat(self, user: User, *, known: bool = True) -> Chat:
        """The chat of `user` with the bot, made on first use."""
        chat = self.chats.get(user.id)
        if chat is None:
            chat = self.add_chat(Chat(user.id, "private", user=user, known=known, members={user.id: user}))
        return chat

    def find_chat(self, chat_id: Any) -> Chat:
        """The chat that a request names by number or @username, or Telegram's refusal."""
        text = "" if chat_id is None else str(chat_id).strip()
        if not text:
            raise bad_request("chat_id is empty")
        if text.startswith("@"):
            found = [c for c in self.chats.values() if c.username and c.username.lower() == text[1:].lower()]
            if found:
                return found[0]
            raise bad_request("chat not found")
        try:
            number = int(text)
        except ValueError:
            raise bad_request("chat not found") from None
        chat = self.chats.get(number)
        if chat is None and self.open_chats and number != 0:
            if number > 0:
                return self.private_chat(self.users.get(number) or self.add_user(f"Guest {number}", id=number))
            return self.add_chat(Chat(number, "supergroup" if number < -(10**12) else "group", title=f"Group {number}"))
        if chat is None or not chat.known:
            raise bad_request("chat not found")
        return chat

    def check_access(self, chat: Chat, *, write: bool = True) -> None:
        """Whether the bot may act there (Bot API server, `check_chat_access`)."""
        if chat.migrated_to is not None:
            raise migrated(chat.migrated_to)
        if chat.user is not None:
            if chat.user.deactivated:
                raise forbidden("user is deactivated")
            if chat.blocked:
                raise forbidden("bot was blocked by the user")
            return
        if chat.bot_status == "kicked":
            raise forbidden(f"bot was kicked from the {chat.type} chat")
        if chat.bot_status == "left":
            raise forbidden(f"bot is not a member of the {chat.type} chat")
        if write and not chat.can_send:
            raise bad_request("not enough rights to send text messages to the chat")

    def add_message(self, chat: Chat, sender: User | None, **details: Any) -> Message:
        """A new message at the end of the chat. Private chats and groups share one row of ids, as for a real bot."""
        if chat.type in ("supergroup", "channel"):
            number, chat.next_message_id = chat.next_message_id, chat.next_message_id + 1
        else:
            number, self._next_message = self._next_message, self._next_message + 1
        message = Message(chat, number, self.now(), sender, **details)
        chat.messages[number] = message
        self.show_keyboard(chat, message.markup)
        message.remember()
        message.revision = self.touch()
        return message

    @staticmethod
    def show_keyboard(chat: Chat, markup: Markup | None) -> None:
        """A reply keyboard stays until another one replaces or removes it."""
        if markup is not None and markup.kind == "keyboard":
            chat.keyboard = markup
        elif markup is not None and markup.kind == "remove":
            chat.keyboard = None

    def find_message(self, chat: Chat, message_id: int, purpose: str) -> Message:
        """A message that is still there, or "<purpose> not found" ("message to edit not found")."""
        message = chat.messages.get(message_id)
        if message is None or message.deleted:
            raise bad_request(f"{purpose} not found")
        return message

    def check_thread(self, chat: Chat, thread_id: int | None) -> int | None:
        """The topic that a message goes to (Bot API server, `check_message_topic`)."""
        if thread_id is None or thread_id == 0 or not chat.is_forum:
            return None
        topic = chat.topics.get(thread_id)
        if topic is None:
            raise bad_request("message thread not found")
        if topic.closed and chat.bot_status != "administrator":
            raise bad_request("TOPIC_CLOSED")
        return thread_id

    def add_file(self, kind: str, content: bytes, *, name: str | None = None, mime_type: str | None = None,
                 size: int | None = None) -> StoredFile:  # fmt: skip
        """Keep a file; `size` may lie about the content, so that a test of limits needs no 20 MB."""
        number = len(self.files) + 1
        suffix = ("." + name.rsplit(".", 1)[1]) if name and "." in name else ""
        stored = StoredFile(
            f"FAKE-{kind}-{number:06d}", f"u{number:06d}", f"{kind}s/file_{number}{suffix}", content, name, mime_type,
            len(content) if size is None else size,
        )  # fmt: skip
        self.files[stored.file_id] = stored
        self.paths[stored.path] = stored
        return stored

    def add_query(self, user: User, message: Message, data: str) -> CallbackQuery:
        """A press of a button, not answered yet."""
        query = CallbackQuery(str(4_000_000_000 + len(self.queries)), user, message, data, self.clock())
        self.queries[query.id] = query
        return query

    def migrate(self, chat: Chat) -> Chat:
        """Make a group a supergroup: the old id refuses with migrate_to_chat_id from now on."""
        new = Chat(-1_000_000_000_000 - self.new_id(), "supergroup", title=chat.title, members=dict(chat.members))
        chat.migrated_to = new.id
        return self.add_chat(new)

    def new_group(self, title: str, kind: ChatType, members: list[User], **details: Any) -> Chat:
        """A group with the bot in it; ids are negative, those of supergroups and channels below -10^12."""
        number = -self.new_id() if kind == "group" else -1_000_000_000_000 - self.new_id()
        chat = Chat(number, kind, title=title, members={user.id: user for user in members}, **details)
        return self.add_chat(chat)

    async def until(self, condition: Callable[[], bool], within: float, explain: Callable[[], str]) -> None:
        """Wait for `condition`; AssertionError with `explain()` after `within` seconds."""
        if not await self.changed.until(condition, within):
            raise AssertionError(explain())
