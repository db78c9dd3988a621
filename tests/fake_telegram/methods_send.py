"""Sending: sendMessage, sendPhoto, sendDocument, sendLocation, sendChatAction, copyMessage, forwardMessage."""

from __future__ import annotations

import struct
from typing import Any

from .backend import Backend, method
from .entities import Entity, format_text, is_empty, utf16_length
from .errors import ApiError, bad_request
from .limits import CAPTION_LIMIT, PHOTO_LIMIT, TEXT_LIMIT
from .markup import Markup, check_markup_for_chat, parse_markup
from .model import Chat, Message, StoredFile
from .params import Call, Upload

ACTIONS = {
    "cancel", "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "record_audio",
    "upload_audio", "upload_document", "choose_sticker", "pick_up_location", "find_location", "record_video_note",
    "upload_video_note",
}  # fmt: skip
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM")


def message_text(call: Call) -> tuple[str, list[Entity]]:
    """The `text` of a call: 1-4096 UTF-16 units after entities parsing (Bot API: sendMessage)."""
    raw = call.text("text")
    if not raw:
        raise bad_request("Message text is empty")
    text, entities = format_text(raw, call.text("parse_mode"), call.parsed("entities", "entities"))
    if is_empty(text):
        raise bad_request("text must be non-empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return text, entities


def message_caption(call: Call) -> tuple[str | None, list[Entity]]:
    """The `caption` of a call: 0-1024 UTF-16 units after entities parsing (Bot API: sendPhoto)."""
    raw = call.text("caption")
    text, entities = format_text(raw, call.text("parse_mode"), call.parsed("caption_entities", "entities"))
    if utf16_length(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return text or None, entities


def call_markup(call: Call) -> Markup | None:
    """The `reply_markup` of a call."""
    return parse_markup(call.parsed("reply_markup", "reply keyboard markup"))


def _reply_target(backend: Backend, call: Call, chat: Chat) -> Message | None:
    reply = call.parsed("reply_parameters", "reply parameters") or {}
    if not isinstance(reply, dict):
        raise bad_request("Object expected as reply parameters")
    wanted = reply.get("message_id") or call.number("reply_to_message_id")
    if not wanted:
        return None
    source = backend.world.find_chat(reply["chat_id"]) if reply.get("chat_id") is not None else chat
    try:
        return backend.world.find_message(source, int(wanted), "message to be replied")
    except ApiError:
        if reply.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply"):
            return None
        raise


def post(backend: Backend, call: Call, markup: Markup | None, **content: Any) -> dict[str, Any]:
    """The common end of every send: chat, access, topic, reply, keyboard, flood, then the message."""
    world = backend.world
    chat = world.find_chat(call.params.get("chat_id"))
    world.check_access(chat)
    thread = world.check_thread(chat, call.number("message_thread_id"))
    reply_to = _reply_target(backend, call, chat)
    check_markup_for_chat(markup, private=chat.private)
    backend.limits.spend(chat)
    message = world.add_message(chat, world.bot, markup=markup, reply_to=reply_to, thread_id=thread, **content)
    return message.to_json()


@method("sendMessage")
def send_message(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: sendMessage."""
    text, entities = message_text(call)
    return post(backend, call, call_markup(call), text=text, entities=entities)


@method("sendPhoto")
def send_photo(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: sendPhoto: at most 10 MB, width + height ≤ 10000, ratio ≤ 20."""
    stored = _file(backend, call, "photo")
    caption, entities = message_caption(call)
    markup = call_markup(call)
    width, height = _image_size(stored)
    photo = [{**stored.to_json(), "width": width, "height": height}]
    return post(backend, call, markup, caption=caption, entities=entities, content={"photo": photo})


@method("sendDocument")
def send_document(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: sendDocument: at most 50 MB."""
    stored = _file(backend, call, "document")
    caption, entities = message_caption(call)
    return post(backend, call, call_markup(call), caption=caption, entities=entities,
                content={"document": document_json(stored)})  # fmt: skip


def document_json(stored: StoredFile) -> dict[str, Any]:
    """Bot API: Document."""
    document = stored.to_json()
    if stored.name:
        document["file_name"] = stored.name
    if stored.mime_type:
        document["mime_type"] = stored.mime_type
    return document


@method("sendLocation")
def send_location(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: sendLocation."""
    latitude, longitude = call.real("latitude"), call.real("longitude")
    if latitude is None or longitude is None:
        raise bad_request("latitude is empty" if latitude is None else "longitude is empty")
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise bad_request("wrong location specified")
    location = {"latitude": latitude, "longitude": longitude}
    return post(backend, call, call_markup(call), content={"location": location})


@method("sendChatAction")
def send_chat_action(backend: Backend, call: Call) -> bool:
    """Bot API: sendChatAction."""
    action = call.text("action").lower()
    if action not in ACTIONS:
        raise bad_request("Wrong parameter action in request")
    chat = backend.world.find_chat(call.params.get("chat_id"))
    backend.world.check_access(chat)
    backend.world.check_thread(chat, call.number("message_thread_id"))
    chat.actions.append((backend.world.clock(), action))
    backend.world.touch()
    return True


def _source(backend: Backend, call: Call, purpose: str) -> Message:
    chat = backend.world.find_chat(call.params.get("from_chat_id"))
    return backend.world.find_message(chat, call.number("message_id") or 0, purpose)


@method("copyMessage")
def copy_message(backend: Backend, call: Call) -> dict[str, int]:
    """Bot API: copyMessage: a copy without a link to the original; a caption may be replaced."""
    source = _source(backend, call, "message to copy")
    text, caption, entities = source.text, source.caption, source.entities
    if "caption" in call.params and source.text is None:
        caption, entities = message_caption(call)
    content = {key: value for key, value in source.content.items() if not key.startswith(("forward", "new_chat"))}
    if text is None and not content:
        raise bad_request("message can't be copied")
    sent = post(backend, call, call_markup(call), text=text, caption=caption, entities=entities, content=content)
    return {"message_id": sent["message_id"]}


@method("forwardMessage")
def forward_message(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: forwardMessage: the copy names its origin."""
    source = _source(backend, call, "message to forward")
    sender = source.sender or backend.world.bot
    origin = {"type": "user", "date": source.date, "sender_user": sender.to_json()}
    content = {**source.content, "forward_origin": source.content.get("forward_origin", origin)}
    words = {"text": source.text, "caption": source.caption, "entities": source.entities}
    return post(backend, call, None, **words, content=content)


def _file(backend: Backend, call: Call, kind: str) -> StoredFile:
    """The file of a send: an upload, or the file_id of a file that Telegram has."""
    upload = call.upload(kind)
    if upload is None:
        reference = call.text(kind)
        if not reference:
            raise bad_request(f"there is no {kind} in the request")
        if reference in backend.world.files:
            return backend.world.files[reference]
        if reference.startswith(("http://", "https://")):
            raise bad_request("Failed to get HTTP URL content")  # The fake has no network, on purpose.
        raise bad_request("Wrong file identifier/HTTP URL specified")
    _check_upload(backend, upload, kind)
    return backend.world.add_file(kind, upload.content, name=upload.name, mime_type=upload.mime_type)


def _check_upload(backend: Backend, upload: Upload, kind: str) -> None:
    size = len(upload.content)
    if size == 0:
        raise bad_request("file must be non-empty")
    if size > backend.upload_limit:
        raise ApiError(413, "Request Entity Too Large")
    if kind == "photo" and size > PHOTO_LIMIT:
        raise bad_request(f"file of size {size} bytes is too big for a photo; the maximum size is {PHOTO_LIMIT} bytes")


def _image_size(stored: StoredFile) -> tuple[int, int]:
    """Width and height; only the PNG header is read, other formats count as 800x600."""
    head = stored.content[:32]
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    if not webp and not head.startswith(_IMAGES):
        raise bad_request("IMAGE_PROCESS_FAILED")
    if not head.startswith(_IMAGES[0]):
        return 800, 600
    if len(head) < 24:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", head[16:24])
    if not width or not height or width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return int(width), int(height)
