"""Changing what is there: editMessageText, editMessageCaption, editMessageReplyMarkup, deleteMessage, answers.

Bot API, "Updating messages": only the bot's own messages without reply_markup or with an inline keyboard can be edited.
"""

from __future__ import annotations

from typing import Any

from .backend import Backend, method
from .errors import NOT_MODIFIED, QUERY_TOO_OLD, bad_request
from .markup import Markup, check_markup_for_chat
from .methods_send import call_markup, message_caption, message_text
from .model import Message
from .params import Call

DELETE_WINDOW = 48 * 3600
"""Bot API: deleteMessage: "A message can only be deleted if it was sent less than 48 hours ago"."""


def _editable(backend: Backend, call: Call) -> Message:
    if not call.number("message_id"):
        raise bad_request("message identifier is not specified")
    world = backend.world
    chat = world.find_chat(call.params.get("chat_id"))
    world.check_access(chat)
    message = world.find_message(chat, call.number("message_id") or 0, "message to edit")
    plain = message.markup is None or message.markup.kind == "inline"
    if message.sender is not world.bot or not plain or "forward_origin" in message.content:
        raise bad_request("message can't be edited")
    return message


def _checked_markup(call: Call, message: Message) -> Markup | None:
    """Edits take inline keyboards only; anything else is refused by TDLib as a wrong reply markup."""
    markup = call_markup(call)
    if markup is not None and markup.kind != "inline":
        raise bad_request("inline keyboard expected")
    check_markup_for_chat(markup, private=message.chat.private)
    return markup


def _raw(markup: Markup | None) -> dict[str, Any] | None:
    return None if markup is None else markup.raw


def _finish(backend: Backend, message: Message, *, changed: bool) -> dict[str, Any]:
    if not changed:
        raise bad_request(NOT_MODIFIED)
    message.edit_date = backend.world.now()
    message.remember()
    message.revision = backend.world.touch()
    return message.to_json()


@method("editMessageText")
def edit_message_text(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: editMessageText; a missing reply_markup takes the buttons away."""
    text, entities = message_text(call)
    message = _editable(backend, call)
    if message.text is None:
        raise bad_request("there is no text in the message to edit")
    markup = _checked_markup(call, message)
    changed = (text, entities, _raw(markup)) != (message.text, message.entities, _raw(message.markup))
    if changed:
        message.text, message.entities, message.markup = text, entities, markup
    return _finish(backend, message, changed=changed)


@method("editMessageCaption")
def edit_message_caption(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: editMessageCaption."""
    caption, entities = message_caption(call)
    message = _editable(backend, call)
    if message.text is not None or not {"photo", "document"} & message.content.keys():
        raise bad_request("there is no caption in the message to edit")
    markup = _checked_markup(call, message)
    changed = (caption, entities, _raw(markup)) != (message.caption, message.entities, _raw(message.markup))
    if changed:
        message.caption, message.entities, message.markup = caption, entities, markup
    return _finish(backend, message, changed=changed)


@method("editMessageReplyMarkup")
def edit_message_reply_markup(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: editMessageReplyMarkup."""
    message = _editable(backend, call)
    markup = _checked_markup(call, message)
    changed = _raw(markup) != _raw(message.markup)
    if changed:
        message.markup = markup
    return _finish(backend, message, changed=changed)


@method("deleteMessage")
def delete_message(backend: Backend, call: Call) -> bool:
    """Bot API: deleteMessage: within 48 hours; messages of others only in private chats or as administrator."""
    world = backend.world
    chat = world.find_chat(call.params.get("chat_id"))
    world.check_access(chat)
    message = world.find_message(chat, call.number("message_id") or 0, "message to delete")
    own = message.sender is world.bot
    if not own and not chat.private and chat.bot_status != "administrator":
        raise bad_request("message can't be deleted")
    if world.now() - message.date > DELETE_WINDOW:
        raise bad_request("message can't be deleted for everyone")
    message.deleted = True
    message.revision = world.touch()
    return True


@method("answerCallbackQuery")
def answer_callback_query(backend: Backend, call: Call) -> bool:
    """Bot API: answerCallbackQuery: once, soon, with 0-200 characters."""
    text = call.text("text")
    if len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    world = backend.world
    query = world.queries.get(call.text("callback_query_id"))
    if query is None or query.answered or world.clock() - query.time > backend.callback_lifetime:
        raise bad_request(QUERY_TOO_OLD)
    query.answered, query.text, query.alert = True, text or None, call.flag("show_alert")
    query.revision = world.touch()
    return True
