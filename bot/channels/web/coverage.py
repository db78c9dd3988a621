"""The public page on what the desk knows: /coverage, ?lang= the page's language, ?of= the texts that are counted.

Plain HTML from here: no script, nothing from elsewhere.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import date

from aiohttp import web
from markupsafe import Markup

from bot.channels.web import page, plain
from bot.channels.web.channel import guarded
from bot.clock import Clock
from bot.coverage_words import TOPICS, states, summary
from knowledge.coverage import Coverage, Share
from knowledge.language import Language, parse_language
from knowledge.phrases import Phrases
from knowledge.texts import STATES

NAV = Markup('<nav aria-label="{label}">{links}</nav>\n')
SECTION = Markup('<section aria-labelledby="{id}"><h2 id="{id}">{heading}</h2>{content}</section>')
TABLE = Markup(
    '<table role="table"><caption>{caption}</caption><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
    '<tbody role="rowgroup">{rows}</tbody></table>'
)
ROW = Markup('<tr role="row"><th scope="row" role="rowheader"{lang}>{name}</th>{cells}</tr>')
HEAD = Markup('<th scope="col" role="columnheader">{}</th>')
CELL = Markup('<td role="cell" data-label="{label}">{content}</td>')


class CoveragePage:
    """Serves the page; `visitors_language` is the one that the visitor is answered in, or their browser's."""

    def __init__(
        self,
        coverage: Callable[[date], Awaitable[Coverage]],
        clock: Clock,
        visitors_language: Callable[[web.Request], Awaitable[Language]],
    ) -> None:
        self._coverage, self._clock, self._visitors_language = coverage, clock, visitors_language

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/coverage", guarded(self._show))]

    async def _show(self, request: web.Request) -> web.StreamResponse:
        language = parse_language(request.query.get("lang")) or await self._visitors_language(request)
        of = parse_language(request.query.get("of")) or language
        today = self._clock.now().date()
        content = document(await self._coverage(today), language, of)
        return page.html_page(request, content, language)


def document(coverage: Coverage, language: Language, of: Language) -> bytes:
    """The whole page in a language, with the states of the texts in language `of`."""
    t = Phrases(language)
    sections = [
        _section("languages", t("Languages"), _languages(t, coverage)),
        _section("topics", t("Topics"), _choice(t, language, of) + _topics(t, coverage.by_topic, of)),
    ]
    sections += [
        _section(code, t("All the region") if code == "regional" else t.country(code), _topics(t, by_topic, of))
        for code, by_topic in coverage.by_country.items()
    ]
    switch = _links((each, f"?lang={each.value}", each is language) for each in Language)
    note = t("Draft: translated, but not yet read by a native reviewer. A crossing counts in each of its countries.")
    return plain.document(
        t,
        t("What the desk knows"),
        Markup("<p>{}</p>\n{}").format(summary(t, coverage.total), Markup("\n").join(sections)),
        "coverage",
        nav=NAV.format(label=t("Language"), links=switch),
        note=Markup("<p>{}</p>").format(note),
        listed=True,
    )


def _section(id_: str, heading: object, content: Markup) -> Markup:
    return SECTION.format(id=id_, heading=heading, content=content)


def _links(choices: Iterable[tuple[Language, str, bool]]) -> Markup:
    link = Markup('<a href="{href}" lang="{lang}"{current}>{name}</a>')
    current = Markup(' aria-current="true"')
    return Markup(" ").join(
        link.format(href=href, lang=page.tag(each), current=current if chosen else "", name=each.endonym)
        for each, href, chosen in choices
    )


def _choice(t: Phrases, language: Language, of: Language) -> Markup:
    """Which language's texts are counted in the tables."""
    links = _links((each, f"?lang={language.value}&of={each.value}#topics", each is of) for each in Language)
    return Markup('<nav class="of" aria-label="{label}"><span>{label}:</span> {links}</nav>').format(
        label=t("Texts in"), links=links
    )


def _languages(t: Phrases, coverage: Coverage) -> Markup:
    texts, right = t("Texts"), t("Right answer first")
    rows = []
    for language in Language:
        score = coverage.scores.get(language)
        cells = [CELL.format(label=texts, content=_texts(t, coverage.total, language))]
        cells.append(CELL.format(label=right, content=t.percent(score.right) if score else "–"))
        lang = Markup(' lang="{}"').format(page.tag(language))
        rows.append(ROW.format(lang=lang, name=language.endonym, cells=Markup("").join(cells)))
    asked = sum(score.questions for score in coverage.scores.values())
    caption = t.n(
        "How often the right answer comes first was measured with {count} question that traders might ask.",
        "How often the right answer comes first was measured with {count} questions that traders might ask.",
        asked,
    )
    return _table(caption, [t("Language"), texts, right], rows)


def _topics(t: Phrases, by_topic: dict[str, Share], of: Language) -> Markup:
    records, fresh, oldest = t("Records"), t("Checked in time"), t("Oldest check")
    texts = t("Texts in {language}", language=of.endonym)
    rows = []
    for topic, share in by_topic.items():
        if not share.records or share.oldest is None:
            continue
        cells = (
            (records, t.number(share.records)),
            (fresh, t.percent(share.fresh / share.records)),
            (oldest, t.date(share.oldest, "medium")),
            (texts, _texts(t, share, of)),
        )
        filled = Markup("").join(CELL.format(label=label, content=content) for label, content in cells)
        rows.append(ROW.format(lang="", name=t(TOPICS[topic]), cells=filled))
    return _table(Markup(""), [t("Topic"), records, fresh, oldest, texts], rows)


def _table(caption: Markup, head: list[Markup], rows: list[Markup]) -> Markup:
    return TABLE.format(
        caption=caption, head=Markup("").join(HEAD.format(name) for name in head), rows=Markup("").join(rows)
    ).replace(Markup("<caption></caption>"), Markup(""))


def _texts(t: Phrases, share: Share, language: Language) -> Markup:
    """The states of the texts as a bar and in words."""
    x, parts = 0.0, []
    for state in STATES:
        width = 100 * share.state(language, state)
        if width:
            parts.append(Markup('<rect class="{}" x="{:.2f}" width="{:.2f}" height="4"/>').format(state, x, width))
        x += width
    bar = Markup('<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">{}</svg>')
    return bar.format(Markup("").join(parts)) + Markup("<span>{}</span>").format(states(t, share, language))
