"""How each thing that could be asked next is related to what was told last."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from knowledge.records import Crossing, FacetName, Kind, Note, Procedure, Record, Route, Zone
from knowledge.search.corpus import Corpus
from knowledge.search.entities import strengths
from knowledge.search.finding import Context
from knowledge.search.hearing import Heard
from knowledge.search.record_signals import KINDS
from knowledge.search.signals import Signals

Floats = NDArray[np.float32]
RELATIONS = (
    *("same", "law", "kind", "stands", "named", "goods", "country", "term"),
    *("facet", "told", "stands_facet", "named_facet", "best", "best_facet", "overview", "zones"),
)
"""The record that was told of, its law, its kind; what stands for it elsewhere, on another way, with other goods; what
of its kind is named; its goods, its country; meanings of words. The facet that was told, by itself and of the record,
of what stands for it, of what is named; the record that the question finds by itself, and the facet of that; what
nothing but a name asks for, and what is asked of many zones."""
_WAYS = {"rail": "rail", "river": "river"}
_MIRRORED = ({"export-clearance", "import-clearance", "import-licence"},)
"""Topics that are one matter in the two directions."""
_OTHER_GOODS, _OTHER_TOPIC, _OTHER_SIDE = 0.9, 0.5, 0.5
_ZONES = {Kind.REGIME: 0.6, Kind.ZONE: 0.3}
"""How well a country's law on zones, or one of its zones, stands for a zone elsewhere."""


def relations(heard: Heard, context: Context, best: str, corpus: Corpus, signals: Signals) -> Floats:
    """Units × `RELATIONS`, between 0 and 1; `best` is the record that the question finds by itself."""
    found = np.zeros((len(corpus.units), len(RELATIONS)), np.float32)
    of = {name: found[:, place] for place, name in enumerate(RELATIONS)}
    of["facet"] += _asked(context.facet, corpus, signals)
    of["best"] += corpus.unit_record == signals.row[best]
    of["best_facet"] += of["best"] * of["facet"]
    for name, facet in (("overview", FacetName.OVERVIEW), ("zones", FacetName.COMPARE), ("zones", FacetName.LIST)):
        if context.facet != facet.value:
            of[name] += _asked(facet.value, corpus, signals)
    record = corpus.content.records.get(context.record or "")
    if record is None:
        return found

    def of_records(bears: Mapping[str, float]) -> Floats:
        rows = np.zeros(len(corpus.records), np.float32)
        for id_ in bears.keys() & signals.row.keys():
            rows[signals.row[id_]] = bears[id_]
        return rows[corpus.unit_record]

    goods = corpus.book.goods.get(context.goods or "")
    kinds = signals.kinds[corpus.unit_record]
    in_country = [other.id for other in corpus.records if context.country in other.countries]
    of["same"] += corpus.unit_record == signals.row[record.id]
    of["kind"] += kinds == KINDS.index(record.kind)
    of["stands"] += of_records(stand_ins(record, context, heard, corpus))
    of["named"] += of_records(strengths(heard.records)) * of["kind"]
    of["country"] += of_records(dict.fromkeys(in_country, 1.0))
    if isinstance(record, Zone):
        of["law"] += corpus.unit_record == signals.row.get(record.regime, -1)
    if goods is not None:
        of["goods"] += of_records(dict.fromkeys(goods.records, 1.0))
    if record.kind is not Kind.TERM:
        of["term"] += kinds == KINDS.index(Kind.TERM)
    for name, whole in (("told", "same"), ("stands_facet", "stands"), ("named_facet", "named")):
        of[name] += of[whole] * of["facet"]
    return found


def _asked(facet: str | None, corpus: Corpus, signals: Signals) -> NDArray[np.bool_]:
    return np.asarray(corpus.unit_facet == signals.facet_row.get(facet or "", -1))


def stand_ins(record: Record, context: Context, heard: Heard, corpus: Corpus) -> Mapping[str, float]:
    """What stands for the record in the country that is named now ("and in Laos?"), on another way ("and by rail?"), in
    the other direction ("and importing?") or with other goods ("and mangosteen?"), and how well."""
    said = {*heard.countries, *heard.places} - {"regional"}
    abroad = bool(said - set(record.countries))
    found: dict[str, float] = {}
    for other in corpus.records:
        if other is record:
            continue
        ways = [_by_way(record, other, heard, corpus), _turned(record, other, heard)]
        if abroad and said & set(other.countries):
            ways += [_elsewhere(record, other) * _on_one_side(record, other), _same_goods(context, other, said, corpus)]
        if (best := max(*ways, _other_goods(record, context, other, heard, corpus))) > 0:
            found[other.id] = best
    return found


def _elsewhere(record: Record, other: Record) -> float:
    """How well another country's record stands for the one that was told of."""
    if isinstance(record, Procedure) and isinstance(other, Procedure):
        return float(other.country != "regional" and record.topic == other.topic)
    if record.kind in _ZONES:
        return _ZONES.get(other.kind, 0.0)
    if isinstance(record, Note) and isinstance(other, Note):
        return float(record.note_kind == other.note_kind)
    return float(record.kind is other.kind)


def _on_one_side(record: Record, other: Record) -> float:
    """Who asks of what joins two countries stays in one of them."""
    return 1.0 if len(record.countries) < 2 or set(record.countries) & set(other.countries) else _OTHER_SIDE


def _same_goods(context: Context, other: Record, said: set[str], corpus: Corpus) -> float:
    goods = corpus.book.goods.get(context.goods or "")
    return _OTHER_GOODS if goods is not None and other.id in goods.records and other.country in said else 0.0


def _other_goods(record: Record, context: Context, other: Record, heard: Heard, corpus: Corpus) -> float:
    if context.goods in heard.goods or other.kind is not record.kind or other.countries != record.countries:
        return 0.0
    return _OTHER_GOODS * any(other.id in corpus.book.goods[name].records for name in heard.goods)


def turns(record: Record, heard: Heard) -> bool:
    """Whether the other direction is asked for than the record's."""
    asked = {"import", "export"} & heard.intents.keys()
    if not isinstance(record, Procedure) or record.direction not in ("import", "export"):
        return False
    return bool(asked) and record.direction not in asked


def _turned(record: Record, other: Record, heard: Heard) -> float:
    if not isinstance(record, Procedure) or not isinstance(other, Procedure) or not turns(record, heard):
        return 0.0
    if other.country != record.country or other.direction not in heard.intents:
        return 0.0
    one_matter = record.topic == other.topic or any({record.topic, other.topic} <= topics for topics in _MIRRORED)
    return 1.0 if one_matter else _OTHER_TOPIC


def _by_way(record: Record, other: Record, heard: Heard, corpus: Corpus) -> float:
    if not heard.ways or not isinstance(record, (Crossing, Route)) or not isinstance(other, type(record)):
        return 0.0
    other_ways = heard.ways.keys() - ways_of(record, corpus)
    return float(_joins_the_same(record, other) and bool(ways_of(other, corpus) & other_ways))


def _joins_the_same(record: Record, other: Record) -> bool:
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
