"""Writes the recorded evaluation anew: `python tests/questions/record.py`. Review the difference before committing."""

import json
from pathlib import Path
from typing import Any

from knowledge.coverage import RECORDED
from knowledge.evaluate import as_json, evaluate, read_rows
from knowledge.loader import load_content
from knowledge.search import SearchIndex, load_embedder

HERE = Path(__file__).parent


def main() -> None:
    """Evaluates both modes on both halves."""
    content = load_content()
    recorded: dict[str, dict[str, Any]] = {}
    for mode, embedder in (("dense", load_embedder()), ("lexical", None)):
        index = SearchIndex.build(content, embedder)
        recorded[mode] = {}
        for half in ("tune", "held", "*"):
            pattern = "*.jsonl" if half == "*" else f"*.{half}.jsonl"
            rows = [row for path in sorted(HERE.glob(pattern)) for row in read_rows(path)]
            table = as_json(evaluate(index, rows), misses=False)
            for figures in table["languages"].values():
                del figures["p50_ms"], figures["p95_ms"]
            recorded[mode] |= table if half == "*" else {half: table}
    RECORDED.write_text(json.dumps(recorded, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
