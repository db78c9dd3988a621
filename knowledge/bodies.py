"""Records and the parts around them as JSON, the way that the database keeps them.

A body has the fields of a content file: what a facet or an item takes over from its owner is left out again, so that
a body reads, compares and exports like the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, TypeAdapter

from knowledge.designs import (
    Baseline,
    Complement,
    Course,
    Matching,
    Meta,
    Monitoring,
    OpenQuestion,
    PlaceName,
    Registration,
    Tag,
    Topic,
)
from knowledge.loader import Content
from knowledge.records import AnyRecord, Record, Source

HANDED_DOWN = ("sources", "confidence", "as_of")
_RECORD: TypeAdapter[Any] = TypeAdapter(AnyRecord)
_LISTS: dict[str, type[BaseModel]] = {
    "sources": Source,
    "tags": Tag,
    "topics": Topic,
    "places": PlaceName,
    "complements": Complement,
    "open_questions": OpenQuestion,
}
_DESIGNS: dict[str, type[BaseModel]] = {
    "meta": Meta,
    "registration": Registration,
    "monitoring": Monitoring,
    "baseline": Baseline,
    "course": Course,
    "matching": Matching,
}
M = TypeVar("M", bound=BaseModel)
KEPT = 8_192  # bodies whose records stay in memory


class Part(NamedTuple):
    """One thing that is no record; `id` is empty for a design."""

    part: str
    id: str
    position: int
    body: str


class PublishedRow(NamedTuple):
    """The published revision of a record."""

    id: str
    file: str | None
    number: int
    digest: str
    seeded: bool
    body: str


def body_of(record: Record) -> dict[str, Any]:
    """The record as its content file says it. `record_of(body_of(record)) == record`."""
    body = record.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for facet in body.get("facets", {}).values():
        for item in facet.get("items", ()):
            _take_back(facet, item)
        _take_back(body, facet)
    for caution in body.get("cautions", ()):
        _take_back(body, caution)
    if body.get("countries") == [body["country"]]:
        del body["countries"]
    return body


def _take_back(owner: dict[str, Any], part: dict[str, Any]) -> None:
    # What the owner says too is handed down again when the body is read.
    for key in HANDED_DOWN:
        if owner.get(key) is not None and part.get(key) == owner[key]:
            del part[key]


def record_of(body: str | bytes) -> Record:
    """Reads a stored body. Raises pydantic's ValidationError."""
    record: Record = _RECORD.validate_json(body)
    return record


def parts_of(content: Content) -> Iterator[Part]:
    """Everything of the content that is no record."""
    for name in _LISTS:
        held = getattr(content, name)
        for position, model in enumerate(held.values() if isinstance(held, dict) else held):
            yield Part(name, getattr(model, "id", f"{position:04}"), position, _json(model))
    for name in _DESIGNS:
        yield Part(name, "", 0, _json(getattr(content, name)))


def _json(model: BaseModel) -> str:
    return json.dumps(
        model.model_dump(mode="json", by_alias=True, exclude_unset=True), ensure_ascii=False, separators=(",", ":")
    )


def build_content(rows: Iterable[PublishedRow], parts: Iterable[Part], hash_: str) -> Content:
    """The content in memory, from what the database holds. Raises pydantic's ValidationError."""
    rows, by_part = list(rows), _grouped(parts)
    return Content(
        hash=hash_,
        records={row.id: _read(row.body) for row in rows},
        files={row.id: row.file or "" for row in rows},
        sources=_keyed(by_part, "sources", Source),
        tags=_keyed(by_part, "tags", Tag),
        topics=_keyed(by_part, "topics", Topic),
        places=_keyed(by_part, "places", PlaceName),
        complements=tuple(_keyed(by_part, "complements", Complement).values()),
        open_questions=tuple(_keyed(by_part, "open_questions", OpenQuestion).values()),
        meta=_one(by_part, Meta),
        registration=_one(by_part, Registration),
        monitoring=_one(by_part, Monitoring),
        baseline=_one(by_part, Baseline),
        course=_one(by_part, Course),
        matching=_one(by_part, Matching),
    )


@lru_cache(maxsize=KEPT)
def _read(body: str) -> Record:
    """A body that was read before is the same record: after a publication all but one are."""
    return record_of(body)


@lru_cache(maxsize=KEPT)
def _read_part(model: type[M], body: str) -> M:
    return model.model_validate_json(body)


def _grouped(parts: Iterable[Part]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    for part in sorted(parts, key=lambda part: part.position):
        found.setdefault(part.part, []).append(part)
    return found


def _keyed(by_part: dict[str, list[Part]], name: str, model: type[M]) -> dict[str, M]:
    return {part.id: _read_part(model, part.body) for part in by_part.get(name, ())}


def _one(by_part: dict[str, list[Part]], model: type[M]) -> M:
    return model.model_validate_json(by_part[model.__name__.lower()][0].body)
