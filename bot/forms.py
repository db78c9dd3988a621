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

from markupsafe import Markup, escape

from bot.conversation import Button, Json, Kind, Rows, Turn, rows
from bot.form_values import READERS, Unfit
from knowledge.phrases import N_, Phrases

Answers = Mapping[str, Any]
PICK, PAGE, SKIP, BACK, CANCEL, CORRECT, ACCEPT, DONE = (
    "form.pick", "form.page", "form.skip", "form.back", "form.cancel", "form.correct", "form.accept", "form.done",
)  # fmt: skip
ACTIONS = {PICK, PAGE, SKIP, BACK, CANCEL, CORRECT, ACCEPT, DONE}
QUESTION_MARKS = ("?", "？", "؟", "?")
MAY_ASK = ("question", "texts")


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str  # in the person's language


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form.

    `options` makes it a choice (`multi`: of several, a list); without, it takes text, read as its `kind` says (see
    `bot.form_values`; only "question" and "texts" may end in a question mark, other words that do are asked in the
    middle). `page`: so many options at once, with the way to the others.
    `check` gives a message id when the text won't do. `when` says from the answers so far whether the question is asked
    at all. `spoken` is the prompt where it is content rather than a message of ours.
    """

    id: str
    prompt: str
    options: Callable[[Phrases], Sequence[Option]] | None = None
    optional: bool = False
    width: int = 2
    check: Callable[[str], str | None] = lambda text: None
    when: Callable[[Answers], bool] = lambda answers: True
    effect: Callable[[Turn, str], None] = lambda turn, value: None  # at once, e.g. the language of the next question
    kind: str = "text"
    multi: bool = False
    spoken: Callable[[Phrases], str] | None = None
    page: int | None = None

    def words(self, t: Phrases) -> Markup:
        return escape(self.spoken(t)) if self.spoken else t(self.prompt)


@dataclass(frozen=True, slots=True)
class Form:
    """`done` gets the turn and the answers by field id (skipped ones are absent)."""

    name: str
    fields: tuple[Field, ...]
    done: Callable[[Turn, Answers], Awaitable[None]]
    cancelled: str = N_("All right, we stop here. Nothing was changed.")
    review: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)  # field id → short name for the review
    notice: Callable[[Phrases], Markup] | None = None  # said in the review, e.g. what is consented to
    accept: Callable[[Phrases], Markup] = lambda t: t.p("button", "All correct ✓")


FormMaker = Callable[[Json], Form]
"""Makes the form from the data that it was opened with: forms that are themselves data, e.g. an event's."""


class FormMachine:
    """Runs whichever form the person has open."""

    def __init__(self, forms: Mapping[str, Form | FormMaker]) -> None:
        self._forms = forms

    def is_open(self, turn: Turn) -> bool:
        return turn.dialog.form is not None and turn.dialog.form["name"] in self._forms

    def owns(self, action: str) -> bool:
        return action in ACTIONS

    async def take(self, turn: Turn) -> bool:
        """Takes a typed message as the answer; False when it is none and should be handled as what it is."""
        form, current = self._form(turn), self._field(turn)
        if current is None or turn.incoming.kind not in (Kind.TEXT, Kind.CONTACT):
            return False
        if turn.incoming.kind is Kind.CONTACT and current.kind not in ("phone", "contact"):
            return False
        text = (turn.incoming.contact.phone if turn.incoming.contact else turn.incoming.text).strip()
        if current.options is not None:
            return await self._take_choice(turn, form, current, text)
        if text.endswith(QUESTION_MARKS) and current.kind not in MAY_ASK:
            return False
        try:
            value = READERS[current.kind](text, self._country(turn)) if current.kind != "text" else text
            problem = current.check(text)
        except Unfit as unfit:
            problem = unfit.message
        if problem:
            turn.say(turn.t(problem))
            _ask(turn, form, current)
            return True
        await self._answer(turn, form, current, value)
        return True

    def _country(self, turn: Turn) -> str | None:
        """Whose phone numbers are meant."""
        return self._state(turn)["answers"].get("country") or turn.person.country

    async def _take_choice(self, turn: Turn, form: Form, current: Field, text: str) -> bool:
        assert current.options is not None
        for option in current.options(turn.t):
            if text.casefold() in (option.label.casefold(), option.value.casefold()):
                if current.multi:
                    self._toggle(turn, form, current, option.value, edit=False)
                else:
                    await self._answer(turn, form, current, option.value)
                return True
        return False

    def _toggle(self, turn: Turn, form: Form, current: Field, value: str, *, edit: bool) -> None:
        """One of several choices, on or off; the question stays until "Done"."""
        answers = self._state(turn)["answers"]
        chosen = list(answers.get(current.id, ()))
        answers[current.id] = [v for v in chosen if v != value] if value in chosen else [*chosen, value]
        _ask(turn, form, current, edit=edit)

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
            await self._accept(turn, form)
        elif action == CORRECT:
            state["at"], state["correcting"] = data["field"], True
            _ask(turn, form, self._by_id(form, data["field"]), edit=True)
        elif action == BACK:
            self._back(turn, form)
        elif (current := self._field(turn)) is None or data.get("field") != current.id:
            self.ask_again(turn)  # a button of an earlier question
        elif action == PAGE:
            _ask(turn, form, current, edit=True, page=int(data.get("page", 0)))
        elif action == SKIP and current.optional:
            state["answers"].pop(current.id, None)
            await self._next(turn, form, current)
        elif action == DONE and current.multi:
            self._state(turn)["answers"].setdefault(current.id, [])
            await self._next(turn, form, current)
        elif action == PICK and self._is_choice(turn, current, data.get("value")):
            if current.multi:
                self._toggle(turn, form, current, data["value"], edit=True)
            else:
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
        state = self._state(turn)
        form = self._forms[state["name"]]
        return form if isinstance(form, Form) else form(state.get("data") or {})

    def _field(self, turn: Turn) -> Field | None:
        """The question that waits for an answer; None in the review."""
        at = self._state(turn)["at"]
        return None if at is None else self._by_id(self._form(turn), at)

    @staticmethod
    def _by_id(form: Form, field_id: str) -> Field:
        return next((f for f in form.fields if f.id == field_id), form.fields[0])

    # -- steps

    async def _accept(self, turn: Turn, form: Form) -> None:
        """Finishes from the review; something that was made necessary by a correction is asked first."""
        if missing := _missing(form, self._state(turn)["answers"]):
            self._state(turn)["at"] = missing.id
            self.ask_again(turn)
        else:
            await self._finish(turn, form)

    async def _answer(self, turn: Turn, form: Form, current: Field, value: Any, *, edit: bool = False) -> None:
        self._state(turn)["answers"][current.id] = value
        current.effect(turn, value)
        await self._next(turn, form, current, edit=edit)

    async def _next(self, turn: Turn, form: Form, current: Field, *, edit: bool = True) -> None:
        state = self._state(turn)
        following = None
        if not state.pop("correcting", False):
            following = _following(form, state, current)
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
        index = len(form.fields) if current is None else _place(form, current)
        asked = [f for f in form.fields[:index] if f.when(state["answers"])]
        if asked:
            state["at"] = asked[-1].id
        self.ask_again(turn)


def open_form(
    turn: Turn, form: Form, *, data: Json | None = None, known: bool = False, at_review: bool = False, **answers: Any
) -> None:
    """Begins a form, with answers that are known already; `known`: those are shown in the review, not asked again.

    `data` is what a FormMaker made the form from.
    """
    state = {"name": form.name, "at": None, "answers": dict(answers), "data": data or {}, "known": known}
    turn.dialog.form = state
    first = next((f for f in form.fields if f.when(answers) and not (known and f.id in answers)), None)
    if first is not None and not at_review:
        state["at"] = first.id
        _ask(turn, form, first)
    else:
        _show_review(turn, form, answers)


def _following(form: Form, state: Json, current: Field) -> Field | None:
    """The next question that has something to ask."""
    answers = state["answers"]
    return next(
        (
            f
            for f in form.fields[_place(form, current) + 1 :]
            if f.when(answers) and not (state.get("known") and f.id in answers)
        ),
        None,
    )


def _place(form: Form, current: Field) -> int:
    """By its id, because a form made from data is made anew each time."""
    return next(number for number, f in enumerate(form.fields) if f.id == current.id)


def _missing(form: Form, answers: Answers) -> Field | None:
    return next((f for f in form.fields if f.when(answers) and not f.optional and f.id not in answers), None)


def _ask(turn: Turn, form: Form, current: Field, *, edit: bool = False, page: int = 0) -> None:
    options = current.options(turn.t) if current.options else ()
    size = current.page or max(len(options), 1)
    chosen = _state_of(turn)["answers"].get(current.id, ()) if current.multi else ()
    choices = [
        Button(
            f"☑ {o.label}" if o.value in chosen else o.label,
            PICK,
            {"form": form.name, "field": current.id, "value": o.value},
        )
        for o in options[page * size : (page + 1) * size]
    ]
    turning = _turning(turn, form, current, page, more=len(options) > (page + 1) * size)
    shown = rows(choices, current.width) + rows(turning, 2) + _controls(turn, form, current)
    turn.say(current.words(turn.t), shown, edit=edit)


def _turning(turn: Turn, form: Form, current: Field, page: int, *, more: bool) -> list[Button]:
    """The way to the options before and after these."""
    where = {"form": form.name, "field": current.id}
    earlier = Button(turn.t.p("button", "‹ Earlier"), PAGE, {**where, "page": page - 1})
    later = Button(turn.t.p("button", "More ›"), PAGE, {**where, "page": page + 1})
    return [button for button, there in ((earlier, page > 0), (later, more)) if there]


def _state_of(turn: Turn) -> Json:
    return turn.dialog.form or {"answers": {}}


def _controls(turn: Turn, form: Form, current: Field) -> Rows:
    where = {"form": form.name, "field": current.id}
    controls = []
    if _place(form, current) > 0:
        controls.append(Button(turn.t.p("button", "‹ Back"), BACK, where))
    if current.multi:
        controls.append(Button(turn.t.p("button", "Done ✓"), DONE, where))
    elif current.optional:
        controls.append(Button(turn.t.p("button", "Skip"), SKIP, where))
    controls.append(Button(turn.t.p("button", "Cancel"), CANCEL, where))
    return rows(controls, 3)


def _show_review(turn: Turn, form: Form, answers: Answers, *, edit: bool = False) -> None:
    buttons: list[Button] = [Button(form.accept(turn.t), ACCEPT, {"form": form.name})]
    lines = [turn.t("Please check:")]
    corrections = []
    for f in form.fields:
        if not f.when(answers):
            continue
        name = turn.t(form.labels[f.id]) if f.id in form.labels else f.words(turn.t)
        lines.append(turn.t("{name}: {value}", name=name, value=shown(turn.t, f, answers.get(f.id))))
        label = turn.t("Correct: {name}", name=name)
        corrections.append(Button(label, CORRECT, {"form": form.name, "field": f.id}))
    if form.notice:
        lines += [Markup(""), form.notice(turn.t)]
    buttons.append(Button(turn.t.p("button", "Cancel"), CANCEL, {"form": form.name}))
    turn.say(Markup("\n").join(lines), rows(buttons[:1]) + rows(corrections) + rows(buttons[1:]), edit=edit)


def shown(t: Phrases, current: Field, value: Any) -> str:
    """An answer in the person's words."""
    if value is None or value == []:
        return "–"
    labels = {o.value: o.label for o in current.options(t)} if current.options else {}
    if isinstance(value, list):
        return t.list([labels.get(v, v) for v in value])
    if current.kind == "date":
        return t.date(value)
    return str(labels.get(value, value))
