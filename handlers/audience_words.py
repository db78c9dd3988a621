"""An audience in words."""

from __future__ import annotations

import json
from collections.abc import Mapping

from markupsafe import Markup

from bot.conversation import Json, Turn
from bot.services.events import finding
from handlers.start import SECTORS
from knowledge.base import KnowledgeBase
from knowledge.language import Language
from knowledge.phrases import N_, Phrases

EVENT_KINDS = {"registered", "attended", "not_registered"}
TOPIC_NAMES = {
    "general": N_("General news"),
    "zones": N_("Zones and incentives"),
    "borders": N_("Borders and papers"),
    "forums": N_("Forums and fairs"),
    "ecommerce": N_("Selling online"),
    "programmes": N_("Programmes"),
}
NAMES = {
    "country": N_("country: {values}"),
    "language": N_("language: {values}"),
    "sector": N_("business: {values}"),
    "interest": N_("interested in: {values}"),
    "follows": N_("follows: {values}"),
    "list": N_("uploaded list: {values}"),
    "registered": N_("registered for: {values}"),
    "attended": N_("attended: {values}"),
    "not_registered": N_("not yet registered for: {values}"),
}


async def in_words(turn: Turn, rules: Json) -> Markup:
    """“country: Laos and not (business: …)”."""
    events = {}
    if any(kind in json.dumps(rules) for kind in EVENT_KINDS):
        found = await finding.published(await turn.transaction(), limit=100)
        events = {str(event.id): event.title(turn.t.language) for event in found}
    return _words(turn.t, rules, turn.services.knowledge, events)


def _words(t: Phrases, rules: Json, knowledge: KnowledgeBase, events: Mapping[str, str]) -> Markup:
    if not rules:
        return t("everybody who wants announcements")
    ((name, value),) = rules.items()
    if name == "not":
        return t("not ({condition})", condition=_words(t, value, knowledge, events))
    if name in ("all", "any"):
        parts = [_words(t, rule, knowledge, events) for rule in value]
        joint = t.p("audience", " and ") if name == "all" else t.p("audience", " or ")
        return Markup("({})").format(joint.join(parts))
    shown = t.list([_value(t, name, str(one), knowledge, events) for one in value])
    return t(NAMES.get(name, "{values}"), values=shown)


def _value(t: Phrases, name: str, value: str, knowledge: KnowledgeBase, events: Mapping[str, str]) -> str:
    if name == "country":
        return t.country(value)
    if name == "language":
        return Language(value).endonym
    if name == "sector" and value in SECTORS:
        return str(t(SECTORS[value]).unescape())
    if name == "interest" and value in TOPIC_NAMES:
        return str(t(TOPIC_NAMES[value]).unescape())
    if name == "follows" and knowledge.record(value) is not None:
        return knowledge.name(value, t.language)
    return events.get(value, value) if name in EVENT_KINDS else value
