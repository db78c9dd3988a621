"""Editors change what the desk knows; a second person publishes; those who follow or asked are told."""

from __future__ import annotations

import re
import time

import pytest
from sqlalchemy import select

from bot.clock import SystemClock
from bot.store import Store
from bot.store.staff_tables import FollowRow
from bot.store.tables import HandoverRow
from tests.conftest import Running
from tests.fake_telegram import FakeTelegram
from tests.fake_telegram.people import Person
from tests.staff.conftest import PATIENCE, Hire, account
from tests.staff.knowing import migrated_sqlite, seeded

__all__ = ["migrated_sqlite", "seeded"]

BURMESE = "ချင်းရွှေဟော်မှာ ကြက်ဥလုပ်ငန်းအတွက် ဘယ်သူ့ကိုမေးရမလဲ"


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_closed_crossing_is_announced_in_every_answer_and_to_followers(
    seeded: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    editor, second = await hire("Editor", "editor"), await hire("Second", "editor")
    follower = telegram.person("Follower", started=True)
    follower.patience = PATIENCE
    number = await account(store, follower, language="lo")
    async with store.write() as session:
        session.add(FollowRow(person_id=number, target="cn-la-mohan-boten", since=SystemClock().now()))
    await editor.says("/curate")
    await editor.sees("Which record?")
    await editor.says("cn-la-mohan-boten")
    await editor.sees("record")
    label = next(label for label in editor.last.buttons if "(cn-la-mohan-boten)" in label)
    await editor.presses(label)
    await editor.sees("Checked on", "English:", "ລາວ:", buttons=["🚧 Status notice", "History"])
    await editor.presses("🚧 Status notice")
    await editor.sees("Write the notice")
    await editor.says(
        "[en]\nClosed until further notice.\n[lo]\nປິດຈົນກວ່າຈະມີແຈ້ງການໃໝ່.\n"
        "source: Notice 12 | Lao Customs | https://example.org/n12"
    )
    await editor.sees("Draft of cn-la-mohan-boten", "Closed until further notice", buttons=["Hand to a second person"])
    await editor.presses("👁 Preview")
    await editor.sees("🚧", "Closed until further notice", "Notice 12")
    await editor.presses("Hand to a second person")
    await editor.sees("Handed over: 1 person", within=60)
    await second.sees("waits for your review")
    await second.presses("Look at it")
    await second.sees("Proposed change", buttons=["Reject"])
    await second.presses(next(label for label in second.last.buttons if label.startswith("Publish")))
    await second.sees("Published")
    began = time.monotonic()
    await follower.sees("🔔")
    while True:
        await follower.starts("r_cn-la-mohan-boten")
        shown = await follower.sees(re.compile("✅|📄|⚠️|Checked|Boten|ບໍ່ເຕັນ"))
        if "🚧" in shown.shown:
            break
        assert time.monotonic() - began < 30
    assert "ປິດຈົນກວ່າ" in shown.shown
    await editor.says("/curate")
    await editor.sees("Which record?")
    await editor.says("cn-la-mohan-boten")
    await editor.sees("record")
    await editor.presses(label)
    await editor.sees("Checked on")
    await editor.presses("History")
    await editor.sees("● 2: person:", "○ 1: content files", buttons=["Restore 1", "Difference to 1"])
    await editor.presses("Restore 1")
    await editor.sees("Draft of cn-la-mohan-boten", "Closed until further notice")


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_question_asked_in_vain_becomes_an_article_and_reaches_its_asker(
    seeded: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    editor, second = await hire("Editor", "editor"), await hire("Second", "admin")
    asker = telegram.person("Aung", language_code="my", started=True)
    asker.patience = PATIENCE
    number = await account(store, asker, language="my")
    async with store.write() as session:
        session.add_all(
            HandoverRow(
                person_id=number, question=question, language="my", context={}, may_contact=contact, state="waiting",
                asked_at=SystemClock().now(),
            )
            for question, contact in ((BURMESE, True), (BURMESE + "။", False))
        )  # fmt: skip
    await editor.says("/queue")
    await editor.sees("2 questions wait")
    await editor.presses("2× " + BURMESE[:47])
    await editor.sees("Asked in vain", "မြန်မာ", "wants an answer")
    await editor.presses("Make an article")
    await editor.sees("three questions")
    await editor.says(
        "[en]\nEggs at Chinshwehaw\nAsk the livestock office in Laukkai.\n?who knows about eggs in Chinshwehaw"
    )
    await editor.sees("Look at it", buttons=["Look at the draft"])
    await editor.presses("Look at the draft")
    await editor.sees("Draft of desk-", "Eggs at Chinshwehaw")
    await editor.presses("Hand to a second person")
    await editor.sees("Handed over", within=60)
    await editor.says("/review")
    await editor.sees("1 change waits")
    await editor.presses("desk-")
    await editor.sees("Proposed change")
    await editor.presses("Publish")
    await editor.sees("A second person must do that")
    await second.presses("Look at it")
    await second.sees("Proposed change")
    await second.presses("Publish")
    await second.sees("Published")
    told = await asker.sees(BURMESE)
    await asker.presses("Eggs at Chinshwehaw")
    await asker.sees("livestock office")
    assert told.from_bot
    async with store.read() as session:
        assert set(await session.scalars(select(HandoverRow.state))) == {"answered"}


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_helper_answers_a_whole_group_in_their_languages(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    helper = await hire("Helper", "helper")
    askers: list[Person] = []
    for language, question in (("en", "who sells boat engines"), ("en", "who sells boat engines?")):
        person = telegram.person(f"A{len(askers)}", started=True)
        person.patience = PATIENCE
        number = await account(store, person, language=language)
        askers.append(person)
        async with store.write() as session:
            session.add(
                HandoverRow(
                    person_id=number, question=question, language=language, context={}, may_contact=True,
                    state="waiting", asked_at=SystemClock().now(),
                )
            )  # fmt: skip
    await helper.says("/queue")
    await helper.presses("2× who sells boat engines")
    menu = await helper.sees("Asked in vain", buttons=["Answer all"])
    assert "Make an article" in menu.buttons
    await helper.presses("Make an article")
    await helper.sees("for our staff only")  # a helper answers, an editor writes articles
    await helper.presses("Answer all")
    await helper.sees("Write the answer")
    await helper.says("Ask at the river port.")
    await helper.sees("2 people are being told")
    for person in askers:
        await person.sees("You asked", "river port")
