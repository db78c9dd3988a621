"""Measures search on question sets: the functions behind `mekongdesk evaluate`.

Question sets are JSONL: `{"id"?, "lang", "question", "expect": [{"record", "facet"?, "also"?}] or [], "context"?,
"kind"?}`. `context` is one earlier question, a list of them, or `{"record", "facet"}`. Nothing expected means: decline.
`also` marks what isn't the fact that was asked for but an answer that holds all of it.
Passage sets are `{"id", "lang", "text"}` with questions `{"id", "lang", "question", "passage"}`.
"""

import json
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from knowledge.language import Language, parse_language
from knowledge.search import Context, Finding, SearchIndex
from knowledge.search.dense import Embedder
from knowledge.search.passages import Passage, search_passages

LOST = 0.02
"""How far a language may fall below the recorded table."""


@dataclass
class Miss:
    """One question that did not end as it should."""

    id: str
    question: str
    outcome: str
    expected: list[str]
    found: list[str]
    kind: str


@dataclass
class Score:
    """The counts of one language."""

    inside: int = 0
    hit1: int = 0
    hit3: int = 0
    reciprocal: float = 0.0
    right: int = 0
    """Answered outright with an accepted record and facet."""
    answered: int = 0
    wrong_record: int = 0
    """Answered outright from a record that no label accepts."""
    false_declines: int = 0
    outside: int = 0
    declined: int = 0
    offered: int = 0
    """Out-of-scope questions that ended in choices."""
    near: int = 0
    near_kept: int = 0
    """Near misses that were declined or offered."""
    misses: list[Miss] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def __add__(self, other: "Score") -> "Score":
        """The counts of both."""
        return Score(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    def table(self) -> dict[str, Any]:
        """The figures by the names of the JSON output."""
        inside, outside = max(self.inside, 1), max(self.outside, 1)
        low, high = interval(self.right, self.inside)
        times = sorted(self.milliseconds) or [0.0]
        return {
            "n": self.inside,
            "hit@1": round(self.hit1 / inside, 4),
            "hit@3": round(self.hit3 / inside, 4),
            "mrr": round(self.reciprocal / inside, 4),
            "answered_right": round(self.right / inside, 4),
            "interval": [round(low, 4), round(high, 4)],
            "wrong_record": round(self.wrong_record / max(self.answered, 1), 4),
            "false_declines": round(self.false_declines / inside, 4),
            "n_out": self.outside,
            "declined": round(self.declined / outside, 4),
            "declined_or_offered": round((self.declined + self.offered) / outside, 4),
            "n_near": self.near,
            "near_kept": round(self.near_kept / max(self.near, 1), 4),
            "p50_ms": round(times[len(times) // 2], 1),
            "p95_ms": round(times[min(int(len(times) * 0.95), len(times) - 1)], 1),
        }


def interval(hits: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not count:
        return 0.0, 1.0
    share = hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(0.0, middle - half), min(1.0, middle + half)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def evaluate(index: SearchIndex, rows: Iterable[dict[str, Any]]) -> dict[str, Score]:
    """Asks every question and counts, per language as the rows name it."""
    scores: dict[str, Score] = defaultdict(Score)
    for number, row in enumerate(rows, 1):
        language = parse_language(row.get("lang"))
        context = context_of(index, row.get("context"), language)
        start = time.perf_counter()
        finding = index.find(row["question"], language, context)
        score = scores[language.short if language else "?"]
        score.milliseconds.append((time.perf_counter() - start) * 1000)
        _count(score, {"id": str(number), **row}, finding)
    return dict(scores)


def context_of(index: SearchIndex, told: Any, language: Language | None) -> Context | None:
    """The context that earlier questions left behind."""
    if not told:
        return None
    if isinstance(told, dict):
        known = {key: told[key] for key in ("record", "facet", "country", "goods") if told.get(key)}
        if "country" not in known and known.get("record") in index.corpus.content.records:
            country = index.corpus.content.records[known["record"]].country
            known["country"] = country if country != "regional" else None
        return Context(**known, language=language)
    context: Context | None = None
    for question in [told] if isinstance(told, str) else told:
        context = index.find(str(question), language, context).context
    return context


def _count(score: Score, row: dict[str, Any], finding: Finding) -> None:
    if row["expect"]:
        _count_inside(score, row, finding)
    else:
        _count_outside(score, row, finding)


def _count_inside(score: Score, row: dict[str, Any], finding: Finding) -> None:
    right = {(one["record"], one.get("facet")) for one in row["expect"]}
    records = {record for record, _ in right}
    hits = [(one.record, one.facet) in right or (one.record, None) in right for one in finding.candidates]
    place = hits.index(True) + 1 if True in hits else 0
    score.inside += 1
    score.hit1 += place == 1
    score.hit3 += 1 <= place <= 3
    score.reciprocal += 1 / place if place else 0.0
    score.false_declines += finding.outcome == "declined"
    if finding.outcome == "answer":
        score.answered += 1
        score.right += place == 1
        score.wrong_record += finding.candidates[0].record not in records
    if finding.outcome != "answer" or place != 1:
        score.misses.append(_miss(row, finding))


def _count_outside(score: Score, row: dict[str, Any], finding: Finding) -> None:
    score.outside += 1
    score.declined += finding.outcome == "declined"
    score.offered += finding.outcome == "choices"
    if row.get("kind") == "near":
        score.near += 1
        score.near_kept += finding.outcome != "answer"
    if finding.outcome != "declined":
        score.misses.append(_miss(row, finding))


def _miss(row: dict[str, Any], finding: Finding) -> Miss:
    return Miss(
        str(row["id"]),
        row["question"],
        finding.outcome,
        [f"{one['record']}/{one.get('facet') or '*'}" for one in row["expect"]][:6],
        [f"{one.record}/{one.facet}" for one in finding.candidates[:3]],
        str(row.get("kind", "in" if row["expect"] else "out")),
    )


def as_json(scores: dict[str, Score], misses: bool = True) -> dict[str, Any]:
    """Everything machine-readable: per language, and the mean of the languages."""
    tables = {language: score.table() for language, score in scores.items()}
    keys = ("hit@1", "hit@3", "mrr", "answered_right", "false_declines", "declined", "wrong_record")
    mean = {key: round(sum(table[key] for table in tables.values()) / max(len(tables), 1), 4) for key in keys}
    result: dict[str, Any] = {"languages": tables, "mean": mean}
    if misses:
        result["misses"] = {language: [asdict(miss) for miss in score.misses] for language, score in scores.items()}
    return result


def as_text(scores: dict[str, Score], misses: bool = True) -> str:
    """The table that people read."""
    lines = ["lang    n  hit@1  hit@3    mrr  right (95 % interval)   wrong  f.decl | out  declined  +offered  p95 ms"]
    for language, score in scores.items():
        t = score.table()
        lines.append(
            f"{language:4}{t['n']:5}  {t['hit@1']:.3f}  {t['hit@3']:.3f}  {t['mrr']:.3f}  "
            f"{t['answered_right']:.3f} ({t['interval'][0]:.3f}-{t['interval'][1]:.3f})  {t['wrong_record']:.3f}  "
            f"{t['false_declines']:.3f} |{t['n_out']:4}     {t['declined']:.3f}     {t['declined_or_offered']:.3f}  "
            f"{t['p95_ms']:6.1f}"
        )
    mean = as_json(scores, misses=False)["mean"]
    lines.append(
        f"mean       {mean['hit@1']:.3f}  {mean['hit@3']:.3f}  {mean['mrr']:.3f}  {mean['answered_right']:.3f}"
        f"                {mean['wrong_record']:.3f}  {mean['false_declines']:.3f} |         {mean['declined']:.3f}"
    )
    if misses:
        for language, score in scores.items():
            for miss in score.misses:
                lines.append(f"{language} {miss.id} {miss.kind} [{miss.outcome}] {miss.question}")
                lines.append(f"     wanted {', '.join(miss.expected) or 'nothing'}; found {', '.join(miss.found)}")
    return "\n".join(lines)


def fallen(scores: dict[str, Score], recorded: dict[str, Any]) -> list[str]:
    """Which languages fell by more than two points below the recorded table, in words."""
    found = []
    for language, table in recorded.get("languages", {}).items():
        now = scores[language].table() if language in scores else {}
        for key, worse in (("answered_right", -1), ("hit@1", -1), ("declined", -1), ("false_declines", 1)):
            before, value = float(table[key]), float(now.get(key, 0.0))
            if worse * (value - before) > LOST + 1e-9:
                found.append(f"{language}: {key} was {before:.3f}, is {value:.3f}")
    return found


def evaluate_passages(
    passages: Sequence[dict[str, Any]], questions: Sequence[dict[str, Any]], embedder: Embedder | None
) -> dict[str, dict[str, float]]:
    """hit@1, hit@3 and MRR per language of the fused search core and of each system in it, on a foreign set."""
    texts = [Passage(str(one["id"]), parse_language(one["lang"]) or Language.EN, one["text"]) for one in passages]
    asked = [
        (str(one["passage"]), parse_language(one["lang"]) or Language.EN, str(one["question"])) for one in questions
    ]
    places = search_passages(texts, [(language, question) for _, language, question in asked], embedder)
    tables: dict[str, dict[str, float]] = {}
    for system, ranked in places.items():
        by_language: dict[str, list[int]] = defaultdict(list)
        for (wanted, language, _), hits in zip(asked, ranked, strict=True):
            ids = [hit.passage for hit in hits]
            by_language[language.short].append(ids.index(wanted) + 1 if wanted in ids else 0)
        for language_code, found in by_language.items():
            count = len(found)
            tables[f"{language_code}/{system}"] = {
                "n": count,
                "hit@1": round(sum(place == 1 for place in found) / count, 4),
                "hit@3": round(sum(1 <= place <= 3 for place in found) / count, 4),
                "mrr": round(sum(1 / place for place in found if place) / count, 4),
            }
    return tables
