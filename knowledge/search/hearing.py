"""What is recognised in a question before anything is ranked: names, countries, goods, kinds, facets, its vector."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.search.dense import Embedder
from knowledge.search.entities import Match, Squeezed, squeeze, strengths, without
from knowledge.search.normalise import Question
from knowledge.search.places import HOME
from knowledge.search.tables import Tables

Floats = NDArray[np.float32]
_COMMON = """
the is are what how where when who which do does can i my me we our you your a an of for to in on at from and
or if with without any need much many long about there this that it be please still near by not no have has
will would open cost time zone border tax customs special economic khong duoc bao nhieu la gi o dau nao cua
cho co thi va voi khi may ngay nam thang thue khau hang giay phi xin minh em anh chi qua sang ben roi chua
con den tu can lam phai muon nhung cac khu dat nuoc gio cong nhap xuat giup dang tren nguoi ai sao trong ve
vao ra neu thu tuc xe company trang goods china laos thailand vietnam viet nam cambodia myanmar trung quoc
"""
_SURELY = 0.55
CERTAIN = 0.8
"""From this weight on a name means its records and nothing else."""
COMMON = frozenset(_COMMON.split())


@dataclass
class Heard:
    """What was recognised in a question before anything is ranked."""

    question: Question
    squeezed: Squeezed
    records: list[Match] = field(default_factory=list)
    close: list[Match] = field(default_factory=list)
    terms: list[Match] = field(default_factory=list)
    countries: dict[str, float] = field(default_factory=dict)
    """Countries that are named."""
    places: frozenset[str] = frozenset()
    """Countries that a named town, gate or record lies in."""
    goods: dict[str, float] = field(default_factory=dict)
    kinds: dict[str, float] = field(default_factory=dict)
    intents: dict[str, float] = field(default_factory=dict)
    foreign: dict[str, float] = field(default_factory=dict)
    topics: dict[str, float] = field(default_factory=dict)
    assumed: frozenset[str] = frozenset()
    """The asker's own country as the end of a way that was left out."""
    origins: frozenset[str] = frozenset()
    destinations: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    """Countries named as where it happens ("in Laos", "on the Thai side")."""
    beside: frozenset[str] = frozenset()
    """Countries named as the neighbour of that ("near the Thai border")."""
    follow: dict[str, float] = field(default_factory=dict)
    unsaid: int = 0
    """Letters that belong to no name and to no word that ties a question to the one before."""
    ways: dict[str, float] = field(default_factory=dict)
    """By road, by rail, by river."""
    masked: str = ""
    """Without the names of records."""
    wording: str = ""
    """Without the names of records, countries, places and goods."""
    facet_triggers: dict[str, float] = field(default_factory=dict)
    vector: Floats | None = None
    sample: int = -1
    """The sample question that this is, while the weights are fitted: it must not find itself."""
    translated: bool = False
    """Whether its translations are sample questions, too, which it must not find either."""

    @property
    def certain(self) -> list[Match]:
        """The names that certainly mean their records."""
        return [match for match in self.records if match.weight >= CERTAIN]


def hear(question: Question, tables: Tables, embedder: Embedder | None) -> Heard:
    """Recognises names, countries, goods, kinds and facets, and embeds the question."""
    squeezed = squeeze(question.plain, question.language, tables.known)
    heard = Heard(question, squeezed)
    places = [
        one for one in tables.places.find(squeezed) if question.language is not Language.VI or one.key not in COMMON
    ]  # Trang is a town, and Vietnamese for a page
    records = tables.records.find(squeezed)
    countries = [
        one
        for one in tables.countries.find(squeezed)
        if "" not in dict(one.owners) and not _inside_another(one, [*places, *records])
    ]
    heard.records = [match for match in records if not _covered(match, countries)]  # 柬埔寨 names no gate (埔寨)
    rest = without(question.plain, squeezed, heard.records)
    if not heard.records or max(match.weight for match in heard.records) < 0.7:
        heard.close = tables.records.find_close(rest, COMMON)
    heard.terms = tables.terms.find(squeezed)
    heard.countries = strengths(countries)
    heard.places = frozenset(owner for match in places for owner, _ in match.owners)
    words = tables.directions[question.language]
    ends = directions_of(squeezed, [*countries, *places], words)
    heard.origins, heard.destinations, heard.within = ends["from"], ends["to"], ends["in"]
    heard.beside = ends["beside"]
    goods = [
        one for one in tables.goods.find(squeezed) if not (question.markless and one.key in COMMON)
    ]  # "cua" is a crab, but without diacritics mostly "of"
    heard.goods = strengths(goods)
    heard.intents = strengths(tables.intents.find(squeezed))
    if "import" in heard.intents and not heard.origins and not heard.destinations:
        heard.origins = _goods_from(countries, goods) - heard.within
    heard.assumed = _assumed(heard)
    heard.kinds = strengths(tables.kinds.find(squeezed))
    heard.foreign = strengths(tables.foreign.find(squeezed))
    heard.topics = strengths(tables.topics.find(squeezed))
    follow = tables.follow.find(squeezed)
    heard.follow = strengths(follow)
    heard.ways = strengths(tables.ways.find(squeezed))
    heard.masked = rest or question.plain
    surely = [match for match in heard.records if match.weight >= _SURELY]
    told = [*surely, *countries, *places, *goods, *follow]
    heard.unsaid = len(squeezed.text) - len({place for one in told for place in range(one.start, one.end)})
    heard.wording = without(question.plain, squeezed, [*surely, *countries, *places, *goods]) or question.plain
    asked = squeeze(heard.masked, question.language, tables.known)
    heard.facet_triggers = _trigger_strengths(tables.facets[question.language].find(asked))
    if "list" in heard.facet_triggers and heard.beside and not heard.within:
        heard.within = frozenset(heard.countries.keys() - heard.beside)
    if embedder is not None:
        heard.vector = embedder.questions([question.text])[0]
    return heard


def asked_term(heard: Heard, tables: Tables) -> str | None:
    """The term of the glossary of which a question asks what it means, and nothing else: no letter is left over."""
    facets = tables.facets[heard.question.language].find(heard.squeezed)
    asks = [match for match in facets if "definition" in dict(match.owners)]
    names = {owner for match in heard.terms for owner, _ in match.owners}
    said = {place for match in (*heard.terms, *asks) for place in range(match.start, match.end)}
    if not asks or len(names) != 1 or len(said) < len(heard.squeezed.text):
        return None
    return names.pop()


def _goods_from(countries: Iterable[Match], goods: Sequence[Match]) -> frozenset[str]:
    """The countries that goods are called after ("Vietnamese coffee", "ขนมเวียดนาม")."""
    starts, ends = {one.start for one in goods}, {one.end for one in goods}
    return frozenset(owner for one in countries if one.start in ends or one.end in starts for owner, _ in one.owners)


def _assumed(heard: Heard) -> frozenset[str]:
    """The other end of the way where only one is named: the asker's own country."""
    home = HOME[heard.question.language]
    named = {*heard.countries, *heard.places}
    one_end = bool(heard.origins) != bool(heard.destinations)
    return frozenset({home}) if home and one_end and not named - (heard.origins | heard.destinations) else frozenset()


def _inside_another(match: Match, others: Iterable[Match]) -> bool:
    """Whether a longer name holds this one ("Lao" in "Lao Cai")."""
    return any(
        one.start <= match.start and match.end <= one.end and one.end - one.start > match.end - match.start
        for one in others
    )


def _covered(match: Match, others: Iterable[Match]) -> bool:
    """Whether a name holds this one, or is said of the very same letters."""
    return any(one.start <= match.start and match.end <= one.end for one in others)


def directions_of(
    squeezed: Squeezed, countries: Iterable[Match], words: dict[str, tuple[str, ...]]
) -> dict[str, frozenset[str]]:
    """Which countries are named as origin, as destination, as the place where it happens, as its neighbour."""
    found: dict[str, set[str]] = {"from": set(), "to": set(), "in": set(), "beside": set()}
    for match in countries:
        before, after = squeezed.text[: match.start], squeezed.text[match.end :]
        for direction, markers in words.items():
            if any(after.startswith(one) if _follows(direction, one) else before.endswith(one) for one in markers):
                found[direction.removesuffix("_after")].update(owner for owner, _ in match.owners)
    return {way: frozenset(countries) for way, countries in found.items()}


def _follows(direction: str, marker: str) -> bool:
    """Whether a marker stands behind its country: all do in Burmese."""
    return direction.endswith("_after") or "\u1000" <= marker[0] <= "\u109f"


def _trigger_strengths(matches: Iterable[Match]) -> dict[str, float]:
    found: dict[str, float] = {}
    for match in matches:
        strength = len(match.key) ** 0.5 / len(match.owners) ** 0.25
        if not match.key.isascii():
            strength *= 1.3  # a character of the other scripts says more
        for facet, _ in match.owners:
            found[facet] = found.get(facet, 0.0) + strength
    return found
