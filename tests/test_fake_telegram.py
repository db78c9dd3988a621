"""The fake Bot API server itself: each strictness rule and each fault, seen through python-telegram-bot's Bot."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    MenuButtonCommands,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from tests.fake_telegram import PNG, FakeTelegram, ManualClock, Person, dialog, faults, nothing, press, sees, toast
from tests.fake_telegram.entities import parse_html
from tests.fake_telegram.fixtures import alice, limited_telegram, manual_clock, telegram

__all__ = ["alice", "limited_telegram", "manual_clock", "telegram"]


@pytest.fixture(autouse=True)
def _retry_after_is_a_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """PTB warns about its former type on every RetryAfter otherwise."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


async def connected(server: FakeTelegram, **limits: Any) -> Bot:
    def request() -> HTTPXRequest:
        return HTTPXRequest(connection_pool_size=64, httpx_kwargs={"verify": False}, **{"read_timeout": 5.0, **limits})

    bot = Bot(
        server.token,
        base_url=server.base_url,
        base_file_url=server.base_file_url,
        request=request(),
        get_updates_request=request(),
    )
    await bot.initialize()
    return bot


@pytest_asyncio.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    bot = await connected(telegram)
    yield bot
    await bot.shutdown()


@pytest_asyncio.fixture
async def limited_bot(limited_telegram: FakeTelegram) -> AsyncIterator[Bot]:
    bot = await connected(limited_telegram)
    yield bot
    await bot.shutdown()


@pytest.fixture
def chat(alice: Person) -> int:
    """The private chat of Alice, who wrote to the bot long ago."""
    alice.chat.known = True
    return alice.chat.id


def inline(*rows: list[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(rows)


def callback(text: str, data: str | None = None) -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=data or text)


@contextmanager
def refused(text: str, kind: type[TelegramError] = BadRequest) -> Iterator[None]:
    """The call is refused with this text (PTB writes its first letter large)."""
    with pytest.raises(kind, match=f"(?i)^{re.escape(text)}") as caught:
        yield
    assert type(caught.value) is kind


# Text and entities


HTML_ERRORS = [
    ("<x>a</x>", 'Unsupported start tag "x" at byte offset 0'),
    ("ก<br/>", 'Unsupported start tag "br/" at byte offset 3'),
    ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
    ("a <b", "Unclosed start tag at byte offset 2"),
    ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
    ("<b>a</b", "Unclosed end tag at byte offset 4"),
    ("a</b>", "Unexpected end tag at byte offset 1"),
    ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    ('<span class="x">a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ("<a href>a</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
    ("<a href=x/y>a</a>", "Unexpected end of name token at byte offset 8"),
    ("<tg-emoji>a</tg-emoji>", "Invalid custom emoji identifier specified"),
    ("<a ='x'>a</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
]


@pytest.mark.parametrize(("text", "problem"), HTML_ERRORS)
async def test_html_errors_have_telegrams_texts(bot: Bot, chat: int, text: str, problem: str) -> None:
    with refused(f"Can't parse entities: {problem}"):
        await bot.send_message(chat, text, parse_mode="HTML")


HTML_ENTITIES = [
    ("<b>a</b> &lt;&amp;&gt;&quot; &nbsp; &#x1F600;", 'a <&>" &nbsp; 😀', [("bold", 0, 1)]),
    ("😀<i>ไทย</i>", "😀ไทย", [("italic", 2, 3)]),
    ("<b>x<i>y</i></b>", "xy", [("bold", 0, 2), ("italic", 1, 1)]),
    ('<a href="https://ex.am/?a=1&amp;b=2">x</a>', "x", [("text_link", 0, 1)]),
    ("<a href='not a link'>x</a>", "x", []),
    ('<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1)]),
    ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
    ('<span class="tg-spoiler">s</span><tg-spoiler>t</tg-spoiler>', "st", [("spoiler", 0, 1), ("spoiler", 1, 1)]),
    ("<u>a</u><b></b>", "a", [("underline", 0, 1)]),
]


@pytest.mark.parametrize(("text", "plain", "entities"), HTML_ENTITIES)
def test_html_entities(text: str, plain: str, entities: list[tuple[str, int, int]]) -> None:
    shown, found = parse_html(text)
    assert shown == plain
    assert [(e["type"], e["offset"], e["length"]) for e in found] == entities


async def test_text_length_is_counted_in_utf16_after_parsing(bot: Bot, chat: int, alice: Person) -> None:
    await bot.send_message(chat, "<b>" + "😀" * 2048 + "</b>", parse_mode="HTML")
    assert alice.last.shown == "😀" * 2048
    with refused("Message is too long"):
        await bot.send_message(chat, "😀" * 2048 + "a")
    with refused("Text is too long"):
        await bot.send_message(chat, "a" * 40_000)


async def test_text_must_not_be_empty(bot: Bot, chat: int) -> None:
    with refused("Message text is empty"):
        await bot.send_message(chat, "")
    with refused("Text must be non-empty"):
        await bot.send_message(chat, " \n\u200b ")
    with refused("Text must be non-empty"):
        await bot.send_message(chat, "<b> </b>", parse_mode="HTML")
    with refused("Unsupported parse_mode"):
        await bot.send_message(chat, "a", parse_mode="MarkdownV2")


async def test_text_is_trimmed_and_gets_automatic_entities(bot: Bot, chat: int) -> None:
    sent = await bot.send_message(chat, "\n <b>see</b> https://ex.am/x or /help \n", parse_mode="HTML")
    assert sent.text == "see https://ex.am/x or /help"
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [
        ("bold", 0, 3),
        ("url", 4, 15),
        ("bot_command", 23, 5),
    ]


# Files


async def test_photo_and_caption_limits(telegram: FakeTelegram, bot: Bot, chat: int, alice: Person) -> None:
    sent = await bot.send_photo(chat, PNG, caption="<b>map</b>", parse_mode="HTML")
    assert alice.last.shown == "map"
    again = await bot.send_photo(chat, sent.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
    with refused("Message caption is too long"):
        await bot.send_photo(chat, PNG, caption="😀" * 513)
    with refused("IMAGE_PROCESS_FAILED"):
        await bot.send_photo(chat, b"%PDF-1.4")
    with refused("PHOTO_INVALID_DIMENSIONS"):
        await bot.send_photo(chat, PNG[:16] + (9000).to_bytes(4, "big") * 2 + PNG[24:])
    with refused("Wrong file identifier/HTTP URL specified"):
        await bot.send_photo(chat, "nonsense")
    with refused("File must be non-empty"):
        await bot.send_document(chat, b"")
    with refused("File of size 10485761 bytes is too big for a photo"):
        await bot.send_photo(chat, b"\xff\xd8\xff" + bytes(10 * 1024 * 1024 - 2))


async def test_upload_limit_and_download(telegram: FakeTelegram, bot: Bot, chat: int, alice: Person) -> None:
    sent = await bot.send_document(chat, b"hello", filename="a.txt")
    assert sent.document is not None
    stored = await bot.get_file(sent.document.file_id)
    assert await stored.download_as_bytearray() == b"hello"
    with refused("Invalid file_id"):
        await bot.get_file("unknown")
    big = await alice.sends_document(size=20 * 1024 * 1024 + 1)
    with refused("File is too big"):
        await bot.get_file(big.content["document"]["file_id"])
    telegram.backend.upload_limit = 1000
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await bot.send_document(chat, bytes(1001))
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await bot.send_document(chat, bytes(1_200_000))


# Keyboards


BUTTONS: list[tuple[list[list[InlineKeyboardButton]], str | None]] = [
    ([[callback("x", "ก" * 21)]], None),
    ([[callback("x", "ก" * 22)]], "BUTTON_DATA_INVALID"),
    ([[callback(str(n)) for n in range(8)]], None),
    ([[callback(str(n)) for n in range(9)]], "Reply markup is too long"),
    ([[callback(str(n))] for n in range(100)], None),
    ([[callback(str(n))] for n in range(101)], "Reply markup is too long"),
    ([[InlineKeyboardButton("x", url="https://example.com/a?b=c")]], None),
    ([[InlineKeyboardButton("x", url="tg://resolve?domain=x")]], None),
    (
        [[InlineKeyboardButton("x", url="http://localhost:8080")]],
        "Inline keyboard button URL 'http://localhost:8080' is",
    ),
    (
        [[InlineKeyboardButton("x", url="ftp://example.com")]],
        "Inline keyboard button URL 'ftp://example.com' is invalid: U",
    ),
    (
        [[InlineKeyboardButton("x", url="two words.com")]],
        "Inline keyboard button URL 'two words.com' is invalid: Wrong",
    ),
    ([[InlineKeyboardButton("x")]], "Can't parse inline keyboard button: Text buttons are unallowed"),
]


@pytest.mark.parametrize(("rows", "problem"), BUTTONS)
async def test_inline_buttons(bot: Bot, chat: int, rows: list[list[InlineKeyboardButton]], problem: str | None) -> None:
    if problem is None:
        sent = await bot.send_message(chat, "a", reply_markup=inline(*rows))
        assert sent.reply_markup == inline(*rows)
        return
    with refused(problem):
        await bot.send_message(chat, "a", reply_markup=inline(*rows))


async def test_request_buttons_only_in_private_chats(
    telegram: FakeTelegram, bot: Bot, chat: int, alice: Person
) -> None:
    contact = ReplyKeyboardMarkup([[KeyboardButton("Phone", request_contact=True)]])
    place = ReplyKeyboardMarkup([[KeyboardButton("Here", request_location=True)], ["Skip"]])
    group = telegram.group("Investors", alice)
    with refused("Phone number can be requested in private chats only"):
        await bot.send_message(group.id, "a", reply_markup=contact)
    with refused("Location can be requested in private chats only"):
        await bot.send_message(group.id, "a", reply_markup=place)
    await bot.send_message(chat, "a", reply_markup=contact)
    await alice.presses("Phone")
    await bot.send_message(chat, "b", reply_markup=place)
    await alice.sees_keyboard("Here", "Skip")
    await alice.presses("Here")
    await alice.presses("Skip")
    await bot.send_message(chat, "c", reply_markup=ReplyKeyboardRemove())
    await alice.sees_keyboard()
    messages = [update.message for update in await bot.get_updates()]
    assert messages[0] is not None
    assert messages[0].contact is not None
    assert messages[0].contact.user_id == alice.user.id
    assert messages[1] is not None
    assert messages[1].location is not None
    assert messages[2] is not None
    assert messages[2].text == "Skip"


# Who can be written to


async def test_chats_that_cannot_be_written_to(telegram: FakeTelegram, bot: Bot, alice: Person) -> None:
    with refused("Chat not found"):
        await bot.send_message(alice.chat.id, "a")
    with refused("Chat not found"):
        await bot.send_message(987654, "a")
    with refused("Chat not found"):
        await bot.send_message("@nobody", "a")
    await alice.says("hello")
    await bot.send_message(alice.chat.id, "a")
    await alice.blocks_bot()
    with refused("Forbidden: bot was blocked by the user", Forbidden):
        await bot.send_message(alice.chat.id, "a")
    with refused("Forbidden: bot was blocked by the user", Forbidden):
        await bot.send_chat_action(alice.chat.id, "typing")
    await alice.unblocks_bot()
    await bot.send_message(alice.chat.id, "a")
    await alice.deactivates()
    with refused("Forbidden: user is deactivated", Forbidden):
        await bot.send_message(alice.chat.id, "a")
    changes = [u.my_chat_member for u in await bot.get_updates() if u.my_chat_member]
    assert [change.new_chat_member.status for change in changes] == ["kicked", "member"]


async def test_groups_that_refuse(telegram: FakeTelegram, bot: Bot, alice: Person) -> None:
    for kind in ("group", "supergroup"):
        group = telegram.group("Investors", alice, kind=kind)
        await bot.send_message(group.id, "a")
        await alice.at(group).kicks_bot()
        with refused(f"Forbidden: bot was kicked from the {kind} chat", Forbidden):
            await bot.send_message(group.id, "a")
    left = telegram.group("Left", bot_status="left")
    with refused("Forbidden: bot is not a member of the supergroup chat", Forbidden):
        await bot.send_message(left.id, "a")
    mute = telegram.group("Mute", can_send=False)
    with refused("Not enough rights to send text messages to the chat"):
        await bot.send_message(mute.id, "a")


async def test_group_becomes_supergroup(telegram: FakeTelegram, bot: Bot, alice: Person) -> None:
    group = telegram.group("Investors", alice, kind="group")
    new = await alice.at(group).upgrades_group()
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(group.id, "a")
    assert caught.value.new_chat_id == new.id
    await bot.send_message(new.id, "a")
    first, second = [update.message for update in await bot.get_updates()]
    assert first is not None
    assert first.migrate_to_chat_id == new.id
    assert second is not None
    assert second.migrate_from_chat_id == group.id


# Changing messages


async def test_edits(bot: Bot, chat: int, alice: Person) -> None:
    sent = await bot.send_message(chat, "a", reply_markup=inline([callback("x")]))
    with refused("Message is not modified: specified new message content and reply markup are exactly the same"):
        await bot.edit_message_text("a", chat, sent.message_id, reply_markup=inline([callback("x")]))
    edited = await bot.edit_message_text("<i>b</i>", chat, sent.message_id, parse_mode="HTML")
    assert isinstance(edited, type(sent))
    assert (alice.last.shown, alice.last.buttons, edited.edit_date is not None) == ("b", [], True)
    await bot.edit_message_reply_markup(chat, sent.message_id, reply_markup=inline([callback("y")]))
    assert alice.last.buttons == ["y"]
    with refused("Message is not modified"):
        await bot.edit_message_reply_markup(chat, sent.message_id, reply_markup=inline([callback("y")]))
    with refused("There is no caption in the message to edit"):
        await bot.edit_message_caption(chat, sent.message_id, caption="c")
    with refused("Message to edit not found"):
        await bot.edit_message_text("a", chat, 9999)
    with refused("Message can't be edited"):
        await bot.edit_message_text("a", chat, (await alice.says("mine")).id)
    keyboard = await bot.send_message(chat, "k", reply_markup=ReplyKeyboardMarkup([["A"]]))
    with refused("Message can't be edited"):
        await bot.edit_message_text("b", chat, keyboard.message_id)
    photo = await bot.send_photo(chat, PNG)
    with refused("There is no text in the message to edit"):
        await bot.edit_message_text("b", chat, photo.message_id)
    await bot.edit_message_caption(chat, photo.message_id, caption="c")
    assert alice.last.shown == "c"


async def test_deleting(limited_telegram: FakeTelegram, limited_bot: Bot, manual_clock: ManualClock) -> None:
    person = limited_telegram.person(started=True)
    group = limited_telegram.group("Investors", person)
    sent = await limited_bot.send_message(person.chat.id, "a")
    await limited_bot.delete_message(person.chat.id, sent.message_id)
    assert person.messages() == []
    with refused("Message to delete not found"):
        await limited_bot.delete_message(person.chat.id, sent.message_id)
    with refused("Message can't be deleted"):
        await limited_bot.delete_message(group.id, (await person.at(group).says("mine")).id)
    old = await limited_bot.send_message(person.chat.id, "b")
    manual_clock.advance(48 * 3600 + 1)
    with refused("Message can't be deleted for everyone"):
        await limited_bot.delete_message(person.chat.id, old.message_id)


async def test_callback_query_is_answered_once_and_soon(
    limited_telegram: FakeTelegram, limited_bot: Bot, manual_clock: ManualClock
) -> None:
    person, bot = limited_telegram.person(started=True), limited_bot
    sent = await bot.send_message(person.chat.id, "a", reply_markup=inline([callback("Zones", "z:1")]))
    await person.presses("Zones")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert (update.callback_query.data, update.callback_query.message) == ("z:1", sent)
    await bot.answer_callback_query(update.callback_query.id, text="Moment", show_alert=True)
    assert await person.sees_toast("Moment", alert=True) == "Moment"
    too_old = "Query is too old and response timeout expired or query id is invalid"
    for query_id in (update.callback_query.id, "12345"):
        with refused(too_old):
            await bot.answer_callback_query(query_id)
    query_id = person.press_data(person.last, "z:1")
    manual_clock.advance(31)
    with refused(too_old):
        await bot.answer_callback_query(query_id)


async def test_vanished_buttons_can_be_pressed(bot: Bot, chat: int, alice: Person) -> None:
    sent = await bot.send_message(chat, "a", reply_markup=inline([callback("Old", "old")]))
    await bot.edit_message_text("b", chat, sent.message_id)
    with pytest.raises(AssertionError, match=r"did not see a button 'Old'(.|\n)*Mekong Desk \(edited\): b"):
        await alice.presses("Old", within=0.01)
    await alice.presses("Old", vanished=True)
    await bot.delete_message(chat, sent.message_id)
    await alice.presses("Old", vanished=True)
    present, gone = [update.callback_query for update in await bot.get_updates()]
    assert present is not None
    assert present.message is not None
    assert present.message.is_accessible
    assert gone is not None
    assert gone.message is not None
    assert not gone.message.is_accessible


async def test_replies_copies_and_forwards(bot: Bot, chat: int, alice: Person) -> None:
    question = await alice.says("question")
    answer = await bot.send_message(chat, "answer", reply_to_message_id=question.id)
    assert answer.reply_to_message is not None
    assert answer.reply_to_message.text == "question"
    with refused("Message to be replied not found"):
        await bot.send_message(chat, "a", reply_to_message_id=999)
    await bot.send_message(chat, "a", reply_to_message_id=999, allow_sending_without_reply=True)
    await bot.copy_message(chat, chat, question.id)
    assert alice.last.shown == "question"
    assert "forward_origin" not in alice.last.content
    forwarded = await bot.forward_message(chat, chat, question.id)
    assert forwarded.forward_origin is not None
    with refused("Message to copy not found"):
        await bot.copy_message(chat, chat, 999)
    with refused("Message to forward not found"):
        await bot.forward_message(chat, chat, 999)


async def test_locations_and_chat_actions(bot: Bot, chat: int, alice: Person) -> None:
    sent = await bot.send_location(chat, 17.96, 102.6)
    assert sent.location is not None
    with refused("Wrong location specified"):
        await bot.send_location(chat, 91, 0)
    await bot.send_chat_action(chat, "typing")
    await alice.sees_action("typing")
    with refused("Wrong parameter action in request"):
        await bot.send_chat_action(chat, "dancing")


async def test_forum_topics(telegram: FakeTelegram, bot: Bot, alice: Person) -> None:
    forum = telegram.group("Forum", alice, is_forum=True, bot_status="administrator")
    topic = await bot.create_forum_topic(forum.id, "Zones")
    sent = await bot.send_message(forum.id, "a", message_thread_id=topic.message_thread_id)
    assert sent.message_thread_id == topic.message_thread_id
    with refused("Message thread not found"):
        await bot.send_message(forum.id, "a", message_thread_id=4711)
    await bot.close_forum_topic(forum.id, topic.message_thread_id)
    forum.bot_status = "member"
    with refused("TOPIC_CLOSED"):
        await bot.send_message(forum.id, "a", message_thread_id=topic.message_thread_id)
    with refused("Not enough rights to create a topic"):
        await bot.create_forum_topic(forum.id, "More")
    forum.bot_status = "administrator"
    await bot.reopen_forum_topic(forum.id, topic.message_thread_id)
    with refused("The chat is not a forum"):
        await bot.create_forum_topic(telegram.group("Plain").id, "x")
    assert (await bot.get_chat(forum.id)).is_forum
    assert (await bot.get_chat_member(forum.id, alice.user.id)).status == "member"


# The bot itself


async def test_commands_per_scope_and_language(bot: Bot, chat: int) -> None:
    assert await bot.set_my_commands([("zones", "Zones")])
    await bot.set_my_commands([("zones", "เขต")], scope=BotCommandScopeAllPrivateChats(), language_code="th")
    assert await bot.get_my_commands() == (BotCommand("zones", "Zones"),)
    (thai,) = await bot.get_my_commands(scope=BotCommandScopeAllPrivateChats(), language_code="th")
    assert thai.description == "เขต"
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()
    with refused("Chat not found"):
        await bot.set_my_commands([("a", "b")], scope=BotCommandScopeChat(1))
    with refused("Invalid language code specified"):
        await bot.set_my_commands([("a", "b")], language_code="zh-hans")


@pytest.mark.parametrize(
    ("commands", "problem"),
    [
        ([("Zones", "x")], "BOT_COMMAND_INVALID"),
        ([("a-b", "x")], "BOT_COMMAND_INVALID"),
        ([("a" * 33, "x")], "Command length must not exceed 32"),
        ([("a", " ")], "Command description must be non-empty"),
        ([("a", "x" * 257)], "Command description length must not exceed 256"),
        ([(f"c{n}", "x") for n in range(101)], "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_bad_commands(bot: Bot, commands: list[tuple[str, str]], problem: str) -> None:
    with refused(problem):
        await bot.set_my_commands(commands)


async def test_profile_texts_and_menu(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.set_my_description("Long", language_code="th")
    await bot.set_my_short_description("Short")
    assert telegram.backend.profile == {("description", "th"): "Long", ("short_description", ""): "Short"}
    with refused("SHORT_DESCRIPTION_TOO_LONG"):
        await bot.set_my_short_description("x" * 121)
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert telegram.backend.menu_buttons[0] == {"type": "commands"}


async def test_unknown_token_and_method(telegram: FakeTelegram) -> None:
    async with HTTPXRequest() as request:
        with pytest.raises(InvalidToken):
            await Bot("1:wrong", base_url=telegram.base_url, request=request).get_me()
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{telegram.root}/bot1:wrong/getMe") as answer:
            assert (answer.status, await answer.json()) == (401, _refusal(401, "Unauthorized"))
        async with session.get(f"{telegram.root}/bot{telegram.token}/getRich") as answer:
            assert (answer.status, await answer.json()) == (404, _refusal(404, "Not Found: method not found"))


def _refusal(code: int, text: str) -> dict[str, Any]:
    return {"ok": False, "error_code": code, "description": text}


async def test_all_ways_of_passing_parameters(telegram: FakeTelegram, alice: Person, chat: int) -> None:
    keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]}
    url = f"{telegram.root}/bot{telegram.token}/SENDmessage"
    form = aiohttp.FormData({"chat_id": str(chat), "text": "multipart"}, default_to_multipart=True)
    async with aiohttp.ClientSession() as session:
        for sending in (
            session.get(url, params={"chat_id": chat, "text": "query"}),
            session.post(url, data={"chat_id": chat, "text": "form", "reply_markup": json.dumps(keyboard)}),
            session.post(url, json={"chat_id": chat, "text": "json", "reply_markup": keyboard}),
            session.post(url, data=form),
        ):
            async with sending as answer:
                assert answer.status == 200
        async with session.post(url, data={"chat_id": chat, "text": "x", "reply_markup": "{"}) as answer:
            assert (await answer.json())["description"] == "Bad Request: can't parse reply keyboard markup JSON object"
    assert [(m.shown, m.buttons) for m in alice.messages()] == [
        ("query", []), ("form", ["x"]), ("json", ["x"]), ("multipart", []),
    ]  # fmt: skip


# Flood limits


async def test_flood_limits_by_an_injected_clock(
    limited_telegram: FakeTelegram, limited_bot: Bot, manual_clock: ManualClock
) -> None:
    person = limited_telegram.person(started=True)
    for number in range(5):
        await limited_bot.send_message(person.chat.id, str(number))
    with pytest.raises(RetryAfter) as caught:
        await limited_bot.send_message(person.chat.id, "too fast")
    assert caught.value.retry_after == timedelta(seconds=1)
    manual_clock.advance(1)
    await limited_bot.send_message(person.chat.id, "in time")
    crowd = [limited_telegram.person(started=True) for _ in range(30)]
    manual_clock.advance(1)
    for one in crowd:
        await limited_bot.send_message(one.chat.id, "news")
    with pytest.raises(RetryAfter):
        await limited_bot.send_message(person.chat.id, "thirty-first")


async def test_group_limit(limited_telegram: FakeTelegram, limited_bot: Bot, manual_clock: ManualClock) -> None:
    group = limited_telegram.group("Investors")
    for number in range(20):
        await limited_bot.send_message(group.id, str(number))
        manual_clock.advance(1)
    with pytest.raises(RetryAfter):
        await limited_bot.send_message(group.id, "twenty-first")
    assert limited_telegram.calls("sendMessage")[-1].description == "Too Many Requests: retry after 40"
    manual_clock.advance(40)
    await limited_bot.send_message(group.id, "a minute later")


# Faults


Check = Callable[[FakeTelegram, Bot, int], Awaitable[None]]
FAULTS: list[tuple[Callable[[], faults.Fault], type[Exception], bool]] = [
    (lambda: faults.error(500), NetworkError, False),
    (lambda: faults.error(403, "Forbidden: bot was blocked by the user"), Forbidden, False),
    (lambda: faults.error(400, "Bad Request: moved", parameters={"migrate_to_chat_id": -5}), ChatMigrated, False),
    (lambda: faults.flood(7), RetryAfter, False),
    (lambda: faults.html(502), NetworkError, False),
    (lambda: faults.garbage(), TelegramError, False),
    (lambda: faults.truncated(), TelegramError, True),
    (lambda: faults.cut_before(), NetworkError, False),
    (lambda: faults.cut_after(), NetworkError, True),
    (lambda: faults.silence(), TimedOut, False),
    (lambda: faults.silence(after=True), TimedOut, True),
    (lambda: faults.slow(5), TimedOut, True),
    (lambda: faults.slow(5, after=False), TimedOut, False),
]


@pytest.mark.parametrize(("make", "kind", "delivered"), FAULTS)
async def test_faults(
    telegram: FakeTelegram, alice: Person, make: Callable[[], faults.Fault], kind: type[Exception], delivered: bool
) -> None:
    alice.chat.known = True
    bot = await connected(telegram, read_timeout=0.1)
    fault = telegram.fail(make())
    fault.method = "sendMessage"
    with pytest.raises(kind):
        await bot.send_message(alice.chat.id, "a")
    await fault.struck()
    assert [m.shown for m in alice.messages()] == (["a"] if delivered else [])
    assert telegram.calls("sendMessage")[0].fault == fault.name
    await bot.send_message(alice.chat.id, "b")
    await alice.sees("b")
    await bot.shutdown()


async def test_faults_choose_their_calls(telegram: FakeTelegram, bot: Bot, chat: int) -> None:
    other = telegram.person("Bob", started=True)
    telegram.fail(faults.error(500, method="sendmessage", chat=chat, nth=2, times=2))
    outcome = []
    for target in (chat, other.chat.id, chat, chat, chat):
        try:
            await bot.send_message(target, "a")
            outcome.append(True)
        except NetworkError:
            outcome.append(False)
    assert outcome == [True, True, False, False, True]


async def test_faults_by_chance_repeat_with_the_seed() -> None:
    async def outcome() -> list[int | None]:
        async with FakeTelegram(seed=7, open_chats=True) as server, aiohttp.ClientSession() as session:
            server.fail(faults.error(502, times=None, probability=0.5))
            for _ in range(20):
                await (await session.get(f"{server.root}/bot{server.token}/getMe")).read()
            return [request.status for request in server.requests]

    first = await outcome()
    assert {200, 502} == set(first)
    assert first == await outcome()


# Updates by getUpdates


async def test_everything_a_person_does_parses(telegram: FakeTelegram, bot: Bot, alice: Person) -> None:
    group = telegram.group("Investors", alice)
    text = await alice.says("/zones@mekong_desk_bot see https://ex.am @bob")
    await alice.starts("zone_th-1")
    await alice.edits(text, "never mind")
    await alice.sends_photo(caption="look")
    await alice.sends_document("plan.pdf")
    await alice.sends_voice()
    await alice.sends_sticker("🙏")
    await alice.shares_location()
    await alice.shares_contact(of=telegram.person("Bob"))
    await alice.shares_contact(of="Nobody")
    await alice.forwards("news", origin="Border News")
    await alice.at(group).says("hello", mention=True)
    await alice.at(group).adds_bot("administrator")
    await telegram.person("Chan").at(group).joins()
    await alice.at(group).leaves()
    updates = await bot.get_updates()
    assert [next(iter(u.to_dict().keys() - {"update_id"})) for u in updates].count("my_chat_member") == 1
    first = updates[0].message
    assert first is not None
    assert [e.type for e in first.entities] == ["bot_command", "url", "mention"]
    messages = [u.effective_message for u in updates if u.effective_message is not None]
    kinds = (
        "photo",
        "document",
        "voice",
        "sticker",
        "location",
        "forward_origin",
        "new_chat_members",
        "left_chat_member",
    )
    for kind in kinds:
        assert any(getattr(message, kind) for message in messages), kind
    contacts = [message.contact for message in messages if message.contact]
    assert [contact.user_id is None for contact in contacts] == [False, True]
    with pytest.raises(ValueError, match="start payload"):
        await alice.starts("no spaces")


async def test_offset_confirms_and_limit_cuts(telegram: FakeTelegram, bot: Bot, alice: Person) -> None:
    for number in range(5):
        await alice.says(str(number))
    first = await bot.get_updates(limit=2)
    assert [u.update_id for u in await bot.get_updates(limit=2)] == [u.update_id for u in first]
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [u.message.text for u in rest if u.message] == ["2", "3", "4"]
    await bot.get_updates(offset=rest[-1].update_id + 1)
    await telegram.idle(within=0.1)
    await alice.says("a")
    await alice.says("b")
    (last,) = await bot.get_updates(offset=-1)
    assert last.message is not None
    assert last.message.text == "b"


async def test_update_ids_may_jump_back(telegram: FakeTelegram, bot: Bot, alice: Person) -> None:
    await alice.says("before")
    (before,) = await bot.get_updates()
    telegram.delivery.jump_back(500)
    await alice.says("after")
    (after,) = await bot.get_updates(offset=before.update_id + 1)
    assert after.update_id == 500
    assert [u.update_id for u in await bot.get_updates(offset=before.update_id + 1)] == [500]
    assert await bot.get_updates(offset=501) == ()


async def test_long_poll_wakes_up_and_conflicts(telegram: FakeTelegram, bot: Bot, alice: Person) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=20))
    await telegram.called("getUpdates", answered=False)
    await alice.says("hello")
    (update,) = await waiting
    older = asyncio.create_task(bot.get_updates(offset=update.update_id + 1, timeout=20))
    await telegram.called("getUpdates", count=2, answered=False)
    newer = asyncio.create_task(bot.get_updates(offset=update.update_id + 1, timeout=20))
    with refused("Conflict: terminated by other getUpdates request", Conflict):
        await older
    await bot.set_webhook("http://127.0.0.1:9/hook")
    with refused("Conflict: terminated by setWebhook request", Conflict):
        await newer
    with refused("Conflict: can't use getUpdates method while webhook is active", Conflict):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_allowed_updates_and_duplicates(telegram: FakeTelegram, bot: Bot, alice: Person) -> None:
    await bot.get_updates(allowed_updates=["message"])
    said = await alice.says("a")
    await alice.edits(said, "b")
    (update,) = await bot.get_updates()
    assert len(telegram.delivery.dropped) == 1
    await bot.get_updates(offset=update.update_id + 1)
    telegram.delivery.again(update.update_id)
    assert [u.update_id for u in await bot.get_updates(offset=update.update_id + 1)] == [update.update_id]
    assert await bot.get_updates(offset=update.update_id + 1) == ()


async def test_privacy_mode(telegram: FakeTelegram, bot: Bot, alice: Person) -> None:
    telegram.backend.privacy = True
    seat = alice.at(telegram.group("Investors", alice))
    await bot.send_message(seat.chat.id, "hello all")
    await seat.says("just talk")
    await seat.says("zones?", mention=True)
    await seat.says("/zones@mekong_desk_bot")
    await seat.says("/zones@other_bot")
    await seat.says("thanks", reply_to=seat.last)
    texts = [u.message.text for u in await bot.get_updates() if u.message]
    assert texts == ["@mekong_desk_bot zones?", "/zones@mekong_desk_bot", "thanks"]


# Updates by webhook


class Hook:
    """A webhook receiver; `answers` are used up first, then it answers 200."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, str | None]] = []
        self.secrets: set[str | None] = set()
        self.answers: list[int | dict[str, Any]] = []

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        update = Update.de_json(await request.json(), None)
        self.seen.append((update.update_id, update.effective_message.text if update.effective_message else None))
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, dict):
            return web.json_response(answer)
        if answer == 0:
            await asyncio.sleep(5)
        return web.Response(status=answer)


@pytest_asyncio.fixture
async def hook(telegram: FakeTelegram, bot: Bot) -> AsyncIterator[Hook]:
    hook = Hook()
    runner = web.ServerRunner(web.Server(hook, handler_cancellation=True), shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    telegram.delivery.webhook_retry_delay = 0.01
    await bot.set_webhook(f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token="s3cret")
    yield hook
    await telegram.delivery.close()
    await runner.cleanup()


async def test_webhook_delivers_and_retries_in_order(
    telegram: FakeTelegram, bot: Bot, hook: Hook, alice: Person
) -> None:
    telegram.delivery.webhook_timeout = 0.05
    hook.answers = [500, 0]
    await alice.says("one")
    await alice.says("two")
    await telegram.idle()
    assert [text for _, text in hook.seen] == ["one", "one", "one", "two"]
    assert hook.secrets == {"s3cret"}
    assert [attempt.status for attempt in telegram.delivery.attempts] == [500, None, 200, 200]
    info = await bot.get_webhook_info()
    assert info.pending_update_count == 0
    assert info.last_error_message == "Read timeout expired"


async def test_webhook_duplicates_reordering_and_answers(telegram: FakeTelegram, hook: Hook, alice: Person) -> None:
    alice.chat.known = True
    with telegram.delivery.held("reversed"):
        await alice.says("one")
        await alice.says("two")
    await telegram.idle()
    assert sorted(hook.seen) != hook.seen
    telegram.delivery.again(hook.seen[0][0])
    hook.answers = [{"method": "sendMessage", "chat_id": alice.chat.id, "text": "by the way"}]
    await telegram.idle()
    assert hook.seen[2] == hook.seen[0]
    await alice.sees("by the way")


async def test_webhook_settings_are_checked(telegram: FakeTelegram, bot: Bot, alice: Person) -> None:
    with refused("Invalid webhook url specified"):
        await bot.set_webhook("nonsense://x")
    with refused("Secret token contains unallowed characters"):
        await bot.set_webhook("http://127.0.0.1:9", secret_token="a b")
    telegram.backend.local = False
    with refused("Bad webhook: An HTTPS URL must be provided for webhook"):
        await bot.set_webhook("http://example.com")
    with refused("Bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"):
        await bot.set_webhook("https://example.com:9000")
    await alice.says("waiting")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


# What people see


async def echo(telegram: FakeTelegram, bot: Bot) -> None:
    """A small bot by long polling."""
    offset = 0
    while True:
        for update in await bot.get_updates(offset=offset, timeout=10):
            offset = update.update_id + 1
            if update.callback_query is not None and update.callback_query.message is not None:
                await update.callback_query.answer("Opening")
                await bot.edit_message_text("Thailand has zones", update.callback_query.from_user.id,
                                            update.callback_query.message.message_id)  # fmt: skip
            elif update.message is not None and update.message.text == "/start":
                await update.message.reply_text("Welcome", reply_markup=inline([callback("Zones", "z")]))
            elif update.message is not None and update.message.text != "quiet":
                await update.message.reply_text(f"You said {update.message.text}")


async def test_dialog_tables(telegram: FakeTelegram, bot: Bot, alice: Person) -> None:
    running = asyncio.create_task(echo(telegram, bot))
    await dialog(
        alice,
        [
            ("/start", sees("Welcome", buttons=["Zones"])),
            (press("Zones"), ["Thailand has zones", toast("Opening")]),
            ("hello", re.compile(r"You said h\w+")),
            ("quiet", nothing(0.05)),
        ],
    )
    assert alice.screen().splitlines()[1:5] == [
        "Alice: /start",
        "Mekong Desk (edited): Thailand has zones",
        "Alice: hello",
        "Mekong Desk: You said hello",
    ]
    alice.patience = 0.05
    with pytest.raises(AssertionError, match=r"row 2. 'b' → 'never'(.|\n)*ok 1. 'a'(.|\n)*Mekong Desk: You said b"):
        await dialog(alice, [("a", "You said a"), ("b", "never")])
    with pytest.raises(AssertionError, match="expected silence"):
        await dialog(alice, [("c", nothing(1))])
    running.cancel()


async def test_own_process_with_control_routes() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fake_telegram", "--bench", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    root, _, token = (await process.stdout.readline()).decode().split()
    bot = f"{root}/bot{token}"
    async with aiohttp.ClientSession() as session:

        async def post(path: str, body: Any) -> Any:
            async with session.post(f"{root}/_control/{path}", json=body) as answer:
                return answer.status, await answer.json()

        assert await post("say", {"user_id": 5, "text": "hello", "first_name": "Ann"}) == (200, [1])
        async with session.get(f"{bot}/getUpdates") as answer:
            assert (await answer.json())["result"][0]["message"]["from"]["first_name"] == "Ann"
        await session.post(f"{bot}/sendMessage", data={"chat_id": 5, "text": "hi"})
        assert await post("wait", {"sent": 1}) == (200, {"reached": 1})
        async with session.get(f"{root}/_control/sent") as answer:
            assert [row[1:] for row in await answer.json()] == [[5, "hi"]]
        assert (await post("faults", [{"kind": "answer", "method": "getMe", "status": 502, "body": {}}]))[0] == 200
        assert (await session.get(f"{bot}/getMe")).status == 502
        async with session.get(f"{root}/_control/requests") as answer:
            assert [call["status"] for call in await answer.json()] == [502]
        assert (await post("wait", {"sent": 9, "timeout": 0.01}))[0] == 408
        assert (await post("press", {}))[0] == 400
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 5) == 0
