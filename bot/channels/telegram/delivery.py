"""One message of the ledger to one Telegram chat, and what each of Telegram's refusals means for it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels import DeliveryError, Later, Moved, Outgoing, Rejected, Uncertain, Unreachable
from bot.channels.telegram.request import NotSent
from bot.channels.telegram.uploads import Uploads
from bot.text import plain

log = structlog.get_logger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
TOPIC_NAME = 128
Buttons = Sequence[Sequence[Mapping[str, str]]]


async def deliver(bot: Bot, message: Outgoing, uploads: Uploads) -> str | None:
    """Sends or edits; returns Telegram's message id.

    Raises:
        DeliveryError: see `understood`.
    """
    try:
        return await _deliver(bot, message, ParseMode.HTML, uploads)
    except TelegramError as error:
        raise understood(error) from None


async def _deliver(bot: Bot, message: Outgoing, parse_mode: str | None, uploads: Uploads) -> str | None:
    text = message.text if parse_mode else plain(message.text)
    try:
        if message.action != "say":
            return await _act(bot, message, text)
        if message.edit:
            return await _edit(bot, message, text, parse_mode, uploads)
        return str((await _send(bot, message, text, parse_mode, uploads)).message_id)
    except BadRequest as error:
        if message.action.endswith("_topic") and "not_modified" in str(error).lower():
            return message.thread
        if parse_mode and "can't parse entities" in str(error).lower():
            log.error("telegram.markup_refused", outbox=message.id, reason=str(error))
            return await _deliver(bot, message, None, uploads)
        if "file identifier" in str(error).lower() and uploads.get(message.blob):
            uploads.forget(message.blob)
            return await _deliver(bot, message, parse_mode, uploads)
        raise


async def _act(bot: Bot, message: Outgoing, text: str) -> str | None:
    """What is done in a chat beside saying something."""
    chat, thread = int(message.chat), int(message.thread) if message.thread else None
    match message.action:
        case "delete":
            assert message.edit is not None
            try:
                await bot.delete_message(chat, int(message.edit))
            except BadRequest as error:
                if "to delete not found" not in str(error).lower():  # the person was faster: it is gone
                    raise
            return message.edit
        case "commands":
            scope, listed = BotCommandScopeChat(chat), json.loads(message.text)
            if listed:
                await bot.set_my_commands([BotCommand(name, words) for name, words in listed], scope)
            else:
                await bot.delete_my_commands(scope)
            return None
        case "topic":
            topic = await bot.create_forum_topic(chat, plain(text)[:TOPIC_NAME])
            return str(topic.message_thread_id)
        case "close_topic":
            if thread is not None:
                await bot.close_forum_topic(chat, thread)
            return message.thread
        case "reopen_topic":
            if thread is not None:
                await bot.reopen_forum_topic(chat, thread)
            return message.thread
        case "copy":
            assert message.source is not None
            copied = await bot.copy_message(
                chat, int(message.source[0]), int(message.source[1]), message_thread_id=thread
            )
            return str(copied.message_id)
    raise Rejected(f"Telegram knows no {message.action!r}")


async def _edit(bot: Bot, message: Outgoing, text: str, parse_mode: str | None, uploads: Uploads) -> str | None:
    """Replaces the message; where Telegram can't any more, says it anew."""
    assert message.edit is not None
    try:
        if message.caption:
            await bot.edit_message_caption(
                chat_id=int(message.chat),
                message_id=int(message.edit),
                caption=text,
                parse_mode=parse_mode,
                reply_markup=inline_keyboard(message.buttons),
            )
            return message.edit
        await bot.edit_message_text(
            text,
            chat_id=int(message.chat),
            message_id=int(message.edit),
            parse_mode=parse_mode,
            link_preview_options=NO_PREVIEW,
            reply_markup=inline_keyboard(message.buttons),
        )
    except BadRequest as error:
        reason = str(error).lower()
        if "not modified" in reason:
            return message.edit
        if "to edit not found" in reason or "can't be edited" in reason or "no text in the message" in reason:
            return str((await _send(bot, message, text, parse_mode, uploads)).message_id)
        raise
    return message.edit


async def _send(bot: Bot, message: Outgoing, text: str, parse_mode: str | None, uploads: Uploads) -> Message:
    chat = int(message.chat)
    reply = ReplyParameters(int(message.reply_to), allow_sending_without_reply=True) if message.reply_to else None
    markup = keyboard(message.buttons)
    thread = int(message.thread) if message.thread else None
    if (file := message.attachment) is None:
        return await bot.send_message(
            chat,
            text,
            parse_mode=parse_mode,
            link_preview_options=NO_PREVIEW,
            reply_markup=markup,
            reply_parameters=reply,
            message_thread_id=thread,
        )
    send = bot.send_photo if file.is_picture else bot.send_document
    known = uploads.get(message.blob)
    sent = await send(
        chat,
        known or file.content,
        caption=text or None,
        filename=None if known else file.name,
        parse_mode=parse_mode,
        reply_markup=markup,
        reply_parameters=reply,
        message_thread_id=thread,
    )
    uploads.learn(message.blob, sent)
    return sent


def keyboard(buttons: Buttons) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    """Inline buttons; or, when the person's contact or location is asked for, the keyboard that can."""
    if any("request" in button for row in buttons for button in row):
        return ReplyKeyboardMarkup(
            [
                [
                    KeyboardButton(
                        button["label"],
                        request_contact=button["request"] == "contact",
                        request_location=button["request"] == "location",
                    )
                    for button in row
                    if "request" in button
                ]
                for row in buttons
            ],
            resize_keyboard=True,
            one_time_keyboard=True,
        )
    return inline_keyboard(buttons)


def inline_keyboard(buttons: Buttons) -> InlineKeyboardMarkup | None:
    rows = [
        [
            InlineKeyboardButton(button["label"], url=button["url"])
            if "url" in button
            else InlineKeyboardButton(button["label"], callback_data=button["key"])
            for button in row
            if "request" not in button
        ]
        for row in buttons
    ]
    return InlineKeyboardMarkup([row for row in rows if row]) if any(rows) else None


def understood(error: TelegramError) -> DeliveryError:
    """What Telegram's answer means for the message. Only what can't have arrived may be sent again."""
    reason = str(error)
    match error:
        case RetryAfter():
            wait = error.retry_after
            seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
            return Later(reason, seconds, whole_platform=True)
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case NotSent():
            return Later(reason, 2.0)
        case InvalidToken():
            return Later("Telegram refuses the token", 60.0, whole_platform=True)
        case Forbidden():
            return Unreachable(reason)
        case BadRequest() if "chat not found" in reason.lower():
            return Unreachable(reason)
        case BadRequest() | Conflict():
            return Rejected(reason)
        case NetworkError():
            return Uncertain(reason)
    return Uncertain(reason)
