"""A reader of a draft translation reports a mistake; editors see and close it; the person hears of it if they like."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.store.mistake_tables import MistakeRow
from knowledge.language import Language
from knowledge.phrases import Phrases
from tests.conftest import Running
from tests.events.making import give_role
from tests.fake_telegram import FakeTelegram, dialog, press, sees
from tests.fake_telegram.people import Person

PATIENCE = 15.0
IN_VIETNAMESE, IN_ENGLISH = "C/O form D là gì?", "What is Form D?"
REPORT = "✏️"  # the words behind it are in the answer's language
VI = Phrases(Language.VI)  # who asks in a language is answered in it from then on
YES, NO = VI("Yes, write to me here"), VI("No, without my name")
SKIP, CANCEL = VI.p("button", "Skip"), VI.p("button", "Cancel")
WRONG = VI("What is wrong in this text? A few words, or a better sentence. You can also skip this.")
FORGET = VI.p("button", "Yes, delete everything")
KEPT = VI.n(
    "• {count} mistake that you reported, with your wish to hear of it",
    "• {count} mistakes that you reported, with your wish to hear of them",
    1,
)
MAY, THANKS = VI("May an editor write to you about it?"), VI("Thank you! An editor will look at this text.")


def someone(telegram: FakeTelegram, name: str) -> Person:
    person = telegram.person(name, language_code="en", started=True)
    person.patience = PATIENCE
    return person


@pytest.fixture
def noy(telegram: FakeTelegram) -> Person:
    return someone(telegram, "Noy")


@pytest.fixture
def editor(telegram: FakeTelegram) -> Person:
    return someone(telegram, "Bounmy")


async def reports(running: Running) -> list[MistakeRow]:
    async with running.store.read() as session:
        return list(await session.scalars(select(MistakeRow).order_by(MistakeRow.id)))


async def make_editor(running: Running, person: Person) -> None:
    await dialog(person, [("/mistakes", sees("This is for our staff only."))])
    await give_role(running.store, "telegram", person.user.id, "editor")


async def begin_report(person: Person) -> None:
    """Presses the button under an answer in Vietnamese, whose texts nobody has reviewed."""
    await dialog(person, [(IN_VIETNAMESE, sees("D", buttons=["👍"]))])
    await person.presses(next(label for label in person.last.buttons if label.startswith(REPORT)))
    await person.sees(WRONG, buttons=[SKIP, CANCEL])


async def test_an_answer_in_english_has_nothing_to_report(desk: Running, noy: Person) -> None:
    await dialog(noy, [(IN_ENGLISH, sees("Form D", buttons=["👍"]))])
    assert not [label for label in noy.last.buttons if label.startswith(REPORT)]


async def test_from_the_reader_to_the_editor_and_back(desk: Running, noy: Person, editor: Person) -> None:
    await begin_report(noy)
    await dialog(
        noy,
        [
            ("It says <b>ASEAN</b> twice & more", sees(MAY, buttons=[YES, NO])),
            (press(YES), sees(THANKS)),
        ],
    )
    await make_editor(desk, editor)
    await dialog(editor, [("/mistakes", sees("1 reported mistake waits.", buttons=["🏠 Home"]))])
    await editor.presses(next(label for label in editor.last.buttons if label.startswith("vi:")))
    await dialog(
        editor,
        [
            (None, sees("Form D", "Tiếng Việt", "“It says <b>ASEAN</b> twice & more”", "wants to hear")),
            (press("📄 The answer"), sees("ATIGA", buttons=["👍"])),
            ("/mistakes", sees("1 reported mistake")),
        ],
    )
    await editor.presses(next(label for label in editor.last.buttons if label.startswith("vi:")))
    await dialog(
        editor,
        [
            (press("✅ Done"), sees("Closed. Thank you.")),
            (press("‹ Back"), sees("No reported mistake waits.")),
        ],
    )
    told = VI("An editor has looked at the mistake that you reported in “{record}”. Thank you!", record="C/O form D")
    await noy.sees(told)
    (row,) = await reports(desk)
    assert (row.record, row.facet, row.language, row.state) == ("form_d", "definition", "vi", "closed")


async def test_no_words_and_no_name(desk: Running, noy: Person) -> None:
    await begin_report(noy)
    await dialog(
        noy,
        [
            (press(SKIP), sees(MAY)),
            (press(NO), sees(THANKS)),
        ],
    )
    (row,) = await reports(desk)
    assert (row.words, row.person_id, row.state) == ("", None, "open")


async def test_leaving_reports_nothing(desk: Running, noy: Person) -> None:
    await begin_report(noy)
    await dialog(noy, [(press(CANCEL), sees(VI("All right, nothing was reported.")))])
    assert await reports(desk) == []


async def test_forgetting_a_person_takes_their_report_along(desk: Running, noy: Person) -> None:
    await begin_report(noy)
    await dialog(
        noy,
        [
            ("The rate is wrong", sees(MAY)),
            (press(YES), sees(THANKS)),
            ("/mydata", sees(KEPT)),
            ("/forget", sees(buttons=[FORGET])),
            (press(FORGET), sees(VI("Done. I have forgotten you. If you write again, we start afresh."))),
        ],
    )
    assert await reports(desk) == []


async def test_two_editors_close_one_report_once(desk: Running, noy: Person, editor: Person) -> None:
    await begin_report(noy)
    await dialog(noy, [(press(SKIP), sees(MAY)), (press(NO), sees(THANKS))])
    await make_editor(desk, editor)
    await dialog(editor, [("/mistakes", sees("1 reported"))])
    await editor.presses(next(label for label in editor.last.buttons if label.startswith("vi:")))
    await editor.sees("Nothing was written.", buttons=["✅ Done"])
    shown = editor.last
    await dialog(editor, [(press("✅ Done"), sees("Closed."))])
    await editor.presses("✅ Done", message=shown, vanished=True)
    await editor.sees("This was closed already.")


async def test_coverage_is_for_everyone_and_shows_editors_what_waits(
    desk: Running, noy: Person, editor: Person
) -> None:
    count = f"{len(desk.services.knowledge.content.records)} records"
    await dialog(noy, [("/coverage", sees("What the desk knows", count, "Borders", "ລາວ:", "answered right"))])
    assert "/mistakes" not in noy.last.shown
    await make_editor(desk, editor)
    await dialog(editor, [("/coverage", sees("What the desk knows", "0 reported mistakes wait: /mistakes"))])
