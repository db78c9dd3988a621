"""Going on from another account: the web chat and Telegram as one person.

first account:  /link → one-time code
second account: /link CODE, or /link → [I have a code] → the code
                → what will happen → [Yes, join them] → both are told; an unfinished form goes on here
first account:  told → [This was not me] (for an hour) → the second is somebody else again
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from markupsafe import Markup

from bot.conversation import Address, Button, Reply, Turn, rows
from bot.routing import Routes
from bot.services import linking
from bot.services.linking import Account, Joined, NotLinked
from handlers.menu import home_button, pressed
from knowledge.phrases import Phrases

routes = Routes()
EXPECTED = "link.code"


@routes.command("link")
async def link(turn: Turn) -> None:
    t = turn.t
    if turn.incoming.group:
        turn.say(t("Please write to me in a private chat for this; a code is for your eyes only."))
    elif turn.incoming.text.strip():
        await _offer(turn, turn.incoming.text)
    else:
        code = await linking.do_issue(await turn.transaction(), turn.person.id, turn.now)
        lines = [
            t("Your code: <code>{code}</code>", code=code),
            t(
                "It lets you go on from another account, for example in the web chat. Write /link to me there, press "
                "“I have a code” and send it. It works once, for ten minutes. Please give it to nobody else."
            ),
        ]
        have = Button(t.p("button", "I have a code"), "link.have")
        turn.say(Markup("\n\n").join(lines), rows([have, home_button(t)]))


@routes.button("link.have")
async def have(turn: Turn) -> None:
    turn.expect(EXPECTED)
    turn.say(turn.t("Please send me the code that your other account shows."))


@routes.expected(EXPECTED)
async def told(turn: Turn) -> None:
    await _offer(turn, turn.incoming.text)


async def _offer(turn: Turn, code: str) -> None:
    """Says what joining means, before anything happens."""
    t, session = turn.t, await turn.transaction()
    try:
        digest, others = await linking.do_try(session, turn.person.id, code, turn.now)
    except NotLinked as problem:
        _refuse(turn, problem)
        return
    lines = [
        t("The code is from your account on: {platforms}", platforms=_platforms(t, others)),
        t(
            "If you go on, the two accounts become one. All that is kept for this account goes there: registrations, "
            "tickets, what you follow, and questions. The language and the unfinished form of the account with the "
            "code stay."
        ),
        t("Does that account belong to you?"),
    ]
    buttons = [
        Button(t.p("button", "Yes, join them ✓"), "link.join", {"digest": digest, "person": turn.person.id}),
        Button(t.p("button", "Cancel"), "link.leave"),
    ]
    turn.say(Markup("\n\n").join(lines), rows(buttons))


def _platforms(t: Phrases, accounts: Sequence[Account]) -> Markup:
    return t.list([name.capitalize() for name in sorted({account.address.platform for account in accounts})])


def _refuse(turn: Turn, problem: NotLinked) -> None:
    t = turn.t
    minutes = max(1, -(-int(problem.wait.total_seconds()) // 60))
    words: dict[str, Callable[[], Markup]] = {
        "code": lambda: t(
            "This code is not right, or it is too old or used already. Please get a new one with /link on the other "
            "account."
        ),
        "own": lambda: t("This code is from this very account, or from one that is joined with it already."),
        "wait": lambda: t.n(
            "Several codes were wrong. To keep accounts safe, please wait {count} minute and try again then.",
            "Several codes were wrong. To keep accounts safe, please wait {count} minutes and try again then.",
            minutes,
        ),
        "staff": lambda: t(
            "This account works for the desk, so it can't join another. Please get a code here with /link and send it "
            "from the other account."
        ),
        "talk": lambda: t("Both accounts are in a talk with our staff. Please end one talk first, then try again."),
        "event": lambda: t(
            "Both accounts are registered for <b>{event}</b>. Please cancel one of the two with /mytickets first, then "
            "try again.",
            event=problem.event.title(t.language) if problem.event else "",
        ),
    }
    buttons = [home_button(t)]
    if problem.reason in ("code", "own"):
        buttons.insert(0, Button(t.p("button", "I have a code"), "link.have"))
    turn.say(words[problem.reason](), rows(buttons))


@routes.button("link.leave")
async def leave(turn: Turn) -> None:
    turn.say(turn.t("All right, we stop here. Nothing was changed."), ((home_button(turn.t),),), edit=True)


@routes.button("link.join")
async def join(turn: Turn) -> None:
    session = await turn.transaction()
    try:
        if pressed(turn, "person") != turn.person.id:
            raise NotLinked("code")
        joined = await linking.do_join(session, turn.person, pressed(turn, "digest"), turn.now)
    except NotLinked as problem:
        _refuse(turn, problem)
        return
    turn.person, turn.dialog = joined.known.person, joined.known.dialog
    turn.goes_on = True
    t = turn.t
    tickets = Button(t.p("button", "🎫 My tickets"), "tickets.list")
    turn.say(
        t("Done ✓ Your accounts are one now: you can go on here where you stopped there."),
        () if turn.dialog.form else rows([tickets, home_button(t)]),
        edit=True,
    )
    for account in joined.before:
        await _tell(turn, account.address, _joined(turn, joined), f"link:{pressed(turn, 'digest')}:{account.id}")


def _joined(turn: Turn, joined: Joined) -> Reply:
    t, until = turn.t, turn.now + linking.UNDO_LIFE
    undo = {"accounts": [account.id for account in joined.came], "until": until.isoformat()}
    text = t(
        "Your code was used: an account on {platforms} is one with this account now and sees your registrations, "
        "tickets and questions. If this was not you, press the button within an hour.",
        platforms=_platforms(t, joined.came),
    )
    return Reply(text, ((Button(t.p("button", "This was not me"), "link.undo", undo),),))


async def _tell(turn: Turn, address: Address, reply: Reply, key: str) -> None:
    await turn.services.outbox.tell(await turn.transaction(), address, [reply], turn.now, key=key)


@routes.button("link.undo")
async def undo(turn: Turn) -> None:
    t, session, until = turn.t, await turn.transaction(), datetime.fromisoformat(pressed(turn, "until"))
    own = Address(turn.incoming.platform, turn.incoming.sender)
    parted = []
    if turn.now <= until:
        parted = await linking.do_part(session, turn.person, own, pressed(turn, "accounts"), turn.now)
    if not parted:
        turn.say(t("This button works for an hour only, or the accounts are parted already."), ((home_button(t),),))
        return
    turn.say(
        t(
            "The other account is parted from yours again and sees nothing of yours any more. What it brought along "
            "stays here; please look at your tickets."
        ),
        rows([Button(t.p("button", "🎫 My tickets"), "tickets.list"), home_button(t)]),
        edit=True,
    )
    said = Reply(t("This account was parted from the other one again, because its owner asked for that."))
    for address in parted:
        await _tell(turn, address, said, f"unlink:{until.isoformat()}:{address.platform}:{address.chat}")
