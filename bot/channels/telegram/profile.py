"""How the bot presents itself in Telegram: commands, short description and description, in each language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from telegram import Bot, BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from knowledge.language import Language
from knowledge.phrases import Phrases

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Introduction:
    """Commands as (name, description) for private chats and for groups, and who the desk is, by language."""

    private: Callable[[Phrases], Sequence[tuple[str, str]]]
    groups: Callable[[Phrases], Sequence[tuple[str, str]]]
    short_description: Callable[[Phrases], str]
    description: Callable[[Phrases], str]


async def introduce(bot: Bot, introduction: Introduction) -> None:
    """Tells Telegram; English also stands for every language that the desk does not speak."""
    for language in Language:
        t = Phrases(language)
        codes = ["", language.short] if language is Language.EN else [language.short]
        for code in codes:
            try:
                await _introduce(bot, introduction, t, code)
            except TelegramError as error:
                log.warning("telegram.not_introduced", language=code, reason=str(error))


async def _introduce(bot: Bot, introduction: Introduction, t: Phrases, code: str) -> None:
    scopes = (
        (BotCommandScopeAllPrivateChats(), introduction.private(t)),
        (BotCommandScopeAllGroupChats(), introduction.groups(t)),
    )
    for scope, commands in scopes:
        await bot.set_my_commands([BotCommand(name, text) for name, text in commands], scope, code)
    await bot.set_my_short_description(introduction.short_description(t), code)
    await bot.set_my_description(introduction.description(t), code)
