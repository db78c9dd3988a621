"""Answers over several records, answers without a fact, and texts that mean harm."""

import re
from typing import Any

import icu
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup, escape

from knowledge.answers import View
from knowledge.answers.compose import FACT_LIMIT
from knowledge.answers.markup import clip, plain, shortened
from knowledge.answers.menu import facets_of
from knowledge.language import Language
from knowledge.records import (
    Procedure,
    Regime,
    Source,
    Zone,
)
from knowledge.search import Candidate, Context, Finding
from knowledge.texts import Text
from tests.knowledge.answering import ANSWERER, CONTENT, TODAY, changed, fact_of, get, over, well_formed

# -- several records


def finding(outcome: Any, *pairs: tuple[str, str], **fields: Any) -> Finding:
    candidates = tuple(Candidate(record, facet, 1.0 - place / 10) for place, (record, facet) in enumerate(pairs))
    language = fields.pop("language", Language.EN)
    return Finding(outcome, candidates, language, language, 0.9, **fields)


def test_a_list_names_each_record_once_with_what_differs() -> None:
    zones = tuple(zone.id for zone in CONTENT.of_type(Zone) if zone.country == "LA")[:5]
    found = ANSWERER.to_finding(finding("answer", (zones[0], "list"), records=zones), TODAY)
    said = plain(found.full or found.short)
    for number, id_ in enumerate(zones, start=1):
        record = CONTENT.records[id_]
        assert said.count(f"{number}. 🇱🇦{'⚠️' if record.cautions else ''} {record.names.en}") == 1
    assert found.context.candidates == tuple((id_, "overview") for id_ in zones)
    assert set(zones) <= set(found.revisions)
    assert len(fact_of(found)) <= FACT_LIMIT


def test_a_comparison_shows_the_same_facet_and_what_is_unknown() -> None:
    here, there = "la-boten-sez", "cn-mohan-boten"
    bare = changed(get("cn-mohan-boten-package", Regime), facets={"overview": {}})
    asked = finding("answer", (here, "compare"), (here, "profit_tax"), records=(here, there))
    found = over(bare).to_finding(asked, TODAY)
    said = plain(found.full or found.short)
    assert "Profit tax" in said
    assert "not known to me" in said
    assert found.facet == "compare"
    assert well_formed(found.short)


def test_a_comparison_names_no_law_of_other_zones() -> None:
    zones = ("la-boten-sez", "la-thakhek-sez")
    asked = finding("answer", (zones[0], "compare"), (zones[1], "profit_tax"), records=zones)
    found = ANSWERER.to_finding(asked, TODAY)
    assert "Profit tax" in plain(found.short)
    assert not [source for source in found.sources if source.law and "Savan-Seno" in source.title]


def test_a_comparison_says_what_is_the_same_once() -> None:
    zones = [zone.id for zone in CONTENT.of_type(Zone) if zone.regime == "th-border-sez"][:3]
    asked = finding("answer", (zones[0], "compare"), (zones[1], "profit_tax"), records=tuple(zones))
    said = plain(ANSWERER.to_finding(asked, TODAY).short)
    assert said.count("The same for all:") == 1


# -- no fact to give


def test_choices_can_be_told_apart() -> None:
    pairs = [(f"{code}-phytosanitary-certificate", "documents") for code in ("th", "la", "kh")]
    found = ANSWERER.to_finding(finding("choices", *pairs, ("vn-vat-reduction", "overview"), missing="country"), TODAY)
    assert [choice.label for choice in found.choices] == [
        "🇹🇭 Thailand · Documents",
        "🇱🇦 Laos · Documents",
        "🇰🇭 Cambodia · Documents",
    ]
    assert "Which country" in found.short
    assert found.context.candidates == tuple(pairs)
    same = ANSWERER.to_finding(
        finding("choices", ("th-vat", "documents"), ("th-import-clearance", "documents"), missing="country"), TODAY
    )
    assert len({choice.label for choice in same.choices}) == 2


def test_a_decline_names_what_is_near_and_who_would_know() -> None:
    near = (Candidate("th-durian-export-china", "documents", 0.4),)
    found = ANSWERER.to_finding(finding("declined", near=near), TODAY)
    assert found.outcome == "declined"
    assert found.record is None
    assert "no sure answer" in plain(found.short)
    assert found.choices[0].record == "th-durian-export-china"
    assert plain(escape(found.choices[0].label)) in plain(found.short)
    assert found.sources == ()
    country = ANSWERER.to_finding(finding("declined", country="TH"), TODAY)
    assert "Thai Customs" in country.short
    assert "1164" in country.short
    other = ANSWERER.to_finding(finding("declined", context=Context(country="TH")), TODAY)
    assert "Cambodia" in plain(other.short)
    assert "Thai Customs" not in other.short


@pytest.mark.parametrize("kind", ["greeting", "thanks", "who_are_you", "what_can_you_do", "goodbye"])
def test_small_talk_is_short_and_human(kind: Any) -> None:
    found = ANSWERER.to_finding(finding("answer", smalltalk=kind), TODAY)
    assert found.outcome == "smalltalk"
    assert 5 < len(found.short) < 300


def test_what_only_another_language_found_is_offered_not_asserted() -> None:
    found = ANSWERER.to_finding(finding("answer", ("caexpo", "dates"), across_languages=True), TODAY)
    assert "Please check that it is what you mean" in found.short


def test_a_candidate_that_is_gone_does_not_break() -> None:
    found = ANSWERER.to_finding(finding("answer", ("gone", "overview"), ("caexpo", "dates")), TODAY)
    assert found.record == "caexpo"
    assert ANSWERER.to_finding(finding("answer", ("gone", "overview")), TODAY).outcome == "declined"


# -- wild text

SCRIPTS = "ab <>&\"'.。 \n#;/=1９၅ກຂໆທีສຳກ្ខេមရြန်မာ่ี👩‍🌾🇱🇦é́\u200b"
wild = st.text(st.sampled_from(SCRIPTS), min_size=1, max_size=900)
addresses = st.sampled_from(
    ["javascript:alert(1)", "https://a.b/?x=1&y='\"><script>", "http://[", "data:text/html,<b>", "https://ok.example/a"]
)


@settings(max_examples=60, deadline=None)
@given(wild, wild, addresses, st.sampled_from(list(Language)))
def test_hostile_text_stays_text(text: str, name: str, url: str, language: Language) -> None:
    hostile = f"<script>{text}</b>"
    source = Source(id="wild", title=hostile, publisher=hostile, url=url, published="2024", seen=TODAY)
    body = {"text": {"en": hostile}, "sources": ["wild"]}
    facets = {"overview": {"items": [body]}, "fee": body, "documents": {"items": [body | {"subject": hostile}]}}
    agency = {"name": {"en": name}, "local_name": hostile, "url": url, "phone": hostile}
    procedure = changed(
        get("th-phytosanitary-certificate", Procedure),
        names=Text(en=name),
        agency=agency,
        online=url,
        fast_moving=True,
        cautions=[body],
        facets=facets | {"agency": {}, "online": {}, "cautions": {}},
    )
    answerer = over(procedure, sources=CONTENT.sources | {"wild": source})
    for facet in facets_of(View(CONTENT, language, TODAY), procedure):
        found = answerer.to_tap(procedure.id, facet.value, language, TODAY)
        for message in filter(None, (found.short, found.full)):
            assert well_formed(message), message
            assert "javascript:" not in "".join(re.findall(r'href="[^"]*"', message))


def clusters(text: str) -> list[int]:
    iterator = icu.BreakIterator.createCharacterInstance(icu.Locale.getRoot())
    iterator.setText(text)
    units = [0]
    for boundary in iterator:
        units.append(boundary)
    return units


@settings(max_examples=150, deadline=None)
@given(wild, st.integers(2, 300))
def test_cutting_keeps_to_the_room_and_to_clusters(text: str, room: int) -> None:
    for cut in (plain(clip(Markup("<b>{}</b>").format(text), room)), shortened(text, room)):
        assert len(cut) <= max(room, 2)
        if cut != text:
            kept = cut.removesuffix("…").rstrip()
            assert text.startswith(kept)
            assert (
                len(kept.encode("utf-16-le")) // 2 in clusters(text)
                or not text[len(kept) :].strip()
                or (text[len(kept)].isspace() or text[len(kept)] in "(:,-–")
            )


def test_cuts_fall_at_the_end_of_sentences() -> None:
    lao = "ນີ້ແມ່ນປະໂຫຍກທີໜຶ່ງ. " * 10
    english = "First one here. Second one here. Third one is longer than the rest."
    assert plain(clip(escape(english), 40)) == "First one here. Second one here. …"
    assert plain(clip(escape(lao), 100)).endswith(". …")


# -- a check on the checks


@pytest.mark.parametrize(
    "bad", ["<b>x", "x</b>", "<u>x</u>", "a & b", "a < b", '<a href="javascript:x">y</a>', "<a>x</a>"]
)
def test_the_markup_check_refuses(bad: str) -> None:
    assert not well_formed(bad)
