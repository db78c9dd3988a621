"""Which events there are: by filters, or by what somebody wrote."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.events.model import Event, event_of
from bot.store.event_tables import EventRow
from knowledge.language import Language
from knowledge.phrases import Phrases

LISTED = 60
EVENT_WORDS = (
    "forum", "fair", "expo", "event", "conference", "summit", "exhibition", "meeting", "seminar", "workshop",
    "论坛", "展会", "博览会", "活动", "会议", "展览", "峰会", "研讨会",
    "ฟอรั่ม", "ฟอรัม", "งาน", "ประชุม", "สัมมนา", "นิทรรศการ",
    "ເວທີ", "ງານ", "ກອງປະຊຸມ", "ສຳມະນາ", "ຟໍຣັມ", "ຟໍຣໍາ",
    "វេទិកា", "ពិព័រណ៍", "សន្និសីទ", "ព្រឹត្តិការណ៍", "សិក្ខាសាលា", "ប្រជុំ",
    "ဖိုရမ်", "ပြပွဲ", "ညီလာခံ", "အစည်းအဝေး", "ပွဲ", "ဆွေးနွေးပွဲ",
    "diễn đàn", "hội chợ", "triển lãm", "sự kiện", "hội nghị", "hội thảo", "dien dan", "hoi cho", "su kien",
)  # fmt: skip
NEXT_MONTH = (
    "next month", "下个月", "下月", "เดือนหน้า", "ເດືອນໜ້າ", "ເດືອນຫນ້າ", "ខែក្រោយ", "นอกเดือนหน้า", "နောက်လ", "လာမည့်လ",
    "tháng sau", "tháng tới", "thang sau", "thang toi",
)  # fmt: skip
THIS_MONTH = ("this month", "这个月", "本月", "เดือนนี้", "ເດືອນນີ້", "ខែនេះ", "ဒီလ", "ယခုလ", "tháng này", "thang nay")
ONLINE = ("online", "线上", "在线", "ออนไลน์", "ອອນລາຍ", "ອອນໄລນ໌", "អនឡាញ", "အွန်လိုင်း", "trực tuyến", "truc tuyen")
SECTOR_WORDS: Mapping[str, tuple[str, ...]] = {
    "agriculture": (
        "agricultur", "farm", "food", "fruit", "rice", "durian", "农业", "食品", "水果", "เกษตร", "อาหาร", "ผลไม้",
        "ກະສິກຳ", "ກະສິກໍາ", "ອາຫານ", "ໝາກໄມ້", "កសិកម្ម", "អាហារ", "ផ្លែឈើ", "စိုက်ပျိုး", "လယ်ယာ", "အစားအစာ", "သစ်သီး",
        "nông nghiệp", "nong nghiep", "thực phẩm", "trái cây",
    ),
    "textiles": ("textile", "garment", "cloth", "纺织", "服装", "สิ่งทอ", "ສິ່ງທໍ", "វាយនភណ្ឌ", "កាត់ដេរ", "အထည်", "dệt may"),
    "logistics": (
        "logistic", "transport", "customs", "物流", "运输", "โลจิสติกส์", "ขนส่ง", "ໂລຈິສຕິກ", "ຂົນສົ່ງ", "ដឹកជញ្ជូន", "ထောက်ပံ့",
        "သယ်ယူ", "vận tải", "hậu cần",
    ),
    "trade": (
        "e-commerce", "ecommerce", "online selling", "retail", "电商", "跨境电子商务", "อีคอมเมิร์ซ", "ອີຄອມເມີຊ",
        "ពាណិជ្ជកម្ម", "ကုန်သွယ်", "thương mại điện tử",
    ),
    "tourism": ("tourism", "hotel", "旅游", "ท่องเที่ยว", "ທ່ອງທ່ຽວ", "ទេសចរណ៍", "ခရီးသွား", "du lịch"),
    "machinery": ("machine", "electronic", "vehicle", "机械", "电子", "เครื่องจักร", "ເຄື່ອງຈັກ", "ម៉ាស៊ីន", "စက်", "máy móc"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; None and "" filter nothing. `first` to `last` are days."""

    country: str | None = None
    first: date | None = None
    last: date | None = None
    sector: str | None = None
    language: str | None = None
    online: bool = False
    words: str = ""

    @property
    def says_something(self) -> bool:
        return bool(self.country or self.first or self.sector or self.language or self.online)


def understand(text: str, places: Mapping[str, str], today: date) -> Wanted | None:
    """What a question asks of the calendar; None when it does not speak of events at all.

    `places` are names of places and countries in all languages, case-folded, with the country's code.
    """
    folded = text.casefold()
    if not any(word in folded for word in EVENT_WORDS):
        return None
    named = max((name for name in places if name in folded), key=len, default="")
    first, last = _days(folded, today)
    sector = next((sector for sector, words in SECTOR_WORDS.items() if any(word in folded for word in words)), None)
    online = any(word in folded for word in ONLINE)
    return Wanted(places.get(named), first, last, sector, None, online, folded)


def _days(folded: str, today: date) -> tuple[date | None, date | None]:
    if any(words in folded for words in NEXT_MONTH):
        return month_days(today.year + today.month // 12, today.month % 12 + 1)
    if any(words in folded for words in THIS_MONTH):
        return month_days(today.year, today.month)
    names = {Phrases(language).month(number).casefold(): number for language in Language for number in range(1, 13)}
    named = max((name for name in names if name in folded), key=len, default="")
    if not named:
        return None, None
    month = names[named]
    return month_days(today.year + (month < today.month), month)


def month_days(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


async def coming(session: AsyncSession, now: datetime, wanted: Wanted | None = None) -> Sequence[Event]:
    """Published events that are not over, the next first."""
    rows = await session.scalars(
        select(EventRow)
        .where(EventRow.state == "published", EventRow.ends_at > now)
        .order_by(EventRow.starts_at, EventRow.id)
        .limit(LISTED)
    )
    return [event for event in map(event_of, rows) if wanted is None or fits(event, wanted)]


async def published(session: AsyncSession, limit: int = 12) -> Sequence[Event]:
    """Published events, also those that are over, the latest first."""
    rows = await session.scalars(
        select(EventRow).where(EventRow.state == "published").order_by(EventRow.starts_at.desc()).limit(limit)
    )
    return [event_of(row) for row in rows]


def fits(event: Event, wanted: Wanted) -> bool:
    start, end = event.starts_at.astimezone(event.zone).date(), event.ends_at.astimezone(event.zone).date()
    details = event.details
    return (
        (wanted.country is None or event.country == wanted.country)
        and (wanted.first is None or end >= wanted.first)
        and (wanted.last is None or start <= wanted.last)
        and (wanted.sector is None or wanted.sector in details.sectors)
        and (wanted.language is None or wanted.language in details.languages)
        and (not wanted.online or bool(details.online_url))
    )


def named(event: Event, folded: str) -> bool:
    """Whether the event's title, in any language, stands in the text."""
    return any(words.casefold() in folded for _, words in event.details.title.items())


async def of_series(session: AsyncSession, series: str, now: datetime) -> Event | None:
    """The series' next announced event."""
    row = await session.scalar(
        select(EventRow)
        .where(EventRow.series == series, EventRow.state == "published", EventRow.ends_at > now)
        .order_by(EventRow.starts_at)
        .limit(1)
    )
    return event_of(row) if row else None
