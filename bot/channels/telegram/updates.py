"""From a Telegram update to what a person did. Pure functions over PTB's types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, Message, MessageEntity, Update

from bot.conversation import Contact, FileRef, Incoming, Kind

PLATFORM = "telegram"
ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]
PRESENT = {ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER, ChatMember.RESTRICTED}


def chat_of(update: Mapping[str, Any]) -> str | None:
    """The chat that an update belongs to, read from the raw JSON; None for kinds that we don't ask for."""
    for kind in ALLOWED:
        if isinstance(part := update.get(kind), Mapping):
            message = part.get("message") if kind == "callback_query" else part
            chat = message.get("chat") if isinstance(message, Mapping) else None
            sender = part.get("from")
            found = chat or (sender if kind == "callback_query" else None)
            return str(found["id"]) if isinstance(found, Mapping) and "id" in found else None
    return None


def read(payload: Mapping[str, Any], username: str, staff_group: str | None = None) -> Incoming | None:
    """What the person did; None where silence is right (other bots, group talk among people, service messages).

    In the staff's own group everything is read: what is said in a topic goes to the person that it is about.

    Raises:
        ValueError: not an update.
    """
    try:
        update = Update.de_json(dict(payload), None)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an update: {error!r}") from error
    if update.callback_query:
        return _press(update.callback_query)
    if update.my_chat_member:
        return _membership(update.my_chat_member)
    message = update.message or update.edited_message
    if message is None:
        return None
    return _message(message, username, edited=update.edited_message is not None, staff_group=staff_group)


def _press(query: CallbackQuery) -> Incoming:
    chat = query.message.chat if query.message else None
    return Incoming(
        platform=PLATFORM,
        chat=str(chat.id if chat else query.from_user.id),
        sender=str(query.from_user.id),
        kind=Kind.BUTTON,
        button=query.data or "",
        message=str(query.message.message_id) if query.message else None,
        thread=_thread(query),
        group=bool(chat and chat.type != "private"),
        name=query.from_user.full_name,
        language_hint=query.from_user.language_code or "",
    )


def _thread(query: CallbackQuery) -> str | None:
    message = query.message if isinstance(query.message, Message) else None
    found = message.message_thread_id if message else None
    return str(found) if found else None


def _membership(change: ChatMemberUpdated) -> Incoming | None:
    was, now = change.old_chat_member.status in PRESENT, change.new_chat_member.status in PRESENT
    group = change.chat.type != "private"
    if was == now or change.chat.type == "channel":
        return None
    kind = (Kind.ADDED if group else Kind.UNBLOCKED) if now else Kind.BLOCKED
    return Incoming(
        platform=PLATFORM,
        chat=str(change.chat.id),
        sender=str(change.from_user.id),
        kind=kind,
        group=group,
        name=change.from_user.full_name,
        language_hint=change.from_user.language_code or "",
    )


def _message(message: Message, username: str, *, edited: bool, staff_group: str | None) -> Incoming | None:
    sender = message.from_user
    if sender is None or sender.is_bot or message.chat.type == "channel":
        return None
    group = message.chat.type != "private"
    kind, text, command = _content(message, username)
    if kind is None or (edited and kind not in (Kind.TEXT, Kind.COMMAND)):
        return None
    ours = str(message.chat.id) == staff_group and message.message_thread_id is not None
    if group and kind is not Kind.COMMAND and not ours:
        addressed, text = _addressed(message, text, username)
        if not addressed:
            return None
    return Incoming(
        platform=PLATFORM,
        chat=str(message.chat.id),
        sender=str(sender.id),
        kind=kind,
        text=text,
        command=command,
        message=str(message.message_id),
        group=group,
        edited=edited,
        name=sender.full_name,
        language_hint=sender.language_code or "",
        location=(message.location.latitude, message.location.longitude) if message.location else None,
        contact=Contact(message.contact.phone_number, message.contact.user_id == sender.id)
        if message.contact
        else None,
        file=_file(message),
        thread=str(message.message_thread_id) if group and message.message_thread_id else None,
    )


def _content(message: Message, username: str) -> tuple[Kind | None, str, str]:
    """Kind, words and command of a message; kind None for service messages and commands to other bots."""
    if message.text is not None:
        return _text(message, message.text, username)
    kinds = {
        Kind.LOCATION: message.location or message.venue,
        Kind.CONTACT: message.contact,
        Kind.PHOTO: message.photo,
        Kind.DOCUMENT: message.document,
        Kind.VOICE: message.voice or message.audio or message.video_note,
        Kind.STICKER: message.sticker,
        Kind.OTHER: message.video or message.animation or message.poll or message.dice or message.story,
    }
    kind = next((kind for kind, part in kinds.items() if part), None)
    return kind, message.caption or "", ""


def _text(message: Message, text: str, username: str) -> tuple[Kind | None, str, str]:
    first = message.entities[0] if message.entities else None
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset != 0:
        return Kind.TEXT, text, ""
    written = message.parse_entity(first)
    command, _, bot = written[1:].partition("@")
    if bot and bot.casefold() != username.casefold():
        return None, "", ""
    return Kind.COMMAND, text[len(written) :].strip(), command.casefold()


def _addressed(message: Message, text: str, username: str) -> tuple[bool, str]:
    """In a group the desk speaks when it is mentioned or replied to; its name is taken out of the question."""
    mention = f"@{username}"
    for entity, written in {
        **message.parse_entities(["mention"]),
        **message.parse_caption_entities(["mention"]),
    }.items():
        if entity.type == MessageEntity.MENTION and written.casefold() == mention.casefold():
            return True, text.replace(written, " ").strip()
    original = message.reply_to_message
    replied = bool(original and original.from_user and (original.from_user.username or "") == username)
    return replied, text


def _file(message: Message) -> FileRef | None:
    if message.photo:
        largest = message.photo[-1]
        return FileRef(largest.file_id, mime="image/jpeg", size=largest.file_size or 0)
    if part := message.document or message.voice or message.audio:
        return FileRef(
            part.file_id,
            name=getattr(part, "file_name", None) or "",
            mime=part.mime_type or "",
            size=part.file_size or 0,
        )
    return None
