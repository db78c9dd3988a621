"""Finding events: one list for what is announced and what comes again, its filters, and questions in words."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from knowledge.base import KnowledgeBase
from knowledge.language import Language
from tests.conftest import Running
from tests.events.making import NOW, details, store_event
from tests.events.visiting import Open, visiting
from tests.fake_telegram import dialog, press, sees
from tests.fake_telegram.people import Person

QUESTIONS = Path(__file__).parent.parent / "questions"
APRIL = (date(2027, 4, 1), date(2027, 4, 30))
ASKED = {
    Language.EN: "forums about agriculture in Kunming next month?",
    Language.ZH: "下个月昆明有农业论坛吗？",
    Language.TH: "เดือนหน้ามีฟอรั่มเกษตรที่คุนหมิงไหม",
    Language.LO: "ເດືອນໜ້າມີເວທີກະສິກຳຢູ່ຄຸນໝິງບໍ່",
    Language.KM: "ខែក្រោយមានវេទិកាកសិកម្មនៅគុនមីងទេ?",
    Language.MY: "နောက်လ ကူမင်းမှာ စိုက်ပျိုးရေး ဖိုရမ် ရှိလား",
    Language.VI: "Tháng sau có diễn đàn nông nghiệp ở Côn Minh không?",
}
PLACELESS = {
    Language.EN: "forums about agriculture next month",
    Language.ZH: "下个月有什么农业论坛",
    Language.TH: "เดือนหน้ามีฟอรัมเกี่ยวกับเกษตรอะไรบ้าง",
    Language.LO: "ເດືອນໜ້າມີງານກ່ຽວກັບກະສິກຳບໍ່",
    Language.KM: "ខែក្រោយមានពិព័រណ៍កសិកម្មអ្វីខ្លះ",
    Language.MY: "လာမယ့်လ စိုက်ပျိုးရေး ပြပွဲ ဘာတွေရှိလဲ",
    Language.VI: "thang sau co hoi cho nong nghiep nao khong",
}


@pytest.fixture(params=["sqlite"])
def backend(request: pytest.FixtureRequest) -> str:
    """What is asked of the database here is asked on both elsewhere."""
    return str(request.param)


@pytest_asyncio.fixture
async def visit(held: Running) -> AsyncIterator[Open]:
    async with visiting(held.url) as open_:
        yield open_


@pytest.mark.parametrize("language", list(Language), ids=lambda one: one.value)
def test_a_question_for_the_calendar_is_understood(knowledge: KnowledgeBase, language: Language) -> None:
    wanted = knowledge.wanted(ASKED[language], language, NOW.date())
    assert wanted is not None
    assert (wanted.place, wanted.sector, wanted.first, wanted.last) == ("kunming", "agriculture", *APRIL)
    wanted = knowledge.wanted(PLACELESS[language], language, NOW.date())
    assert wanted is not None
    assert (wanted.place, wanted.sector, wanted.first, wanted.last) == (None, "agriculture", *APRIL)


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("online events in Khmer in March", "en", {"online": True, "language": "km", "first": date(2027, 3, 1)}),
        ("forums in February 2028", "en", {"first": date(2028, 2, 1), "last": date(2028, 2, 29)}),
        ("งานเดือนเมษายน 2570 ที่เวียงจันทน์", "th", {"first": APRIL[0], "place": "vientiane", "country": None}),
        ("ມີງານຫຍັງແດ່ໃນເດືອນ ໑໒", "lo", {"first": date(2027, 12, 1)}),
        ("งานสัมมนาภาษาลาวปีหน้า", "th", {"language": "lo", "country": None, "first": date(2028, 1, 1)}),
        ("hội thảo trực tuyến tháng tư bằng tiếng Lào", "vi", {"online": True, "language": "lo", "first": APRIL[0]}),
        ("upcoming fairs in Laos", "en", {"soon": True, "country": "LA", "series": ()}),
        ("any regional forums next month", "en", {"country": None, "first": APRIL[0]}),
        ("GMS forums in Thailand next month", "en", {"country": "TH", "first": APRIL[0]}),
        ("when is CAEXPO next year", "en", {"series": ("caexpo",)}),
        ("may I join the forum?", "en", {"first": None}),
    ],
)
def test_months_languages_and_names(
    knowledge: KnowledgeBase, question: str, language: str, expected: dict[str, object]
) -> None:
    wanted = knowledge.wanted(question, Language(language), NOW.date())
    assert wanted is not None
    assert {name: getattr(wanted, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("fair price of rice in Laos this month", "en"),
        ("what documents for temporary import of exhibition goods next month", "en"),
        ("下个月参加展会的样品进口要什么文件", "zh_Hans"),
        ("โรงงานเกษตรในลาวเดือนหน้า", "th"),
        ("ໂຮງງານກະສິກຳຢູ່ລາວ ເດືອນໜ້າ", "lo"),
        ("ပွဲစား လာအိုမှာ ရှိလား နောက်လ", "my"),
    ],
)
def test_what_only_sounds_like_a_question_for_the_calendar(
    knowledge: KnowledgeBase, question: str, language: str
) -> None:
    assert knowledge.wanted(question, Language(language), NOW.date()) is None


def test_questions_for_the_knowledge_base_are_left_to_it(knowledge: KnowledgeBase) -> None:
    """The evaluation's questions about an event that they don't name ask neither for a time nor which there are."""
    languages = {"zh": Language.ZH, **{language.value: language for language in Language}}
    taken = []
    for file in sorted(QUESTIONS.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            wanted = knowledge.wanted(row["question"], languages[row["lang"]], NOW.date())
            if not row["expect"] or wanted is None or wanted.series or wanted.others:
                continue
            if wanted.by_time or wanted.any:
                taken.append(row["id"])
    assert taken == []


async def test_one_list_for_both_commands_narrowed_down_and_back(held: Running, noy: Person) -> None:
    await store_event(held.store)
    await store_event(held.store, code="other", country="KH", details=details(title={"en": "Textile days"}, sectors=()))
    both = ["Apr 15, 2027: Mekong Farm Forum", "Apr 15, 2027: Textile days", "📆 By month", "🏠 Home"]
    await dialog(
        noy,
        [
            ("/forums", sees("With a date: announced", "With 🔁: comes again", buttons=both)),
            ("/events", sees("With a date: announced", "With 🔁: comes again", buttons=both)),
            (press("🏷 By sector"), sees("Show only which events?")),
            (press("Farming and food"), sees("Announced, as you asked for: Farming and food", buttons=[both[0]])),
            (press("📆 By month"), sees("Show only which events?", buttons=["March 2027", "February 2028"])),
            (
                press("May 2027"),
                sees(
                    "None is announced for: May 2027 · Farming and food",
                    buttons=["✖ May 2027", "✖ Farming and food", "🔁 THAIFEX - Anuga Asia"],
                ),
            ),
            (press("✖ May 2027"), sees("Announced, as you asked for: Farming and food")),
            (press("Apr 15, 2027: Mekong Farm Forum"), sees("Don Chan Palace", buttons=["✅ Register"])),
            (press("‹ Back"), sees("With a date: announced")),
        ],
    )


async def test_a_question_that_nothing_fits_is_told_so_with_ways_on(held: Running, noy: Person) -> None:
    await store_event(held.store)
    await dialog(
        noy,
        [
            ("/about", sees("free assistant")),
            (
                "forums about agriculture next month",
                sees("Mekong Farm Forum", "Don Chan Palace", buttons=["✅ Register"]),
            ),
            (
                "forums about agriculture in Kunming next month?",
                sees("None is announced for: Kunming · April 2027 · Farming and food", buttons=["✖ Kunming"]),
            ),
            (press("✖ Kunming"), sees("Announced, as you asked for", buttons=["Apr 15, 2027: Mekong Farm Forum"])),
            ("what events are there?", sees("With a date: announced", "With 🔁")),
            ("论坛", sees("论坛与展会", buttons=["2027年4月15日: 湄公河农业论坛"])),
            ("fairs in Vietnam in November", sees("None is announced for", buttons=["🔁 Vietnam Foodexpo"])),
            (press("🔁 Vietnam Foodexpo"), sees(buttons=["🔔 Tell me when the dates are announced"])),
            (press("🔔 Tell me when the dates are announced"), sees("I tell you here as soon as")),
        ],
    )


@pytest.mark.parametrize("language", [Language.KM, Language.MY])
async def test_a_question_in_the_web_chat_that_nothing_fits(held: Running, visit: Open, language: Language) -> None:
    await store_event(held.store)
    visitor = await visit(language)
    await visitor.says(ASKED[language])
    await visitor.sees(str(visitor.t("Farming and food")))
    kunming = held.services.knowledge.content.places["kunming"].names.best(language)[0]
    await visitor.presses(f"✖ {kunming}")
    await visitor.sees(
        "With 🔁: comes again, in the order of usual months. Tap one to be told when its dates are announced."
    )


async def test_a_named_series_whose_dates_are_announced_is_shown(held: Running, noy: Person) -> None:
    await store_event(held.store, series="caexpo", code="caexpo-27", details=details(title={"en": "24th CAEXPO"}))
    await dialog(
        noy,
        [
            ("/about", sees("free assistant")),
            ("when is the China-ASEAN Expo", sees("24th CAEXPO", "Apr", buttons=["✅ Register"])),
            ("how do I get a booth at the China-ASEAN Expo", sees("national pavilion")),
        ],
    )
