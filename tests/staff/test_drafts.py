"""What an editor adds to a draft stays in it."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from bot.clock import SystemClock
from bot.store import Store
from bot.store.staff_tables import ProposalRow
from bot.store.tables import HandoverRow
from knowledge import curate
from tests.conftest import Running
from tests.fake_telegram import dialog, press, sees
from tests.staff.conftest import Hire
from tests.staff.knowing import migrated_sqlite, open_record, seeded

__all__ = ["migrated_sqlite", "seeded"]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
ZONE = "la-savan-park"


async def test_a_second_wording_joins_the_first_in_the_draft(seeded: Running, hire: Hire, store: Store) -> None:
    editor = await hire("Editor", "editor")
    wordings = ("where do I put my flamingo hatchery", "who buys tungsten kettles")
    async with store.write() as session:
        for question in wordings:
            session.add(
                HandoverRow(
                    question=question, language="en", context={}, may_contact=False, state="waiting",
                    asked_at=SystemClock().now(),
                )
            )  # fmt: skip
    for question in wordings:
        await editor.says("/queue")
        await editor.presses("1× " + question)
        await editor.sees("Asked in vain", question)
        await editor.presses("Add the wording to a record")
        await editor.sees("Which record has the answer?")
        await editor.says(ZONE)
        await editor.sees("Added")
    async with store.read() as session:
        [body] = await session.scalars(select(ProposalRow.body))
    assert all(question in body for question in wordings)


async def test_who_changes_more_finds_the_way_back_to_the_draft(seeded: Running, hire: Hire) -> None:
    editor = await hire("Editor", "editor")
    await open_record(editor, ZONE)
    assert "‹ Back to the draft" not in editor.last.buttons
    await editor.presses("Checked today")
    await editor.sees("Draft of", "checked_on", buttons=["Change more"])
    await editor.presses("Change more")
    await editor.sees("Checked on", buttons=["‹ Back to the draft", "Any field"])
    await editor.presses("‹ Back to the draft")
    await editor.sees("Draft of", "checked_on", buttons=["Hand to a second person"])


async def test_a_new_article_can_be_changed_before_it_is_handed_over(seeded: Running, hire: Hire) -> None:
    editor = await hire("Editor", "editor")
    await editor.says("/curate")
    await editor.presses("➕ New article")
    await dialog(
        editor,
        [
            ("[lo]\nກາ", sees("The English text is missing")),
            ("Kettles", sees("What is it about?")),
            ("Nobody buys them.", sees("three questions")),
            ("? who buys kettles\n? tungsten kettles for sale", sees("At least three questions")),
            ("who buys kettles?\ntungsten kettles?\nsell a kettle?", sees("Please check", "Nobody buys them.")),
            (press("All correct ✓"), sees("The draft is ready")),
        ],
    )
    await editor.presses("Look at the draft")
    await editor.presses("Change more")
    await editor.sees("Kettles", buttons=["‹ Back to the draft"])
    await editor.presses("Change a text")
    await editor.presses("facets.overview.text")
    await editor.says("[lo]\nບໍ່ມີໃຜຊື້.")
    await editor.sees("Draft of", "ບໍ່ມີໃຜຊື້", "Nobody buys them.")


async def test_each_source_of_a_notice_is_kept(seeded: Running, hire: Hire, store: Store) -> None:
    editor = await hire("Editor", "editor")
    await editor.says("/curate")
    await editor.sees("Which record?")
    await editor.says(ZONE)
    await editor.sees("record")
    await editor.presses(next(label for label in editor.last.buttons if f"({ZONE})" in label))
    await editor.presses("🚧 Status notice")
    await editor.sees("Write the notice")
    await editor.says("Closed.\nsource: Notice 12 | Customs\nsource: Notice 13 | Ministry")
    await editor.sees("Draft of", "Closed.")
    async with store.read() as session:
        [body] = await session.scalars(select(ProposalRow.body))
        known = await curate.sources(session)
    named = json.loads(body)["cautions"][0]["sources"]
    assert [known[one].title for one in named] == ["Notice 12", "Notice 13"]


async def test_many_changes_in_review_come_page_by_page(seeded: Running, hire: Hire, store: Store) -> None:
    """As after the import of a workbook: Telegram takes a hundred buttons at most."""
    editor = await hire("Editor", "editor")
    async with store.write() as session:
        session.add_all(
            ProposalRow(record_id=f"x-{number}", body="{}", state="review", created_at=SystemClock().now(), broken=[],
                        askers=[])
            for number in range(120)
        )  # fmt: skip
    await editor.says("/review")
    await editor.sees("120 changes wait for a review", buttons=["x-0", "More ›"])
    await editor.presses("More ›")
    await editor.sees("120 changes wait", buttons=["x-8", "‹ Earlier"])


async def test_long_lists_of_records_and_texts_have_pages(seeded: Running, hire: Hire) -> None:
    editor = await hire("Editor", "editor")
    await editor.says("/curate")
    await editor.sees("Which record?")
    await editor.says("certificate")
    await editor.sees("records:", buttons=["More ›"])
    await editor.presses("More ›")
    await editor.sees("records:", buttons=["‹ Earlier"])
    await open_record(editor, "kh-certificate-of-origin")
    await editor.presses("Change a text")
    for _ in range(3):
        await editor.sees("Which text?", buttons=["More ›", "‹ Back"])
        await editor.presses("More ›")
    await editor.sees("Which text?", buttons=["‹ Earlier"])
    await editor.presses("agency.name")
    await editor.sees("It says now:", "[km]")
