"""What the desk knows: /coverage → how many records, how fresh, in which languages; editors see what waits for them."""

from __future__ import annotations

from markupsafe import Markup

from bot.conversation import Button, Turn
from bot.coverage_words import TOPICS, states, summary
from bot.routing import Routes
from bot.services import mistakes, roles
from handlers.menu import home_button
from knowledge.language import Language

routes = Routes()


@routes.command("coverage")
@routes.button("coverage.show")
async def coverage(turn: Turn) -> None:
    t = turn.t
    found = await turn.services.knowledge.coverage(turn.now.date())
    topics = [
        t("• {topic}: {count}", topic=t(TOPICS[topic]), count=t.number(share.records))
        for topic, share in found.by_topic.items()
    ]
    languages = []
    for language in Language:
        score, texts = found.scores.get(language), states(t, found.total, language)
        if score:
            line = t(
                "• {language}: {states}; {share} of test questions answered right at once",
                language=language.endonym, states=texts, share=t.percent(score.right),
            )  # fmt: skip
        else:
            line = t("• {language}: {states}", language=language.endonym, states=texts)
        languages.append(line)
    blocks = [
        [t("<b>What the desk knows</b>"), summary(t, found.total)],
        topics,
        [t("Texts by language:"), *languages],
        await _for_editors(turn, late=found.total.records - found.total.fresh),
    ]
    public = turn.services.settings.public_url
    page = [Button(t.p("button", "🌐 By country and topic"), url=f"{public}/coverage")] if public else []
    text = Markup("\n\n").join(Markup("\n").join(block) for block in blocks if block)
    turn.say(text, ((*page, home_button(t)),), edit=True)


async def _for_editors(turn: Turn, late: int) -> list[Markup]:
    """What waits for an editor; nothing for everybody else."""
    t, session = turn.t, await turn.transaction()
    if not roles.allowed(await roles.roles_of(session, turn.person.id), mistakes.ACTION):
        return []
    waiting = len(await mistakes.waiting(session, turn.person.id))
    return [
        t.n("{count} record is past its review period.", "{count} records are past their review period.", late),
        t.n("{count} reported mistake waits: /mistakes", "{count} reported mistakes wait: /mistakes", waiting),
    ]
