"""Completes the labels: `python tests/questions/complete.py`. Review the difference before committing.

Where another facet's answer says every line of a labelled one's ("overview" of a crossing says its whole status), a
person who gets it has got what was asked: it is a label as well, marked "also", which nothing is fitted on. By the
records alone, whatever a search finds.
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from knowledge.answers import View
from knowledge.answers.facts import render
from knowledge.answers.relations import Relations
from knowledge.language import Language
from knowledge.loader import Content, load_content
from knowledge.records import Record
from knowledge.vocabulary import FacetName

HERE = Path(__file__).parent
_OWN = frozenset({FacetName.LIST, FacetName.COMPARE, FacetName.DEFINITION})
"""Facets that aren't rendered from one record."""


def main() -> None:
    """Rewrites the question sets."""
    content = load_content()
    view = View(content, Language.EN, date(2026, 11, 27), Relations(content))
    for path in sorted(HERE.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
        added = sum(_complete(row, view, content) for row in rows)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        print(f"{path.name}: {added} labels added")


def _complete(row: dict[str, Any], view: View, content: Content) -> int:
    known = {(one["record"], one.get("facet")) for one in row["expect"]}
    added = 0
    for record_id, facet in sorted((record, facet) for record, facet in known if facet):
        record = content.records.get(record_id)
        if record is None or facet not in set(FacetName) - _OWN:
            continue
        for other in said_whole_in(record, FacetName(facet), view):
            if (record_id, other.value) not in known:
                known.add((record_id, other.value))
                row["expect"].append({"record": record_id, "facet": other.value, "also": True})
                added += 1
    return added


def said_whole_in(record: Record, facet: FacetName, view: View) -> Iterator[FacetName]:
    """The other facets of the record whose answers hold every line of this one's."""
    body = render(view, record, facet)
    if not body.known or not body.lines:
        return
    lines = {line.markup for line in body.lines}
    for other in sorted(record.facet_names - _OWN - {facet}):
        there = render(view, record, other)
        if there.known and lines <= {line.markup for line in there.lines}:
            yield other


if __name__ == "__main__":
    main()
