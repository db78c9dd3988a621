"""The staff's menu, roles and the audit log.

/staff → only what the person's roles allow
       → Roles → grant (one-time link) | take away
/start s_<token> (the link) → the role is theirs
/audit [action] → newest entries → older ones
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from markupsafe import Markup

from bot.conversation import Button, Reply, Rows, Turn, rows
from bot.routing import Handler, Routes
from bot.services import Services, audit, people, roles
from handlers import staff_commands
from handlers.menu import home_button, pressed
from knowledge.phrases import N_, Phrases

routes = Routes()

ROLE_NAMES = {
    "owner": N_("Owner"),
    "admin": N_("Administrator"),
    "editor": N_("Editor"),
    "announcer": N_("Announcer"),
    "door": N_("Door staff"),
    "helper": N_("Helper"),
}
MENU = (
    ("broadcast.compose", "broadcast.menu", N_("📣 Announcements")),
    ("queue.read", "queue.list", N_("🙋 Questions asked in vain")),
    ("curate.edit", "curate.menu", N_("✏️ Knowledge")),
    ("curate.review", "curate.reviews", N_("🔎 To be reviewed")),
    ("due.read", "due.list", N_("⏰ Due for a check")),
    ("mistakes.read", "mistakes.list", N_("✏️ Reported mistakes")),
    ("exchange.export", "exchange.menu", N_("📂 Files in and out")),
    ("events.manage", "manage.list", N_("📅 Events")),
    ("events.door", "door.events", N_("🚪 Check-in")),
    ("stats.read", "stats.show", N_("📊 Statistics")),
    ("roles.grant", "staff.roles", N_("👥 Roles")),
    ("audit.read", "staff.audit", N_("📜 Audit log")),
)
AUDIT_PAGE = 10


async def may(turn: Turn, action: str) -> bool:
    """Whether the person's roles allow the action; else they hear that it is for staff."""
    try:
        session = await turn.reading()
        await roles.check(session, turn.person.id, action)
    except roles.NotAllowed:
        refuse(turn)
        return False
    return True


def refuse(turn: Turn) -> None:
    turn.replies.clear()
    turn.say(turn.t("This is for our staff only."), ((home_button(turn.t),),))


def staff_only(action: str) -> Callable[[Handler], Handler]:
    """Lets the handler run only for roles that may do the action; everybody else hears that it is for staff.

    The services check again where it happens; this keeps others from even seeing the screens.
    """

    def wrap(handler: Handler) -> Handler:
        @wraps(handler)
        async def checked(turn: Turn) -> None:
            try:
                if await may(turn, action):
                    await handler(turn)
            except roles.NotAllowed:
                refuse(turn)

        return checked

    return wrap


async def ask_others(turn: Turn, action: str, ask: Callable[[Phrases], Reply], key: str) -> int:
    """`ask_all` beside whoever does this."""
    return await ask_all(await turn.transaction(), turn.services, action, ask, key, but=turn.person.id)


async def ask_all(
    session: Any, services: Services, action: str, ask: Callable[[Phrases], Reply], key: str, but: int | None
) -> int:
    """Asks everybody who may do the action, each in their language, but one; returns how many. `key`: once for it."""
    asked = 0
    for person in await roles.people_with(session, action):
        reached = await people.reach(session, person) if person != but else None
        if reached is None:
            continue
        language, address = reached
        said = [ask(Phrases(language))]
        asked += await services.outbox.tell(session, address, said, services.clock.now(), key=f"{key}:{person}")
    return asked


def role_name(t: Phrases, role: str) -> Markup:
    return t(ROLE_NAMES[role])


def staff_button(t: Phrases) -> Button:
    return Button(t.p("button", "‹ Staff menu"), "staff.menu")


@routes.command("staff")
@routes.button("staff.menu")
@staff_only("staff.menu")
async def menu(turn: Turn) -> None:
    mine = await roles.roles_of(await turn.transaction(), turn.person.id)
    names = turn.t.list([role_name(turn.t, role) for role in roles.ROLES if role in mine])
    turn.say(turn.t("Staff menu. Your roles: {roles}.", roles=names), _menu_buttons(turn, mine), edit=True)


def _menu_buttons(turn: Turn, mine: frozenset[str]) -> Rows:
    offered = [Button(turn.t(label), action) for right, action, label in MENU if roles.allowed(mine, right)]
    return rows([*offered, home_button(turn.t)], 2)


# -- roles


@routes.button("staff.roles")
@staff_only("roles.grant")
async def show_roles(turn: Turn) -> None:
    session = await turn.transaction()
    t, mine = turn.t, await roles.roles_of(session, turn.person.id)
    lines, buttons = [t("Who runs the desk:")], []
    for person, account, role in await roles.everyone(session):
        lines.append(t("{role}: {account}", role=role_name(t, role), account=account))
        if _may_grant(mine, role) and person != turn.person.id:
            label = t.p("button", "Take away: {role}, {account}", role=role_name(t, role), account=account)
            buttons.append(Button(label, "staff.revoke", {"person": person, "role": role}))
    for role in roles.ROLES:
        if _may_grant(mine, role):
            label = t.p("button", "New link: {role}", role=role_name(t, role))
            buttons.append(Button(label, "staff.invite", {"role": role}))
    turn.say(Markup("\n").join(lines), (*rows(buttons), (staff_button(t),)), edit=True)


def _may_grant(mine: frozenset[str], role: str) -> bool:
    try:
        roles.check_grantable(mine, role)
    except roles.NotAllowed:
        return False
    return True


@routes.button("staff.invite")
@staff_only("roles.grant")
async def invite(turn: Turn) -> None:
    t, role = turn.t, str(pressed(turn, "role"))
    token = await roles.do_invite(await turn.transaction(), turn.person.id, role, turn.now)
    turn.say(
        t(
            "Send this to the person who is to be {role}. It works once, within two days:\n/start {link}",
            role=role_name(t, role),
            link=f"s_{token}",
        ),
        ((staff_button(t),),),
    )


@routes.button("staff.revoke")
@staff_only("roles.revoke")
async def revoke(turn: Turn) -> None:
    session = await turn.transaction()
    await roles.do_revoke(session, turn.person.id, int(pressed(turn, "person")), str(pressed(turn, "role")), turn.now)
    await staff_commands.show(session, turn.services, int(pressed(turn, "person")))
    await show_roles(turn)


@routes.link("s_")
async def accept(turn: Turn) -> None:
    session, t = await turn.transaction(), turn.t
    if turn.incoming.group:
        turn.say(t("Please open this link in a private chat with me."))
        return
    try:
        role = await roles.do_accept(session, turn.person.id, turn.incoming.text.strip()[2:], turn.now)
    except roles.BadLink as problem:
        reasons: dict[str, Callable[[], Markup]] = {
            "used": lambda: t("This link has been used already. Please ask for a new one."),
            "expired": lambda: t("This link has expired. Please ask for a new one."),
        }
        turn.say(reasons.get(str(problem), lambda: t("I don't know this link. Please ask for a new one."))())
        return
    await staff_commands.show(session, turn.services, turn.person.id)
    turn.say(t("Welcome to the staff. You are now: {role}.", role=role_name(t, role)), ((staff_button(t),),))


# -- audit


@routes.command("audit")
@routes.button("staff.audit")
@staff_only("audit.read")
async def show_audit(turn: Turn) -> None:
    t = turn.t
    words = str(pressed(turn, "words", "")) if turn.pressed else turn.incoming.text.strip()
    entries = await audit.latest(
        await turn.transaction(), words=words, before_id=pressed(turn, "before"), limit=AUDIT_PAGE
    )
    if not entries:
        turn.say(t("Nothing (more) in the audit log."), ((staff_button(t),),))
        return
    zone = turn.services.settings.zone
    lines = [
        t(
            "{number}. {time} · person {actor} · {action} · {target}\n{before} → {after}",
            number=entry.id,
            time=t.moment(entry.at, zone),
            actor=entry.actor_id or "–",
            action=entry.action,
            target=entry.target,
            before=_short(entry.before),
            after=_short(entry.after),
        )
        for entry in entries
    ]
    older = Button(t.p("button", "Older ›"), "staff.audit", {"before": entries[-1].id, "words": words})
    turn.say(Markup("\n\n").join(lines), ((older, staff_button(t)),), edit=True)


def _short(value: object, limit: int = 160) -> str:
    text = "–" if value is None else str(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
