"""Roles: the first owner, one-time links, menus by role, revocation, audit; refused where it happens."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.clock import SystemClock
from bot.services import roles
from bot.store import Store
from bot.store.staff_tables import AuditRow, RoleLinkRow, RoleRow
from tests.conftest import DeskFactory, Running
from tests.fake_telegram import FakeTelegram, dialog, press, sees
from tests.staff.conftest import PATIENCE, Hire

LINK = re.compile(r"s_[A-Za-z0-9_-]{24}")


async def test_the_first_owner_comes_by_a_one_time_link(desk: Running, telegram: FakeTelegram) -> None:
    link = f"s_{desk.desk.owner_link}"
    boss, late = telegram.person("Boss"), telegram.person("Late")
    boss.patience = late.patience = PATIENCE
    await boss.starts(link)
    await boss.sees("You are now: Owner", buttons=["‹ Staff menu"])
    await late.starts(link)
    await late.sees("has been used already")
    await late.says("/staff")
    await late.sees("for our staff only")
    await boss.presses("‹ Staff menu")
    await boss.sees("Your roles: Owner", buttons=["👥 Roles", "📜 Audit log"])


async def test_the_owner_of_the_setting_needs_no_link(desks: DeskFactory, telegram: FakeTelegram) -> None:
    boss = telegram.person("Boss")
    boss.patience = PATIENCE
    async with desks.running(owner=f"telegram:{boss.user.id}") as running:
        assert running.desk.owner_link is None
        await boss.says("/staff")
        await boss.sees("Your roles: Owner")
    async with desks.running(owner="telegram:4711") as running, running.store.read() as session:
        assert len(list(await session.scalars(select(RoleRow)))) == 1  # the earlier setting's owner is none any more


async def test_grant_use_and_take_away(desk: Running, hire: Hire, telegram: FakeTelegram) -> None:
    boss = await hire("Boss", "owner")
    new = telegram.person("New")
    new.patience = PATIENCE
    await dialog(
        boss,
        [
            ("/staff", sees("Staff menu", buttons=["👥 Roles"])),
            (press("👥 Roles"), sees("Who runs the desk", buttons=["New link: Editor", "New link: Owner"])),
            (press("New link: Editor"), sees("It works once", LINK)),
        ],
    )
    link = LINK.search(boss.last.shown)
    assert link
    await new.starts(link[0])
    await new.sees("You are now: Editor")
    await new.says("/staff")
    menu = await new.sees("Your roles: Editor", buttons=["✏️ Knowledge", "🙋 Questions asked in vain"])
    assert not {"📣 Announcements", "👥 Roles", "📜 Audit log"} & set(menu.buttons)
    await boss.says("/staff")
    await boss.presses("👥 Roles")
    await boss.sees("Who runs")
    await boss.presses(f"Take away: Editor, telegram:{new.user.id}")
    await boss.sees_no_more(f"Editor: telegram:{new.user.id}")
    await new.says("/staff")
    await new.sees("for our staff only")
    await boss.says("/audit roles")
    log = await boss.sees("roles.revoke", "roles.accept", "roles.invite")
    assert "{'role': 'editor'} → –" in log.shown


async def test_a_link_expires(desk: Running, hire: Hire, telegram: FakeTelegram, store: Store) -> None:
    boss = await hire("Boss", "owner")
    await boss.says("/staff")
    await boss.presses("👥 Roles")
    await boss.presses("New link: Helper")
    await boss.sees(LINK)
    async with store.write() as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(RoleLinkRow).values(expires_at=past))
    link = LINK.search(boss.last.shown)
    assert link
    late = telegram.person("Late")
    await late.starts(link[0])
    await late.sees("has expired", within=PATIENCE)


async def test_admins_do_not_make_admins_and_the_last_owner_stays(store: Store, hire: Hire) -> None:
    await hire("Boss", "owner")
    await hire("Admin", "admin")
    now = SystemClock().now()
    async with store.write() as session:
        with pytest.raises(roles.NotAllowed):
            await roles.do_invite(session, 2, "admin", now)
        assert await roles.do_invite(session, 2, "helper", now)
        with pytest.raises(roles.NotAllowed):
            await roles.do_revoke(session, 2, 1, "owner", now)
        with pytest.raises(roles.NotAllowed):
            await roles.do_revoke(session, 1, 1, "owner", now)
        assert [row.action for row in await session.scalars(select(AuditRow))] == ["roles.invite"]
