"""People who use the bot: what they do becomes updates, what they see is checked.

A `View` is one person in one chat. Nothing here sleeps or polls: each wait ends with the next change of the world.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from .actions import Actions
from .backend import Backend
from .markup import Button
from .model import CallbackQuery, Chat, Message, User

Expected = str | re.Pattern[str] | Callable[[Message], bool]
DEFAULT_PATIENCE = 5.0


def matches(message: Message, expected: Expected) -> bool:
    """A string must be part of what is shown, a pattern must be found in it, a function decides by itself."""
    if isinstance(expected, str):
        return expected in message.shown
    if isinstance(expected, re.Pattern):
        return expected.search(message.shown) is not None
    return expected(message)


class View(Actions):
    """One person in one chat with the bot; `mark` is the moment of their last action."""

    def __init__(self, backend: Backend, user: User, chat: Chat) -> None:
        super().__init__(backend, user, chat)
        self.patience = DEFAULT_PATIENCE
        """Seconds that a wait takes at most unless it says otherwise."""

    # What can be seen

    def messages(self) -> list[Message]:
        """The bot's messages on the screen now, oldest first."""
        return [message for message in self.chat.visible() if message.from_bot]

    def fresh(self) -> list[Message]:
        """The bot's messages that came or changed since the last action of this person."""
        return [message for message in self.messages() if message.revision > self.mark]

    @property
    def last(self) -> Message:
        """The bot's newest message on the screen."""
        messages = self.messages()
        assert messages, f"the bot wrote nothing:\n{self.screen()}"
        return messages[-1]

    @property
    def keyboard(self) -> list[str]:
        """Labels of the reply keyboard, in reading order."""
        return [button.text for button in self.chat.keyboard.buttons] if self.chat.keyboard else []

    def toasts(self) -> list[CallbackQuery]:
        """Answers to this person's presses that showed a text."""
        return [q for q in self.world.queries.values() if q.user is self.user and q.answered and q.text]

    def screen(self, limit: int = 15) -> str:
        """The chat as a person sees it, as text."""
        lines = [f"── {self.user.first_name} in {self.chat.title or 'private chat'} ({self.chat.type} {self.chat.id})"]
        for message in self.chat.visible()[-limit:]:
            lines.extend(_lines(message))
        if self.chat.keyboard is not None:
            lines += ["   keyboard: " + " ".join(f"[{b.text}]" for b in row) for row in self.chat.keyboard.rows]
        lines += [f"   {'alert' if query.alert else 'toast'}: {query.text}" for query in self.toasts()[-2:]]
        return "\n".join(lines)

    # Waiting for it

    async def sees(self, *expected: Expected, buttons: Sequence[str] | None = None, fresh: bool = True,
                   within: float | None = None) -> Message:  # fmt: skip
        """Wait until one message shows all of `expected`, with at least `buttons` under it; returns the newest such.

        Only messages that came or changed since this person's last action count, unless `fresh` is False.
        """
        found: list[Message] = []

        def there() -> bool:
            for message in self.fresh() if fresh else self.messages():
                if all(matches(message, part) for part in expected) and set(buttons or ()) <= set(message.buttons):
                    found.append(message)
            return bool(found)

        wanted = " and ".join(map(_name, expected)) or "any message"
        await self._until(there, within, wanted + (f" with buttons {list(buttons)}" if buttons else ""))
        return found[-1]

    async def sees_no_more(self, expected: Expected, *, within: float | None = None) -> None:
        """Wait until no message of the bot shows `expected` any longer."""

        def gone() -> bool:
            return not any(matches(message, expected) for message in self.messages())

        await self._until(gone, within, f"no {_name(expected)}")

    async def sees_toast(self, expected: str = "", *, alert: bool | None = None, within: float | None = None) -> str:
        """Wait for the text over the chat that answers a press of this person since their last action."""
        found: list[CallbackQuery] = []

        def there() -> bool:
            found[:] = [
                q for q in self.toasts()
                if q.revision > self.mark and expected in (q.text or "") and alert in (None, q.alert)
            ]  # fmt: skip
            return bool(found)

        await self._until(there, within, f"a toast {expected!r}")
        return found[-1].text or ""

    async def sees_press_answered(self, *, within: float | None = None) -> None:
        """Wait until each press of this person was answered, so that no button shows a clock."""
        mine = [q for q in self.world.queries.values() if q.user is self.user]
        await self._until(lambda: all(q.answered for q in mine), within, "every press answered")

    async def sees_action(self, action: str = "typing", *, within: float | None = None) -> None:
        """Wait for a chat action, such as "typing", since this person's last action."""

        def there() -> bool:
            return any(name == action for _, name in self.chat.actions[self.actions_mark :])

        await self._until(there, within, f"the bot {action}")

    async def sees_nothing(self, *, within: float = 0.2) -> None:
        """Watch for `within` seconds of real time that nothing new comes; fails at the first thing that does."""
        if await self.world.changed.until(lambda: bool(self.fresh()), within):
            raise AssertionError(f"expected silence, but the bot spoke:\n{self.screen()}")

    async def sees_keyboard(self, *labels: str, within: float | None = None) -> None:
        """Wait until the reply keyboard offers `labels`; without labels: until there is none."""

        def there() -> bool:
            return set(labels) <= set(self.keyboard) if labels else self.chat.keyboard is None

        await self._until(there, within, f"a keyboard with {labels}" if labels else "no keyboard")

    async def _until(self, condition: Callable[[], bool], within: float | None, wanted: str) -> None:
        seconds = self.patience if within is None else within
        await self.world.until(
            condition,
            seconds,
            lambda: f"{self.user.first_name} did not see {wanted} within {seconds} s\n{self.screen()}",
        )

    # Pressing

    async def presses(self, label: str, *, message: Message | None = None, vanished: bool = False,
                      within: float | None = None) -> Button:  # fmt: skip
        """Press the button with this label (or callback data) as soon as it is on the screen.

        Inline buttons of the newest message come first, then the reply keyboard: its text is said, or the own contact
        or the location is shared. With `vanished` any button that ever was there can be pressed, also of a deleted
        message, because phones show old states. A URL button is returned and causes no update.
        """
        found: list[tuple[Message | None, Button]] = []

        def there() -> bool:
            found[:] = self._find_button(label, message, vanished)
            return bool(found)

        await self._until(there, within, f"a button {label!r}")
        source, button = found[0]
        if source is None:
            await self._use_keyboard(button)
        elif button.data is not None:
            self.press_data(source, button.data)
        return button

    def _find_button(self, label: str, message: Message | None, vanished: bool) -> list[tuple[Message | None, Button]]:
        pool = list(self.chat.messages.values()) if vanished else self.chat.visible()
        sources = [message] if message is not None else [m for m in reversed(pool) if m.from_bot]
        for exact in (True, False):
            for source in sources:
                buttons = source.past_buttons() if vanished else source.inline.buttons if source.inline else []
                for button in buttons:
                    if _is_meant(button, label, exact):
                        return [(source, button)]
            if message is None and self.chat.keyboard is not None:
                for button in self.chat.keyboard.buttons:
                    if _is_meant(button, label, exact):
                        return [(None, button)]
        return []

    async def _use_keyboard(self, button: Button) -> None:
        if button.request_contact:
            await self.shares_contact()
        elif button.request_location:
            await self.shares_location()
        else:
            await self.says(button.text)


class Person(View):
    """A person in their private chat; `at(group)` is the same person elsewhere."""

    def at(self, chat: Chat) -> View:
        """This person in a group; they become a member (without notice) if they are none, and are as patient."""
        chat.members.setdefault(self.user.id, self.user)
        view = View(self.backend, self.user, chat)
        view.patience = self.patience
        return view


def _is_meant(button: Button, label: str, exact: bool) -> bool:
    if exact:
        return label in (button.text, button.data)
    return label in button.text


def _name(expected: Expected) -> str:
    if isinstance(expected, re.Pattern):
        return f"/{expected.pattern}/"
    return repr(expected) if isinstance(expected, str) else str(getattr(expected, "__name__", expected))


def _lines(message: Message) -> list[str]:
    kinds = [key for key in message.content if not key.startswith("forward")]
    author = message.sender.first_name if message.sender else "?"
    edited = " (edited)" if message.edit_date is not None else ""
    lines = [f"{author}{edited}: " + " ".join([*(f"<{kind}>" for kind in kinds), message.shown])]
    if message.inline is not None:
        lines += ["   " + " ".join(f"[{button.text}]" for button in row) for row in message.inline.rows]
    return lines


def describe(value: Any) -> str:
    """A short name of an expectation, for failure messages."""
    return _name(value) if isinstance(value, str | re.Pattern) or callable(value) else str(value)
