"""The content check: does everything that records say about each other hold, and how complete is it?

Errors (unknown sources, dangling references, facets that a kind cannot have …) fail the check. What only wants an
editor's eye (alias clashes, records without a source, figures from memory, stale drafts, what was left out) is listed.
"""

import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from knowledge.language import Language
from knowledge.loader import Content, ContentError, Problem, load_content
from knowledge.records import (
    FacetName,
    Item,
    Kind,
    Lesson,
    Procedure,
    Record,
    Regime,
    Route,
    Zone,
)
from knowledge.texts import STATES, Status, Text
from knowledge.wordings import load_wordings

STRUCTURED: dict[tuple[Kind, FacetName], tuple[str, ...]] = {
    (Kind.ZONE, FacetName.LOCATION): ("place",),
    (Kind.ZONE, FacetName.STATUS): ("status",),
    (Kind.ZONE, FacetName.OPERATOR): ("operator",),
    (Kind.ZONE, FacetName.CONTACT): ("website", "contact"),
    (Kind.ZONE, FacetName.SECTORS_PROMOTED): ("sectors",),
    (Kind.REGIME, FacetName.CONTACT): ("agency",),
    (Kind.REGIME, FacetName.LEGAL_BASIS): ("law",),
    (Kind.CROSSING, FacetName.LOCATION): ("sides",),
    (Kind.PROCEDURE, FacetName.AGENCY): ("agency",),
    (Kind.PROCEDURE, FacetName.ONLINE): ("online",),
    (Kind.PROCEDURE, FacetName.CAUTIONS): ("cautions",),
    (Kind.ROUTE, FacetName.CROSSINGS): ("legs",),
    (Kind.PROGRAMME, FacetName.CONTACT): ("url", "contact"),
    (Kind.PROGRAMME, FacetName.STATUS): ("status",),
    (Kind.EVENT, FacetName.DATES): ("usual_months", "last_known_edition", "pattern"),
}
"""Facets whose fact lies in fields of the record; the facet needs no text where one of them is filled."""
_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)+", re.ASCII)


@dataclass
class Report:
    """What the check found."""

    counts: dict[str, int] = field(default_factory=dict)
    translations: dict[Language, Counter[Status]] = field(default_factory=dict)
    questions: Counter[Language] = field(default_factory=Counter)
    errors: list[Problem] = field(default_factory=list)
    clashes: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Spellings that stand for more than one record, with those records."""
    unsourced: list[str] = field(default_factory=list)
    memory_figures: list[str] = field(default_factory=list)
    unused_sources: list[str] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing fails the check."""
        return not self.errors


def check(content: Content) -> Report:
    """Checks content that could be loaded."""
    report = Report()
    report.counts = dict(Counter(record.kind.value for record in content.records.values()))
    report.counts |= {
        "facets": sum(len(record.facets) for record in content.records.values()),
        "sources": len(content.sources),
        "tags": len(content.tags),
        "topics": len(content.topics),
        "places": len(content.places),
        "complements": len(content.complements),
        "open_questions": len(content.open_questions),
    }
    for record in content.records.values():
        report.errors += _check_record(content, record)
        for facet in record.facets.values():
            for language, questions in facet.questions.items():
                report.questions[language] += len(questions)
    report.errors += _check_designs(content)
    report.translations = translation_states(content)
    report.clashes = alias_clashes(content)
    report.unsourced = [id_ for id_, record in content.records.items() if not _has_source(record)]
    report.memory_figures = list(_memory_figures(content))
    used = {source for _, source in _named_sources(content)}
    report.unused_sources = sorted(set(content.sources) - used)
    report.left_out = [(one.what, one.reason) for one in content.meta.left_out]
    return report


def _check_record(content: Content, record: Record) -> Iterator[Problem]:
    def problem(where: str, reason: str) -> Problem:
        return Problem(content.files[record.id], record.id, where, reason)

    for where, source in _sources_in(record, ""):
        if source not in content.sources:
            yield problem(where, f"unknown source {source}")
    for where, pool, target in _references(content, record):
        if target not in pool:
            yield problem(where, f"there is no {target}")
    for name, facet in record.facets.items():
        where = f"facets.{name.value}"
        if name not in record.facet_names:
            yield problem(where, f"a {record.kind.value} has no facet {name.value}")
        elif not (facet.text or facet.items or facet.figures or name is FacetName.OVERVIEW):
            fields = STRUCTURED.get((record.kind, name), ())
            if not any(getattr(record, attribute) for attribute in fields):
                yield problem(where, "says nothing: no text, no items, no figures, no field of the record behind it")
    topic = content.topics.get(record.topic) if isinstance(record, Procedure) else None
    if topic and topic.fast_moving and not record.fast_moving:
        yield problem("fast_moving", f"the topic {topic.id} moves fast: set it to true")
    for where, text in texts_in(record, ""):
        for language, value in text.items():
            if unicodedata.normalize("NFC", value) != value:
                yield problem(f"{where}.{language.value}", "is not in Unicode form NFC")
            for id_ in _ID.findall(value):
                if id_ in content.records:
                    yield problem(f"{where}.{language.value}", f"names {id_} by its id, which no reader knows")


def _references(content: Content, record: Record) -> Iterator[tuple[str, Container[str], str]]:
    """(field, what it must be in, id) of everything that a record points to."""
    kinds = content.ids
    if isinstance(record, Zone):
        yield "regime", kinds[Kind.REGIME], record.regime
        yield from (("also_under", kinds[Kind.REGIME], id_) for id_ in record.also_under)
        yield from (("place.crossings", kinds[Kind.CROSSING], id_) for id_ in record.place.crossings)
        for use in ("sectors", "offers", "seeks"):
            yield from ((use, content.tags, id_) for id_ in getattr(record, use))
    elif isinstance(record, Regime):
        yield from (("law.zones", kinds[Kind.ZONE], id_) for law in record.law for id_ in law.zones)
    elif isinstance(record, Route):
        yield from (("legs", kinds[Kind.CROSSING], id_) for id_ in record.legs)
    elif isinstance(record, Procedure):
        yield "topic", content.topics, record.topic
    elif isinstance(record, Lesson):
        yield "module", {module.id for module in content.course.modules}, record.module
    for name, facet in record.facets.items():
        for index, item in enumerate(facet.items):
            if item.document:
                yield f"facets.{name.value}.items.{index}.document", kinds[Kind.TERM], item.document


def _check_designs(content: Content) -> Iterator[Problem]:
    for file, id_, where, model in _designs(content):
        for at, source in _sources_in(model, where):
            if source not in content.sources:
                yield Problem(file, id_, at, f"unknown source {source}")
    for pair in content.complements:
        for side in (pair.a, pair.b):
            if side is not None and not isinstance(content.records.get(side), Zone):
                yield Problem("complements.yaml", pair.id, "a/b", f"there is no zone {side}")
        if not (pair.a or pair.a_name) or not (pair.b or pair.b_name):
            yield Problem("complements.yaml", pair.id, "a/b", "each side needs a zone or a name")
    for module in content.course.modules:
        for lesson in module.lessons:
            if not isinstance(content.records.get(lesson), Lesson):
                yield Problem("course.yaml", module.id, "lessons", f"there is no lesson {lesson}")
    kinds = {kind.id for kind in content.matching.cooperation_types}
    for kind in content.matching.cooperation_types:
        if kind.mirror not in kinds:
            yield Problem("matching.yaml", kind.id, "mirror", f"there is no {kind.mirror}")
    for place in content.places.values():
        if place.province is not None and place.province not in content.places:
            yield Problem("places.yaml", place.id, "province", f"there is no {place.province}")
    for number, question in enumerate(content.open_questions, start=1):
        for about in question.about:
            if about not in content.records:
                yield Problem("open_questions.yaml", f"#{number}", "about", f"there is no {about}")


def _designs(content: Content) -> Iterator[tuple[str, str, str, BaseModel]]:
    """(file, id, field, model) of everything that is no record."""
    for name in ("registration", "monitoring", "baseline", "course", "matching"):
        yield f"{name}.yaml", "", "", getattr(content, name)
    for name in ("tags", "topics", "places"):
        yield from ((f"{name}.yaml", id_, "", model) for id_, model in getattr(content, name).items())
    yield from (("complements.yaml", pair.id, "", pair) for pair in content.complements)


def _models_in(node: object, where: str) -> Iterator[tuple[str, BaseModel]]:
    """Every model inside a node with the path to it, itself first."""
    if isinstance(node, BaseModel):
        yield where, node
        if not isinstance(node, Text):
            for name in type(node).model_fields:
                yield from _models_in(getattr(node, name), f"{where}.{name}".lstrip("."))
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _models_in(value, f"{where}.{key}".lstrip("."))
    elif isinstance(node, tuple):
        for index, value in enumerate(node):
            yield from _models_in(value, f"{where}.{index}".lstrip("."))


def texts_in(node: object, where: str) -> Iterator[tuple[str, Text]]:
    """Every text inside a model with the path to it."""
    return ((path, model) for path, model in _models_in(node, where) if isinstance(model, Text))


def all_texts(content: Content) -> Iterator[tuple[str, str, Text]]:
    """(file, path, text) of every text of the content, records first."""
    for id_, record in content.records.items():
        for path, text in texts_in(record, ""):
            yield content.files[id_], f"{id_}.{path}", text
    for file, id_, where, model in _designs(content):
        for path, text in texts_in(model, where):
            yield file, f"{id_}.{path}".lstrip("."), text


def translation_states(content: Content) -> dict[Language, Counter[Status]]:
    """How many texts are reviewed, draft, stale and missing, per language."""
    states: dict[Language, Counter[Status]] = {language: Counter() for language in Language}
    for _, _, text in all_texts(content):
        for language in Language:
            states[language][text.status(language)] += 1
    return states


def _sources_in(node: object, where: str) -> Iterator[tuple[str, str]]:
    for path, model in _models_in(node, where):
        for source in getattr(model, "sources", ()):
            yield f"{path}.sources".lstrip("."), source


def _named_sources(content: Content) -> Iterator[tuple[str, str]]:
    for record in content.records.values():
        yield from _sources_in(record, "")
    for _, _, where, model in _designs(content):
        yield from _sources_in(model, where)


def _has_source(record: Record) -> bool:
    return any(True for _ in _sources_in(record, ""))


def _memory_figures(content: Content) -> Iterator[str]:
    for record in content.records.values():
        for name, facet in record.facets.items():
            if facet.figures and facet.confidence == "memory":
                yield f"{record.id}.{name.value}: {', '.join(facet.figures)}"
            elif facet.figures and facet.memory_part:
                yield f"{record.id}.{name.value}: {facet.memory_part}"
            yield from (
                f"{record.id}.{name.value}.items.{index}: {item.text.en}"
                for index, item in enumerate(facet.items)
                if _is_remembered_figure(item)
            )


def _is_remembered_figure(item: Item) -> bool:
    # Lists of papers and steps count nothing; only facts, rules and results state figures.
    return item.confidence == "memory" and not item.sources and any(sign.isdigit() for sign in item.text.en)


def plain_key(words: str) -> str:
    """A spelling without case, blanks and punctuation, for comparing aliases only."""
    folded = unicodedata.normalize("NFC", words).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LMN")


def alias_clashes(content: Content) -> list[tuple[str, tuple[str, ...]]]:
    """Spellings that name more than one record."""
    owners: dict[str, dict[str, str]] = defaultdict(dict)
    for record in content.records.values():
        for words in record.all_aliases().values():
            for word in words:
                owners[plain_key(word)].setdefault(record.id, word)
    clashes = [(next(iter(who.values())), tuple(who)) for key, who in owners.items() if key and len(who) > 1]
    return sorted(clashes, key=lambda clash: (clash[1], clash[0]))


def lines(report: Report, full: bool = False) -> Iterator[str]:
    """The report for people; long lists are cut unless `full`."""
    yield "Counts: " + ", ".join(f"{name} {count}" for name, count in report.counts.items())
    yield "Texts per language (" + " / ".join(STATES) + "), sample questions:"
    for language, states in report.translations.items():
        row = " / ".join(str(states[state]) for state in STATES)
        yield f"  {language.value:8}{row}, {report.questions[language]}"
    yield from _listed("Spellings shared by several records", [f"{w}: {', '.join(i)}" for w, i in report.clashes], full)
    yield from _listed("Records without a source", report.unsourced, full)
    yield from _listed("Figures from memory", report.memory_figures, full)
    yield from _listed("Sources that nothing names", report.unused_sources, full)
    yield from _listed("Left out", [f"{what}: {reason}" for what, reason in report.left_out], True)
    yield from _listed("Errors", [str(problem) for problem in report.errors], True)


def _listed(title: str, rows: list[str], full: bool, most: int = 12) -> Iterator[str]:
    yield f"{title}: {len(rows)}"
    shown = rows if full else rows[:most]
    yield from (f"  {row}" for row in shown)
    if len(shown) < len(rows):
        yield f"  … and {len(rows) - len(shown)} more (--full lists all)"


def main(arguments: list[str] | None = None) -> int:
    """Prints the report on the shipped content, or on the folder given; 1 when something fails."""
    arguments = sys.argv[1:] if arguments is None else arguments
    folders = [Path(argument) for argument in arguments if not argument.startswith("--")]
    folder = folders[0] if folders else None
    try:
        report = check(load_content(folder))
        report.counts["wordings"] = len(load_wordings(folder))
    except ContentError as error:
        print(f"The content cannot be read: {len(error.problems)} problems")
        print("\n".join(f"  {problem}" for problem in error.problems))
        return 1
    print("\n".join(lines(report, full="--full" in arguments)))
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
