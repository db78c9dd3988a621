"""A strict fake Telegram Bot API server.

It refuses what Telegram refuses, in Telegram's words; it fails on request; it shows each chat as people see it.
`FakeTelegram` is the server, `Person` and `View` are those who use the bot, `faults` what may go wrong, `dialog` plays
tables of "does → sees". See server.py to start reading.
"""

from . import faults
from .actions import PNG
from .clock import ManualClock, Signal
from .dialogs import contact, dialog, keyboard, location, nothing, press, sees, start, toast
from .errors import ApiError
from .faults import Fault
from .model import Chat, Message, Request, User
from .people import Person, View
from .server import DEFAULT_TOKEN, FakeTelegram

__all__ = [
    "DEFAULT_TOKEN", "PNG", "ApiError", "Chat", "FakeTelegram", "Fault", "ManualClock", "Message", "Person", "Request",
    "Signal",
    "User", "View", "contact", "dialog", "faults", "keyboard", "location", "nothing", "press", "sees", "start",
    "toast",
]  # fmt: skip
