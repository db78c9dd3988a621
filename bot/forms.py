"""Forms as data: a list of fields, asked one at a time, in any conversation.

The state lives with the person (`Dialog.form`), so a form survives a restart, goes on after a question asked in its
middle, can go back, skip what is optional, be corrected in a review, be left with /cancel and taken up again later.

    open → ask field → answer → … → (review → correct →) done
              ↑ back     ↓ skip (optional), cancel (from anywhere)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from bot.conversation import Button, Kind, Rows, Turn, rows
from knowledge.phrases import N_, Phrases

Answers = Mapping[str, Any]
PICK, SKIP, BACK, CANCEL, CORRECT, ACCEPT = (
    "form.pick", "form.skip", "form.back", "form.cancel", "form.correct", "form.accept",
)  # fmt: skip
QUESTION_MARKS = ("?", "？", "؟", "?")


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str  # in the person's language


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form.

    `options` makes it a choice; without, it takes text. `check` gives a message id when the text won't do.
    `when` says from the answers so far whether the question is asked at all.
    """

    id: str
    prompt: str
    options: Callable[[Phrases], Sequence[Option]] | None = None
    optional: bool = False
    width: int = 2
    check: Callable[[str], str | None] = lambda text: None
    when: Callable[[Answers], bool] = lambda answers: True
    effect: Callable[[Turn, str], None] = lambda turn, value: None  # at once, e.g. the language of the next question


@dataclass(frozen=True, slots=True)
class Form:
    """`done` gets the turn and the answers by field id (skipped ones are absent)."""

    name: str
    fields: tuple[Field, ...]
    done: Callable[[Turn, Answers], Awaitable[None]]
    cancelled: str = N_("All right, we stop here. Nothing was changed.")
    review: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)  # field id → short name for the review


class FormMachine:
    """Runs whichever form the person has open."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        self._forms = forms

    def is_open(self, turn: Turn) -> bool:
        return turn.dialog.form is not None and turn.dialog.form["name"] in self._forms

    def owns(self, action: str) -> bool:
        return action in {PICK, SKIP, BACK, CANCEL, CORRECT, ACCEPT}

    async def take(self, turn: Turn) -> bool:
        """Takes a typed message as the answer; False when it is none and should be handled as what it is."""
        if turn.incoming.kind is not Kind.TEXT:
            return False
        form, current = self._form(turn), self._field(turn)
        text = turn.incoming.text.strip()
        if current is None:
            return False
        if current.options is not None:
            return await self._take_choice(turn, form, current, text)
        if text.endswith(QUESTION_MARKS):
            return False
        if problem := current.check(text):
            turn.say(turn.t(problem))
            _ask(turn, form, current)
            return True
        await self._answer(turn, form, current, text)
        return True

    async def _take_choice(self, turn: Turn, form: Form, current: Field, text: str) -> bool:
        assert current.options is not None
        for option in current.options(turn.t):
            if text.casefold() in (option.label.casefold(), option.value.casefold()):
                await self._answer(turn, form, current, option.value)
                return True
        return False

    async def press(self, turn: Turn) -> None:
        assert turn.pressed is not None
        data, action = turn.pressed.data, turn.pressed.action
        if not self.is_open(turn) or data.get("form") != self._form(turn).name:
            turn.say(turn.t("This form is not open any more. Your earlier answers are kept as they were."))
            return
        form, state = self._form(turn), self._state(turn)
        if action == CANCEL:
            self.cancel(turn)
        elif action == ACCEPT:
            await self._finish(turn, form)
        elif action == CORRECT:
            state["at"], state["correcting"] = data["field"], True
            _ask(turn, form, self._by_id(form, data["field"]), edit=True)
        elif action == BACK:
            self._back(turn, form)
        elif (current := self._field(turn)) is None or data.get("field") != current.id:
            self.ask_again(turn)  # a button of an earlier question
        elif action == SKIP and current.optional:
            state["answers"].pop(current.id, None)
            await self._next(turn, form, current)
        elif action == PICK and self._is_choice(turn, current, data.get("value")):
            await self._answer(turn, form, current, data["value"], edit=True)
        else:
            self.ask_again(turn)

    @staticmethod
    def _is_choice(turn: Turn, current: Field, value: object) -> bool:
        return current.options is not None and any(option.value == value for option in current.options(turn.t))

    def cancel(self, turn: Turn) -> None:
        """Leaves the open form."""
        message = self._form(turn).cancelled
        turn.dialog.form = None
        turn.say(turn.t(message), edit=True)

    def ask_again(self, turn: Turn) -> None:
        """Repeats the question that is waiting, e.g. after something else was answered in between."""
        form, current = self._form(turn), self._field(turn)
        if current is None:
            _show_review(turn, form, self._state(turn)["answers"])
        else:
            _ask(turn, form, current)

    # -- state

    @staticmethod
    def _state(turn: Turn) -> dict[str, Any]:
        assert turn.dialog.form is not None
        return turn.dialog.form

    def _form(self, turn: Turn) -> Form:
        return self._forms[self._state(turn)["name"]]

    def _field(self, turn: Turn) -> Field | None:
        """The question that waits for an answer; None in the review."""
        at = self._state(turn)["at"]
        return None if at is None else self._by_id(self._form(turn), at)

    @staticmethod
    def _by_id(form: Form, field_id: str) -> Field:
        return next((f for f in form.fields if f.id == field_id), form.fields[0])

    # -- steps

    async def _answer(self, turn: Turn, form: Form, current: Field, value: str, *, edit: bool = False) -> None:
        self._state(turn)["answers"][current.id] = value
        current.effect(turn, value)
        await self._next(turn, form, current, edit=edit)

    async def _next(self, turn: Turn, form: Form, current: Field, *, edit: bool = True) -> None:
        state = self._state(turn)
        following = None
        if not state.pop("correcting", False):
            index = form.fields.index(current)
            following = next((f for f in form.fields[index + 1 :] if f.when(state["answers"])), None)
        if following is not None:
            state["at"] = following.id
            _ask(turn, form, following, edit=edit)
        elif form.review:
            state["at"] = None
            _show_review(turn, form, state["answers"], edit=edit)
        else:
            await self._finish(turn, form)

    async def _finish(self, turn: Turn, form: Form) -> None:
        answers = {
            f.id: self._state(turn)["answers"][f.id]
            for f in form.fields
            if f.id in self._state(turn)["answers"] and f.when(self._state(turn)["answers"])
        }
        turn.dialog.form = None
        await form.done(turn, answers)

    def _back(self, turn: Turn, form: Form) -> None:
        state, current = self._state(turn), self._field(turn)
        index = len(form.fields) if current is None else form.fields.index(current)
        asked = [f for f in form.fields[:index] if f.when(state["answers"])]
        if asked:
            state["at"] = asked[-1].id
        self.ask_again(turn)


def open_form(turn: Turn, form: Form, **answers: str) -> None:
    """Begins a form, with answers that are known already."""
    first = next(f for f in form.fields if f.when(answers))
    turn.dialog.form = {"name": form.name, "at": first.id, "answers": dict(answers)}
    _ask(turn, form, first)


def _ask(turn: Turn, form: Form, current: Field, *, edit: bool = False) -> None:
    options = current.options(turn.t) if current.options else ()
    choices = [Button(o.label, PICK, {"form": form.name, "field": current.id, "value": o.value}) for o in options]
    turn.say(turn.t(current.prompt), rows(choices, current.width) + _controls(turn, form, current), edit=edit)


def _controls(turn: Turn, form: Form, current: Field) -> Rows:
    where = {"form": form.name, "field": current.id}
    controls = []
    if form.fields.index(current) > 0:
        controls.append(Button(turn.t.p("button", "‹ Back"), BACK, where))
    if current.optional:
        controls.append(Button(turn.t.p("button", "Skip"), SKIP, where))
    controls.append(Button(turn.t.p("button", "Cancel"), CANCEL, where))
    return rows(controls, 3)


def _show_review(turn: Turn, form: Form, answers: Answers, *, edit: bool = False) -> None:
    buttons: list[Button] = [Button(turn.t.p("button", "All correct ✓"), ACCEPT, {"form": form.name})]
    lines = [turn.t("Please check:")]
    for f in form.fields:
        if not f.when(answers):
            continue
        name = turn.t(form.labels.get(f.id, f.prompt))
        lines.append(turn.t("{name}: {value}", name=name, value=_shown(turn, f, answers.get(f.id))))
        buttons.append(Button(turn.t("Correct: {name}", name=name), CORRECT, {"form": form.name, "field": f.id}))
    buttons.append(Button(turn.t.p("button", "Cancel"), CANCEL, {"form": form.name}))
    turn.say(Markup("\n").join(lines), rows(buttons), edit=edit)


def _shown(turn: Turn, current: Field, value: str | None) -> str:
    if value is None:
        return "–"
    options = current.options(turn.t) if current.options else ()
    return next((o.label for o in options if o.value == value), value)
