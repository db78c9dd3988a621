"""What a person does: each action puts a message into the chat and an update on its way to the bot."""

from __future__ import annotations

import re
from typing import Any

from .backend import Backend
from .entities import automatic_entities, utf16_slice
from .methods_chat import member_json
from .methods_send import document_json
from .model import BotStatus, Chat, Message, User

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
"""A valid picture of one pixel."""
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
BANGKOK = (13.7563, 100.5018)


class Actions:
    """The doing half of a View."""

    def __init__(self, backend: Backend, user: User, chat: Chat) -> None:
        self.backend = backend
        self.world = backend.world
        self.user = user
        self.chat = chat
        self.mark = 0
        self.actions_mark = 0

    def _act(self) -> None:
        """From here on, what comes is new to this person."""
        self.mark = self.world.revision
        self.actions_mark = len(self.chat.actions)

    def deliver(self, kind: str, content: dict[str, Any]) -> int:
        """Put an update of any kind into this chat's lane; returns its update_id."""
        return self.backend.delivery.put({kind: content}, self.chat.id)

    def post(self, *, reply_to: Message | None = None, thread: int | None = None, **details: Any) -> Message:
        """A message of this person, delivered unless the group's privacy mode hides it from the bot."""
        if self.chat.private:
            self.chat.known, self.chat.blocked = True, False
        message = self.world.add_message(self.chat, self.user, reply_to=reply_to, thread_id=thread, **details)
        self._act()
        if self._bot_gets(message):
            self.deliver("message", message.to_json())
        return message

    def _bot_gets(self, message: Message) -> bool:
        """Bot features, "Privacy mode": commands, mentions and replies reach the bot in any case."""
        if self.chat.private or not self.backend.privacy or self.chat.bot_status == "administrator":
            return True
        if message.reply_to is not None and message.reply_to.sender is self.world.bot:
            return True
        name = f"@{self.world.bot.username}".lower()
        for entity in message.entities:
            text = utf16_slice(message.shown, entity["offset"], entity["length"]).lower()
            if entity["type"] == "bot_command" and (text.endswith(name) or "@" not in text):
                return True
            if entity["type"] == "mention" and text == name:
                return True
        return bool(message.content.keys() & {"new_chat_members", "left_chat_member", "group_chat_created"})

    # Saying

    async def says(self, text: str, *, reply_to: Message | None = None, thread: int | None = None,
                   mention: bool = False) -> Message:  # fmt: skip
        """Write a text; commands, mentions and links get their entities. `mention` puts the bot's name in front."""
        if mention:
            text = f"@{self.world.bot.username} {text}"
        return self.post(text=text, entities=automatic_entities(text), reply_to=reply_to, thread=thread)

    async def starts(self, payload: str | None = None) -> Message:
        """Press Start, possibly by a deep link; ValueError for a payload that no link can carry (Bot features)."""
        if payload is not None and not _PAYLOAD.match(payload):
            raise ValueError(f"a start payload has 1-64 characters of A-Z a-z 0-9 _ -, not {payload!r}")
        return await self.says("/start" if payload is None else f"/start {payload}")

    async def edits(self, message: Message, text: str) -> Message:
        """Change an own message."""
        message.text, message.entities = text, automatic_entities(text)
        message.edit_date = self.world.now()
        message.remember()
        message.revision = self.world.touch()
        self._act()
        self.deliver("edited_message", message.to_json())
        return message

    async def forwards(self, text: str, *, origin: str = "Border News") -> Message:
        """Forward a post of a channel."""
        chat = {"id": -1_001_999_000_001, "type": "channel", "title": origin}
        source = {"type": "channel", "date": self.world.now(), "chat": chat, "message_id": 7}
        return self.post(text=text, entities=automatic_entities(text), content={"forward_origin": source})

    # Sending other things

    async def sends_photo(self, content: bytes = PNG, *, caption: str | None = None, **details: Any) -> Message:
        """A picture in two sizes."""
        sizes = []
        for edge in (90, 800):
            stored = self.world.add_file("photo", content, name="photo.jpg")
            sizes.append({**stored.to_json(), "width": edge, "height": edge})
        return self._post_file({"photo": sizes}, caption, details)

    async def sends_document(self, name: str = "list.pdf", content: bytes = b"%PDF-1.4", *, caption: str | None = None,
                             mime_type: str = "application/pdf", size: int | None = None,
                             **details: Any) -> Message:  # fmt: skip
        """A file; `size` may claim more than there is."""
        stored = self.world.add_file("document", content, name=name, mime_type=mime_type, size=size)
        return self._post_file({"document": document_json(stored)}, caption, details)

    async def sends_voice(self, seconds: int = 3, content: bytes = b"OggS", **details: Any) -> Message:
        """A voice message."""
        stored = self.world.add_file("voice", content, name="voice.oga", mime_type="audio/ogg")
        return self._post_file({"voice": {**stored.to_json(), "duration": seconds}}, None, details)

    async def sends_sticker(self, emoji: str = "👍", **details: Any) -> Message:
        """A sticker."""
        stored = self.world.add_file("sticker", b"RIFF\0\0\0\0WEBP", name="sticker.webp")
        kind = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._post_file({"sticker": {**stored.to_json(), **kind, "emoji": emoji}}, None, details)

    def _post_file(self, content: dict[str, Any], caption: str | None, details: dict[str, Any]) -> Message:
        entities = automatic_entities(caption or "")
        return self.post(caption=caption, entities=entities, content=content, **details)

    async def shares_location(self, latitude: float = BANGKOK[0], longitude: float = BANGKOK[1]) -> Message:
        """A point on the map."""
        return self.post(content={"location": {"latitude": latitude, "longitude": longitude}})

    async def shares_contact(self, phone: str = "66812345678", *, of: Actions | str | None = None) -> Message:
        """The own contact; or that of another person, or (a name) of somebody who is not on Telegram."""
        contact: dict[str, Any] = {"phone_number": phone, "first_name": of if isinstance(of, str) else ""}
        if not isinstance(of, str):
            other = self.user if of is None else of.user
            contact.update(first_name=other.first_name, user_id=other.id)
        return self.post(content={"contact": contact})

    # Pressing and belonging

    def press_data(self, message: Message, data: str) -> str:
        """Press a button with `data` under `message`, whether it is (still) there or not; returns the query's id."""
        self._act()
        query = self.world.add_query(self.user, message, data)
        shown = message.to_json()
        if message.deleted:
            shown = {"chat": message.chat.to_json(), "message_id": message.id, "date": 0}  # InaccessibleMessage
        instance = str(message.chat.id * 31 & 0x7FFFFFFF)
        content = {"id": query.id, "from": self.user.to_json(), "message": shown, "data": data,
                   "chat_instance": instance}  # fmt: skip
        self.deliver("callback_query", content)
        return query.id

    def _bot_status(self, status: BotStatus, *, before: str, after: str) -> None:
        self._act()
        update = {
            "chat": self.chat.to_json(), "from": self.user.to_json(), "date": self.world.now(),
            "old_chat_member": member_json(self.chat, self.backend, before),
            "new_chat_member": member_json(self.chat, self.backend, after),
        }  # fmt: skip
        self.chat.bot_status = status
        self.world.touch()
        self.deliver("my_chat_member", update)

    async def blocks_bot(self) -> None:
        """Block the bot: it may not write any more."""
        self.chat.blocked = True
        self._bot_status("member", before="member", after="kicked")

    async def unblocks_bot(self) -> None:
        """Let it write again."""
        self.chat.blocked = False
        self._bot_status("member", before="kicked", after="member")

    async def deactivates(self) -> None:
        """Delete the own account; no update tells of it."""
        self.user.deactivated = True
        self.world.touch()

    async def adds_bot(self, status: BotStatus = "member") -> Message:
        """Add the bot to this group, or promote it."""
        before = self.chat.bot_status
        self._bot_status(status, before=before, after=status)
        bot = self.world.bot.to_json()
        return self.post(content={"new_chat_members": [bot], "new_chat_participant": bot, "new_chat_member": bot})

    async def kicks_bot(self) -> None:
        """Remove the bot from this group."""
        self._bot_status("kicked", before=self.chat.bot_status, after="kicked")

    async def joins(self) -> Message:
        """Enter this group: a service message tells."""
        self.chat.members[self.user.id] = self.user
        return self.post(content={"new_chat_members": [self.user.to_json()]})

    async def leaves(self) -> Message:
        """Leave this group."""
        self.chat.members.pop(self.user.id, None)
        return self.post(content={"left_chat_member": self.user.to_json()})

    async def upgrades_group(self) -> Chat:
        """Make this group a supergroup; the old id refuses from now on. Both service messages are delivered."""
        old, new = self.chat, self.world.migrate(self.chat)
        first = self.world.add_message(old, self.user, content={"migrate_to_chat_id": new.id})
        second = self.world.add_message(new, self.user, content={"migrate_from_chat_id": old.id})
        self._act()
        self.deliver("message", first.to_json())
        self.backend.delivery.put({"message": second.to_json()}, new.id)
        return new
