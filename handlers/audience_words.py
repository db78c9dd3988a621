"""An audience in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from handlers.start import SECTORS
from knowledge.base import KnowledgeBase
from knowledge.language import Language
from knowledge.phrases import N_, Phrases

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


def audience_words(t: Phrases, rules: Mapping[str, Any], knowledge: KnowledgeBase) -> Markup:
    """“country: Laos, and not (business: …)”."""
    if not rules:
        return t("everybody who wants announcements")
    ((name, value),) = rules.items()
    if name == "not":
        return t("not ({condition})", condition=audience_words(t, value, knowledge))
    if name in ("all", "any"):
        parts = [audience_words(t, rule, knowledge) for rule in value]
        joint = t.p("audience", " and ") if name == "all" else t.p("audience", " or ")
        return Markup("({})").format(joint.join(parts))
    shown = t.list([_value(t, name, str(one), knowledge) for one in value])
    return t(NAMES.get(name, "{values}"), values=shown)


def _value(t: Phrases, name: str, value: str, knowledge: KnowledgeBase) -> str:
    if name == "country":
        return t.country(value)
    if name == "language":
        return Language(value).endonym
    if name == "sector" and value in SECTORS:
        return str(t(SECTORS[value]).unescape())
    if name == "follows" and knowledge.record(value) is not None:
        return knowledge.name(value, t.language)
    return value
