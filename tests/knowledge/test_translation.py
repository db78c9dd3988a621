"""Translations keep what the English says in figures and links; each rule is shown with a text that breaks it."""

from __future__ import annotations

import unicodedata

import pytest

from knowledge.check import all_texts
from knowledge.language import Language
from knowledge.loader import Content, load_content
from knowledge.translation import faults, figures

LO, TH, KM, MY, ZH, VI = Language.LO, Language.TH, Language.KM, Language.MY, Language.ZH, Language.VI


def rules(english: str, text: str, language: Language) -> set[str]:
    return {fault.rule for fault in faults(english, text, language)}


@pytest.mark.parametrize(
    ("rule", "english", "text", "language"),
    [
        ("figures", "A holiday of 8 years.", "ຍົກເວັ້ນອາກອນ.", LO),
        ("figures", "From 1 January 2026 the rate is 7 %.", "ตั้งแต่ 1 มกราคม 2569 อัตรา 10%", TH),
        ("figures", "The fee is US$ 1,500.", "ថ្លៃសេវា 150 ដុល្លារ។", KM),
        ("figures", "A capital of 5 million yuan.", "资本不少于50万元。", ZH),
        ("links", "Apply at https://cdc.gov.kh today.", "ដាក់ពាក្យថ្ងៃនេះ។", KM),
        ("script", "Customs stamps the form.", "พนักงานศุลกากร ພາສີປະທັບตราแบบฟอร์ม", LO),
        ("script", "The desk answers every question with its source.", "ျမန္မာႏိုင္ငံသည္ အာရွတြင္ ရွိသည္", MY),
        ("english", "The driver shows the paper to the officer.", "Tài xế shows the paper to the officer at cổng.", VI),
        ("english", "The fee is paid at the window.", "the fee is paid at the window", TH),
        ("length", "Customs stamps the form at the gate, and the driver takes it to the next post.", "盖章。", ZH),
        ("placeholder", "The rate is 7 %.", "อัตรา {rate} 7%", TH),
        ("placeholder", "The rate is 7 %.", "TODO 7%", VI),
        ("nfc", "Tax", unicodedata.normalize("NFD", "thuế"), VI),
        ("characters", "Tax", "ພາສີ\ue000", LO),
        ("order", "A thing seen", "ទិ៍្ន", KM),
    ],
)
def test_each_rule_finds_what_breaks_it(rule: str, english: str, text: str, language: Language) -> None:
    assert rule in rules(english, text, language)


@pytest.mark.parametrize(
    ("english", "text", "language"),
    [
        ("A holiday of 8 years.", "ຍົກເວັ້ນ ໘ ປີ.", LO),  # own digits
        ("Law of 2026 on zones.", "กฎหมายเขต พ.ศ. 2569", TH),  # Buddhist year
        ("The fee is US$ 1,500.50.", "Phí là 1.500,50 đô la Mỹ.", VI),  # grouping and decimals the other way round
        ("Up to 1 million yuan.", "最高100万元。", ZH),
        ("Bridge 2 is shut.", "二号桥关闭。", ZH),
        ("Circular 72/2015/TT-BTC", "Circular 72/2015/TT-BTC", KM),  # a law's number stays
        ("Council for the Development of Cambodia", "Council for the Development of Cambodia", LO),
    ],
)
def test_what_languages_write_in_their_own_way_is_right(english: str, text: str, language: Language) -> None:
    assert not rules(english, text, language) & {"figures", "links", "placeholder", "nfc"}


def test_figures_are_read_in_every_script() -> None:
    assert figures("១៥ % ၂၀၂၆ ๒๕๖๙ ໑໐ 1,000,000 3.5 2,5") == ["15", "2026", "2569", "10", "1000000", "3.5", "2.5"]


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content()


NAMES = (".names", ".province", "agency.name", ".operator", ".organiser", ".title", ".place")
"""Names are not translated but known: the local one may say less, or more, than the English."""


@pytest.mark.parametrize("language", [language for language in Language if language is not Language.EN])
def test_the_shipped_translations_keep_the_rules(content: Content, language: Language) -> None:
    found = []
    for file, where, text in all_texts(content):
        translation = text.get(language)
        if translation is None:
            continue
        ignored = {"length", "figures", "order"} if where.endswith(NAMES) else set()
        found += [
            f"{file} {where}: {f.rule}: {f.detail}"
            for f in faults(text.en, translation, language)
            if f.rule not in ignored
        ]
    assert found == []
