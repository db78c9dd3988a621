"""Alias tables of records, countries, goods, kinds, intents and foreign places, built from content and phrasebook."""

from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.language import Language
from knowledge.loader import Content
from knowledge.records import CountryRecord, Crossing, Kind, Procedure, Record, Zone
from knowledge.search.entities import AliasTable, core_names, squeeze
from knowledge.search.phrasebook import Phrasebook, Phrases
from knowledge.search.scripts import canonical

_SIDE, _CORE, _PLACE = 0.8, 0.85, 0.45
_GENERIC_ENDS = {
    Language.EN: ["special economic zone", "industrial estate", "industrial park", "economic zone", "border gate",
                  "international border", "border crossing", "checkpoint", "border economic zone", "free trade zone", "sez",
                  "comprehensive bonded zone", "special economic zones", "friendship bridge", "zone", "railway", "rail", "border"],
    Language.ZH: ["边境经济合作区", "经济特区", "工业园区", "工业园", "综合保税区", "自由贸易试验区", "自贸试验区", "口岸经济区", "经济区",
                  "重点开发开放试验区", "跨境经济合作区", "口岸", "特区", "开发区", "园区", "铁路", "公路"],
    Language.TH: ["เขตพัฒนาเศรษฐกิจพิเศษ", "เขตเศรษฐกิจพิเศษ", "นิคมอุตสาหกรรม", "เขตเศรษฐกิจ", "จุดผ่านแดนถาวร", "ด่านพรมแดน", "ด่าน", "เขต", "นิคม", "sez"],
    Language.LO: ["ເຂດເສດຖະກິດພິເສດ", "ເຂດພັດທະນາ", "ເຂດເສດຖະກິດ", "ນິຄົມອຸດສາຫະກຳ", "ດ່ານສາກົນ", "ດ່ານ", "ເຂດ", "sez"],
    Language.KM: ["តំបន់សេដ្ឋកិច្ចពិសេស", "សួនឧស្សាហកម្ម", "ច្រកទ្វារព្រំដែនអន្តរជាតិ", "ច្រកទ្វារព្រំដែន", "ច្រកព្រំដែន", "តំបន់", "ច្រក", "sez"],
    Language.MY: ["အထူးစီးပွားရေးဇုန်", "စက်မှုဇုန်", "စီးပွားရေးဇုန်", "နယ်စပ်ဂိတ်", "နယ်စပ်", "ဂိတ်", "ဇုန်", "sez"],
    Language.VI: ["khu kinh tế cửa khẩu", "khu kinh tế", "đặc khu kinh tế", "khu công nghiệp", "cửa khẩu quốc tế", "cửa khẩu",
                  "đặc khu", "khu thương mại tự do", "khu chế xuất", "đường sắt", "khu bảo thuế tổng hợp", "sez"],
}  # fmt: skip

_NO_NAMES = frozenset(
    "khong long hai ban nam bac dong tay la ha may the new tha mae park sez sme cai moc bo".split()  # noqa: SIM905
)
"""Parts of names that are everyday words of Latin-script questions."""


@dataclass(frozen=True)
class Tables:
    """All alias tables."""

    records: AliasTable
    terms: AliasTable
    countries: AliasTable
    goods: AliasTable
    kinds: AliasTable
    intents: AliasTable
    foreign: AliasTable
    topics: AliasTable
    facets: dict[Language, AliasTable]
    follow: AliasTable
    smalltalk: AliasTable
    directions: dict[Language, dict[str, tuple[str, ...]]]
    """Squeezed direction words of each language."""


def build_tables(content: Content, book: Phrasebook) -> Tables:
    """Everything that can be named."""
    records, terms, countries = AliasTable(), AliasTable(), AliasTable()
    for record in content.records.values():
        if isinstance(record, CountryRecord):
            for words in (*record.all_aliases().values(), *record.adjectives.values()):
                for word in words:
                    countries.add(record.country, word)
            continue
        table = terms if record.kind is Kind.TERM else records
        for spelling, weight in spellings(content, record):
            if canonical(spelling) not in _NO_NAMES:
                table.add(record.id, spelling, weight)
        for spelling in book.aliases.get(record.id, ()):
            table.add(record.id, spelling)
    return Tables(
        records.close(),
        terms.close(),
        countries.close(),
        _table({good.id: good.words for good in book.goods.values()}),
        *(_table(group) for group in (book.kinds, book.intents, book.foreign, book.topics)),
        {language: _table(_spoken(book.facets, language)) for language in Language},
        *(_table(group) for group in (book.follow, book.smalltalk)),
        {
            language: {
                way: tuple(squeeze(canonical(word)).text for word in words.get(language, ()))
                for way, words in book.directions.items()
            }
            for language in Language
        },
    )


def spellings(content: Content, record: Record) -> Iterator[tuple[str, float]]:
    """Every spelling of a record with how surely it means this record."""
    for language, words in record.all_aliases().items():
        for place, word in enumerate(words):
            yield word, 1.0
            if place == 0 and record.kind in (Kind.ZONE, Kind.CROSSING) and language != "any":
                for core in core_names(word, _GENERIC_ENDS[Language(language)]):
                    yield core, _CORE
    if isinstance(record, Crossing):
        for side in record.sides:
            for _, name in side.names.items():
                yield from _halves(name, _SIDE)
            for words in side.aliases.values():
                yield from ((word, _SIDE) for word in words)
            yield from _halves(side.place, _SIDE)
            for _, name in side.province.items():
                yield from _halves(name, _PLACE)
        for language, name in record.names.items():
            for separator in ("–", "—", " - ", "-"):
                if separator in name:
                    for half in name.split(separator):
                        yield from ((one, _SIDE) for one in [half, *core_names(half, _GENERIC_ENDS[language])])
                    break
    if isinstance(record, Zone):
        for text in (record.place.province, record.place.former_province):
            if text is not None:
                for _, name in text.items():
                    yield from _halves(name, _PLACE)
    if isinstance(record, Procedure) and record.agency.local_name:
        yield record.agency.local_name, _PLACE


def _halves(name: str, weight: float) -> Iterator[tuple[str, float]]:
    """The parts of a place name that lists several ("Pang Hai (Muang Sing); Ban Mom nearby")."""
    for part in (
        name.replace("(", ";").replace(")", ";").replace("（", ";").replace("）", ";").replace("/", ";").split(";")
    ):
        for piece in part.split(","):
            piece = piece.strip().removesuffix(" nearby").removesuffix(" province").strip()
            if len(piece) >= 2:
                yield piece, weight


def _spoken(phrases: Phrases, language: Language) -> Phrases:
    """The phrases that occur in questions of a language: its own, and English ones except in Vietnamese."""
    spoken = {language} if language is Language.VI else {language, Language.EN}
    return {
        key: {one: words for one, words in by_language.items() if one in spoken} for key, by_language in phrases.items()
    }


def _table(phrases: Phrases) -> AliasTable:
    table = AliasTable()
    for key, by_language in phrases.items():
        for words in by_language.values():
            for word in words:
                table.add(key, word)
    return table.close()
