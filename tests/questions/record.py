"""Writes the recorded evaluation anew: `python tests/questions/record.py`. Review the difference before committing."""

import json
from pathlib import Path
from typing import Any

from knowledge.coverage import RECORDED
from knowledge.evaluate import Score, as_json, evaluate, read_rows
from knowledge.loader import load_content
from knowledge.search import SearchIndex, load_embedder

HERE = Path(__file__).parent


def main() -> None:
    """Evaluates both modes on both halves."""
    content = load_content()
    recorded: dict[str, dict[str, Any]] = {}
    for mode, embedder in (("dense", load_embedder()), ("lexical", None)):
        index = SearchIndex.build(content, embedder)
        halves = {
            half: evaluate(index, [row for path in sorted(HERE.glob(f"*.{half}.jsonl")) for row in read_rows(path)])
            for half in ("tune", "held")
        }
        tables = {half: table_of(scores) for half, scores in halves.items()}
        both = {language: score + halves["held"][language] for language, score in halves["tune"].items()}
        recorded[mode] = {**tables, **table_of(both)}
    RECORDED.write_text(json.dumps(recorded, indent=1) + "\n", "utf-8")


def table_of(scores: dict[str, Score]) -> dict[str, Any]:
    """The figures without those of the clock."""
    table = as_json(scores, misses=False)
    for figures in table["languages"].values():
        del figures["p50_ms"], figures["p95_ms"]
    return table


if __name__ == "__main__":
    main()
