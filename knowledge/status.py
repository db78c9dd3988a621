"""How complete the content is: by language and kind, what is reviewed, draft, missing, or stale against the English."""

from __future__ import annotations

from collections import Counter

from knowledge.check import all_texts
from knowledge.language import Language
from knowledge.loader import Content
from knowledge.texts import STATES, Status

Table = dict[str, dict[str, dict[Status, int]]]


def status(content: Content) -> Table:
    """Language → kind (the content's folder or file) → state → number of texts."""
    counts: dict[str, dict[str, Counter[str]]] = {}
    for file, _, text in all_texts(content):
        kind = file.partition("/")[0].removesuffix(".yaml")
        for language in Language:
            if language is not Language.EN:
                counts.setdefault(language.short, {}).setdefault(kind, Counter())[text.status(language)] += 1
    return {
        language: {kind: {state: found[state] for state in STATES} for kind, found in sorted(kinds.items())}
        for language, kinds in counts.items()
    }


def as_text(table: Table) -> str:
    """The table that people read: a line a language and kind, with the sum of each language first."""
    lines = [f"{'':<24}" + "".join(f"{state:>10}" for state in STATES)]
    for language, kinds in table.items():
        total = {state: sum(found[state] for found in kinds.values()) for state in STATES}
        rows: dict[str, dict[Status, int]] = {language: total, **{f"  {kind}": found for kind, found in kinds.items()}}
        lines += [f"{name:<24}" + "".join(f"{found[state]:>10}" for state in STATES) for name, found in rows.items()]
    return "\n".join(lines)
