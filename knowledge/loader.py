"""Reads the YAML content into validated records.

Problems of form (bad YAML, wrong fields, doubled ids) are collected with file, record, field and reason, so that an
editor sees them all at once; what records say about each other is checked in `knowledge.check`.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

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
from knowledge.reading import read_yaml
from knowledge.records import AnyRecord, Country, Kind, Record, Source

CONTENT = Path(__file__).parent / "content"
RECORD_FOLDERS = {
    "regimes": Kind.REGIME,
    "zones": Kind.ZONE,
    "crossings": Kind.CROSSING,
    "procedures": Kind.PROCEDURE,
    "routes": Kind.ROUTE,
    "programmes": Kind.PROGRAMME,
    "events": Kind.EVENT,
    "notes": Kind.NOTE,
    "lessons": Kind.LESSON,
}
RECORD_LISTS = {"terms.yaml": Kind.TERM, "countries.yaml": Kind.COUNTRY}
_RECORD: TypeAdapter[Any] = TypeAdapter(AnyRecord)
M = TypeVar("M", bound=BaseModel)
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Problem:
    """One thing that an editor has to mend."""

    file: str
    record: str
    field: str
    reason: str

    def __str__(self) -> str:
        where = ": ".join(part for part in (self.file, self.record, self.field) if part)
        return f"{where}: {self.reason}"


class ContentError(Exception):
    """The content cannot be read; `problems` lists every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True)
class Content:
    """The whole knowledge base in memory."""

    hash: str
    records: dict[str, Record]
    files: dict[str, str]
    """Record id → file that it stands in."""
    sources: dict[str, Source]
    tags: dict[str, Tag]
    topics: dict[str, Topic]
    places: dict[str, PlaceName]
    complements: tuple[Complement, ...]
    open_questions: tuple[OpenQuestion, ...]
    meta: Meta
    registration: Registration
    monitoring: Monitoring
    baseline: Baseline
    course: Course
    matching: Matching

    def with_records(self, records: Iterable[Record], sources: Mapping[str, Source] | None = None) -> "Content":
        """The content as it would be with these versions of the records (and these sources)."""
        changed = {record.id: record for record in records}
        return replace(
            self,
            sources={**self.sources, **(sources or {})},
            records={**self.records, **changed},
            files={**self.files, **{id_: self.files.get(id_, "") for id_ in changed}},
            hash="+".join((self.hash, *changed)),
        )

    @cached_property
    def ids(self) -> dict[Kind, frozenset[str]]:
        """The record ids of each kind."""
        return {kind: frozenset(record.id for record in self.of_kind(kind)) for kind in Kind}

    def of_kind(self, kind: Kind) -> Iterator[Record]:
        """Every record of one kind, in id order."""
        return (record for record in self.records.values() if record.kind == kind)

    def of_type(self, model: type[R]) -> Iterator[R]:
        """The same, typed: `content.of_type(Zone)`."""
        return (record for record in self.records.values() if isinstance(record, model))

    def country(self, code: Country) -> Record:
        """The record of a country (KH …)."""
        return self.records[f"country-{code.lower()}"]


@dataclass
class _Reader:
    root: Path
    digest: Any = field(default_factory=hashlib.sha256)
    problems: list[Problem] = field(default_factory=list)

    def read(self, name: str) -> Any:
        """Parses one file; None (and a problem) when it is missing or no YAML."""
        try:
            raw = (self.root / name).read_bytes()
        except FileNotFoundError:
            self.problems.append(Problem(name, "", "", "the file is missing"))
            return None
        self.digest.update(name.encode() + b"\0" + raw)
        try:
            return read_yaml(raw)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            self.problems.append(Problem(name, "", "", f"no valid YAML: {' '.join(str(error).split())}"))
            return None

    def invalid(self, name: str, record: str, error: ValidationError) -> None:
        """Notes every field that a model refused."""
        for one in error.errors(include_url=False):
            path = ".".join(str(part) for part in one["loc"] if part not in set(Kind))
            self.problems.append(Problem(name, record, path, one["msg"]))

    def model(self, name: str, model: type[M]) -> M | None:
        """A file that is one design."""
        raw = self.read(name)
        if raw is None:
            return None
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            self.invalid(name, "", error)
            return None

    def rows(self, name: str, key: str) -> list[Any]:
        """The list under one key of a file."""
        raw = self.read(name)
        if raw is None:
            return []
        rows = raw.get(key) if isinstance(raw, dict) else None
        if not isinstance(rows, list):
            self.problems.append(Problem(name, "", key, "a list is expected under this key"))
            return []
        return rows

    def listed(self, name: str, key: str, model: type[M], raw: Iterable[Any] | None = None) -> list[M]:
        """The list under one key as models."""
        found = []
        for index, row in enumerate(self.rows(name, key) if raw is None else raw):
            try:
                found.append(model.model_validate(row))
            except ValidationError as error:
                self.invalid(name, _label(row, index), error)
        return found

    def records(self) -> tuple[dict[str, Record], dict[str, str]]:
        """All records by id, and the file of each."""
        records: dict[str, Record] = {}
        files: dict[str, str] = {}
        for name, kind, row in self._raw_records():
            label = _label(row, 0)
            if not isinstance(row, dict) or row.get("kind") != kind.value:
                self.problems.append(Problem(name, label, "kind", f"a record of kind {kind.value} is expected here"))
                continue
            try:
                record: Record = _RECORD.validate_python(row)
            except ValidationError as error:
                self.invalid(name, label, error)
                continue
            if record.id in records:
                self.problems.append(Problem(name, record.id, "id", f"is used already in {files[record.id]}"))
                continue
            if name.count("/") and Path(name).stem != record.id:
                self.problems.append(Problem(name, record.id, "id", "differs from the file's name"))
            records[record.id], files[record.id] = record, name
        return records, files

    def _raw_records(self) -> Iterator[tuple[str, Kind, Any]]:
        for folder, kind in RECORD_FOLDERS.items():
            for path in sorted((self.root / folder).glob("*.yaml")):
                name = f"{folder}/{path.name}"
                row = self.read(name)
                if row is not None:
                    yield name, kind, row
        for name, kind in RECORD_LISTS.items():
            for row in self.rows(name, name.removesuffix(".yaml")):
                yield name, kind, row

    def by_id(self, name: str, found: list[M]) -> dict[str, M]:
        """Models keyed by their id; a doubled id is a problem."""
        keyed: dict[str, M] = {}
        for one in found:
            id_ = str(getattr(one, "id"))  # noqa: B009 - M has no id as far as its bound knows
            if id_ in keyed:
                self.problems.append(Problem(name, id_, "id", "is used twice"))
            keyed[id_] = one
        return keyed


def _label(row: Any, index: int) -> str:
    return str(row["id"]) if isinstance(row, dict) and row.get("id") else f"#{index + 1}"


def load_content(path: Path | None = None) -> Content:
    """Reads and validates everything under `path` (the shipped content by default).

    Raises ContentError listing every problem of form.
    """
    reader = _Reader(path or CONTENT)
    records, files = reader.records()
    sources = reader.by_id("sources.yaml", reader.listed("sources.yaml", "sources", Source))
    tags = reader.by_id("tags.yaml", reader.listed("tags.yaml", "tags", Tag))
    topics = reader.by_id("topics.yaml", reader.listed("topics.yaml", "topics", Topic))
    places = reader.by_id("places.yaml", reader.listed("places.yaml", "places", PlaceName))
    complements = reader.listed("complements.yaml", "complements", Complement)
    open_questions = reader.listed("open_questions.yaml", "open_questions", OpenQuestion)
    meta = reader.model("meta.yaml", Meta)
    registration = reader.model("registration.yaml", Registration)
    monitoring = reader.model("monitoring.yaml", Monitoring)
    baseline = reader.model("baseline.yaml", Baseline)
    course = reader.model("course.yaml", Course)
    matching = reader.model("matching.yaml", Matching)
    if reader.problems or not (meta and registration and monitoring and baseline and course and matching):
        raise ContentError(reader.problems)
    return Content(
        hash=reader.digest.hexdigest()[:16],
        records=records,
        files=files,
        sources=sources,
        tags=tags,
        topics=topics,
        places=places,
        complements=tuple(complements),
        open_questions=tuple(open_questions),
        meta=meta,
        registration=registration,
        monitoring=monitoring,
        baseline=baseline,
        course=course,
        matching=matching,
    )
