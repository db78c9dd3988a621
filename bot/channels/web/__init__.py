"""The web chat: one page, and the channel behind it."""

from bot.channels.web.channel import WebChannel
from bot.channels.web.coverage import CoveragePage
from bot.channels.web.limits import Limits
from bot.channels.web.materials import MaterialsPage
from bot.channels.web.preview import PreviewPage

__all__ = ["CoveragePage", "Limits", "MaterialsPage", "PreviewPage", "WebChannel"]
