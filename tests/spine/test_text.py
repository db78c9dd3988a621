"""Cutting long messages: nothing lost, nothing too long, no tag, cluster or syllable torn."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup, escape

from bot.text import plain, split, units

LETTERS = "ab <&>\n. ກຳເມື່ອງຄ້າ កម្ពុជាស្រ្តី မြန်မာ့စီးပွားရေး ภาษีเงินได้ việt 中文 👩‍🌾😀é"
PIECE = st.tuples(st.sampled_from(["", "b", "i", "code"]), st.text(alphabet=LETTERS, min_size=1, max_size=60))


def marked_up(pieces: list[tuple[str, str]]) -> Markup:
    return Markup("").join(Markup(f"<{tag}>{{}}</{tag}>").format(text) if tag else escape(text) for tag, text in pieces)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECE, min_size=1, max_size=8), st.integers(20, 120))
def test_parts_fit_hold_everything_and_are_well_formed(pieces: list[tuple[str, str]], limit: int) -> None:
    markup = marked_up(pieces)
    parts = split(markup, limit)
    assert squeezed("".join(plain(part) for part in parts)) == squeezed(plain(markup))
    for part in parts:
        assert units(plain(part)) <= limit
        assert_balanced(part)


def assert_balanced(part: str) -> None:
    stack: list[str] = []
    for closing, name in re.findall(r"<(/?)(\w+)[^>]*>", part):
        if closing:
            assert stack.pop() == name
        else:
            stack.append(name)
    assert not stack
    assert "<" not in html.unescape(re.sub(r"<[^>]*>", "", part)) or "&lt;" in part


COMBINING = re.compile(
    r"^[\u0300-\u036f\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ecd\u1039\u102b-\u103e\u17b6-\u17d3\u200d]"
)


@pytest.mark.parametrize(
    "sentence",
    [
        "ຍົກເວັ້ນອາກອນກຳໄລ16ປີຕາມເງື່ອນໄຂທີ່ກຳນົດໄວ້ສຳລັບເຂດ",
        "ការលើកលែងពន្ធលើប្រាក់ចំណេញសម្រាប់តំបន់សេដ្ឋកិច្ចពិសេស",
        "အထူးစီးပွားရေးဇုန်အတွက်ဝင်ငွေခွန်ကင်းလွတ်ခွင့်ကာလများ",
        "การยกเว้นภาษีเงินได้นิติบุคคลสำหรับเขตพัฒนาเศรษฐกิจพิเศษ",
    ],
)
@pytest.mark.parametrize("limit", range(20, 60, 7))
def test_a_part_never_begins_with_half_a_syllable(sentence: str, limit: int) -> None:
    for part in split(escape(sentence * 6), limit):
        assert not COMBINING.match(plain(part)), part


def test_a_caption_may_be_shorter_than_the_messages_after_it() -> None:
    parts = split(escape("word " * 100), 200, 50)
    assert units(plain(parts[0])) <= 50 < units(plain(parts[1])) <= 200


def test_paragraphs_stay_together_where_they_can() -> None:
    assert [plain(part) for part in split(escape("one two\n\nthree four\n\nfive six seven"), 24)] == [
        "one two\n\nthree four",
        "five six seven",
    ]
