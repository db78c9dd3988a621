"""Dates and lists as the readers of a language write and order them."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.collation import collated
from knowledge.language import Language
from knowledge.phrases import Phrases

NEW_YEAR = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("language", "day", "shown"),
    [
        (Language.LO, NEW_YEAR, "1 ມັງກອນ 2026 (ພ.ສ. 2569)"),
        (Language.TH, NEW_YEAR, "1 มกราคม ค.ศ. 2026 (พ.ศ. 2569)"),
        (Language.KM, NEW_YEAR, "1 មករា 2026 (ព.ស. 2569)"),
        (Language.KM, date(2026, 11, 24), "24 វិច្ឆិកា 2026 (ព.ស. 2570)"),  # since Visakha
        (Language.KM, date(2026, 5, 10), "10 ឧសភា 2026"),  # depends on the moon: not said
        (Language.VI, NEW_YEAR, "1 tháng 1, 2026"),
        (Language.MY, NEW_YEAR, "2026 ဇန်နဝါရီ 1"),
        (Language.ZH, NEW_YEAR, "2026年1月1日"),
    ],
)
def test_the_buddhist_year_stands_beside_the_common_one(language: Language, day: date, shown: str) -> None:
    assert Phrases(language).date(day) == shown


def test_short_dates_years_and_months_stay_short() -> None:
    lao = Phrases(Language.LO)
    assert [lao.date(NEW_YEAR, "medium"), lao.date("2026")] == ["1 ມ.ກ. 2026", "2026"]


@pytest.mark.parametrize(
    ("language", "ordered"),
    [
        (Language.ZH, ["柬埔寨", "老挝", "缅甸", "泰国", "越南", "中国"]),  # by pinyin
        (Language.TH, ["กัมพูชา", "ไทย", "เวียดนาม"]),  # by the consonant behind the vowel
        (Language.LO, ["ກຳປູເຈຍ", "ຈີນ", "ລາວ"]),
        (Language.VI, ["cà", "cá", "cam", "dưa", "đậu"]),  # by letters, then tones
    ],
)
def test_lists_are_in_the_order_of_the_language(language: Language, ordered: list[str]) -> None:
    assert collated(reversed(ordered), language, str) == ordered
