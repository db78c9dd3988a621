"""Which candidates to offer side by side, which records belong in a list, and what the person left out."""

from collections.abc import Mapping
from itertools import pairwise

from knowledge.records import FacetName, Kind, Procedure, Record
from knowledge.search.corpus import Corpus
from knowledge.search.entities import Match
from knowledge.search.finding import Candidate, Missing
from knowledge.search.hearing import Heard
from knowledge.search.places import HOME
from knowledge.search.ranked import Ranked

_LISTED, _ALIKE = 8, 2.0
_TRADE = frozenset({"import", "export", "transit"})


def distinct(found: tuple[Candidate, ...], corpus: Corpus) -> tuple[Candidate, ...]:
    """The best of each record first, so that three buttons differ in more than a shade; then the rest."""
    first: dict[str, Candidate] = {}
    for one in found:
        first.setdefault(one.record, one)
    chosen = list(first.values())
    return (*chosen, *(one for one in found if one not in chosen))


def close_by(heard: Heard, far: bool) -> tuple[str, ...]:
    """In what a record must agree with a declined question to be worth a mention.

    Goods and topics tell where trade is spoken of, not in a recipe; a town is named in any question about the weather.
    """
    if "live" in heard.intents:
        return ()
    trade = bool(_TRADE & heard.intents.keys())
    told = ("goods_match", "topic_match") if trade or (heard.foreign and heard.goods) else ()
    return told if far else (*told, "named", "country_match", "place_match", "topic_match")


def elsewhere(heard: Heard, record: Record) -> bool:
    """Whether a question names countries and the record is of none of them, nor of a town's or the asker's own."""
    named = heard.countries.keys() - {"regional"}
    if not named or not record.countries or record.country == "regional":
        return False
    if any(record.id in dict(match.owners) for match in heard.records):
        return False
    return not (named | heard.places | heard.assumed | {HOME[heard.question.language]}) & set(record.countries)


def asked_comparison(ranked: Ranked, corpus: Corpus, joins: frozenset[str]) -> tuple[str, ...]:
    """The zones that a question sets side by side, in its order; empty for other questions.

    It compares, or it joins names in a question about zones ("tax in Thilawa and Dawei").
    """
    heard = ranked.heard
    named = _zones_named(heard, corpus)
    if len(named) < 2:
        return ()
    spans = [(match.start, match.end) for match, _ in named]
    about_zones = corpus.content.records[ranked.best].kind in (Kind.ZONE, Kind.REGIME)
    joined = about_zones and any(heard.squeezed.text[one[1] : other[0]] in joins for one, other in pairwise(spans))
    compares = "compare" in heard.facet_triggers
    sides = [zones for _, zones in named]
    of_both = set.intersection(*map(set, sides))  # a joint zone is called by both sides' names
    if not (joined and compares if of_both else joined or compares):
        return ()
    scores = _scores_of(FacetName.COMPARE, ranked, corpus)
    found = []
    for zones in sides:  # a name that both sides share, as a pair of zones has, tells them less apart
        others = {id_ for other in sides if other is not zones for id_ in other}
        found.append(max(zones, key=lambda id_: (id_ not in others, scores[id_])))
    return tuple(dict.fromkeys(found)) if len(set(found)) > 1 else ()


def _zones_named(heard: Heard, corpus: Corpus) -> list[tuple[Match, list[str]]]:
    """The names that surely mean zones, with these, in the order of the question."""
    found: list[tuple[Match, list[str]]] = []
    end = 0
    for match in sorted(heard.certain, key=lambda one: (one.start, -one.weight)):
        zones = [id_ for id_, _ in match.owners if corpus.content.records[id_].kind is Kind.ZONE]
        if zones and match.start >= end:
            found.append((match, zones))
            end = match.end
    return found


def list_records(ranked: Ranked, corpus: Corpus, neighbours: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Zones for a list, best first, of the countries that are asked for; empty for other questions.

    `neighbours`: the countries that a zone looks to; where a border is asked for, all zones along it are listed.
    """
    if corpus.units[int(ranked.order[0])].facet is not FacetName.LIST:
        return ()
    heard = ranked.heard
    told = {*heard.countries, *heard.places} - {"regional"}
    wanted = (heard.within - {"regional"}) or (told - heard.beside) or told
    beside = heard.countries.keys() - wanted - {"regional"}
    rows = _scores_of(FacetName.LIST, ranked, corpus)
    rows = {id_: score for id_, score in rows.items() if corpus.content.records[id_].country in wanted} or rows
    best_first = sorted(rows, key=lambda id_: -rows[id_])
    if beside and (along := [id_ for id_ in best_first if beside <= neighbours[id_]]):
        return tuple(along)
    line = rows[best_first[0]] - _ALIKE
    return tuple(id_ for id_ in best_first[:_LISTED] if rows[id_] > line)


def _scores_of(facet: FacetName, ranked: Ranked, corpus: Corpus) -> dict[str, float]:
    """The sum that the facet has in each record with it: not all of them were looked at again."""
    return {
        unit.record: float(score)
        for unit, score in zip(corpus.units, ranked.summed, strict=True)
        if unit.facet is facet
    }


def missing_part(heard: Heard, ranked: Ranked, corpus: Corpus) -> Missing | None:
    """ "country" where the best candidates are the same procedure of several countries and none was named."""
    if heard.countries or ranked.followed:
        return None
    best = corpus.content.records[corpus.units[int(ranked.order[0])].record]
    if not isinstance(best, Procedure) or best.country == "regional":
        return None
    if any(match.weight >= 0.6 and best.id in dict(match.owners) for match in heard.records):
        return None
    score = float(ranked.scores[int(ranked.order[0])])
    rivals = set()
    for row in ranked.order[:12]:
        record = corpus.content.records[corpus.units[int(row)].record]
        if (
            isinstance(record, Procedure)
            and record.topic == best.topic
            and float(ranked.scores[int(row)]) > score - 0.7
        ):
            rivals.add(record.country)
    return "country" if len(rivals - {"regional"}) >= 3 else None
