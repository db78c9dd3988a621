"""Which handler gets an incoming message: pressed button → command → open form → what kind it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.conversation import Kind, Turn
from bot.forms import Form, FormMachine, FormMaker

Handler = Callable[[Turn], Awaitable[None]]
Gate = Callable[[Turn], Awaitable[bool]]
EXPECTABLE = {Kind.TEXT, Kind.PHOTO, Kind.DOCUMENT}
K = TypeVar("K")


class Routes:
    """What one handler module answers to; filled by decorators, joined by the router."""

    def __init__(self) -> None:
        self.commands: dict[str, Handler] = {}
        self.buttons: dict[str, Handler] = {}
        self.kinds: dict[Kind, Handler] = {}
        self.forms: dict[str, Form | FormMaker] = {}
        self.links: dict[str, Handler] = {}
        self.expects: dict[str, Handler] = {}
        self.gates: dict[str, Gate] = {}

    def command(self, *names: str) -> Callable[[Handler], Handler]:
        return _into(self.commands, names)

    def button(self, *actions: str) -> Callable[[Handler], Handler]:
        return _into(self.buttons, actions)

    def kind(self, *kinds: Kind) -> Callable[[Handler], Handler]:
        return _into(self.kinds, kinds)

    def link(self, *prefixes: str) -> Callable[[Handler], Handler]:
        """What follows /start in a link that begins so."""
        return _into(self.links, prefixes)

    def expected(self, *names: str) -> Callable[[Handler], Handler]:
        """The message that `Turn.expect` waited for."""
        return _into(self.expects, names)

    def gate(self, gate: Gate) -> Gate:
        """Is asked before all else; what it takes (True) goes no further."""
        self.gates[f"{gate.__module__}.{gate.__qualname__}"] = gate
        return gate

    def form(self, form: Form) -> Form:
        self.forms[form.name] = form
        return form

    def form_from(self, name: str, make: FormMaker) -> FormMaker:
        """Forms that are made from data, by a name that stays."""
        self.forms[name] = make
        return make


def _into(table: dict[K, Handler], keys: tuple[K, ...]) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        for key in keys:
            if key in table:
                raise ValueError(f"two handlers for {key!r}")
            table[key] = handler
        return handler

    return register


class Router:
    """All routes of the desk. `unknown_button` and `unknown_command` answer what no handler knows (any more)."""

    def __init__(self, *parts: Routes, unknown_button: Handler, unknown_command: Handler) -> None:
        self._all = Routes()
        for part in parts:
            for name in ("commands", "buttons", "kinds", "forms", "links", "expects", "gates"):
                table, more = getattr(self._all, name), getattr(part, name)
                if twice := table.keys() & more.keys():
                    raise ValueError(f"two handlers for {sorted(map(str, twice))}")
                table.update(more)
        self._unknown_button = unknown_button
        self._unknown_command = unknown_command
        self.forms = FormMachine(self._all.forms)

    async def dispatch(self, turn: Turn) -> None:
        incoming = turn.incoming
        for gate in self._all.gates.values():
            if await gate(turn):
                return
        expected = turn.dialog.context.pop("expects", None)
        if incoming.kind is Kind.BUTTON:
            await self._press(turn)
        elif incoming.kind is Kind.COMMAND:
            await self._command(turn)
        elif expected and self._waited_for(turn) and (handler := self._all.expects.get(expected["what"])):
            turn.expected = expected
            await handler(turn)
        elif self.forms.is_open(turn) and await self.forms.take(turn):
            return
        elif handler := self._all.kinds.get(incoming.kind):
            await handler(turn)
            if self.forms.is_open(turn):
                self.forms.ask_again(turn)

    @staticmethod
    def _waited_for(turn: Turn) -> bool:
        return turn.incoming.kind in EXPECTABLE and not turn.incoming.edited and not turn.incoming.group

    async def _command(self, turn: Turn) -> None:
        incoming = turn.incoming
        if incoming.command == "start":
            for prefix, handler in self._all.links.items():
                if incoming.text.startswith(prefix):
                    await handler(turn)
                    return
        await self._all.commands.get(incoming.command, self._unknown_command)(turn)

    async def _press(self, turn: Turn) -> None:
        action = turn.pressed.action if turn.pressed else ""
        if self.forms.owns(action):
            await self.forms.press(turn)
            return
        await self._all.buttons.get(action, self._unknown_button)(turn)
        if turn.goes_on and self.forms.is_open(turn):
            self.forms.ask_again(turn)
