"""What a person types is read alike however the phone stored it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.language import Language
from knowledge.search.entities import AliasTable, squeeze, without
from knowledge.search.lexical import grams_of
from knowledge.search.normalise import detect, readings
from knowledge.search.scripts import canonical, digits, joined, stripped

ANY = st.text(max_size=80)
SEVEN = st.text(
    alphabet=st.one_of(
        st.characters(min_codepoint=0x20, max_codepoint=0x24F),
        st.characters(min_codepoint=0xE01, max_codepoint=0xEDF),
        st.characters(min_codepoint=0x1000, max_codepoint=0x109F),
        st.characters(min_codepoint=0x1780, max_codepoint=0x17E9),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x4FFF),
        st.sampled_from("\u200b\u200c\u200d\ufeff"),
    ),
    max_size=60,
)


@given(ANY | SEVEN)
def test_canonical_is_stable(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once


@given(SEVEN)
def test_canonical_is_blind_to_zero_width_and_composition(text: str) -> None:
    assert canonical("\u200b".join(text)) == canonical(text.translate({0x200B: None}))
    assert canonical(unicodedata.normalize("NFD", text)) == canonical(text)


@given(ANY | SEVEN)
def test_any_text_can_be_read(text: str) -> None:
    found = list(readings(text))
    assert 1 <= len(found) <= 2
    for question in found:
        assert question.language in Language
        assert "\0" not in question.text


@given(ANY | SEVEN)
def test_squeezed_text_knows_where_it_came_from(text: str) -> None:
    plain = canonical(text)
    squeezed = squeeze(plain)
    bare = stripped(plain)
    assert len(squeezed.text) == len(squeezed.begins) == len(squeezed.ends) == len(squeezed.origins)
    assert all(bare[origin] == character for origin, character in zip(squeezed.origins, squeezed.text, strict=True))


@given(st.lists(SEVEN, max_size=6))
def test_grams_never_reach_over_two_texts(texts: list[str]) -> None:
    clean = [text.replace("\0", "") for text in texts]
    together, owners = grams_of(clean)
    for number, text in enumerate(clean):
        alone, _ = grams_of([text])
        assert sorted(together[owners == number].tolist()) == sorted(alone.tolist())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ນາໍເຂົ້າ", "ນໍາເຂົ້າ"),  # aa before nikhahit
        ("ນຳເຂົ້າ", "ນໍາເຂົ້າ"),
        ("ຫຼວງ", "ຫລວງ"),
        ("เเม่สอด", "แม่สอด"),  # two เ for แ
        ("น้ํา", "น้ำ"),
        ("ប្តូរ", "ប្ដូរ"),  # coeng ta, coeng da
        ("ဝ၀း", "ဝဝး"),  # digit zero for wa
        ("ＦＯＲＭ　Ｅ", "form e"),
    ],
)
def test_twins_meet(typed: str, meant: str) -> None:
    assert canonical(typed) == canonical(meant)


def test_digits_of_all_scripts() -> None:
    assert digits("๑๐ ໑໐ ១០ ၁၀ １０") == "10 10 10 10 10"


def test_blanks_inside_scripts_without_blanks_are_nothing() -> None:
    assert joined("ดอก เบี้ย sme bank") == "ดอกเบี้ย sme bank"
    assert joined("老 街 口岸") == "老街口岸"


@pytest.mark.parametrize(
    ("text", "chosen", "language", "clear"),
    [
        ("what papers do I need", None, Language.EN, True),
        ("gio mo cua khau mong cai", None, Language.VI, True),
        ("cửa khẩu mở mấy giờ", Language.EN, Language.VI, True),
        ("boten sez", Language.LO, Language.LO, False),
        ("ດ່ານເປີດຈັກໂມງ", Language.EN, Language.LO, True),
        ("form e คืออะไร", None, Language.TH, True),
        ("河口", Language.VI, Language.ZH, True),
    ],
)
def test_language(text: str, chosen: Language | None, language: Language, clear: bool) -> None:
    assert detect(text, chosen) == (language, clear)


def test_zawgyi_is_read_as_unicode() -> None:
    (question,) = readings("ျမန္မာႏိုင္ငံသို႔ တင္ပို႔ခ်င္ပါတယ္")
    assert question.text == "မြန်မာနိုင်ငံသို့ တင်ပို့ချင်ပါတယ်"


def test_a_short_undecided_burmese_text_is_read_both_ways() -> None:
    assert len(list(readings("ေစ်း"))) in (1, 2)


def test_vietnamese_abbreviations_are_written_out() -> None:
    (question,) = readings("vn co dc mien thue ko")
    assert question.plain == "việt nam co được mien thue không"
    assert question.markless


def test_longest_name_wins_and_is_cut_out() -> None:
    table = AliasTable()
    table.add("zone", "Savannakhet SEZ")
    table.add("crossing", "Savannakhet")
    table.close()
    plain = canonical("tax in savannakhet sez?")
    matches = table.find(squeeze(plain))
    assert [match.owners for match in matches] == [(("zone", 1.0),)]
    assert without(plain, squeeze(plain), matches) == "tax in ?"


def test_a_latin_name_is_not_found_inside_a_word() -> None:
    table = AliasTable()
    table.add("zone", "Vita")
    table.close()
    assert not table.find(squeeze("vitamin pills"))
    assert table.find(squeeze("is vita park full"))
