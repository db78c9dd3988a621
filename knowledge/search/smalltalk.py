"""Greetings, thanks and questions about the desk itself: only where nothing else is left in the message."""

from knowledge.search.entities import squeeze, without
from knowledge.search.finding import SmallTalk
from knowledge.search.scripts import canonical
from knowledge.search.tables import Tables

_REST = 3
"""Letters that may be left over (particles of politeness, a name of one syllable)."""
_ORDER: tuple[SmallTalk, ...] = ("what_can_you_do", "who_are_you", "thanks", "goodbye", "greeting")


def smalltalk_of(question: str, tables: Tables) -> SmallTalk | None:
    """The kind of small talk that a message consists of, or None."""
    plain = canonical(question)
    squeezed = squeeze(plain)
    matches = tables.smalltalk.find(squeezed)
    if not matches:
        return None
    rest = squeeze(without(plain, squeezed, matches)).text
    if len(rest) > _REST + len(squeezed.text) // 8:
        return None
    kinds = {owner for match in matches for owner, _ in match.owners}
    return next(kind for kind in _ORDER if kind in kinds)
