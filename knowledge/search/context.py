"""Follow-ups: what of the last answer a new question keeps, and what it replaces."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from knowledge.records import Crossing, Kind, Note, Procedure, Record, Route, Zone
from knowledge.search.confidence import Model
from knowledge.search.corpus import Corpus
from knowledge.search.finding import Context
from knowledge.search.following import another_named, facet_left_open, only_named, ties
from knowledge.search.hearing import Heard
from knowledge.search.ranked import Ranked
from knowledge.search.signals import Signals

Floats = NDArray[np.float32]
FORGET_AFTER = 15 * 60
FOLLOWS = 0.6
"""From this chance on a question is taken for a follow-up."""
_SHORT = 34
_SAME_RECORD, _SAME_FACET, _SAME_KIND = 24.0, 10.0, 5.0
"""Bonuses on the scale of the fused score, where the distance of a right record from others is about ten."""

_WAYS = {"rail": "rail", "river": "river"}
_MIRRORED = ({"export-clearance", "import-clearance", "import-licence"},)
"""Topics that are one matter in the two directions."""


@dataclass(frozen=True)
class Kept:
    """What a follow-up keeps: bonuses per unit, and whether the context was needed."""

    bonus: Floats
    followed: bool
    stale: bool


def keep(
    heard: Heard, context: Context | None, corpus: Corpus, signals: Signals, *, alone: Ranked, follows: Model
) -> Kept:
    """How the context bears on each unit; nothing where the question stands on its own."""
    none = np.zeros(len(corpus.units), np.float32)
    if context is None or (context.record is None and context.facet is None):
        return Kept(none, False, False)
    pointed = ordinal(heard, context)
    if pointed is not None:
        context = replace(context, record=pointed[0], facet=pointed[1])
    elif not only_named(heard) and follows.probability(ties(heard, context, alone, corpus, signals)) < FOLLOWS:
        return Kept(none, False, False)
    stale = context.age_seconds is not None and context.age_seconds > FORGET_AFTER
    return Kept(_bonus(heard, context, corpus, signals, pointed is not None), True, stale)


def ordinal(heard: Heard, context: Context) -> tuple[str, str] | None:
    """The pair that "the second one" means."""
    if len(heard.squeezed.text) > 2 * _SHORT:
        return None
    for place, name in enumerate(("first", "second", "third")):
        if name in heard.follow and place < len(context.candidates):
            return context.candidates[place]
    return None


def _bonus(heard: Heard, context: Context, corpus: Corpus, signals: Signals, pointed: bool) -> Floats:
    record = corpus.content.records.get(context.record or "")
    bonus = np.zeros(len(corpus.units), np.float32)
    if context.facet in signals.facet_row and facet_left_open(heard) and (pointed or _replaces(heard, record)):
        asked = corpus.unit_facet == signals.facet_row[context.facet]
        bonus[asked] += _SAME_FACET if not only_named(heard) else 2 * _SAME_FACET  # a name alone asks for an overview
    if record is None:
        return bonus
    if another_named(heard, record.id):  # what is kept of the context chooses among what is named
        kinds = np.array([other.kind is record.kind for other in corpus.records])
        bonus[kinds[corpus.unit_record]] += _SAME_KIND
        named = [signals.row[owner] for one in heard.records for owner, _ in one.owners if owner in signals.row]
        return np.where(np.isin(corpus.unit_record, named), bonus, np.float32(0)) if named else bonus
    said = {*heard.countries, *heard.places} - {"regional"}
    others: dict[str, float] = {}
    if said and not said & set(record.countries):
        others = {
            other.id: max(_likeness(record, other, said), _by_goods(context, other, said, corpus))
            for other in corpus.records
        }
    elif heard.goods and context.goods and context.goods not in heard.goods:
        return bonus
    elif not (others := twins(record, heard, corpus)):
        others = {record.id: _SAME_RECORD}
        if isinstance(record, Zone):
            others[record.regime] = _SAME_RECORD / 2
    for id_, likeness in others.items():
        bonus[corpus.unit_record == signals.row.get(id_, -1)] += likeness
    return bonus


def _replaces(heard: Heard, record: Record | None) -> bool:
    """Whether something is named that takes the place of what was spoken of; else another fact must be asked for."""
    if record is None or heard.goods or another_named(heard, record.id):
        return True
    return bool({*heard.countries, *heard.places} - {"regional"}) or bool(heard.ways) or _turns(record, heard)


def twins(record: Record, heard: Heard, corpus: Corpus) -> dict[str, float]:
    """What stands for the record on another way ("and by rail?") or in the other direction ("and importing?")."""
    if isinstance(record, (Crossing, Route)):
        return _by_way(record, heard, corpus)
    if isinstance(record, Procedure) and _turns(record, heard):
        return {
            other.id: _SAME_RECORD / (1 if _mirrors(record.topic, other.topic) else 2)
            for other in corpus.records
            if isinstance(other, Procedure) and other.country == record.country and other.direction in heard.intents
        }
    return {}


def _turns(record: Record, heard: Heard) -> bool:
    """Whether the other direction is asked for than the record's."""
    asked = {"import", "export"} & heard.intents.keys()
    if not isinstance(record, Procedure) or record.direction not in ("import", "export"):
        return False
    return bool(asked) and record.direction not in asked


def _mirrors(one: str, other: str) -> bool:
    return one == other or any({one, other} <= topics for topics in _MIRRORED)


def _by_way(record: Crossing | Route, heard: Heard, corpus: Corpus) -> dict[str, float]:
    other_ways = heard.ways.keys() - ways_of(record, corpus)
    return {
        other.id: _SAME_RECORD
        for other in corpus.records
        if isinstance(other, type(record)) and _alike(record, other) and ways_of(other, corpus) & other_ways
    }


def _alike(record: Record, other: Record) -> bool:
    """Whether they join the same countries, be it through others."""
    ours, theirs = set(record.countries), set(other.countries)
    return len(ours & theirs) > 1 and (ours <= theirs or theirs <= ours)


def ways_of(record: Crossing | Route, corpus: Corpus) -> set[str]:
    """By road, rail or river: a route goes by the least usual of its crossings."""
    if isinstance(record, Crossing):
        return {_WAYS.get(record.crossing_kind, "road")}
    legs = [corpus.content.records.get(leg) for leg in record.legs]
    found = {way for leg in legs if isinstance(leg, Crossing) for way in ways_of(leg, corpus)}
    return found - {"road"} or found


def _by_goods(context: Context, other: Record, said: set[str], corpus: Corpus) -> float:
    """How far another country's record about the same goods stands for the one that was spoken of."""
    goods = corpus.book.goods.get(context.goods or "")
    if goods is None or other.id not in goods.records or other.country not in said:
        return 0.0
    return 0.9 * _SAME_RECORD


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
