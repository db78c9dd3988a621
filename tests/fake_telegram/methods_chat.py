"""Chats and files: getChat, getChatMember, forum topics, getFile."""

from __future__ import annotations

from typing import Any

from .backend import Backend, method
from .errors import bad_request
from .limits import DOWNLOAD_LIMIT
from .model import Chat, Topic
from .params import Call

TOPIC_COLOURS = {7322096, 16766590, 13338331, 9367192, 16749490, 16478047}


@method("getChat")
def get_chat(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: getChat (ChatFullInfo)."""
    chat = backend.world.find_chat(call.params.get("chat_id"))
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    return {**chat.to_json(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


@method("getChatMember")
def get_chat_member(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: getChatMember."""
    chat = backend.world.find_chat(call.params.get("chat_id"))
    user_id = call.number("user_id")
    if not user_id:
        raise bad_request("invalid user_id specified")
    if user_id == backend.world.bot.id:
        return member_json(chat, backend, chat.bot_status)
    if user_id in chat.members:
        return {"status": "member", "user": chat.members[user_id].to_json()}
    if user_id in backend.world.users:
        return {"status": "left", "user": backend.world.users[user_id].to_json()}
    raise bad_request("PARTICIPANT_ID_INVALID")


def member_json(chat: Chat, backend: Backend, status: str) -> dict[str, Any]:
    """Bot API: ChatMember, for the bot itself."""
    member: dict[str, Any] = {"status": status, "user": backend.world.bot.to_json()}
    if status == "kicked":
        member["until_date"] = 0
    if status == "administrator":
        member.update(dict.fromkeys(ADMIN_RIGHTS, True), is_anonymous=False, can_be_edited=False)
    return member


ADMIN_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
    "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "can_pin_messages", "can_manage_topics",
)  # fmt: skip


def _forum(backend: Backend, call: Call) -> Chat:
    chat = backend.world.find_chat(call.params.get("chat_id"))
    backend.world.check_access(chat)
    if chat.type != "supergroup" or not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if chat.bot_status != "administrator":
        raise bad_request("not enough rights to create a topic")
    return chat


@method("createForumTopic")
def create_forum_topic(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: createForumTopic: name of 1-128 characters, the bot an administrator."""
    chat = _forum(backend, call)
    name = call.text("name").strip()
    if not 1 <= len(name) <= 128:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "TOPIC_TITLE_TOO_LONG")
    colour = call.number("icon_color", 7322096)
    if colour not in TOPIC_COLOURS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    content = {"forum_topic_created": {"name": name, "icon_color": colour}}
    message = backend.world.add_message(chat, backend.world.bot, content=content)
    message.thread_id = message.id
    chat.topics[message.id] = Topic(message.id, name)
    return {"message_thread_id": message.id, "name": name, "icon_color": colour}


def _set_closed(backend: Backend, call: Call, *, closed: bool) -> bool:
    topic = _forum(backend, call).topics.get(call.number("message_thread_id") or 0)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    backend.world.touch()
    return True


@method("closeForumTopic")
def close_forum_topic(backend: Backend, call: Call) -> bool:
    """Bot API: closeForumTopic."""
    return _set_closed(backend, call, closed=True)


@method("reopenForumTopic")
def reopen_forum_topic(backend: Backend, call: Call) -> bool:
    """Bot API: reopenForumTopic."""
    return _set_closed(backend, call, closed=False)


@method("getFile")
def get_file(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: getFile: at most 20 MB."""
    file_id = call.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    stored = backend.world.files.get(file_id)
    if stored is None:
        raise bad_request("invalid file_id")
    if stored.size > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {**stored.to_json(), "file_path": stored.path}
