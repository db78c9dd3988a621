"""What a person sees on Telegram, through the strict fake Bot API server."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from bot.store.tables import AnswerRow, HandoverRow, IdentityRow, InboxRow, OutboxRow, PersonRow
from knowledge.language import Language
from knowledge.phrases import Phrases
from tests.conftest import Running, count
from tests.fake_telegram import FakeTelegram, dialog, press, sees
from tests.fake_telegram.dialogs import location, nothing, start
from tests.fake_telegram.people import Person

PATIENCE = 15.0
SPEAKS = "I speak English now. Ask me anything, or choose:"
CHECKED = re.compile("[Cc]hecked on")


@pytest.fixture
def noy(telegram: FakeTelegram) -> Person:
    """A trader whose phone speaks English."""
    person = telegram.person("Noy", language_code="en", username="noy")
    person.patience = PATIENCE
    return person


async def test_first_contact(desk: Running, noy: Person) -> None:
    await dialog(
        noy,
        [
            (start(), sees("Which language shall I speak?", buttons=["English", "ລາວ", "Skip"])),
            (press("English"), sees("In which country", buttons=["‹ Back", "Skip"])),
            (press("🇱🇦 Laos"), sees("What is your business about?")),
            (press("‹ Back"), sees("In which country")),
            (press("🇱🇦 Laos"), sees("What is your business about?")),
            (press("Farming and food"), sees("Thank you.", buttons=["🏭 Zones and incentives"])),
        ],
    )
    async with desk.store.read() as session:
        person = await session.scalar(select(PersonRow))
        assert person is not None
        assert (person.language, person.country, person.sector) == ("en", "LA", "agriculture")


async def test_first_contact_speaks_the_chosen_language_at_once(desk: Running, noy: Person) -> None:
    await noy.starts()
    await noy.presses("ລາວ")
    message = await noy.sees(re.compile("[\u0e80-\u0eff]{6}"))
    assert "In which country" not in message.shown


@pytest.mark.parametrize(
    ("wish", "spoken"),
    [("中文", "简体中文"), ("Tieng Viet.", "Tiếng Việt"), ("English please!", "English"), ("ພາສາລາວ", "ລາວ")],
)
async def test_the_name_of_a_language_as_a_message_chooses_it(
    desk: Running, noy: Person, wish: str, spoken: str
) -> None:
    language = next(one for one in Language if one.endonym == spoken)
    await noy.says(wish)
    await noy.sees(str(Phrases(language)(SPEAKS)))


async def test_a_country_as_a_message_chooses_no_language(desk: Running, noy: Person) -> None:
    await noy.says("when is the tax holiday over in savan park")
    await noy.sees("Savan Park")
    await noy.says("ລາວ")
    await noy.sees("")
    assert str(Phrases(Language.LO)(SPEAKS)) not in noy.last.shown


async def test_who_asks_instead_of_introducing_themselves_is_answered_and_not_asked_again(
    desk: Running, noy: Person
) -> None:
    await dialog(
        noy,
        [
            (start(), sees("Which language shall I speak?")),
            (press("Skip"), sees("In which country")),
            (press("🇱🇦 Laos"), sees("What is your business about?")),
            ("What is Form E?", sees("Form E")),
            ("thank you", sees(lambda message: "What is your business about?" not in message.shown)),
            ("/mydata", sees("Laos", buttons=["✏️ Change language, country, business"])),
            (press("✏️ Change language, country, business"), sees("Which language shall I speak?")),
            (press("Skip"), sees("In which country")),
            (press("Skip"), sees("What is your business about?")),
            (press("Farming and food"), sees("Thank you.")),
        ],
    )
    async with desk.store.read() as session:
        person = await session.scalar(select(PersonRow))
        assert person is not None
        assert (person.language, person.country, person.sector) == ("en", "LA", "agriculture")


async def test_a_form_left_in_the_middle_goes_on_after_something_else(desk: Running, noy: Person) -> None:
    await dialog(
        noy,
        [
            (start(), sees("Which language")),
            (press("Skip"), sees("In which country")),
            ("hello", sees("In which country")),
            (press("Cancel"), sees("No problem")),
            (press("Skip", vanished=True), sees("not open any more")),
            ("/cancel", sees("There is nothing to stop", buttons=["❔ Help"])),
        ],
    )


async def test_three_taps_to_a_zones_fact(desk: Running, noy: Person) -> None:
    await noy.says("/zones")
    await noy.presses("🇱🇦 Laos")
    await noy.sees("Laos: choose a zone")
    while "Savan Park" not in str(noy.last.buttons):
        await noy.presses("More ›")
        await noy.sees("choose a zone")
    label = next(label for label in noy.last.buttons if "Savan Park" in label)
    await noy.presses(label)
    card = await noy.sees("Savan Park", CHECKED, buttons=["👍", "👎", "‹ Back", "Profit tax"])
    assert "Savannakhet" in card.shown
    await noy.presses("Profit tax")
    await noy.sees("Savan Park", "two to ten years", CHECKED, buttons=["‹ Back"])
    await noy.presses("‹ Back")
    await noy.sees("choose a zone")


async def test_three_taps_to_a_crossing_and_it_is_never_called_open(desk: Running, noy: Person) -> None:
    await noy.says("/borders")
    await noy.presses("🇨🇳 China – 🇱🇦 Laos")
    await noy.presses(next(iter(m for m in (await noy.sees("Crossings between")).buttons if "Mohan" in m)))
    card = await noy.sees("Mohan", CHECKED)
    assert "confirm" in card.shown.lower()


async def test_papers_by_country_and_topic(desk: Running, noy: Person) -> None:
    await dialog(
        noy,
        [
            ("/borders", sees("Crossings between", buttons=["📄 Papers and procedures"])),
            (press("📄 Papers and procedures"), sees("of which country?", buttons=["🇻🇳 Vietnam"])),
            (press("🇻🇳 Vietnam"), sees("about what?", buttons=["‹ Back"])),
        ],
    )


@pytest.mark.parametrize(
    ("command", "expected"),
    [("/forums", "Forums and fairs"), ("/programmes", "Programmes"), ("/about", "free assistant")],
)
async def test_commands(desk: Running, noy: Person, command: str, expected: str) -> None:
    await dialog(noy, [(command, sees(expected))])


async def test_a_location_gives_the_nearest_and_is_not_kept(desk: Running, noy: Person) -> None:
    await dialog(noy, [(location(21.19, 101.69), sees("Nearest to you", buttons=["🏠 Home"]))])
    label = next(label for label in noy.last.buttons if label.startswith("🛂"))
    assert "Boten" in label
    await noy.presses(label)
    await noy.sees("Mohan")


async def test_words_of_the_other_side_of_the_border(desk: Running, noy: Person) -> None:
    await dialog(
        noy,
        [
            ("/terms", sees("In which language?", buttons=["简体中文", "ລາວ"])),
            (press("简体中文"), sees("Words in 简体中文", buttons=["More ›", "‹ Back"])),
            ("/terms CN", sees("Words in 简体中文")),
        ],
    )
    label = next(label for label in noy.last.buttons if "More" not in label and "Back" not in label)
    await noy.presses(label)
    await noy.sees(label, re.compile("[\u4e00-\u9fff]"), re.compile("[\u0e80-\u0eff]"))


async def test_opinions_and_more_and_a_person(desk: Running, noy: Person) -> None:
    await noy.starts("r_la-savan-park")
    await noy.sees("Savan Park", buttons=["👍", "👎", "🙋 Ask a person"])
    await dialog(
        noy,
        [
            (press("👍"), sees("good to know")),
            (press("👎"), sees("Shall a person look", buttons=["🙋 Ask a person"])),
            (press("🙋 Ask a person"), sees("May they write to you", buttons=["Yes, write to me"])),
            (press("Yes, write to me"), sees("Passed on")),
            (press("Yes, write to me", vanished=True), sees("already with our staff")),
        ],
    )
    async with desk.store.read() as session:
        assert list(await session.scalars(select(AnswerRow.useful).where(AnswerRow.useful.is_not(None)))) == [False]
        handover = await session.scalar(select(HandoverRow))
        assert handover is not None
        assert (handover.may_contact, handover.language, handover.state) == (True, "en", "waiting")


async def test_someone_elses_answer_cannot_be_rated(desk: Running, noy: Person, telegram: FakeTelegram) -> None:
    await noy.starts("r_la-savan-park")
    message = await noy.sees("Savan Park", buttons=["👍"])
    stranger = telegram.person("Stranger", language_code="en", started=True)
    stranger.patience = PATIENCE
    await stranger.says("/about")
    own = await stranger.sees("free assistant")
    data = next(b.data for b in message.inline.buttons if b.text == "👍")  # type: ignore[union-attr]
    stranger.press_data(own, data or "")
    await stranger.sees("no longer have this answer")


async def test_my_data_and_forget(desk: Running, noy: Person) -> None:
    await noy.starts("r_la-savan-park")
    await noy.sees("Savan Park")
    await dialog(
        noy,
        [
            ("/mydata", sees("all that I keep", "Language: English", "Telegram", "1 question")),
            ("/forget", sees("can't be undone", buttons=["Yes, delete everything"])),
            (press("Yes, delete everything"), sees("I have forgotten you")),
        ],
    )
    assert await count(desk.store, PersonRow) == await count(desk.store, IdentityRow) == 0
    async with desk.store.read() as session:
        assert list(await session.execute(select(AnswerRow.person_id, AnswerRow.question, AnswerRow.text))) == [
            (None, "", "")
        ]
        assert [body["text"] for body in await session.scalars(select(OutboxRow.body))][:-1] == []


@pytest.mark.parametrize("what", ["photo", "document", "voice", "sticker"])
async def test_what_cannot_be_read_gets_a_kind_hint(desk: Running, noy: Person, what: str) -> None:
    await getattr(noy, f"sends_{what}")()
    message = await noy.sees(re.compile("write|question"))
    assert "question" in message.shown


async def test_a_strangers_contact_is_not_kept(desk: Running, noy: Person) -> None:
    await noy.shares_contact("85620555555")
    await noy.sees("have not kept it")


async def test_an_unknown_command_and_an_old_button(desk: Running, noy: Person) -> None:
    await dialog(noy, [("/weather", sees("I don't know this command", buttons=["❔ Help"]))])
    noy.press_data(noy.last, "a-key-of-years-ago")
    await noy.sees("older message", buttons=["🏭 Zones and incentives"])
    await noy.sees_press_answered()


async def test_an_edited_question_is_answered_anew_and_other_edits_are_not(desk: Running, noy: Person) -> None:
    message = await noy.says("hello")
    await noy.sees(re.compile("."))
    await noy.edits(message, "/about")
    await noy.sees("free assistant")


async def test_text_of_people_is_never_markup(desk: Running, noy: Person) -> None:
    await noy.says("<b>bold</b> & <a href='tg://user?id=1'>x</a> <unclosed")
    message = await noy.sees(re.compile("."))
    assert "unclosed" not in message.shown or "<unclosed" in message.shown


async def test_in_a_group_it_speaks_only_when_addressed(desk: Running, noy: Person, telegram: FakeTelegram) -> None:
    group = telegram.group("Traders", noy, bot_status="left")
    view = noy.at(group)
    await view.adds_bot()
    await view.sees("Hello everyone!")
    await view.says("is anybody selling maize?")
    await view.says("/about@some_other_bot")
    await view.says("/about@mekong_desk_bot")
    await view.sees("free assistant")
    assert len(view.fresh()) == 1
    await dialog(view, [("what a day", nothing(0.3))])
    message = await view.says("@mekong_desk_bot hello")
    answer = await view.sees(re.compile("."))
    call = telegram.calls("sendMessage", chat_id=group.id)[-1]
    assert f'"message_id": {message.id}' in str(call.params.get("reply_parameters"))
    await view.says("thanks", reply_to=answer)
    await view.sees(re.compile("."))


async def test_who_blocks_the_bot_is_unreachable_and_comes_back(desk: Running, noy: Person) -> None:
    await dialog(noy, [("/about", sees("free assistant"))])
    await noy.blocks_bot()

    async def unreachable() -> bool:
        async with desk.store.read() as session:
            return await session.scalar(select(IdentityRow.unreachable_at)) is not None

    from tests.spine.stand_ins import until

    await until(unreachable)
    await noy.unblocks_bot()
    await dialog(noy, [("/about", sees("free assistant"))])
    assert not await unreachable()


async def test_quick_taps_are_each_answered_in_order(desk: Running, noy: Person) -> None:
    for command in ("/about", "/help", "/zones", "/borders", "/forums"):
        await noy.says(command)
    await noy.sees("With 🔁: comes again")
    said = [message.shown for message in noy.messages()]
    starts = [
        "Mekong Desk is a free",
        "Write your question as",
        "Zones of which",
        "Crossings between which",
        "Forums and",
    ]
    assert [next(i for i, s in enumerate(starts) if text.startswith(s)) for text in said] == [0, 1, 2, 3, 4]
    assert await count(desk.store, InboxRow) == 5


async def test_a_double_tap_does_no_harm(desk: Running, noy: Person) -> None:
    await dialog(noy, [("/zones", sees("Zones of which country?"))])
    menu = noy.last
    await noy.presses("🇱🇦 Laos", message=menu)
    await noy.presses("🇱🇦 Laos", message=menu, vanished=True)
    await noy.sees("choose a zone")
    await noy.sees_press_answered()
    async with desk.store.read() as session:
        states = set(await session.scalars(select(OutboxRow.state)))
    assert states <= {"sent", "queued", "sending"}


async def test_the_bot_introduces_itself_in_each_language(desk: Running, telegram: FakeTelegram) -> None:
    await telegram.called("setMyCommands", count=16, within=PATIENCE)
    codes = {call.params.get("language_code", "") for call in telegram.calls("setMyCommands")}
    assert codes == {"", "en", "zh", "th", "lo", "km", "my", "vi"}
    await telegram.called("setMyDescription", count=8, within=PATIENCE)
