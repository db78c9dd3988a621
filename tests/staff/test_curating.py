"""Editors change what the desk knows; a second person publishes; those who follow or asked are told."""

from __future__ import annotations

import re
import time

import pytest
from sqlalchemy import select

from bot.store import Store
from bot.store.tables import HandoverRow
from knowledge.language import Language
from knowledge.phrases import Phrases
from tests.conftest import Running
from tests.events.transcript import Transcript, minute
from tests.fake_telegram import FakeTelegram, dialog, press, sees
from tests.fake_telegram.people import Person
from tests.spine.stand_ins import until
from tests.staff.conftest import Hire, someone
from tests.staff.knowing import ask_in_vain, follower, migrated_sqlite, open_record, publish, seeded

__all__ = ["migrated_sqlite", "seeded"]

CROSSING = "cn-la-mohan-boten"
BURMESE = "ချင်းရွှေဟော်မှာ ကြက်ဥလုပ်ငန်းအတွက် ဘယ်သူ့ကိုမေးရမလဲ"
TITLE, ANSWER = "ချင်းရွှေဟော်က ကြက်ဥ", "လောက်ကိုင်က မွေးမြူရေးရုံးကို မေးပါ။"
NAME = f"Eggs at Chinshwehaw\n[my]\n{TITLE}"
TEXT = f"Ask the livestock office in Laukkai.\n[my]\n{ANSWER}"


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_closed_crossing_is_announced_in_every_answer_and_to_followers(
    seeded: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    editor, second = await hire("Editor", "editor"), await hire("Second", "editor")
    person = await follower(telegram, store, CROSSING, language="lo")
    await open_record(editor, CROSSING, found="2 records:")
    await editor.sees("Checked on", "English:", "ລາວ:", buttons=["🚧 Status notice", "History"])
    await editor.presses("🚧 Status notice")
    await editor.sees("Write the notice")
    await editor.says(
        "[en]\nClosed until further notice.\n[lo]\nປິດຈົນກວ່າຈະມີແຈ້ງການໃໝ່.\n"
        "source: Notice 12 | Lao Customs | https://example.org/n12"
    )
    await editor.sees(f"Draft of {CROSSING}", "Closed until further notice", buttons=["Hand to a second person"])
    await editor.presses("👁 Preview")
    await editor.sees("🚧", "Closed until further notice", "Notice 12")
    await editor.presses("Hand to a second person")
    await editor.sees("Handed over: 1 person", within=60)
    await second.sees("waits for your review")
    await publish(second)
    began = time.monotonic()
    await person.sees("🔔")
    while True:
        await person.starts(f"r_{CROSSING}")
        shown = await person.sees(re.compile("✅|📄|⚠️|Checked|Boten|ບໍ່ເຕັນ"))
        if "🚧" in shown.shown:
            break
        assert time.monotonic() - began < 30  # patience; how soon: benchmarks/publication.py
    assert "ປິດຈົນກວ່າ" in shown.shown
    await open_record(editor, CROSSING, found="2 records:")
    await editor.presses("History")
    await editor.sees("● 2: person:", "○ 1: content files", buttons=["Restore 1", "Difference to 1"])
    await editor.presses("Restore 1")
    await editor.sees(f"Draft of {CROSSING}", "Closed until further notice")


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_question_asked_in_vain_becomes_an_article_and_reaches_its_asker(
    seeded: Running, hire: Hire, telegram: FakeTelegram, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`TRANSCRIPT=vain.txt pytest tests/staff/test_curating.py -k in_vain` writes down what all sides said."""
    editor, second = await hire("Editor", "editor"), await hire("Second", "admin")
    asker, number = await someone(telegram, store, "Aung", phone="my", language="my")
    await ask_in_vain(store, number, BURMESE + "။", language="my", may_contact=False)
    my, transcript = Phrases(Language.MY), Transcript(telegram, minute, monkeypatch)
    await dialog(
        asker,
        [
            (BURMESE, sees("", buttons=[str(my.p("button", "🙋 Ask a person"))])),
            (
                press(str(my.p("button", "🙋 Ask a person"))),
                sees("", buttons=[str(my.p("button", "Yes, write to me"))]),
            ),
            (press(str(my.p("button", "Yes, write to me"))), sees("")),
        ],
    )
    await dialog(
        editor,
        [
            ("/queue", sees("2 questions wait")),
            (press("2× " + BURMESE[:47]), sees("Asked in vain", "မြန်မာ", "wants an answer")),
            (press("Make an article"), sees("What is it called?")),
            (NAME, sees("What is it about?")),
            (TEXT, sees("three questions")),
            ("who knows about eggs in Chinshwehaw?", sees("Please check", TITLE, buttons=["All correct ✓"])),
            (press("All correct ✓"), sees("Look at it", buttons=["Look at the draft"])),
            (press("Look at the draft"), sees("Draft of desk-", "Eggs at Chinshwehaw")),
            (press("Hand to a second person"), None),
        ],
    )
    await editor.sees("Handed over", within=60)
    await dialog(
        editor,
        [
            ("/review", sees("1 change waits")),
            (press("desk-"), sees("Proposed change")),
            (press("Publish"), sees("A second person must do that")),
        ],
    )
    await dialog(second, [(press("Look at it"), sees("Proposed change")), (press("Publish"), sees("Published"))])
    await asker.sees(BURMESE, buttons=[TITLE])
    await dialog(asker, [(press(TITLE), sees(ANSWER))])

    async def findable() -> bool:  # how soon: benchmarks/publication.py
        return any(one.startswith("desk-") for one in seeded.services.knowledge.index.corpus.content.records)

    await until(findable)
    await dialog(asker, [(BURMESE, sees(ANSWER))])
    async with store.read() as session:
        assert set(await session.scalars(select(HandoverRow.state))) == {"answered"}
    transcript.write_if_wanted()


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_helper_answers_a_whole_group_in_their_languages(
    desk: Running, hire: Hire, telegram: FakeTelegram, store: Store
) -> None:
    helper = await hire("Helper", "helper")
    askers: list[Person] = []
    for question in ("who sells boat engines", "who sells boat engines?"):
        person, number = await someone(telegram, store, f"A{len(askers)}")
        askers.append(person)
        await ask_in_vain(store, number, question)
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
