"""Every staff action × every role: who may, may; everybody else is refused where it happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import CAPABILITIES
from bot.clock import SystemClock
from bot.conversation import Dialog, Incoming, Kind, Person, Pressed, Turn
from bot.outbox import Outbox
from bot.routing import Handler
from bot.services import Services, broadcasts, curating, live, roles, vain
from bot.services.events import door, exchange
from bot.services.events import staff as events
from bot.services.events.exchange import Filter
from bot.services.events.model import Details
from bot.services.events.staff import Draft
from bot.settings import Settings
from bot.store import Store
from bot.store.staff_tables import BroadcastRow, LiveRow, ProposalRow, RoleRow
from bot.store.tables import PersonRow
from handlers import ROUTES
from knowledge.base import KnowledgeBase
from knowledge.language import Language
from knowledge.texts import Text

MATRIX = {  # written out by hand: a change of the table in the code must be meant
    "owner": set(roles.PERMISSIONS),
    "admin": set(roles.PERMISSIONS),
    "editor": {
        "staff.menu", "curate.edit", "curate.review", "curate.overrule", "curate.restore", "exchange.export",
        "exchange.import", "queue.read", "queue.answer", "queue.alias", "live.talk", "stats.read",
        "due.read", "events.manage", "events.export", "events.door", "mistakes.read",
    },
    "announcer": {
        "staff.menu", "broadcast.compose", "broadcast.start", "broadcast.approve", "broadcast.control",
        "broadcast.correct", "broadcast.recall", "broadcast.resend", "broadcast.report", "stats.read",
    },
    "door": {"staff.menu", "events.door"},
    "helper": {"staff.menu", "queue.read", "queue.answer", "live.talk"},
    "nobody": set(),
}  # fmt: skip
PUBLIC = ("start.", "answer.", "zones.", "borders.", "forums.", "programmes.", "nearby.", "language.", "help.",
          "privacy.", "events.", "tickets.", "feedback.", "terms.", "news.", "follow.", "form.", "live.open",
          "live.leave", "records.", "ask.", "hints.", "coverage.", "mistake.", "link.")  # fmt: skip
PUBLIC_WORDS = ("link.code",)  # what anybody may be waited for to write


@pytest.mark.parametrize("role", list(MATRIX))
def test_the_table_says_what_was_meant(role: str) -> None:
    mine = frozenset({role}) if role != "nobody" else frozenset()
    assert {action for action in roles.PERMISSIONS if roles.allowed(mine, action)} == MATRIX[role]


def _event(now: datetime) -> Draft:
    return Draft(Details(title=Text(en="Forum")), "Asia/Vientiane", now, now + timedelta(hours=1))


async def _attempts(session: Any, services: Services, actor: int) -> dict[str, Any]:
    """The services' own doors, each with something that it could really change."""
    now = SystemClock().now()
    session.add(BroadcastRow(id=1001, author_id=99, state="sending", texts={"en": "x"}, topic="general", buttons=[],
                             audience={}, urgent=True, created_at=now, total=0, progress={}, edition=1))  # fmt: skip
    proposal = ProposalRow(
        id=1, record_id="x", body="{}", state="review", author_id=99, created_at=now, broken=[], askers=[]
    )
    talk = LiveRow(id=1, person_id=99, platform="telegram", chat="1", state="waiting", opened_at=now)
    session.add_all([proposal, talk])
    await session.flush()
    return {
        "roles.grant": lambda: roles.do_invite(session, actor, "helper", now),
        "roles.revoke": lambda: roles.do_revoke(session, actor, 99, "helper", now),
        "broadcast.compose": lambda: broadcasts.do_create(session, actor, now),
        "broadcast.start": lambda: broadcasts.do_submit(session, services, actor, 1001),
        "broadcast.approve": lambda: broadcasts.do_approve(session, services, actor, 1001),
        "broadcast.control": lambda: broadcasts.do_pause(session, actor, 1001, now),
        "broadcast.correct": lambda: broadcasts.do_correct(session, services, actor, 1001, {"en": "y"}),
        "broadcast.recall": lambda: broadcasts.do_recall(session, services, actor, 1001),
        "broadcast.resend": lambda: broadcasts.do_resend_unknown(session, services, actor, 1001),
        "curate.edit": lambda: curating.do_draft(session, actor, "nothing", now),
        "curate.review": lambda: curating.do_publish(session, actor, proposal, now),
        "curate.overrule": lambda: curating.do_publish(session, actor, proposal, now, overrule=True),
        "curate.restore": lambda: curating.do_restore(session, actor, "nothing", 1, now),
        "queue.read": lambda: vain.waiting(session, actor, now),
        "queue.answer": lambda: vain.do_answer(session, actor, [], "x", now),
        "events.manage": lambda: events.do_create(session, actor, _event(now), now),
        "events.export": lambda: exchange.do_export(session, actor, 1, "csv", Filter(), now),
        "events.door": lambda: door.do_make_link(session, actor, 1, "gate", now),
        "live.talk": lambda: live.do_take(session, actor, talk, now),
    }


@pytest.mark.parametrize("role", list(MATRIX))
async def test_services_refuse_where_it_happens(store: Store, role: str) -> None:
    now = SystemClock().now()
    services = Services(SystemClock(), Settings(), cast(KnowledgeBase, None), Outbox(store, CAPABILITIES))
    async with store.write() as session:
        session.add_all(PersonRow(id=n, language="en", created_at=now, context={}) for n in (1, 99))
        await session.flush()
        if role != "nobody":
            session.add(RoleRow(person_id=1, role=role, granted_at=now, by_setting=False))
        await session.flush()
        for action, attempt in (await _attempts(session, services, 1)).items():
            try:
                async with session.begin_nested():
                    await attempt()
            except roles.NotAllowed:
                assert action not in MATRIX[role], (role, action)
            except Exception:  # refused for another reason, after the door
                assert action in MATRIX[role], (role, action)
            else:
                assert action in MATRIX[role], (role, action)


async def _said(store: Store, services: Services, handler: Handler, pressed: Pressed | None) -> list[Markup]:
    """What somebody without a role is told who presses this, or writes when the desk waits for words."""
    words = Incoming("telegram", "1", "1", Kind.TEXT, text="x")
    incoming = Incoming("telegram", "1", "1", Kind.BUTTON) if pressed else words
    async with store.write() as session:

        async def begin() -> AsyncSession:
            return session

        person = Person(1, Language.EN, welcomed=True)
        turn = Turn(incoming, person, Dialog(), services, begin, pressed=pressed)
        await handler(turn)
        return [reply.text for reply in turn.replies]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_no_staff_screen_opens_for_others(store: Store, knowledge: KnowledgeBase) -> None:
    """Every button and command of the desk, pressed by somebody without a role: staff's own say that they are."""
    services = Services(SystemClock(), Settings(), knowledge, Outbox(store, CAPABILITIES))
    async with store.write() as session:
        session.add(PersonRow(id=1, language="en", created_at=SystemClock().now(), context={}))
    doors: list[tuple[str, Handler, Pressed | None]] = []
    for routes in ROUTES:
        pressed = [(name, handler) for name, handler in routes.buttons.items() if not name.startswith(PUBLIC)]
        doors += [(name, handler, Pressed(name, {})) for name, handler in pressed]
        doors += [(name, handler, None) for name, handler in routes.expects.items() if name not in PUBLIC_WORDS]
    for name, handler, press in doors:
        assert await _said(store, services, handler, press) == [Markup("This is for our staff only.")], name
    assert len(doors) > 50
