"""The coverage table counts what is there, and says what is late, unread or missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from knowledge.coverage import Coverage, coverage
from knowledge.language import Language
from knowledge.loader import Content, load_content
from knowledge.records import Record
from knowledge.texts import Text, text_basis

TODAY = date(2026, 11, 27)
CROSSING = "th-la-mukdahan-savannakhet"


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


def with_record(content: Content, record: Record) -> Coverage:
    return coverage(replace(content, records={record.id: record}), TODAY)


def test_every_record_counts_once_in_the_total_and_has_a_topic(content: Content) -> None:
    found = coverage(content, TODAY)
    assert found.total.records == len(content.records) == sum(one.records for one in found.by_topic.values())
    assert set(found.scores) == set(Language)
    assert all(0.5 < score.right <= 1 and score.questions > 50 for score in found.scores.values())


def test_a_crossing_counts_in_each_of_its_countries(content: Content) -> None:
    found = with_record(content, content.records[CROSSING])
    assert {country: list(topics) for country, topics in found.by_country.items()} == {
        "LA": ["borders"],
        "TH": ["borders"],
    }


def test_what_was_checked_long_ago_is_not_fresh(content: Content) -> None:
    crossing = content.records[CROSSING]
    late = crossing.model_copy(update={"checked_on": TODAY - crossing.review_period() - timedelta(days=1)})
    assert [with_record(content, one).total.fresh for one in (crossing, late)] == [1, 0]
    assert with_record(content, late).total.oldest == late.checked_on


def test_states_are_counted_by_language(content: Content) -> None:
    names = Text(
        en="Mukdahan", lo="ມຸກດາຫານ", th="มุกดาหาร", vi="Mukdahan", reviewed=(Language.TH,),
        basis=text_basis("Mukdahan"), basis_of={Language.VI: text_basis("an older name")},
    )  # fmt: skip
    crossing = content.records[CROSSING].model_copy(update={"names": names, "facets": {}, "cautions": (), "sides": ()})
    states = with_record(content, crossing).total.texts
    assert [states[language] for language in (Language.LO, Language.TH, Language.VI, Language.KM)] == [
        Counter({"draft": 1}),
        Counter({"reviewed": 1}),
        Counter({"stale": 1}),
        Counter({"missing": 1}),
    ]
