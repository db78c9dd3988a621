"""What a handler sees and says, the same on every platform.

A channel turns what its platform delivers into an `Incoming`; a handler answers with `Reply` objects through its
`Turn`; the worker commits both, and the outbox renders each reply for the platform that it goes to.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from knowledge.language import Language
from knowledge.phrases import Phrases

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.services import Services

Json = dict[str, Any]


class Kind(StrEnum):
    """What came in."""

    TEXT = "text"
    COMMAND = "command"
    BUTTON = "button"
    LOCATION = "location"
    CONTACT = "contact"
    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"
    STICKER = "sticker"
    OTHER = "other"
    ADDED = "added"  # the desk was added to a group
    BLOCKED = "blocked"  # the desk can no longer write here
    UNBLOCKED = "unblocked"


class Lane(IntEnum):
    """Who goes first when the platform's budget is short: answers, then notices, then broadcasts."""

    ANSWER = 0
    NOTICE = 1
    BROADCAST = 2


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes: a chat of a platform."""

    platform: str
    chat: str


@dataclass(frozen=True, slots=True)
class Contact:
    phone: str
    own: bool  # True only where the platform vouches that it is the sender's own number


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that the platform holds; `id` is what its channel needs to fetch it."""

    id: str
    name: str = ""
    mime: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that a person did. `chat` and `sender` are the platform's ids as text."""

    platform: str
    chat: str
    sender: str
    kind: Kind
    text: str = ""  # the words; of a command, its arguments; of a button, its label where known
    command: str = ""  # without slash and bot name, lower case
    button: str = ""  # the short key of the pressed button
    message: str | None = None  # the platform's id of the message; of a press, the message that holds the button
    group: bool = False
    edited: bool = False
    name: str = ""  # how the person calls themselves on the platform; not stored
    language_hint: str = ""  # language code of the person's app
    location: tuple[float, float] | None = None  # latitude, longitude in degrees
    contact: Contact | None = None
    file: FileRef | None = None
    thread: str | None = None  # of a group with topics: the one that it was written in


@dataclass(frozen=True, slots=True)
class Person:
    """Whom we talk to; at most what the answers need."""

    id: int
    language: Language
    country: str | None = None
    sector: str | None = None
    welcomed: bool = False  # has been through first contact, or skipped it


@dataclass(frozen=True, slots=True)
class Button:
    """A tap that leads on: an action of a handler with its data, a link, or a request for contact or location.

    `action` and `data` are kept in the database under a short key, so a press weeks later still works.
    """

    label: str
    action: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    request: str = ""  # "contact" or "location": asks the person's app for it, where the platform can

    def __post_init__(self) -> None:
        """Labels are plain text everywhere: of a filled-in message, escaped for a text, they show what was meant."""
        if isinstance(self.label, Markup):
            object.__setattr__(self, "label", str(self.label.unescape()))


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to send; kept in the database until it is delivered."""

    name: str
    mime: str
    content: bytes

    @property
    def is_picture(self) -> bool:
        return self.mime in {"image/png", "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to say. `text` holds only our own markup (b, i, code, a) around escaped text."""

    text: Markup
    buttons: Rows = ()
    edit: bool = False  # replaces the message whose button was pressed, where the platform can
    attachment: Attachment | None = None
    lane: Lane = Lane.ANSWER


def rows(buttons: Sequence[Button], width: int = 1) -> Rows:
    """Lays buttons out in rows of at most `width`; long Burmese and Khmer labels want one or two."""
    return tuple(tuple(buttons[i : i + width]) for i in range(0, len(buttons), width))


def packed(buttons: Sequence[Button], longest: int = 20) -> Rows:
    """Two short buttons in a row, a long one alone, so that menus stay low and labels whole."""
    laid: list[tuple[Button, ...]] = []
    for button in buttons:
        room = laid and len(laid[-1]) == 1 and max(len(laid[-1][0].label), len(button.label)) <= longest
        if room:
            laid[-1] = (*laid[-1], button)
        else:
            laid.append((button,))
    return tuple(laid)


@dataclass(slots=True)
class Dialog:
    """What the desk remembers of a conversation between two messages. JSON all through."""

    context: Json = field(default_factory=dict)  # what was last asked about, for follow-ups
    form: Json | None = None  # the open form, see bot.forms
    live: int | None = None  # the open talk with staff: while there is one, the desk stays silent
    revision: int = 0  # what it was when it was read: another account of the person may have gone on meanwhile


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a pressed button stands for; `data` is what the handler put there."""

    action: str
    data: Json
    label: str = ""


class Turn:
    """One message being handled: what came in, who sent it, and what is said in return.

    Reads that decide what to do come before `await turn.transaction()`: from there on the turn holds the database's
    only writer (on SQLite), so searching and other long work goes first.
    """

    def __init__(
        self,
        incoming: Incoming,
        person: Person,
        dialog: Dialog,
        services: Services,
        begin: Callable[[], Awaitable[AsyncSession]],
        pressed: Pressed | None = None,
        read: Callable[[], Awaitable[AsyncSession]] | None = None,
    ) -> None:
        self.incoming = incoming
        self.person = person
        self.dialog = dialog
        self.services = services
        self.pressed = pressed
        self.replies: list[Reply] = []
        self.goes_on = False  # the question of the open form is to be asked again, after what is said
        self.expected: Json = {}  # what the handler put into `expect`, when this message is what it waited for
        self._begin = begin
        self._read = read or begin
        self._phrases: Phrases | None = None

    @property
    def now(self) -> datetime:
        return self.services.clock.now()

    @property
    def t(self) -> Phrases:
        """The words of the person's language."""
        if self._phrases is None or self._phrases.language is not self.person.language:
            self._phrases = Phrases(self.person.language)
        return self._phrases

    def expect(self, what: str, **data: Any) -> None:
        """The person's next text, picture or document goes to the handler that routes `what`, with `data`.

        A command, a pressed button or an answer to something else ends the waiting.
        """
        self.dialog.context = {**self.dialog.context, "expects": {"what": what, **data}}

    async def reading(self) -> AsyncSession:
        """A session for looking things up before the transaction, so that long work in between holds up nobody."""
        return await self._read()

    async def transaction(self) -> AsyncSession:
        """The session whose changes are committed together with the replies and the end of the inbox row."""
        return await self._begin()

    def say(
        self,
        text: Markup,
        buttons: Rows = (),
        *,
        edit: bool = False,
        attachment: Attachment | None = None,
    ) -> None:
        """Adds a reply. `edit` takes the place of the pressed menu message; after a typed message it is just sent."""
        self.replies.append(Reply(text, buttons, edit=edit and self.pressed is not None, attachment=attachment))
