"""Translations use the glossary's words; what breaks that is found, in each language, with texts that break it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge import placenames
from knowledge.glossary import LEAST_RATE, Glossary, Usage, consistency, lines, read_usage
from knowledge.language import TRANSLATED, Language
from knowledge.loader import Content, load_content
from knowledge.records import Item
from knowledge.texts import Text

LO, TH, KM, MY, ZH, VI = Language.LO, Language.TH, Language.KM, Language.MY, Language.ZH, Language.VI


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


@pytest.fixture(scope="module")
def glossary(content: Content) -> Glossary:
    return Glossary.of(content, read_usage())


def missing(glossary: Glossary, english: str, text: str, language: Language) -> set[str]:
    return {term for term, said in glossary.named(english) if not glossary.holds(term, said, text, language)}


@pytest.mark.parametrize(
    ("term", "english", "text", "language"),
    [
        ("certificate_of_origin", "Show the certificate of origin.", "ສະແດງໃບຢັ້ງຢືນສຸຂະພາບ.", LO),
        ("commercial_invoice", "Invoice and packing list", "ကုန်ပို့လွှာ၊ ထုပ်ပိုးမှုစာရင်း", MY),
        ("packing_list", "Invoice and packing list", "ใบกำกับสินค้าและใบขนสินค้า", TH),
        ("single_stop_inspection", "The common control area is in use.", "共同管制区已启用。", ZH),
        ("industrial_park", "Two industrial parks are near.", "ឧទ្យានពីរនៅជិត។", KM),
        ("orchard_packing_code", "The packing house is registered.", "Nhà đóng gói đã đăng ký.", VI),
        ("customs_declaration", "Sign the customs declaration.", "请在原产地证书上签字。", ZH),
        ("tax_holiday", "A tax holiday of 9 years", "9 ปี", TH),
    ],
)
def test_a_translation_without_the_terms_word_is_found(
    glossary: Glossary, term: str, english: str, text: str, language: Language
) -> None:
    assert term in missing(glossary, english, text, language)


@pytest.mark.parametrize(
    ("english", "text", "language"),
    [
        ("Two certificates of origin", "ໃບຢັ້ງຢືນແຫຼ່ງກຳເນີດສິນຄ້າ 2 ສະບັບ", LO),
        ("The RCEP rate", "อัตรา RCEP", TH),  # an abbreviation stays as it is
        ("Two trucks wait.", "Hai xe đang chờ.", VI),  # a form that the glossary lists beside its names
        ("Import-duty is paid", "缴纳关税", ZH),  # spelt with a hyphen
        ("The port of entry", "ច្រកព្រំដែន", KM),
    ],
)
def test_aliases_other_forms_and_abbreviations_are_right(
    glossary: Glossary, english: str, text: str, language: Language
) -> None:
    assert missing(glossary, english, text, language) == set()


def test_of_words_inside_longer_ones_only_the_longer_count(glossary: Glossary) -> None:
    named = dict(glossary.named("The customs declaration, then the special economic zone's free trade zone."))
    assert set(named) == {"customs_declaration", "sez", "free_zone"}


def test_capitals_alone_make_an_abbreviation(glossary: Glossary) -> None:
    assert "orchard_packing_code" in dict(glossary.named("GAP for each farm"))
    assert dict(glossary.named("a gap in the road")) == {}


def test_the_shipped_texts_use_the_glossarys_words(content: Content) -> None:
    found = consistency(content, read_usage())
    assert {language: found.rate(language) for language in TRANSLATED if found.rate(language) < LEAST_RATE} == {}
    assert found.unused == []
    assert all(found.occurrences[language] > 2_000 for language in TRANSLATED)
    assert found.ok


def test_the_rate_falls_below_and_the_report_says_where(content: Content) -> None:
    """Without the listed forms the shipped texts would fail; a stale exception is named too."""
    bare = Usage.model_validate(
        {"exempt": [{"term": "sugar", "languages": ["lo"], "at": ["nowhere"], "reason": "a leftover"}]}
    )
    found = consistency(content, bare)
    assert not found.ok
    assert found.rate(LO) < LEAST_RATE
    report = "\n".join(lines(found, full=True))
    assert "kh-export-clearance.facets.documents.items.0.text: 'Export' (export)" in report
    assert "nothing needs any more: sugar lo nowhere" in report


def test_places_are_called_by_the_name_of_their_record(content: Content) -> None:
    found = placenames.places(content)
    assert {language: round(found.rate(language), 3) for language in TRANSLATED if found.rate(language) < 0.99} == {}
    assert all(found.occurrences[language] > 500 for language in TRANSLATED)
    assert placenames.contradictions(content) == []


def test_another_spelling_of_a_place_is_found(content: Content) -> None:
    crossing = content.records["th-la-mukdahan-savannakhet"]
    other = Text(en="Lorries wait at Mukdahan and at Hekou.", my="မူဒါဟန်နှင့် Hekou တွင် ကုန်တင်ကားများ စောင့်သည်။")
    caution = Item(text=other)
    changed = replace(content, records={crossing.id: crossing.model_copy(update={"cautions": (caution,)})})
    missed = placenames.places(changed).misses
    assert [(miss.said, miss.language) for miss in missed if "cautions" in miss.where] == [("Mukdahan", MY)]
