"""Answers: every fact of the shipped content in every language, short, sourced, dated and honest."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from markupsafe import Markup, escape

from knowledge.answers import View
from knowledge.answers.compose import FACT_LIMIT
from knowledge.answers.markup import plain
from knowledge.answers.menu import facets_of
from knowledge.answers.view import ENGLISH_MARK
from knowledge.bodies import body_of
from knowledge.language import Language
from knowledge.phrases import Phrases
from knowledge.records import (
    INCENTIVES,
    Crossing,
    FacetName,
    Item,
    Kind,
    Procedure,
    RecurringEvent,
    Regime,
    Zone,
)
from knowledge.texts import Text, text_basis
from tests.knowledge.answering import ANSWERER, CONTENT, TODAY, F, answer, changed, fact_of, get, over, well_formed

# -- the whole content


@pytest.mark.parametrize("language", list(Language))
def test_every_facet_of_the_content_answers(language: Language) -> None:
    view = View(CONTENT, language, TODAY, ANSWERER.relations)
    words = Phrases(language)
    for record in CONTENT.records.values():
        for facet in dict.fromkeys([*facets_of(view, record), *record.facets]):
            found = ANSWERER.to_tap(record.id, facet.value, language, TODAY)
            where = f"{record.id} {facet.value} {language.value}\n{found.short}"
            assert well_formed(found.short), where
            assert found.full is None or well_formed(found.full), where
            fact = fact_of(found)
            assert 0 < len(fact) <= FACT_LIMIT, where
            assert len(plain(found.full or found.short)) < 4096, where
            assert words.date(record.checked_on) in found.short, where
            assert found.checked_on == record.checked_on
            honest = "⚠️" in found.short or record.confidence == "design" or record.kind is Kind.COUNTRY
            assert found.sources or honest, where
            assert record.id in found.revisions
            for choice in found.suggestions:
                assert choice.record in CONTENT.records, where
                assert choice.label, where


def test_a_law_about_one_zone_is_not_named_for_others_under_its_rules() -> None:
    assert "177/PM" in answer("la-savan-park", "profit_tax").short
    assert "177/PM" not in str(
        answer("la-golden-triangle-sez", "vat").full or answer("la-golden-triangle-sez", "vat").short
    )


def test_more_tells_all_and_begins_alike() -> None:
    found = answer("la-sez-188", "overview")
    assert found.full is not None
    assert "…" in found.short
    assert len(plain(found.full)) > len(plain(found.short))
    for facet in ("profit_tax", "vat", "how_to_apply"):
        text = get("la-sez-188", Regime).facets[F(facet)].text
        assert escape(text.en[:60]) in found.full


@pytest.mark.parametrize("facet", list(FacetName))
def test_a_facet_that_is_not_there_is_said_so_kindly(facet: FacetName) -> None:
    seen: set[Kind] = set()
    for record in CONTENT.records.values():
        if record.kind not in seen:
            seen.add(record.kind)
            found = ANSWERER.to_tap(record.id, facet.value, Language.EN, TODAY)
            assert well_formed(found.short)
            assert fact_of(found) or facet in (F.LIST, F.COMPARE)


def test_unknown_words_for_a_facet_show_the_overview() -> None:
    assert answer("caexpo", "nonsense").facet == "overview"
    with pytest.raises(KeyError):
        answer("no-such-record", "overview")


# -- law of a zone


def test_a_zones_law_comes_from_its_regime() -> None:
    checked = 0
    for zone in CONTENT.of_type(Zone):
        regime = get(zone.regime, Regime)
        for facet in INCENTIVES & set(regime.facets):
            text = regime.facets[facet].text
            if facet is F.SECTORS_PROMOTED or text is None:
                continue
            found = answer(zone.id, facet.value)
            assert plain(escape(text.en))[:60] in plain(found.short)
            assert plain(escape(regime.names.en)) in plain(found.full or found.short)
            assert regime.id in found.revisions
            held = {law.title.en for law in regime.law if law.holds_in(zone.id)}
            assert held <= {one.title for one in found.sources if one.law}
            checked += 1
    assert checked > 100


def test_a_zones_own_extras_and_all_cautions_stand_with_the_law() -> None:
    zone = get("la-savan-park", Zone)
    regime = get(zone.regime, Regime)
    caution = Item(text=Text(en="Mind the zone."))
    other = Item(text=Text(en="Mind the law."))
    zone = changed(zone, cautions=[caution.model_dump(mode="json")])
    facets = body_of(zone)["facets"] | {"incentives_extra": {"text": {"en": "Nine years of free water."}}}
    zone = changed(zone, facets=facets)
    regime = changed(regime, cautions=[other.model_dump(mode="json")])
    found = over(zone, regime).to_tap(zone.id, "profit_tax", Language.EN, TODAY)
    said = plain(found.full or found.short)
    assert "Special to this zone: Nine years of free water." in said
    assert "⚠️ Mind the zone." in said
    assert "⚠️ Mind the law." in said
    assert "Decree" in said


def test_a_zone_whose_law_is_silent_points_to_other_laws() -> None:
    zone = get("kh-phnom-penh-sez", Zone)
    silent, other = get(zone.regime, Regime), get("kh-qip", Regime)
    silent = changed(silent, facets={"overview": {}})
    assert F.VAT in other.facets
    found = over(silent).to_tap(zone.id, "vat", Language.EN, TODAY)
    assert "I have nothing on this yet." in found.short
    assert plain(escape(other.names.en)) in plain(found.short)
    assert found.suggestions[0].facet == "vat"
    assert found.sources == ()
    assert "Checked on" not in found.short


# -- crossings


@pytest.mark.parametrize("facet", ["overview", "status", "goods", "hours", "location"])
def test_a_crossing_is_never_said_to_be_open(facet: str) -> None:
    crossing = get("th-la-chiang-khong-houayxay", Crossing)
    texts = {name: {"text": {"en": "Neutral words."}} for name in ("status", "goods", "hours")}
    crossing = changed(crossing, facets={"overview": {}, "location": {}} | texts)
    said = plain(answer(crossing, facet).short).lower()
    assert "open" not in said.replace("opening", "").replace("openstreetmap", "")
    assert "confirm with" in said
    assert "before you go" in said
    if facet in ("overview", "status"):
        assert "last known" in said


def test_every_crossing_and_way_over_it_asks_to_confirm() -> None:
    for crossing in CONTENT.of_type(Crossing):
        for facet in crossing.facets:
            said = plain(answer(crossing.id, facet.value).short)
            assert "before you go" in said, crossing.id
    assert "before you go" in plain(answer("th-cn-fruit-r3a", "crossings").short)


def test_what_is_announced_of_a_zones_crossing_counts_among_its_cautions() -> None:
    notice = {"text": {"en": f"Closed. {'The bridge is being mended. ' * 12}"}, "kind": "notice"}
    crossing = changed(get("th-la-mukdahan-savannakhet", Crossing), cautions=[notice])
    zone = get("la-savan-park", Zone)
    assert ENGLISH_MARK not in answer(zone, "tenants", Language.TH).short
    found = answer(zone, "tenants", Language.TH, crossing=crossing)
    assert found.short.count(ENGLISH_MARK) == 2  # before the notice, and in the line that says what it means


def test_a_notice_is_whole_in_the_first_message_and_leaves_nothing_for_more() -> None:
    crossing, words = get("th-la-mukdahan-savannakhet", Crossing), f"Closed. {'The bridge is being mended. ' * 12}end."
    hours = {"text": {"en": "From 06:00 to 22:00."}, "confidence": "sourced"}
    notices = [{"text": {"en": words}, "kind": "notice"}]
    found = answer(changed(crossing, cautions=notices, facets={"hours": hours}, sources=crossing.sources[:1]), "hours")
    assert words in found.short
    assert found.full is None


def test_fast_matters_carry_date_and_caution() -> None:
    fast = {id_ for id_, topic in CONTENT.topics.items() if topic.fast_moving}
    assert {"border-status", "tax-rates", "low-value-ecommerce", "food-safety"} <= fast
    for procedure in CONTENT.of_type(Procedure):
        if procedure.topic in fast:
            for facet in procedure.facets:
                said = plain(answer(procedure.id, facet.value).short)
                assert "before you" in said, procedure.id
                assert "hecked on" in said


# -- age


@pytest.mark.parametrize(
    ("record", "facet"),
    [
        ("la-savan-park", "overview"),
        ("la-savan-park", "profit_tax"),
        ("th-phytosanitary-certificate", "documents"),
        ("caexpo", "dates"),
        ("cn-la-mohan-boten", "status"),
        ("lmc-special-fund", "how_to_apply"),
        ("form_d", "definition"),
    ],
)
def test_an_answer_degrades_when_its_review_is_due(record: str, facet: str) -> None:
    shown = CONTENT.records[record]
    due = shown.checked_on + shown.review_period(F(facet))
    fresh, old = answer(record, facet, today=due), answer(record, facet, today=due + timedelta(days=1))
    assert not fresh.outdated
    assert "may be out of date" not in fresh.short
    assert old.outdated
    assert "may be out of date" in old.short
    assert plain(old.short).count("Confirm with") + plain(old.short).count("Please confirm it") >= 1


# -- honesty


def test_what_is_only_in_english_is_marked() -> None:
    base = get("th-phytosanitary-certificate", Procedure)
    procedure = changed(base, facets={"fee": {"text": {"en": "Twenty baht a page."}}, "agency": {}})
    found = answer(procedure, "fee", Language.LO)
    assert "[EN] Twenty baht a page." in found.short
    assert found.shown_in is Language.EN
    assert found.short.count("[EN]") == 2, "once at the text, once where it is explained"
    assert base.names.get(Language.LO) in plain(found.short)
    assert answer(procedure, "fee").shown_in is None
    assert "[EN]" not in answer(procedure, "fee").short


def test_a_draft_and_a_stale_translation_are_hinted_at() -> None:
    base, english = get("th-phytosanitary-certificate", Procedure), "Twenty baht a page."
    texts = {
        "draft": {"en": english, "vi": "20 baht một trang.", "basis": text_basis(english)},
        "reviewed": {"en": english, "vi": "20 baht một trang.", "basis": text_basis(english), "reviewed": ["vi"]},
        "stale": {"en": english, "vi": "19 baht một trang.", "basis": text_basis("Nineteen baht a page.")},
    }
    found = {
        state: answer(changed(base, cautions=[], facets={"fee": {"text": text}}), "fee", Language.VI)
        for state, text in texts.items()
    }
    assert [found[state].draft for state in ("draft", "reviewed", "stale")] == [True, False, True]
    hint = re.compile("<i>.*</i>")
    assert hint.search(found["draft"].short)
    assert hint.search(found["stale"].short)
    assert not hint.search(found["reviewed"].short)


def test_what_is_from_memory_asks_to_be_verified() -> None:
    base = get("th-phytosanitary-certificate", Procedure)
    remembered = {"text": {"en": "Twenty baht."}, "confidence": "memory", "sources": []}
    mixed = {"items": [{"text": {"en": "One."}}, {"text": {"en": "Two."}, "confidence": "memory", "sources": []}]}
    procedure = changed(base, cautions=[], facets={"fee": remembered, "documents": mixed})
    assert "Not yet confirmed by a source" in answer(procedure, "fee").short
    assert answer(procedure, "fee").sources == ()
    assert "Part of this is not yet confirmed" in answer(procedure, "documents").short


def test_sources_are_only_those_of_what_is_shown() -> None:
    sources = list(CONTENT.sources)[:2]
    items = [
        {"text": {"en": "A" * 500 + "."}, "sources": [sources[0]]},
        {"text": {"en": "B" * 500}, "sources": [sources[1]]},
    ]
    procedure = changed(get("th-phytosanitary-certificate", Procedure), facets={"documents": {"items": items}})
    found = answer(procedure, "documents")
    short = replace(found, short=Markup(found.short.replace("B" * 20, "")))
    assert CONTENT.sources[sources[0]].title in {one.title for one in found.sources}
    if "B" not in short.short:
        assert CONTENT.sources[sources[1]].title not in {one.title for one in found.sources}
    assert found.full is not None
    assert escape(CONTENT.sources[sources[1]].title) in found.full


# -- events


def event(**fields: Any) -> RecurringEvent:
    made = changed(get("caexpo", RecurringEvent), pattern=None, usual_months=[9], **fields)
    assert isinstance(made, RecurringEvent)
    return made


@pytest.mark.parametrize(
    ("today", "year"),
    [(date(2026, 3, 1), 2026), (date(2026, 9, 10), 2026), (date(2026, 9, 25), 2027), (date(2026, 11, 27), 2027)],
)
def test_usual_months_are_a_pattern_never_a_date(today: date, year: int) -> None:
    last = {"no": 22, "first": "2025-09-17", "last": "2025-09-21"}
    said = plain(answer(event(last_known_edition=last, next_edition=None), "dates", today=today).short)
    assert f"Usually in September. The {year} dates are not announced yet" in said
    assert "edition no. 22, September 17, 2025 to September 21, 2025" in said
    assert not re.search(rf"September \d+, {year}", said)


def test_a_held_edition_moves_the_next_one_to_another_year() -> None:
    held = {"first": "2026-09-01", "last": "2026-09-05"}
    said = plain(answer(event(last_known_edition=held, next_edition=None), "dates", today=date(2026, 9, 8)).short)
    assert "The 2027 dates" in said


def test_an_announced_edition_is_shown_until_it_is_over() -> None:
    coming = event(next_edition={"first": "2026-09-17", "last": "2026-09-21"}, last_known_edition=None)
    before = plain(answer(coming, "dates", today=date(2026, 9, 21)).short)
    assert "Next edition: September 17, 2026 to September 21, 2026." in before
    after = plain(answer(coming, "dates", today=date(2026, 9, 22)).short)
    assert "Next edition" not in after
    assert "Usually in September" in after
