"""The bot itself: getMe, commands per scope and language, descriptions, menu button, webhook settings."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from .backend import Backend, method
from .delivery import Webhook, allowed_updates
from .errors import ApiError, bad_request
from .params import Call

SCOPES = {
    "default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators",
    "chat_member",
}  # fmt: skip
_COMMAND = re.compile(r"[a-z0-9_]{1,32}\Z")
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}\Z")


@method("getMe")
def get_me(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: getMe."""
    return {
        **backend.world.bot.to_json(),
        "can_join_groups": True,
        "can_read_all_group_messages": not backend.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def _language(call: Call) -> str:
    """Bot API: setMyCommands, language_code: "A two-letter ISO 639-1 language code"."""
    code = call.text("language_code")
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def _scope(backend: Backend, call: Call) -> str:
    scope = call.parsed("scope", "BotCommandScope") or {"type": "default"}
    failed = "can't parse BotCommandScope: "
    if not isinstance(scope, dict):
        raise bad_request(failed + "BotCommandScope must be an Object")
    kind = scope.get("type")
    if kind not in SCOPES:
        raise bad_request(failed + "Unsupported type specified")
    if kind in ("chat", "chat_administrators", "chat_member"):
        if not scope.get("chat_id"):
            raise bad_request(failed + "Empty chat_id specified")
        backend.world.find_chat(scope["chat_id"])
        if kind == "chat_member" and not scope.get("user_id"):
            raise bad_request(failed + "Invalid user_id specified")
    return json.dumps(scope, sort_keys=True)


@method("setMyCommands")
def set_my_commands(backend: Backend, call: Call) -> bool:
    """Bot API: setMyCommands, BotCommand: ≤ 100 commands, names of 1-32 a-z 0-9 _, descriptions of 1-256."""
    commands = call.parsed("commands", "commands") or []
    if not isinstance(commands, list):
        raise bad_request("Expected an Array of BotCommand")
    kept = []
    for command in commands:
        if not isinstance(command, dict) or not {"command", "description"} <= command.keys():
            raise bad_request("can't parse BotCommand: expected an Object")
        name, description = str(command["command"]).strip().removeprefix("/"), str(command["description"]).strip()
        _check_command(name, description)
        kept.append({"command": name, "description": description})
    if len(kept) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    backend.commands[_scope(backend, call), _language(call)] = kept
    return True


def _check_command(name: str, description: str) -> None:
    if not name:
        raise bad_request("Command must be non-empty")
    if len(name) > 32:
        raise bad_request("Command length must not exceed 32")
    if not description:
        raise bad_request("Command description must be non-empty")
    if len(description) > 256:
        raise bad_request("Command description length must not exceed 256")
    if not _COMMAND.match(name):
        raise bad_request("BOT_COMMAND_INVALID")


@method("getMyCommands")
def get_my_commands(backend: Backend, call: Call) -> list[dict[str, str]]:
    """Bot API: getMyCommands: what was set for exactly this scope and language."""
    return backend.commands.get((_scope(backend, call), _language(call)), [])


@method("deleteMyCommands")
def delete_my_commands(backend: Backend, call: Call) -> bool:
    """Bot API: deleteMyCommands."""
    backend.commands.pop((_scope(backend, call), _language(call)), None)
    return True


def _set_profile(backend: Backend, call: Call, key: str, limit: int) -> bool:
    text = call.text(key)
    if len(text) > limit:
        raise bad_request(f"{key.upper()}_TOO_LONG")
    backend.profile[key, _language(call)] = text
    return True


@method("setMyName")
def set_my_name(backend: Backend, call: Call) -> bool:
    """Bot API: setMyName: 0-64 characters."""
    return _set_profile(backend, call, "name", 64)


@method("setMyDescription")
def set_my_description(backend: Backend, call: Call) -> bool:
    """Bot API: setMyDescription: 0-512 characters."""
    return _set_profile(backend, call, "description", 512)


@method("setMyShortDescription")
def set_my_short_description(backend: Backend, call: Call) -> bool:
    """Bot API: setMyShortDescription: 0-120 characters."""
    return _set_profile(backend, call, "short_description", 120)


@method("setChatMenuButton")
def set_chat_menu_button(backend: Backend, call: Call) -> bool:
    """Bot API: setChatMenuButton; chat 0 stands for the default."""
    button = call.parsed("menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    if button["type"] == "web_app" and not str(button.get("web_app", {}).get("url", "")).startswith("https://"):
        raise bad_request("can't parse menu button: Web App URL is invalid: Only HTTPS links are allowed")
    chat = backend.world.find_chat(call.params["chat_id"]) if call.text("chat_id") else None
    if chat is not None and not chat.private:
        raise bad_request("chat_id must be a private chat")
    backend.menu_buttons[chat.id if chat is not None else 0] = button
    return True


@method("setWebhook")
def set_webhook(backend: Backend, call: Call) -> bool:
    """Bot API: setWebhook; an empty URL deletes. HTTPS on ports 80, 88, 443, 8443 unless the server is a local one."""
    url = call.text("url")
    if not url:
        delete_webhook(backend, call)
        return True
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    secret = call.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not _SECRET.match(secret):
        raise bad_request("secret token contains unallowed characters")
    if not backend.local:
        if parts.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if (parts.port or 443) not in (80, 88, 443, 8443):
            raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if call.flag("drop_pending_updates"):
        backend.delivery.drop_pending()
    backend.delivery.allow(allowed_updates(call))
    backend.delivery.set_webhook(Webhook(url, secret, call.clamped("max_connections", 40, 1, 100)))
    return True


@method("deleteWebhook")
def delete_webhook(backend: Backend, call: Call) -> bool:
    """Bot API: deleteWebhook."""
    if call.flag("drop_pending_updates"):
        backend.delivery.drop_pending()
    backend.delivery.set_webhook(None)
    return True


@method("getWebhookInfo")
def get_webhook_info(backend: Backend, call: Call) -> dict[str, Any]:
    """Bot API: getWebhookInfo."""
    return backend.delivery.webhook_info()


@method("logOut")
@method("close")
def log_out(backend: Backend, call: Call) -> bool:
    """Bot API: logOut and close are refused: no test should end the bot's session by accident."""
    raise ApiError(400, "Bad Request: the fake does not log out")
