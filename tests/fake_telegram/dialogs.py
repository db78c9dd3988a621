"""Dialog tables: rows of (what a person does, what they then see).

await dialog(alice, [
    ("/start", "Welcome"),
    (press("Zones"), sees("Choose a country", buttons=["Thailand"])),
    ("nonsense", [re.compile("did not understand"), toast("")]),
    (None, nothing()),
])
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

from .people import Expected, View, describe

Action = str | Callable[[View], Awaitable[object]] | None
Check = Callable[[View], Awaitable[object]]
Expectation = Expected | Check | Sequence["Expected | Check"] | None


class _Named:
    """A step with a name for failure messages."""

    def __init__(self, name: str, run: Callable[[View], Awaitable[object]]) -> None:
        self.__name__ = name
        self._run = run

    def __call__(self, view: View) -> Awaitable[object]:
        return self._run(view)


def press(label: str, *, vanished: bool = False) -> _Named:
    """Press a button by label or callback data."""
    return _Named(f"press [{label}]", lambda view: view.presses(label, vanished=vanished))


def start(payload: str | None = None) -> _Named:
    """Press Start, possibly with the payload of a deep link."""
    return _Named(f"start {payload or ''}", lambda view: view.starts(payload))


def location(latitude: float, longitude: float) -> _Named:
    """Share a location."""
    return _Named(f"location {latitude}, {longitude}", lambda view: view.shares_location(latitude, longitude))


def contact(phone: str = "66812345678", *, of: View | str | None = None) -> _Named:
    """Share the own contact or somebody else's."""
    return _Named("contact", lambda view: view.shares_contact(phone, of=of))


def sees(*expected: Expected, buttons: Sequence[str] | None = None) -> _Named:
    """One new or changed message with all of `expected` and at least these buttons."""
    return _Named(f"sees {expected} {buttons or ''}", lambda view: view.sees(*expected, buttons=buttons))


def toast(text: str) -> _Named:
    """A text over the chat that answers the press."""
    return _Named(f"toast {text!r}", lambda view: view.sees_toast(text))


def keyboard(*labels: str) -> _Named:
    """A reply keyboard with at least these buttons; none without labels."""
    return _Named(f"keyboard {labels}", lambda view: view.sees_keyboard(*labels))


def nothing(within: float = 0.2) -> _Named:
    """Silence for `within` seconds."""
    return _Named("nothing", lambda view: view.sees_nothing(within=within))


async def dialog(view: View, rows: Iterable[tuple[Action, Expectation]]) -> None:
    """Play the rows in order; a failure names the row and what went well before it, and shows the screen."""
    played: list[str] = []
    for number, (action, expectation) in enumerate(rows, 1):
        row = f"{number}. {describe(action)} → {describe(expectation)}"
        try:
            if isinstance(action, str):
                await view.says(action)
            elif action is not None:
                await action(view)
            await _check(view, expectation)
        except AssertionError as failure:
            before = "".join(f"\n  ok {line}" for line in played)
            raise AssertionError(f"dialog failed at row {row}{before}\n{failure}") from None
        played.append(row)


async def _check(view: View, expectation: Expectation) -> None:
    if expectation is None:
        return
    if isinstance(expectation, _Named):
        await expectation(view)
    elif isinstance(expectation, Sequence) and not isinstance(expectation, str):
        for part in expectation:
            await _check(view, part)
    else:
        await view.sees(expectation)  # type: ignore[arg-type]
