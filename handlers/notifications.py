"""What a person wants to be told.

/notifications → topics on and off → all announcements off, on again → news of what they follow at once or weekly
every announcement: [🔕 Stop these messages] → stopped → undo
/following → what is followed → one tap ends it
"""

from __future__ import annotations

from markupsafe import Markup

from bot.conversation import Button, Pressed, Turn, rows
from bot.routing import Routes
from bot.services import broadcasts, wishes
from bot.services.audience import TOPICS
from handlers import register
from handlers.answering import show_record
from handlers.audience_words import TOPIC_NAMES
from handlers.menu import home_button, pressed

routes = Routes()


@routes.command("notifications")
@routes.button("news.show")
async def show(turn: Turn) -> None:
    session, t = await turn.transaction(), turn.t
    wanted = await wishes.interests(session, turn.person.id)
    chosen = await wishes.preferences(session, turn.person.id)
    buttons = []
    for topic in TOPICS:
        on = wanted.get(topic, True)
        label = Markup("{} {}").format("🔔" if on else "🔕", t(TOPIC_NAMES[topic]))
        buttons.append(Button(label, "news.topic", {"topic": topic, "wanted": not on}))
    if chosen.stopped_at is None:
        text = t("Which announcements would you like? Tap a topic to switch it on or off.")
        buttons.append(Button(t.p("button", "🔕 No announcements at all"), "news.stop"))
    else:
        text = t("You get no announcements.")
        buttons = [Button(t.p("button", "🔔 Announcements again"), "news.go_on")]
    digest = (
        t.p("button", "News of what I follow: at once")
        if chosen.digest
        else t.p("button", "News of what I follow: weekly")
    )
    buttons += [Button(digest, "news.digest", {"wanted": not chosen.digest}), home_button(t)]
    turn.say(text, rows(buttons, 2), edit=True)


@routes.button("news.topic")
async def switch(turn: Turn) -> None:
    topic, wanted = str(pressed(turn, "topic")), bool(pressed(turn, "wanted"))
    await wishes.do_want(await turn.transaction(), turn.person.id, topic, wanted, turn.now)
    await show(turn)


@routes.button("news.digest")
async def digest(turn: Turn) -> None:
    await wishes.do_digest(await turn.transaction(), turn.person.id, bool(pressed(turn, "wanted")))
    await show(turn)


@routes.command("stop")
@routes.button("news.stop")
async def stop(turn: Turn) -> None:
    await wishes.do_stop(await turn.transaction(), turn.person.id, pressed(turn, "broadcast"), turn.now)
    undo = Button(turn.t.p("button", "Undo"), "news.go_on")
    choose = Button(turn.t.p("button", "Choose topics"), "news.show")
    turn.say(turn.t("You will get no more announcements. Answers to your questions come as ever."), ((undo, choose),))


@routes.button("news.go_on")
async def go_on(turn: Turn) -> None:
    await wishes.do_go_on(await turn.transaction(), turn.person.id)
    turn.say(
        turn.t("Good, you will get announcements again."),
        ((Button(turn.t.p("button", "Choose topics"), "news.show"),),),
        edit=True,
    )


@routes.button("news.click")
async def click(turn: Turn) -> None:
    """A button of an announcement: counted, then it leads where it should."""
    session, number, index = await turn.transaction(), int(pressed(turn, "broadcast")), int(pressed(turn, "button"))
    try:
        row = await broadcasts.find(session, number)
        button = row.buttons[index]
    except (broadcasts.Refused, IndexError):
        turn.say(turn.t("This announcement does not exist any more."), ((home_button(turn.t),),))
        return
    await wishes.do_click(session, turn.person.id, number, index, turn.now)
    if button["kind"] == "record" and await show_record(turn, button["value"]):
        return
    if button["kind"] == "event":
        turn.pressed = Pressed("events.register", {"event": int(button["value"])})
        await register.begin(turn)
        return
    turn.say(turn.t("Please write your question in your own words."))


# -- following


@routes.button("follow.toggle")
async def follow(turn: Turn) -> None:
    record = str(pressed(turn, "record"))
    if turn.services.knowledge.record(record) is None:
        turn.say(turn.t("This page is no longer published. Please ask me again."))
        return
    name = turn.services.knowledge.name(record, turn.person.language)
    session = await turn.transaction()
    if await wishes.do_follow(session, turn.person.id, record, turn.now):
        turn.say(turn.t("You follow {name} now: I will tell you what changes.", name=name))
    else:
        await wishes.do_unfollow(session, turn.person.id, record)
        turn.say(turn.t("You don't follow {name} any more.", name=name))


@routes.command("following")
@routes.button("follow.list")
async def following(turn: Turn) -> None:
    t, knowledge = turn.t, turn.services.knowledge
    found = await wishes.follows(await turn.transaction(), turn.person.id)
    known = [record for record in found if knowledge.record(record) is not None]
    if not known:
        turn.say(t("You follow nothing yet. Under each answer there is a button for it."), ((home_button(t),),))
        return
    buttons = [
        Button(Markup("✕ {}").format(knowledge.name(record, turn.person.language)), "follow.toggle", {"record": record})
        for record in known
    ]
    turn.say(t("You follow these. Tap one to end it:"), (*rows(buttons), (home_button(t),)))
