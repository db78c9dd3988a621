"""The check-in page for the phone at the door: opened once by a link, works on through a dropped line."""

from bot.channels.checkin.routes import CheckInPage

__all__ = ["CheckInPage"]
