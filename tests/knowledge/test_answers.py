"""Answers: every fact of the shipped content in every language, short, sourced, dated, escaped and honest."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import icu
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup, escape

from knowledge.answers import Answer, Answerer, View
from knowledge.answers.compose import FACT_LIMIT
from knowledge.answers.markup import clip, plain, shortened
from knowledge.answers.menu import facets_of
from knowledge.bodies import body_of
from knowledge.language import Language
from knowledge.loader import load_content
from knowledge.phrases import Phrases
from knowledge.records import (
    INCENTIVES,
    Crossing,
    FacetName,
    Item,
    Kind,
    Procedure,
    Record,
    RecurringEvent,
    Regime,
    Source,
    Zone,
)
from knowledge.search import Candidate, Context, Finding
from knowledge.texts import Text, text_basis

TODAY = date(2026, 11, 27)
F = FacetName
TAG = re.compile(r"<(/?)(b|i|a|code)((?: href=\"https?://[^\"<>\s]+\")?)>|<")
ENTITY = re.compile(r"&(?!(?:amp|lt|gt|#39|#34);)")
BACKING = ("⚠️", "⚖️", "📄")

_content = load_content()
_answerer = Answerer(_content, dict.fromkeys(_content.records, 1))


def changed(record: Record, **fields: Any) -> Record:
    """The record with other fields, validated as if its file said so."""
    body = body_of(record) | {
        name: value.model_dump(mode="json") if hasattr(value, "model_dump") else value for name, value in fields.items()
    }
    return type(record).model_validate(body)


def answer(
    record: Record | str, facet: str, language: Language = Language.EN, today: date = TODAY, **more: Record
) -> Answer:
    """The answer to a tap, from the shipped content with the given records in it."""
    if isinstance(record, str):
        return _answerer.to_tap(record, facet, language, today)
    return over(record, *more.values()).to_tap(record.id, facet, language, today)


def over(*records: Record, **parts: Any) -> Answerer:
    content = replace(_content, records=_content.records | {one.id: one for one in records}, **parts)
    return Answerer(content, dict.fromkeys(content.records, 1))


def get(id_: str, kind: type[Any]) -> Any:
    record = _content.records[id_]
    assert isinstance(record, kind)
    return record


def well_formed(markup: str) -> bool:
    """Only our tags, balanced, and everything else escaped."""
    stack: list[str] = []
    for match in TAG.finditer(markup):
        closing, tag, address = match.groups()
        if tag is None or bool(address) != (tag == "a" and not closing):
            return False
        if closing and (not stack or stack.pop() != tag):
            return False
        if not closing:
            stack.append(tag)
    return not stack and not ENTITY.search(markup)


def fact_of(found: Answer) -> str:
    """The fact of the first message, as it is read: no title, warnings, sources, date."""
    blocks = found.short.split("\n\n")[1:]
    if found.checked_on and Phrases(found.language).date(found.checked_on) in blocks[-1]:
        blocks = blocks[:-1]
    return plain("\n\n".join(block for block in blocks if not block.startswith(BACKING)))


# -- the whole content


@pytest.mark.parametrize("language", list(Language))
def test_every_facet_of_the_content_answers(language: Language) -> None:
    view = View(_content, language, TODAY, _answerer.relations)
    words = Phrases(language)
    for record in _content.records.values():
        for facet in dict.fromkeys([*facets_of(view, record), *record.facets]):
            found = _answerer.to_tap(record.id, facet.value, language, TODAY)
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
                assert choice.record in _content.records, where
                assert choice.label, where


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
    for record in _content.records.values():
        if record.kind not in seen:
            seen.add(record.kind)
            found = _answerer.to_tap(record.id, facet.value, Language.EN, TODAY)
            assert well_formed(found.short)
            assert fact_of(found) or facet in (F.LIST, F.COMPARE)


def test_unknown_words_for_a_facet_show_the_overview() -> None:
    assert answer("caexpo", "nonsense").facet == "overview"
    with pytest.raises(KeyError):
        answer("no-such-record", "overview")


# -- law of a zone


def test_a_zones_law_comes_from_its_regime() -> None:
    checked = 0
    for zone in _content.of_type(Zone):
        regime = get(zone.regime, Regime)
        for facet in INCENTIVES & set(regime.facets):
            text = regime.facets[facet].text
            if facet is F.SECTORS_PROMOTED or text is None:
                continue
            found = answer(zone.id, facet.value)
            assert plain(escape(text.en))[:60] in plain(found.short)
            assert plain(escape(regime.names.en)) in plain(found.full or found.short)
            assert regime.id in found.revisions
            assert {law.title.en for law in regime.law} <= {one.title for one in found.sources if one.law}
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
    for crossing in _content.of_type(Crossing):
        for facet in crossing.facets:
            said = plain(answer(crossing.id, facet.value).short)
            assert "before you go" in said, crossing.id
    assert "before you go" in plain(answer("th-cn-fruit-r3a", "crossings").short)


def test_fast_matters_carry_date_and_caution() -> None:
    fast = {id_ for id_, topic in _content.topics.items() if topic.fast_moving}
    assert {"border-status", "tax-rates", "low-value-ecommerce", "food-safety"} <= fast
    for procedure in _content.of_type(Procedure):
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
    shown = _content.records[record]
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
    sources = list(_content.sources)[:2]
    items = [
        {"text": {"en": "A" * 500 + "."}, "sources": [sources[0]]},
        {"text": {"en": "B" * 500}, "sources": [sources[1]]},
    ]
    procedure = changed(get("th-phytosanitary-certificate", Procedure), facets={"documents": {"items": items}})
    found = answer(procedure, "documents")
    short = replace(found, short=Markup(found.short.replace("B" * 20, "")))
    assert _content.sources[sources[0]].title in {one.title for one in found.sources}
    if "B" not in short.short:
        assert _content.sources[sources[1]].title not in {one.title for one in found.sources}
    assert found.full is not None
    assert escape(_content.sources[sources[1]].title) in found.full


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


# -- several records


def finding(outcome: Any, *pairs: tuple[str, str], **fields: Any) -> Finding:
    candidates = tuple(Candidate(record, facet, 1.0 - place / 10) for place, (record, facet) in enumerate(pairs))
    language = fields.pop("language", Language.EN)
    return Finding(outcome, candidates, language, language, 0.9, **fields)


def test_a_list_names_each_record_once_with_what_differs() -> None:
    zones = tuple(zone.id for zone in _content.of_type(Zone) if zone.country == "LA")[:5]
    found = _answerer.to_finding(finding("answer", (zones[0], "list"), records=zones), TODAY)
    said = plain(found.full or found.short)
    for number, id_ in enumerate(zones, start=1):
        record = _content.records[id_]
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


def test_a_comparison_says_what_is_the_same_once() -> None:
    zones = [zone.id for zone in _content.of_type(Zone) if zone.regime == "th-border-sez"][:3]
    asked = finding("answer", (zones[0], "compare"), (zones[1], "profit_tax"), records=tuple(zones))
    said = plain(_answerer.to_finding(asked, TODAY).short)
    assert said.count("The same for all:") == 1


# -- no fact to give


def test_choices_can_be_told_apart() -> None:
    pairs = [(f"{code}-phytosanitary-certificate", "documents") for code in ("th", "la", "kh")]
    found = _answerer.to_finding(finding("choices", *pairs, ("vn-vat-reduction", "overview"), missing="country"), TODAY)
    assert [choice.label for choice in found.choices] == [
        "🇹🇭 Thailand · Documents",
        "🇱🇦 Laos · Documents",
        "🇰🇭 Cambodia · Documents",
    ]
    assert "Which country" in found.short
    assert found.context.candidates == tuple(pairs)
    same = _answerer.to_finding(
        finding("choices", ("th-vat", "documents"), ("th-import-clearance", "documents"), missing="country"), TODAY
    )
    assert len({choice.label for choice in same.choices}) == 2


def test_a_decline_names_what_is_near_and_who_would_know() -> None:
    near = (Candidate("th-durian-export-china", "documents", 0.4),)
    found = _answerer.to_finding(finding("declined", near=near), TODAY)
    assert found.outcome == "declined"
    assert found.record is None
    assert "no sure answer" in plain(found.short)
    assert found.choices[0].record == "th-durian-export-china"
    assert plain(escape(found.choices[0].label)) in plain(found.short)
    assert found.sources == ()
    country = _answerer.to_finding(finding("declined", context=Context(country="TH")), TODAY)
    assert "Thai Customs" in country.short
    assert "1164" in country.short
    assert "Cambodia" in plain(_answerer.to_finding(finding("declined"), TODAY).short)


@pytest.mark.parametrize("kind", ["greeting", "thanks", "who_are_you", "what_can_you_do", "goodbye"])
def test_small_talk_is_short_and_human(kind: Any) -> None:
    found = _answerer.to_finding(finding("answer", smalltalk=kind), TODAY)
    assert found.outcome == "smalltalk"
    assert 5 < len(found.short) < 300


def test_what_only_another_language_found_is_offered_not_asserted() -> None:
    found = _answerer.to_finding(finding("answer", ("caexpo", "dates"), across_languages=True), TODAY)
    assert "Please check that it is what you mean" in found.short


def test_a_candidate_that_is_gone_does_not_break() -> None:
    found = _answerer.to_finding(finding("answer", ("gone", "overview"), ("caexpo", "dates")), TODAY)
    assert found.record == "caexpo"
    assert _answerer.to_finding(finding("answer", ("gone", "overview")), TODAY).outcome == "declined"


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
    answerer = over(procedure, sources=_content.sources | {"wild": source})
    for facet in facets_of(View(_content, language, TODAY), procedure):
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
