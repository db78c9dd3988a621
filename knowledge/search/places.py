"""Which country a language is at home in, and which countries a zone looks to."""

import math
from typing import TYPE_CHECKING

from knowledge.language import Language
from knowledge.records import Crossing, Zone

if TYPE_CHECKING:
    from knowledge.search.corpus import Corpus

HOME = {
    Language.EN: "",
    Language.ZH: "CN",
    Language.TH: "TH",
    Language.LO: "LA",
    Language.KM: "KH",
    Language.MY: "MM",
    Language.VI: "VN",
}
_NEAR_KM = 50.0
_NAMES = {
    "LA": ("lao", "laos"),
    "TH": ("thai", "thailand"),
    "KH": ("cambodia", "cambodian", "khmer"),
    "VN": ("viet nam", "vietnam", "vietnamese"),
    "MM": ("myanmar", "burmese"),
    "CN": ("china", "chinese", "yunnan", "guangxi"),
}


def neighbours_of(corpus: "Corpus") -> dict[str, frozenset[str]]:
    """For each record the countries that it lies in, borders on or trades over the border with."""
    crossings = [record for record in corpus.records if isinstance(record, Crossing)]
    found: dict[str, frozenset[str]] = {}
    for record in corpus.records:
        if not isinstance(record, Zone):
            found[record.id] = frozenset(record.countries)
            continue
        countries: set[str] = set(record.countries)
        for id_ in record.place.crossings:
            if id_ in corpus.content.records:
                countries.update(corpus.content.records[id_].countries)
        for text in (record.place.border_crossing, record.place.near):
            words = text.en.lower() if text is not None else ""
            countries.update(code for code, names in _NAMES.items() if any(name in words for name in names))
        for crossing in crossings:
            if _distance(record, crossing) < _NEAR_KM and record.country in crossing.countries:
                countries.update(crossing.countries)
        found[record.id] = frozenset(countries - {"regional"})
    return found


def _distance(zone: Zone, crossing: Crossing) -> float:
    if zone.place.lat is None or zone.place.lon is None or crossing.coordinates is None:
        return math.inf
    north = (zone.place.lat - crossing.coordinates.lat) * 111.0
    east = (zone.place.lon - crossing.coordinates.lon) * 111.0 * math.cos(math.radians(zone.place.lat))
    return math.hypot(north, east)
