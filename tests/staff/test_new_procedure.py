"""A procedure that the desk did not know is made in the chat, reviewed, published, and found."""

from __future__ import annotations

import pytest

from bot.store import Store
from knowledge import curate
from tests.conftest import Running
from tests.fake_telegram import FakeTelegram, dialog, press, sees
from tests.fake_telegram.people import Person
from tests.spine.stand_ins import until
from tests.staff.conftest import Hire, someone
from tests.staff.knowing import migrated_sqlite, publish, seeded

__all__ = ["migrated_sqlite", "seeded"]
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])
QUESTION = "how do I register a swiftlet house in Cambodia"


async def find_topic(editor: Person, name: str) -> None:
    """Page by page; each has eight at most."""
    while not any(name in button for button in editor.last.buttons):
        assert "More ›" in editor.last.buttons
        await editor.presses("More ›")
        await editor.sees("Which topic is it about?")


async def test_a_new_procedure_is_asked_for_published_and_found(
    seeded: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    editor, second = await hire("Editor", "editor"), await hire("Second", "editor")
    asker, _ = await someone(telegram, store, "Asker")
    names = [topic.names.en for topic in seeded.services.knowledge.content.topics.values()]
    await dialog(
        editor,
        [
            ("/curate", sees("Which record?", buttons=["➕ New article", "➕ New procedure"])),
            (press("➕ New procedure"), sees("Of which country")),
            (press("Cambodia"), sees("Which topic", buttons=["More ›"])),
        ],
    )
    await find_topic(editor, names[-1])
    await dialog(
        editor,
        [
            (press(names[-1]), sees("come in, go out")),
            (press("Export"), sees("What is it called?")),
            ("Swiftlet house registration\n[km]\nការចុះបញ្ជីផ្ទះត្រចៀកកាំ", sees("What is it about?")),
            ("Houses of swiftlets are registered before <nests> go abroad.", sees("Which steps")),
            ("Apply at the office\nWait for the visit\n[km]\nដាក់ពាក្យ", sees("as many lines")),
            ("Apply at the office\nWait for the visit\n[km]\nដាក់ពាក្យ\nរង់ចាំ", sees("Which documents")),
            (press("Skip"), sees("Which office")),
            ("Office of swiftlets", sees("title | publisher | link")),
            ("Notice 7", sees("title and publisher")),
            ("Notice 7 | Office of swiftlets | https://example.org/7", sees("Of which date")),
            ("soon", sees("Please write the date")),
            ("3/9/2026", sees("at least three questions")),
            (QUESTION, sees("At least three questions")),
            (f"{QUESTION}?\nswiftlet house papers?\n[km]\nចុះបញ្ជីផ្ទះត្រចៀកកាំ", sees("Please check")),
            (press("All correct ✓"), sees("The draft is ready")),
            (press("Look at the draft"), sees("Draft of desk-", "Houses of swiftlets", buttons=["Change more"])),
            (press("👁 Preview"), sees("Houses of swiftlets", "<nests>", "Office of swiftlets")),
        ],
    )
    await editor.presses("Hand to a second person")
    await editor.sees("Handed over: 1 person", within=60)
    await second.sees("waits for your review")
    await publish(second)
    next_id = None

    async def known() -> bool:
        nonlocal next_id
        next_id = next(
            (one for one in seeded.services.knowledge.index.corpus.content.records if one.startswith("desk-")), None
        )
        return next_id is not None

    await until(known)
    await dialog(asker, [(QUESTION, sees("Swiftlet house registration", "1. Apply at the office"))])
    async with store.read() as session:
        held = await curate.published(session, str(next_id))
    assert held is not None
    body, number = held
    assert (body["kind"], body["country"], body["as_of"], number) == ("procedure", "KH", "2026-09-03", 1)
    assert body["facets"]["steps"]["items"][1] == {"text": {"en": "Wait for the visit", "km": "រង់ចាំ"}}
