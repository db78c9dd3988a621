"""Forms keep what was answered, whatever order people press, type, go back, skip, ask or restart in."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import Dialog, Incoming, Kind, Person, Pressed, Turn
from bot.forms import Answers, Field, Form, FormMachine, Option, open_form
from bot.outbox import button_key
from bot.services import Services
from knowledge.language import Language

FINISHED: list[Answers] = []


async def _done(turn: Turn, answers: Answers) -> None:
    FINISHED.append(dict(answers))
    turn.say(turn.t("Thank you, good to know."))


FORM = Form(
    name="sample",
    fields=(
        Field("name", "Your name?", check=lambda text: None if len(text) > 1 else "Too short."),
        Field("country", "Country?", lambda t: [Option("LA", "Lao PDR"), Option("TH", "Thailand")]),
        Field("gate", "Which gate?", optional=True, when=lambda answers: answers.get("country") == "LA"),
    ),
    done=_done,
    review=True,
)
MACHINE = FormMachine({FORM.name: FORM})


class Chat:
    """A person at the form; the dialog goes through JSON between turns, as through the database."""

    def __init__(self) -> None:
        self.dialog = Dialog()
        self.said: list[str] = []
        self.buttons: dict[str, Pressed] = {}
        self.other: list[str] = []
        turn = self._turn(Incoming("x", "1", "1", Kind.COMMAND))
        open_form(turn, FORM)
        self._keep(turn)

    def _turn(self, incoming: Incoming, pressed: Pressed | None = None) -> Turn:
        return Turn(incoming, Person(1, Language.EN), self.dialog, cast(Services, None), cast(Any, None), pressed)

    def _keep(self, turn: Turn) -> None:
        self.dialog = Dialog(**json.loads(json.dumps({"context": turn.dialog.context, "form": turn.dialog.form})))
        self.said = [str(reply.text) for reply in turn.replies]
        for reply in turn.replies:
            for row in reply.buttons:
                for button in row:
                    pressed = Pressed(button.action, dict(button.data), button.label)
                    self.buttons[button_key(button.action, button.data, button.label)] = pressed

    async def types(self, text: str) -> None:
        turn = self._turn(Incoming("x", "1", "1", Kind.TEXT, text=text))
        if not (MACHINE.is_open(turn) and await MACHINE.take(turn)):
            self.other.append(text)
            if MACHINE.is_open(turn):
                MACHINE.ask_again(turn)
        self._keep(turn)

    async def presses(self, pressed: Pressed) -> None:
        turn = self._turn(Incoming("x", "1", "1", Kind.BUTTON), pressed)
        await MACHINE.press(turn)
        self._keep(turn)

    async def presses_label(self, label: str) -> None:
        await self.presses([pressed for pressed in self.buttons.values() if pressed.label == label][-1])

    @property
    def answers(self) -> dict[str, Any]:
        return dict(self.dialog.form["answers"]) if self.dialog.form else {}


async def test_the_straight_way() -> None:
    chat = Chat()
    await chat.types("Noy")
    await chat.presses_label("Lao PDR")
    await chat.types("Boten")
    assert "Please check:" in chat.said[0]
    await chat.presses_label("All correct ✓")
    assert FINISHED[-1] == {"name": "Noy", "country": "LA", "gate": "Boten"}
    assert chat.dialog.form is None


async def test_a_question_in_the_middle_is_answered_and_the_form_goes_on() -> None:
    chat = Chat()
    await chat.types("What papers do I need?")
    assert chat.other == ["What papers do I need?"]
    assert chat.said == ["Your name?"]
    await chat.types("Noy")
    assert chat.answers == {"name": "Noy"}


async def test_what_does_not_fit_is_told_and_the_question_repeated() -> None:
    chat = Chat()
    await chat.types("N")
    assert chat.said == ["Too short.", "Your name?"]


async def test_correcting_one_answer_in_the_review_keeps_the_others() -> None:
    chat = Chat()
    await chat.types("Noy")
    await chat.presses_label("Thailand")
    await chat.presses_label("Correct: Your name?")
    await chat.types("Noy Two")
    await chat.presses_label("All correct ✓")
    assert FINISHED[-1] == {"name": "Noy Two", "country": "TH"}


async def test_back_and_skip() -> None:
    chat = Chat()
    await chat.types("Noy")
    await chat.presses_label("Lao PDR")
    await chat.presses_label("‹ Back")
    assert chat.said == ["Country?"]
    await chat.presses_label("Lao PDR")
    await chat.presses_label("Skip")
    await chat.presses_label("All correct ✓")
    assert FINISHED[-1] == {"name": "Noy", "country": "LA"}


async def test_a_button_of_a_closed_form_says_so() -> None:
    chat = Chat()
    await chat.types("Noy")
    await chat.presses_label("Cancel")
    await chat.presses_label("Lao PDR")
    assert "not open any more" in chat.said[0]


ACTION = st.one_of(
    st.tuples(st.just("type"), st.text(max_size=8)),
    st.tuples(st.just("type"), st.sampled_from(["Noy", "Boten", "Thailand", "what?", "lao pdr"])),
    st.tuples(st.just("press"), st.integers(0, 30)),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ACTION, max_size=25))
def test_any_order_of_typing_pressing_and_going_back_keeps_the_answers(actions: list[tuple[str, Any]]) -> None:
    """No step loses an answer that it is not about, nothing raises, and every turn of an open form says something."""

    async def run() -> None:
        chat = Chat()
        for kind, value in actions:
            before, open_before = chat.answers, chat.dialog.form is not None
            if kind == "type":
                await chat.types(value)
            else:
                await chat.presses(list(chat.buttons.values())[value % len(chat.buttons)])
                assert chat.said
            if open_before and chat.dialog.form is not None:
                assert chat.said
                assert len(before.keys() - chat.answers.keys()) <= 1
                changed = [key for key in before if key in chat.answers and chat.answers[key] != before[key]]
                assert len(changed) <= 1
            if chat.dialog.form is not None:
                assert chat.answers.get("country") in (None, "LA", "TH")

    asyncio.run(run())


# -- every kind of field, made from data

KINDS = (
    Field("who", "Who?", kind="name"),
    Field("needs", "Needs?", lambda t: [Option("a", "Food"), Option("b", "Visa")], multi=True, optional=True),
    Field("people", "How many?", kind="number"),
    Field("day", "Which day?", kind="date", optional=True),
    Field("contact", "Contact?", kind="contact", optional=True),
)


def _made(data: dict[str, Any]) -> Form:
    return Form("kinds", KINDS, _done, review=True)


KINDS_MACHINE = FormMachine({"kinds": _made})


class KindsChat(Chat):
    """The same person at a form that is made from data."""

    def __init__(self) -> None:
        self.dialog = Dialog()
        self.said, self.buttons, self.other = [], {}, []
        turn = self._turn(Incoming("x", "1", "1", Kind.COMMAND))
        open_form(turn, _made({}), data={"event": 1}, known=True, people=2)
        self._keep(turn)

    async def types(self, text: str) -> None:
        turn = self._turn(Incoming("x", "1", "1", Kind.TEXT, text=text))
        if not (KINDS_MACHINE.is_open(turn) and await KINDS_MACHINE.take(turn)) and KINDS_MACHINE.is_open(turn):
            KINDS_MACHINE.ask_again(turn)
        self._keep(turn)

    async def presses(self, pressed: Pressed) -> None:
        turn = self._turn(Incoming("x", "1", "1", Kind.BUTTON), pressed)
        await KINDS_MACHINE.press(turn)
        self._keep(turn)


async def test_kinds_are_read_in_any_script_and_what_is_known_is_not_asked() -> None:
    chat = KindsChat()
    await chat.types("ນ້ອຍ")
    await chat.presses_label("Food")
    await chat.presses_label("Visa")
    await chat.presses_label("☑ Food")
    await chat.presses_label("Done ✓")
    assert chat.said == ["Which day?"]  # the number is known
    await chat.types("๙/๓/๒๕๗๐")
    await chat.types("not a contact")
    assert "no phone number" in chat.said[0]
    await chat.types("+៨៥៥ ១២ ៣៤៥ ៦៧៨")
    await chat.presses_label("All correct ✓")
    assert FINISHED[-1] == {
        "who": "ນ້ອຍ", "needs": ["b"], "people": 2, "day": "2027-03-09", "contact": "+85512345678",
    }  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("type"), st.text(max_size=12)),
            st.tuples(st.just("type"), st.sampled_from(["ນ້ອຍ", "៣", "9/3/2027", "a@b.co", "what?", "Food"])),
            st.tuples(st.just("press"), st.integers(0, 40)),
        ),
        max_size=25,
    )
)
def test_any_order_at_every_kind_keeps_answers_fit(actions: list[tuple[str, Any]]) -> None:
    async def run() -> None:
        chat = KindsChat()
        for kind, value in actions:
            before = chat.answers
            if kind == "type":
                await chat.types(value)
            else:
                await chat.presses(list(chat.buttons.values())[value % len(chat.buttons)])
            if chat.dialog.form is not None:
                assert chat.said
                assert len(before.keys() - chat.answers.keys()) <= 1
                assert isinstance(chat.answers.get("people", 0), int)
                assert set(chat.answers.get("needs", [])) <= {"a", "b"}

    asyncio.run(run())
