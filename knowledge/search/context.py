"""Follow-ups: what of the last answer a new question keeps, and what it replaces."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from knowledge.records import Kind, Note, Procedure, Record, Zone
from knowledge.search.corpus import Corpus
from knowledge.search.finding import Context
from knowledge.search.hearing import Heard
from knowledge.search.signals import Signals

Floats = NDArray[np.float32]
FORGET_AFTER = 15 * 60
_SHORT = 34
_NONSENSE = 0.1
"""Below this a question by itself is no half-said one of ours but off topic; half of it where a word like "and" ties
it to the last answer. On the tune half two to four of 50 short follow-ups lie below, and nine in ten questions off
topic.
"""
_SURELY, _HINTED = 0.6, 0.4
_SAME_RECORD, _SAME_FACET, _SAME_KIND = 24.0, 10.0, 5.0
"""Bonuses on the scale of the fused score, where the distance of a right record from others is about ten."""
_WEAK_FACETS = frozenset({"overview", "compare", "list", "definition"})
"""Facets whose triggers also tie a question to the one before ("the same for …", "what about …")."""


@dataclass(frozen=True)
class Kept:
    """What a follow-up keeps: bonuses per unit, and whether the context was needed."""

    bonus: Floats
    followed: bool
    stale: bool


def keep(
    heard: Heard, context: Context | None, corpus: Corpus, signals: Signals, *, scope: float, outright: str | None
) -> Kept:
    """How the context bears on each unit; nothing where the question stands on its own.

    Of the question by itself: `scope` is how likely it is the desk's business, `outright` the facet that it would be
    answered with.
    """
    none = np.zeros(len(corpus.units), np.float32)
    if context is None or (context.record is None and context.facet is None):
        return Kept(none, False, False)
    pointed = ordinal(heard, context)
    if pointed is not None:
        context = replace(context, record=pointed[0], facet=pointed[1])
    elif not _is_follow_up(heard, scope, outright):
        return Kept(none, False, False)
    stale = context.age_seconds is not None and context.age_seconds > FORGET_AFTER
    return Kept(_bonus(heard, context, corpus, signals), True, stale)


def ordinal(heard: Heard, context: Context) -> tuple[str, str] | None:
    """The pair that "the second one" means."""
    if len(heard.squeezed.text) > 2 * _SHORT:
        return None
    for place, name in enumerate(("first", "second", "third")):
        if name in heard.follow and place < len(context.candidates):
            return context.candidates[place]
    return None


def _named(heard: Heard) -> bool:
    return any(match.weight >= _SURELY for match in heard.records)


def _is_follow_up(heard: Heard, scope: float, outright: str | None) -> bool:
    length = len(heard.squeezed.text)
    if heard.follow:
        return length <= 2 * _SHORT and (_facet_left_open(heard) or not _named(heard)) and scope > _NONSENSE / 2
    if scope <= _NONSENSE or "live" in heard.intents:
        return False
    if _named(heard):
        return length <= _SHORT and _facet_left_open(heard) and (outright is None or outright in _WEAK_FACETS)
    return length <= _SHORT and not (outright and _has_matter(heard))


def _has_matter(heard: Heard) -> bool:
    """Whether it says what it is about: goods, a topic, or a word that it wants explained."""
    return bool(heard.goods or heard.topics or (heard.terms and "definition" in heard.facet_triggers))


def _bonus(heard: Heard, context: Context, corpus: Corpus, signals: Signals) -> Floats:
    bonus = np.zeros(len(corpus.units), np.float32)
    record = corpus.content.records.get(context.record or "")
    if context.facet in signals.facet_row and _facet_left_open(heard):
        bonus[corpus.unit_facet == signals.facet_row[context.facet]] += _SAME_FACET
    another = record is not None and _another_named(heard, record.id)
    if record is not None and another:
        kinds = np.array([other.kind is record.kind for other in corpus.records])
        bonus[kinds[corpus.unit_record]] += _SAME_KIND
    if record is None:
        return bonus
    if another:  # what is kept of the context chooses among what is named, it does not outweigh it
        named = [signals.row[owner] for one in heard.records for owner, _ in one.owners if owner in signals.row]
        return np.where(np.isin(corpus.unit_record, named), bonus, np.float32(0)) if named else bonus
    said = {*heard.countries, *heard.places} - {"regional"}
    if said and not said & set(record.countries):
        for row, other in enumerate(corpus.records):
            likeness = max(_likeness(record, other, said), _by_goods(context, other, said, corpus))
            if likeness:
                bonus[corpus.unit_record == row] += likeness
    elif heard.goods and context.goods and context.goods not in heard.goods:
        return bonus
    else:
        bonus[corpus.unit_record == signals.row[record.id]] += _SAME_RECORD
        if isinstance(record, Zone):
            bonus[corpus.unit_record == signals.row.get(record.regime, -1)] += _SAME_RECORD / 2
    return bonus


def _another_named(heard: Heard, record: str) -> bool:
    """Whether a record or a place of records is named that isn't the one spoken of."""
    names = [match for match in heard.records if match.weight >= _HINTED]
    return bool(names) and not any(record in dict(match.owners) for match in names)


def _by_goods(context: Context, other: Record, said: set[str], corpus: Corpus) -> float:
    """How far another country's record about the same goods stands for the one that was spoken of."""
    goods = corpus.book.goods.get(context.goods or "")
    if goods is None or other.id not in goods.records or other.country not in said:
        return 0.0
    return 0.9 * _SAME_RECORD


def _facet_left_open(heard: Heard) -> bool:
    return not any(strength >= 1.5 and facet not in _WEAK_FACETS for facet, strength in heard.facet_triggers.items())


def _likeness(record: Record, other: Record, said: set[str]) -> float:
    """How far another country's record stands for the one that was spoken of."""
    if not said & set(other.countries):
        return 0.0
    if isinstance(record, Procedure) and isinstance(other, Procedure):
        if other.country == "regional":
            return 0.0
        return _SAME_RECORD if record.topic == other.topic else 0.0
    if record.kind in (Kind.ZONE, Kind.REGIME):
        return {Kind.REGIME: 0.6, Kind.ZONE: 0.3}.get(other.kind, 0.0) * _SAME_RECORD
    if isinstance(record, Note) and isinstance(other, Note):
        return _SAME_RECORD if record.note_kind == other.note_kind else 0.0
    return _SAME_RECORD / 2 if record.kind is other.kind else 0.0


def remembered(record: str, facet: str, heard: Heard, shown: tuple[tuple[str, str], ...], corpus: Corpus) -> Context:
    """The context to hand in with the next question."""
    of = corpus.content.records[record]
    country = of.country if of.country != "regional" else next(iter(heard.countries), None)
    goods = next(iter(heard.goods), None)
    return Context(record, facet, country, goods, shown, None, heard.question.language)
