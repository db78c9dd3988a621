"""What lies beside what in the content, worked out once for each published state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import cached_property

from knowledge.answers.nearby import kilometres, point
from knowledge.loader import Content
from knowledge.records import FacetName, Procedure, Record, Zone
from knowledge.vocabulary import Kind

CLOSE = 8
"""Neighbours kept of each record and kind."""


class Relations:
    """Neighbours, procedures by country, zones by law, papers by procedure. Safe from several threads."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._close: dict[tuple[str, Kind], list[tuple[Record, float]]] = {}

    @cached_property
    def _points(self) -> dict[Kind, list[tuple[Record, tuple[float, float]]]]:
        found: dict[Kind, list[tuple[Record, tuple[float, float]]]] = defaultdict(list)
        for record in self._content.records.values():
            there = point(record)
            if there is not None:
                found[record.kind].append((record, there))
        return found

    def nearest_to(self, place: tuple[float, float], kinds: Collection[Kind], limit: int) -> list[tuple[Record, float]]:
        """The nearest records of these kinds that have a point, with the distance in kilometres."""
        found = [(record, kilometres(place, there)) for kind in kinds for record, there in self._points.get(kind, ())]
        return sorted(found, key=lambda one: one[1])[:limit]

    def nearest(self, record: Record, kind: Kind, limit: int, within: float) -> list[tuple[Record, float]]:
        """The same from a record, itself left out, at most CLOSE and no further than `within` kilometres."""
        key = (record.id, kind)
        if key not in self._close:
            here = point(record)
            close = self.nearest_to(here, (kind,), CLOSE + 1) if here is not None else []
            self._close[key] = [one for one in close if one[0].id != record.id][:CLOSE]
        return [one for one in self._close[key][:limit] if one[1] <= within]

    @cached_property
    def _by_country(self) -> dict[str, list[Procedure]]:
        found: dict[str, list[Procedure]] = defaultdict(list)
        for procedure in self._content.of_type(Procedure):
            found[procedure.country].append(procedure)
        return found

    def procedures(self, country: str) -> list[Procedure]:
        """The procedures of a country."""
        return self._by_country.get(country, [])

    @cached_property
    def _asking(self) -> dict[str, list[Procedure]]:
        found: dict[str, list[Procedure]] = defaultdict(list)
        for procedure in self._content.of_type(Procedure):
            documents = procedure.facets.get(FacetName.DOCUMENTS)
            for term in {item.document for item in documents.items if item.document} if documents else ():
                found[term].append(procedure)
        return found

    def asking_for(self, term: str) -> list[Procedure]:
        """The procedures that ask for a paper."""
        return self._asking.get(term, [])

    @cached_property
    def _under(self) -> dict[str, list[Zone]]:
        found: dict[str, list[Zone]] = defaultdict(list)
        for zone in self._content.of_type(Zone):
            for regime in dict.fromkeys((zone.regime, *zone.also_under)):
                found[regime].append(zone)
        return found

    def zones_under(self, regime: str) -> list[Zone]:
        """The zones that fall under a law."""
        return self._under.get(regime, [])
