"""Editors' screens that nobody else's test opens: overruling, restoring, following, aliases, what is due, coverage."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock import SystemClock
from bot.store import Store
from bot.store.staff_tables import FollowRow, NewsRow, ProposalRow
from tests.conftest import Running
from tests.fake_telegram import FakeTelegram, dialog, press, sees
from tests.fake_telegram.people import Person
from tests.spine.stand_ins import until
from tests.staff.conftest import Hire, someone
from tests.staff.knowing import ask_in_vain, follower, migrated_sqlite, open_record, publish, publish_waiting, seeded

__all__ = ["migrated_sqlite", "seeded"]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
ZONE = "la-savan-park"
BREAKS = "who owns savan park savannaket"  # a question of tests/questions that finds the zone by its name


async def set_field(editor: Person, record: str, words: str) -> None:
    await open_record(editor, record)
    await editor.presses("Any field")
    await editor.sees("path and its value")
    await editor.says(words)
    await editor.sees("Draft of", buttons=["Hand to a second person"])
    await editor.presses("Hand to a second person")
    await editor.sees("Handed over: 1 person", within=60)


async def test_a_new_name_is_found_and_the_old_version_comes_back(
    seeded: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    editor, second = await hire("Editor", "editor"), await hire("Second", "editor")
    trader, _ = await someone(telegram, store, "Trader")
    await trader.says("zebrafish meadow industrial park")
    await trader.sees("")
    assert "Zebrafish" not in trader.last.shown
    await set_field(editor, ZONE, "names.en = Zebrafish Meadow Industrial Park")
    await second.sees("waits for your review")
    await publish(second, "Zebrafish Meadow")

    async def known() -> bool:
        return seeded.services.knowledge.index.corpus.content.records[ZONE].names.en.startswith("Zebrafish")

    await until(known)
    await trader.says("zebrafish meadow industrial park")
    await trader.sees("Zebrafish Meadow")
    await open_record(editor, ZONE)
    await editor.presses("History")
    await editor.sees("● 2: person:", "○ 1: content files", buttons=["Difference to 1"])
    await editor.presses("Difference to 1")
    await editor.sees("names.en", "Zebrafish Meadow")
    await editor.presses("Restore 1")
    await editor.sees("Draft of", "Savan Park")
    await editor.presses("Hand to a second person")
    await editor.sees("Handed over", within=60)
    await publish_waiting(second, ZONE)


async def test_what_would_break_needs_a_second_person_to_overrule(
    seeded: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    editor, second, boss = await hire("Editor", "editor"), await hire("Second", "editor"), await hire("Boss", "owner")
    await open_record(editor, ZONE)
    await dialog(  # no question finds it by its names any more
        editor,
        [
            (press("Any field"), sees("path and its value")),
            ('names = {"en": "Quay"}', sees("Draft of", "names.en", buttons=["Change more"])),
            (press("Change more"), sees("Checked on", buttons=["Any field"])),
            (press("Any field"), sees("path and its value")),
            ("aliases = {}", sees("Draft of", "names.en", buttons=["Hand to a second person"])),
        ],
    )
    await editor.presses("Hand to a second person")
    handed = await editor.sees("Handed over", "would not find their answer any more", within=60)
    async with store.read() as session:
        [broken] = await session.scalars(select(ProposalRow.broken))
    assert BREAKS in broken
    assert all(question in handed.shown for question in broken[:10])
    await editor.says("/review")
    await editor.presses(ZONE)
    await editor.sees("Proposed change", BREAKS)
    await editor.presses("Publish all the same")
    await editor.sees("A second person must do that")
    assert seeded.services.knowledge.content.records[ZONE].names.en.startswith("Savan Park")
    await second.presses("Look at it")
    await second.sees("would not find their answer any more", BREAKS, buttons=["Publish all the same", "Reject"])
    await second.presses("Publish all the same")
    await second.sees("Published")

    async def known() -> bool:
        return seeded.services.knowledge.content.records[ZONE].names.en == "Quay"

    await until(known)
    await boss.says("/audit curate.overrule")
    await boss.sees("curate.overrule", ZONE)


async def test_followers_hear_at_once_or_in_a_weekly_digest(
    seeded: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    editor, second = await hire("Editor", "editor"), await hire("Second", "editor")
    person = await follower(telegram, store, ZONE, digest=True)
    await set_field(editor, ZONE, "facets.operator.text.en = The Savan company runs it.")
    await publish(second)
    async with store.write() as session:
        [news] = await session.scalars(select(NewsRow))
        assert news.changed == ["operator"]
        news.at = SystemClock().now() - timedelta(days=8)
    told = await person.sees("🔔 Savan Park (zone C of Savan-Seno) has changed", buttons=["Don't follow any more"])
    assert told.from_bot
    await person.presses("Don't follow any more")
    await person.sees("You don't follow")
    async with store.read() as session:
        assert list(await session.scalars(select(FollowRow))) == []


async def test_a_wording_becomes_an_alias_is_found_and_its_asker_is_told(
    seeded: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    editor, second = await hire("Editor", "editor"), await hire("Second", "admin")
    asker, number = await someone(telegram, store, "Asker")
    question = "where do I put my flamingo hatchery"
    await ask_in_vain(store, number, question)
    await editor.says("/queue")
    await editor.presses("1× " + question)
    await editor.sees("Asked in vain", buttons=["Add the wording to a record"])
    await editor.presses("Add the wording to a record")
    await editor.sees("Which record has the answer?")
    await editor.says("no such record")
    await editor.sees("I don't know this record")
    await editor.says(ZONE)
    await editor.sees("Added")
    await editor.presses("Look at the draft")
    await editor.sees("Draft of", question)
    await editor.presses("Hand to a second person")
    await editor.sees("Handed over", within=60)
    await publish(second)
    await asker.sees("You asked", question, buttons=["Savan Park (zone C of Savan-Seno)"])

    async def indexed() -> bool:
        return question in str(seeded.services.knowledge.index.corpus.content.records[ZONE].facets)

    await until(indexed)
    await asker.says(question)
    await asker.sees("Savan Park", "Checked on")


async def test_what_is_due_and_how_well_languages_are_covered(
    seeded: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    editor = await hire("Editor", "editor")
    await editor.says("/coverage")
    await editor.sees("Texts by language:", "English:", "ລາວ:", "reviewed")
    await editor.says("/due")
    await editor.sees("past")
    helper = await hire("Helper", "helper")
    await helper.says("/due")
    await helper.sees("for our staff only")
