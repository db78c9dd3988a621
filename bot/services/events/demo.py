"""A sample series for newcomers (`DEMO=1`): marked as a sample wherever it is shown."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services.events import model, staff
from bot.services.events.model import Details, Session
from bot.services.events.staff import Draft
from knowledge.language import Language
from knowledge.texts import Text

VIENTIANE = ZoneInfo("Asia/Vientiane")
TITLE = Text(
    en="Lancang-Mekong SME forum (sample)",
    zh_Hans="澜湄中小企业论坛（样例）",
    th="ฟอรัมเอสเอ็มอีล้านช้าง-แม่โขง (ตัวอย่าง)",
    lo="ເວທີ SME ລ້ານຊ້າງ-ແມ່ຂອງ (ຕົວຢ່າງ)",
    km="វេទិកា SME ឡានឆាង-មេគង្គ (គំរូ)",
    my="လန်ချန်း-မဲခေါင် SME ဖိုရမ် (နမူနာ)",
    vi="Diễn đàn DNNVV Lan Thương - Mê Công (mẫu)",
)
SUMMARY = Text(en="One day of talks, meetings and a small exhibition, for trying out the whole way.")
VENUE = Text(en="Sample hall, Vientiane", lo="ຫ້ອງຕົວຢ່າງ, ວຽງຈັນ")


async def seed(session: AsyncSession, now: datetime) -> None:
    """Two editions: one in six weeks with few places, one by invitation after it. Once in a database."""
    for number, (weeks, capacity, approval) in enumerate(((6, 5, False), (20, 40, True)), start=1):
        code = f"sample-{number}"
        if await model.by_code(session, code) is not None:
            continue
        day = (now + timedelta(weeks=weeks)).astimezone(VIENTIANE).date()
        begin = datetime.combine(day, time(9), VIENTIANE)
        programme = (
            Session(starts=begin, ends=begin + timedelta(hours=1), title=Text(en="Opening"), room="A"),
            Session(
                starts=begin + timedelta(hours=1, minutes=30),
                ends=begin + timedelta(hours=3),
                title=Text(en="Panel: zones and border papers"),
                room="A",
                speakers=("Sample Speaker",),
            ),
            Session(starts=begin + timedelta(hours=5), title=Text(en="Business matching"), room="B"),
        )
        details = Details(
            title=TITLE,
            edition=str(number),
            summary=SUMMARY,
            venue=VENUE,
            latitude=17.9667,
            longitude=102.6,
            languages=(Language.EN, Language.LO, Language.ZH),
            sectors=("agriculture", "trade"),
            countries=("LA", "CN", "TH"),
            fee=Text(en="Free of charge"),
            contact="Mekong Desk (sample)",
            programme=programme,
        )
        event = await staff.do_create(
            session,
            None,
            Draft(
                details=details,
                zone="Asia/Vientiane",
                starts_at=begin,
                ends_at=begin + timedelta(hours=8),
                code=code,
                series="sample",
                country="LA",
                approval=approval,
                capacity=capacity,
                sample=True,
            ),
            now,
        )
        await staff.do_publish(session, None, event.id, now)
