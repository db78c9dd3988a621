"""Is a question said with the last answer in mind, and what does each unit gain by that?"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.records import Record
from knowledge.search.confidence import Model
from knowledge.search.corpus import Corpus
from knowledge.search.entities import Match
from knowledge.search.finding import Context
from knowledge.search.heads import log_shares
from knowledge.search.hearing import Heard
from knowledge.search.ranked import Ranked
from knowledge.search.record_signals import KINDS
from knowledge.search.relations import RELATIONS, turns
from knowledge.search.signals import Signals

Floats = NDArray[np.float32]
TIES = (
    *("bias", "length", "opener", "back", "named", "same", "another", "country", "other_country", "place", "goods"),
    *("topic", "asks_a_word", "facet", "live", "foreign", "scope", "right", "margin_record", "gap", "kind", "lasting"),
    *("scope_vector", "scope_wording", "offtopic", "phrase", "nameless", "told_of", "nameless_told_of"),
    *("only_named", "replaces", "stands", "little_else", "open_about_named"),
)
GAINS = tuple(f"{relation} {tie}{followed}" for relation in RELATIONS for followed in ("", " followed") for tie in TIES)
"""What a relation is worth: each tie by itself, and as far as the question is said with the last answer in mind."""
INSIDE = ("bias", "scope", "follows", "both")
"""What tells whether a question is the desk's business, said after an answer: whether it is by itself, whether it
follows that answer, and the product of the two (log odds)."""
FOLLOWS = 0.6
"""From this chance on a question is taken for a follow-up."""
WEAK_FACETS = frozenset({"overview", "compare", "list", "definition"})
"""Facets whose triggers also tie a question to the one before ("the same for …", "what about …")."""
_HINTED = 0.4
_LEAST = -8.0
_FAR = 4.0
"""No tie is farther from its mean than so many times its spread."""
_LITTLE = 4
"""Letters beside the names that make it half as likely that nothing else is said."""
_LEFT_OVER = 1
"""Letters that may be left over: two are a word in Chinese."""


@dataclass(frozen=True)
class Following:
    """Is a question said with the last answer in mind, is it the desk's business then, and what does each unit gain?"""

    follows: Model
    inside: Model
    gains: Floats
    """(relations, 2 ties)"""

    def gained(self, ties: Mapping[str, float], chance: float, related: Floats) -> Floats:
        """What is to be added to the scores of units with these relations; `chance`: that of being a follow-up."""
        return related @ (self.gains @ self.worth(ties, chance))

    def scope(self, ties: Mapping[str, float], chance: float) -> float:
        """The chance of being the desk's business."""
        return self.inside.probability(told_of_scope(ties, chance))

    def worth(self, ties: Mapping[str, float], chance: float) -> Floats:
        """What `gains` is multiplied with."""
        told = np.clip(self.follows.standardised(ties, TIES), -_FAR, _FAR)
        return np.concatenate([told, chance * told]).astype(np.float32)


def told_of_scope(ties: Mapping[str, float], chance: float) -> dict[str, float]:
    """The values of `INSIDE`."""
    scope, follows = ties["scope"], log_odds(chance)
    return {"bias": 1.0, "scope": scope, "follows": follows, "both": scope * follows}


def ties(
    heard: Heard, context: Context, alone: Ranked, related: Floats, corpus: Corpus, signals: Signals
) -> dict[str, float]:
    """What ties a question to what was told last, and what lets it stand by itself.

    `alone` is the question answered without the context, `related` how its units are related to that.
    """
    record = corpus.content.records.get(context.record or "")
    own = frozenset() if record is None else frozenset(record.countries)
    named = {*heard.countries, *heard.places} - {"regional"}
    seen = alone.aspects
    gap, kind, told_of = 0.0, 0.0, 0.0
    if record is not None:
        asked = log_shares(alone.said.facet_vector + alone.said.facet_wording)
        told_of = float(np.exp(asked)[signals.has_facet[signals.row[record.id]]].sum())
        units = corpus.unit_record == signals.row[record.id]
        gap = float(alone.scores[alone.order[0]] - alone.scores[units].max(initial=_LEAST))
        place = KINDS.index(record.kind)
        kind = max(float(alone.said.kind_vector[place] + alone.said.kind_wording[place]), 2 * _LEAST)
    nameless = not (heard.records or heard.terms or named or heard.goods or heard.foreign)
    little_else = 0.0 if nameless else 1 / (1 + heard.unsaid / _LITTLE)
    return {
        "bias": 1.0,
        "length": min(len(heard.squeezed.text) / 60, 2.0),
        "opener": float("opener" in heard.follow),
        "back": float(bool(heard.follow.keys() - {"opener", "again"})),
        "named": max((match.weight for match in heard.records), default=0.0),
        "same": float(record is not None and any(record.id in dict(match.owners) for match in heard.records)),
        "another": float(record is not None and another_named(heard, record.id)),
        "country": float(bool(heard.countries.keys() - {"regional"})),
        "other_country": float(bool(named - own) and not named & own),
        "place": float(bool(heard.places)),
        "goods": float(bool(heard.goods)),
        "topic": float(bool(heard.topics)),
        "asks_a_word": float(bool(heard.terms) and "definition" in heard.facet_triggers),
        "facet": float(not facet_left_open(heard)),
        "live": float("live" in heard.intents),
        "foreign": float(bool(heard.foreign)),
        "scope": log_odds(alone.scope),
        "right": log_odds(alone.right),
        "margin_record": seen["margin_record"],
        "gap": gap,
        "kind": kind,
        "lasting": float(record is not None and alone.best == record.id),
        "nameless": float(nameless),
        "told_of": told_of,
        "nameless_told_of": told_of * nameless,
        "only_named": float(only_named(heard)),
        "little_else": little_else,
        "open_about_named": float(not nameless and facet_left_open(heard)),
        "replaces": float(record is None or replaces(heard, record)),
        "stands": float(related[:, RELATIONS.index("stands")].max(initial=0)),
        **{name: seen[name] for name in ("scope_vector", "scope_wording", "offtopic", "phrase")},
    }


def only_named(heard: Heard) -> bool:
    """Whether a question does nothing but name something ("and in Laos?", "what about Mukdahan"), so that what is asked
    of it was said before."""
    return bool(heard.records or heard.countries or heard.places or heard.goods) and heard.unsaid <= _LEFT_OVER


def replaces(heard: Heard, record: Record) -> bool:
    """Whether something is named that takes the place of what was told of; else another fact must be asked for."""
    named = {*heard.countries, *heard.places} - {"regional"}
    return bool(named or heard.goods or heard.ways) or another_named(heard, record.id) or turns(record, heard)


def another_named(heard: Heard, record: str) -> bool:
    """Whether a record or a place of records is named that isn't the one spoken of."""
    names: list[Match] = [match for match in heard.records if match.weight >= _HINTED]
    return bool(names) and not any(record in dict(match.owners) for match in names)


def facet_left_open(heard: Heard) -> bool:
    """Whether nothing says clearly which fact is asked for."""
    return not any(strength >= 1.5 and facet not in WEAK_FACETS for facet, strength in heard.facet_triggers.items())


def log_odds(chance: float) -> float:
    """Of a chance that isn't taken for certain."""
    held = min(max(chance, 1e-3), 1 - 1e-3)
    return float(np.log(held / (1 - held)))
