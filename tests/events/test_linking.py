"""One person with two accounts: begun on Telegram, gone on with in the web chat."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversation import Address
from bot.conversation import Person as Somebody
from bot.jobs import Job, Jobs
from bot.services import linking, privacy
from bot.services import people as accounts
from bot.services.audience import reachable
from bot.services.events import places
from bot.services.linking import NotLinked
from bot.services.people import Known
from bot.store import Store
from bot.store.event_tables import EventRow, RegistrationRow
from bot.store.link_tables import LinkCodeRow, LinkTryRow
from bot.store.staff_tables import FollowRow, PreferenceRow, RoleRow
from bot.store.tables import IdentityRow, PersonRow
from knowledge.language import Language
from knowledge.phrases import Phrases
from tests.conftest import Running, count
from tests.events.conftest import someone
from tests.events.making import NOW, HeldClock, applicant, details, give_role, make_event, people, store_event
from tests.events.visiting import Open, register_from_business, visiting
from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.people import Person

CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
JOIN = "Yes, join them ✓"
WRONG = "This code is not right"


@pytest_asyncio.fixture
async def visit(held: Running) -> AsyncIterator[Open]:
    async with visiting(held.url) as open_:
        yield open_


async def code_of(person: Person) -> str:
    await person.says("/link")
    message = await person.sees(CODE)
    found = CODE.search(message.shown)
    assert found
    return found[0]


async def test_a_registration_begun_in_lao_on_telegram_goes_on_in_the_web_chat(
    held: Running, telegram: FakeTelegram, visit: Open
) -> None:
    await store_event(held.store)
    lao = Phrases(Language.LO)
    noy = someone(telegram, "Noy", "lo")
    await noy.starts("ev_farm-forum")
    await noy.presses(str(lao.p("button", "✅ Register")))
    await noy.sees(str(lao("What is your full name, as it should stand on the badge?")))
    await noy.says("ນ້ອຍ ແກ້ວມະນີ")
    await noy.sees(str(lao("What is your business or organisation called?")))
    code = await code_of(noy)

    page = await visit(Language.EN)
    await page.says("/link")
    await page.sees("It works once, for ten minutes.")
    await page.presses("I have a code")
    await page.sees("Please send me the code")
    await page.says(code.lower().replace("-", " "))
    await page.sees("from your account on: Telegram", "the two accounts become one")
    await page.presses(JOIN)
    page.t = lao
    await page.sees("What is your business or organisation called?")
    await noy.sees(buttons=[str(lao.p("button", "This was not me"))], fresh=False)

    await register_from_business(page, "ນ້ອຍ ແກ້ວມະນີ", "ກະສິກຳຈຳປາ")
    await page.sees("You are registered ✓", "ນ້ອຍ ແກ້ວມະນີ")
    await noy.says("/mytickets")
    await noy.sees("ນ້ອຍ ແກ້ວມະນີ")
    await noy.says("/mydata")
    await noy.sees("Telegram", "Web")
    assert await count(held.store, PersonRow) == 1
    await noy.says("/forget")
    await noy.presses(str(lao.p("button", "Yes, delete everything")))
    await noy.sees(str(lao("Done. I have forgotten you. If you write again, we start afresh.")))
    assert await count(held.store, IdentityRow) == 0


async def test_wrong_old_and_used_codes_are_refused_and_guesses_slowed(
    held: Running, clock: HeldClock, noy: Person, sophea: Person, wei: Person
) -> None:
    replaced, code = await code_of(noy), await code_of(noy)
    await sophea.says(f"/link {replaced}")
    await sophea.sees(WRONG)
    await noy.says(f"/link {code}")
    await noy.sees("from this very account")
    clock.move(minutes=10)
    await sophea.says(f"/link {code}")
    await sophea.sees(WRONG)

    code = await code_of(noy)
    for person in (sophea, wei):
        await person.says(f"/link {code}")
        await person.sees("Does that account belong to you?", buttons=[JOIN])
    await wei.presses(JOIN)
    await wei.sees("Your accounts are one now")
    await sophea.presses(JOIN)
    await sophea.sees(WRONG)

    await sophea.says("/link")
    await sophea.presses("I have a code")
    await sophea.sees("Please send me the code")
    await sophea.says("0000-0000")
    await sophea.sees(WRONG, buttons=["I have a code"])
    for guess in ("/link 0000-0001", "/link what?"):
        await sophea.says(guess)
        await sophea.sees(WRONG)
    right = await code_of(noy)
    await sophea.says(f"/link {right}")
    await sophea.sees("please wait 50 minutes")
    clock.move(hours=1)
    await sophea.says(f"/link {await code_of(noy)}")
    await sophea.sees("Does that account belong to you?")
    await sophea.presses("Cancel")
    await sophea.sees("Nothing was changed.")


async def test_this_was_not_me_parts_the_account_again_for_an_hour(
    held: Running, clock: HeldClock, noy: Person, sophea: Person
) -> None:
    async def join() -> None:
        await sophea.says(f"/link {await code_of(noy)}")
        await sophea.presses(JOIN)
        await sophea.sees("Your accounts are one now")
        await noy.sees("If this was not you", buttons=["This was not me"])

    await join()
    await noy.presses("This was not me")
    await noy.sees("sees nothing of yours any more")
    await sophea.sees("This account was parted from the other one again", fresh=False)
    async with held.store.read() as session:
        persons = list(await session.scalars(select(IdentityRow.person_id)))
    assert len(set(persons)) == 2
    await noy.presses("This was not me", vanished=True)
    await noy.sees("parted already")

    await join()
    clock.move(hours=1, seconds=1)
    await noy.presses("This was not me")
    await noy.sees("works for an hour only")
    assert await count(held.store, IdentityRow) == 2
    async with held.store.read() as session:
        assert len(set(await session.scalars(select(IdentityRow.person_id)))) == 1


async def test_staff_join_nobody_but_may_be_joined(held: Running, noy: Person, sophea: Person) -> None:
    code = await code_of(noy)
    await sophea.says("/help")
    await sophea.sees("/link")
    await give_role(held.store, "telegram", sophea.user.id, "editor")
    await sophea.says(f"/link {code}")
    await sophea.sees("This account works for the desk")
    await noy.says(f"/link {await code_of(sophea)}")
    await noy.presses(JOIN)
    await noy.sees("Your accounts are one now")
    async with held.store.read() as session:
        [role] = await session.scalars(select(RoleRow.person_id))
        assert set(await session.scalars(select(IdentityRow.person_id))) == {role}


async def test_two_registrations_for_one_event_are_not_cancelled_silently(
    held: Running, noy: Person, sophea: Person
) -> None:
    event = await store_event(held.store)
    code = await code_of(noy)
    await sophea.says(f"/link {code}")
    await sophea.sees(buttons=[JOIN])
    async with held.store.write() as session:
        for person in list(await session.scalars(select(PersonRow.id))):
            await places.do_register(session, event, applicant(person), NOW)
    await sophea.presses(JOIN)
    await sophea.sees("Both accounts are registered for Mekong Farm Forum", "/mytickets")
    async with held.store.read() as session:
        assert set(await session.scalars(select(RegistrationRow.state))) == {"confirmed"}


async def joined(store: Store, first: int, second: int) -> None:
    async with store.write() as session:
        code = await linking.do_issue(session, first, NOW)
        digest, _ = await linking.do_try(session, second, code, NOW)
        await linking.do_join(session, Somebody(second, Language.LO), digest, NOW)


async def test_what_is_kept_moves_and_nothing_is_doubled(store: Store) -> None:
    async with store.write() as session:
        first, second = await people(session, 2)
        coming = await make_event(session)
        past = await make_event(session, code="past", details=details(title={"en": "Past"}))
        for person in (first, second):
            await places.do_register(session, past, applicant(person), NOW)
            session.add(FollowRow(person_id=person, target="caexpo", since=NOW))
        await places.do_register(session, coming, applicant(second), NOW)
        session.add(FollowRow(person_id=second, target="th-tak-sez", since=NOW))
        session.add_all([PreferenceRow(person_id=first), PreferenceRow(person_id=second, stopped_at=NOW)])
        row = await session.get_one(PersonRow, second)
        row.sector, row.form = "trade", {"name": "event_register", "answers": {}}
    with pytest.raises(NotLinked, match="event"):
        await joined(store, first, second)
    async with store.write() as session:
        over = await session.get_one(EventRow, past.id)
        over.starts_at, over.ends_at = NOW - timedelta(days=2), NOW - timedelta(days=1)
    await joined(store, first, second)
    async with store.read() as session:
        row = await session.get_one(PersonRow, first)
        assert (row.sector, row.form) == ("trade", {"name": "event_register", "answers": {}})
        assert await session.get(PersonRow, second) is None
        assert set(await session.scalars(select(FollowRow.target))) == {"caexpo", "th-tak-sez"}
        assert (await session.get_one(PreferenceRow, first)).stopped_at == NOW
        assert set(await session.scalars(select(RegistrationRow.person_id))) == {first}
        keys = set(await session.scalars(select(RegistrationRow.key).where(RegistrationRow.event_id == coming.id)))
        assert keys == {f"person:{first}"}
        assert await session.scalar(select(func.count()).select_from(RegistrationRow)) == 3


async def test_old_codes_and_tries_are_let_go(held: Running, clock: HeldClock, noy: Person) -> None:
    await noy.says("/link 1234")
    await noy.sees(WRONG)
    await code_of(noy)
    retention = Job("retention", timedelta(hours=1), privacy.let_go)
    jobs = Jobs(held.store, held.services, ())
    clock.move(minutes=9)
    await jobs.run(retention)
    assert (await count(held.store, LinkCodeRow), await count(held.store, LinkTryRow)) == (1, 1)
    clock.move(hours=1)
    await jobs.run(retention)
    assert (await count(held.store, LinkCodeRow), await count(held.store, LinkTryRow)) == (0, 0)


async def test_news_go_to_the_account_that_rings(store: Store) -> None:
    """A page once opened and joined does not take the reminders away from the phone."""
    async with store.write() as session:
        session.add(PersonRow(id=1, language="lo", created_at=NOW, context={}))
        await session.flush()
        session.add(IdentityRow(id=1, person_id=1, platform="telegram", external_id="77"))
        session.add(IdentityRow(id=2, person_id=1, platform="web", external_id="page"))
    async with store.read() as session:
        assert await accounts.address_of(session, 1) == Address("telegram", "77")
        reached = (await session.execute(select(reachable().c.platform))).scalars().all()
        assert reached == ["telegram"]


async def test_both_accounts_answer_at_once_and_neither_answer_is_lost(
    held: Running, noy: Person, sophea: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both turns read the form before either saves it: the later one is handled again, with what is known by then."""
    await store_event(held.store)
    await sophea.says(f"/link {await code_of(noy)}")
    await sophea.presses(JOIN)
    await sophea.sees("Your accounts are one now")
    await noy.starts("ev_farm-forum")
    await noy.presses("✅ Register")
    await noy.sees("What is your full name")
    find, both_have_read, turns = accounts.find, asyncio.Barrier(2), iter(range(2))

    async def read_together(session: AsyncSession, platform: str, account: str) -> Known | None:
        known = await find(session, platform, account)
        if next(turns, None) is not None:
            await both_have_read.wait()
        return known

    monkeypatch.setattr(accounts, "find", read_together)
    await asyncio.gather(noy.says("Noy Keomany"), sophea.says("Champa Farm"))
    await asyncio.gather(noy.sees("What is your"), sophea.sees("What is your"))
    async with held.store.read() as session:
        row = await session.scalar(select(PersonRow))
    assert row is not None
    assert row.form is not None
    assert set(row.form["answers"].values()) == {"Noy Keomany", "Champa Farm"}
