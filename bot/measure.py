"""`mekongdesk evaluate`: question sets against the desk's answers, or foreign passages against the search core."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from knowledge.evaluate import as_json, as_text, evaluate, evaluate_passages, read_rows
from knowledge.search import Embedder, SearchIndex

FUSED = "fused"


def measure_questions(index: SearchIndex, files: Sequence[Path], out: TextIO, *, json_lines: bool) -> None:
    """Writes the table of each language, the mean, and the misses; as JSON, one object with the languages as keys."""
    scores = evaluate(index, [row for file in files for row in read_rows(file)])
    if not json_lines:
        out.write(f"{as_text(scores)}\n")
        return
    result = as_json(scores)
    out.write(json.dumps({**result.pop("languages"), **result}, ensure_ascii=False) + "\n")


def measure_passages(
    passages: Path, questions: Path, embedder: Embedder | None, out: TextIO, *, json_lines: bool
) -> None:
    """The same for a foreign passage set: the fused core by language, and each of its systems beside it."""
    tables = evaluate_passages(read_rows(passages), read_rows(questions), embedder)
    if not json_lines:
        for name, table in sorted(tables.items()):
            figures = "  ".join(f"{key} {value:.3f}" for key, value in table.items() if key != "n")
            out.write(f"{name:<16} n {table['n']:<5} {figures}\n")
        return
    fused = {name.partition("/")[0]: table for name, table in tables.items() if name.endswith(f"/{FUSED}")}
    out.write(json.dumps({**fused, "systems": tables}, ensure_ascii=False) + "\n")
