"""Telegram: updates by polling or webhook in, messages out."""

from bot.channels.telegram.channel import TelegramChannel

__all__ = ["TelegramChannel"]
