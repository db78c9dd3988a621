"""Is a question said with the last answer in mind? What ties it to that, and what lets it stand by itself."""

import numpy as np

from knowledge.search.corpus import Corpus
from knowledge.search.entities import Match
from knowledge.search.finding import Context
from knowledge.search.heads import log_shares
from knowledge.search.hearing import Heard
from knowledge.search.ranked import Ranked
from knowledge.search.record_signals import KINDS
from knowledge.search.signals import Signals

TIES = (
    *("bias", "length", "opener", "back", "named", "same", "another", "country", "other_country", "place", "goods"),
    *("topic", "asks_a_word", "facet", "live", "foreign", "scope", "right", "margin_record", "gap", "kind", "lasting"),
    *("scope_vector", "scope_wording", "offtopic", "phrase", "nameless", "told_of", "nameless_told_of"),
)
WEAK_FACETS = frozenset({"overview", "compare", "list", "definition"})
"""Facets whose triggers also tie a question to the one before ("the same for …", "what about …")."""
_SURELY, _HINTED = 0.6, 0.4
_LEAST = -8.0
_LEFT_OVER = 1
"""Letters that may be left over: two are a word in Chinese."""


def ties(heard: Heard, context: Context, alone: Ranked, corpus: Corpus, signals: Signals) -> dict[str, float]:
    """What the decision is made from; `alone` is the question answered without the context."""
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
        "scope": _log_odds(alone.scope),
        "right": _log_odds(alone.right),
        "margin_record": seen["margin_record"],
        "gap": gap,
        "kind": kind,
        "lasting": float(record is not None and alone.best == record.id),
        "nameless": float(nameless),
        "told_of": told_of,
        "nameless_told_of": told_of * nameless,
        **{name: seen[name] for name in ("scope_vector", "scope_wording", "offtopic", "phrase")},
    }


def only_named(heard: Heard) -> bool:
    """Whether a question does nothing but name something ("and in Laos?", "what about Mukdahan"), so that what is asked
    of it was said before."""
    return bool(heard.records or heard.countries or heard.places) and heard.unsaid <= _LEFT_OVER


def another_named(heard: Heard, record: str) -> bool:
    """Whether a record or a place of records is named that isn't the one spoken of."""
    names: list[Match] = [match for match in heard.records if match.weight >= _HINTED]
    return bool(names) and not any(record in dict(match.owners) for match in names)


def facet_left_open(heard: Heard) -> bool:
    """Whether nothing says clearly which fact is asked for."""
    return not any(strength >= 1.5 and facet not in WEAK_FACETS for facet, strength in heard.facet_triggers.items())


def _log_odds(chance: float) -> float:
    held = min(max(chance, 1e-3), 1 - 1e-3)
    return float(np.log(held / (1 - held)))
