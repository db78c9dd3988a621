"""What speaks for each unit: one row of features per (record, facet), the same for every question."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.records import Kind
from knowledge.search.corpus import Block, Corpus
from knowledge.search.dense import Embedder
from knowledge.search.heads import FacetHead, ScopeHead
from knowledge.search.places import neighbours_of
from knowledge.search.entities import Match, Squeezed, covered, squeeze, strengths, without
from knowledge.search.lexical import zscores
from knowledge.search.normalise import Question
from knowledge.search.scripts import joined, stripped
from knowledge.search.tables import Tables

Floats = NDArray[np.float32]
COMMON = frozenset(
    (
        "the is are what how where when who which do does can i my me we our you your a an of for to in on at from and or "
        "if with without any need much many long about there this that it be please still near by not no have has will "
        "would open cost time zone border tax customs special economic khong duoc bao nhieu la gi o dau nao cua cho co thi "
        "va voi khi may ngay nam thang thue khau hang giay phi xin minh em anh chi qua sang ben roi chua con den tu can "
        "lam phai muon nhung cac khu dat nuoc gio cong nhap xuat giup dang tren nguoi ai sao trong ve vao ra neu thu tuc "
        "xe company goods china laos thailand vietnam viet nam cambodia myanmar trung quoc"
    ).split()  # noqa: SIM905
)
KIND_CUES: dict[str, frozenset[Kind]] = {
    "zone": frozenset({Kind.ZONE, Kind.REGIME}),
    "crossing": frozenset({Kind.CROSSING}),
    "event": frozenset({Kind.EVENT}),
    "programme": frozenset({Kind.PROGRAMME}),
    "payment": frozenset({Kind.NOTE}),
    "ecommerce": frozenset({Kind.NOTE}),
    "route": frozenset({Kind.ROUTE}),
}
KINDS = tuple(Kind)
HOME = {
    Language.EN: "",
    Language.ZH: "CN",
    Language.TH: "TH",
    Language.LO: "LA",
    Language.KM: "KH",
    Language.MY: "MM",
    Language.VI: "VN",
}


@dataclass
class Heard:
    """What was recognised in a question before anything is ranked."""

    question: Question
    records: list[Match] = field(default_factory=list)
    close: list[Match] = field(default_factory=list)
    terms: list[Match] = field(default_factory=list)
    countries: dict[str, float] = field(default_factory=dict)
    goods: dict[str, float] = field(default_factory=dict)
    kinds: dict[str, float] = field(default_factory=dict)
    intents: dict[str, float] = field(default_factory=dict)
    foreign: dict[str, float] = field(default_factory=dict)
    topics: dict[str, float] = field(default_factory=dict)
    origins: frozenset[str] = frozenset()
    destinations: frozenset[str] = frozenset()
    follow: dict[str, float] = field(default_factory=dict)
    masked: str = ""
    facet_triggers: dict[str, float] = field(default_factory=dict)
    vector: Floats | None = None
    masked_vector: Floats | None = None


def hear(question: Question, tables: Tables, embedder: Embedder | None) -> Heard:
    """Recognises names, countries, goods, kinds and facets, and embeds the question."""
    squeezed = squeeze(question.plain)
    heard = Heard(question)
    heard.records = tables.records.find(squeezed)
    rest = without(question.plain, squeezed, heard.records)
    if not heard.records or max(match.weight for match in heard.records) < 0.7:
        heard.close = tables.records.find_close(rest, COMMON)
    heard.terms = tables.terms.find(squeezed)
    countries = tables.countries.find(squeezed)
    heard.countries = strengths(countries)
    heard.origins, heard.destinations = directions_of(squeezed, countries, tables.directions[question.language])
    heard.goods = strengths(tables.goods.find(squeezed))
    heard.kinds = strengths(tables.kinds.find(squeezed))
    heard.intents = strengths(tables.intents.find(squeezed))
    heard.foreign = strengths(tables.foreign.find(squeezed))
    heard.topics = strengths(tables.topics.find(squeezed))
    heard.follow = strengths(tables.follow.find(squeezed))
    heard.masked = rest or question.plain
    heard.facet_triggers = _trigger_strengths(tables.facets[question.language].find(squeeze(heard.masked)))
    if embedder is not None:
        heard.vector, heard.masked_vector = embedder.questions([question.text, heard.masked])
    return heard


def directions_of(
    squeezed: Squeezed, countries: Iterable[Match], words: dict[str, tuple[str, ...]]
) -> tuple[frozenset[str], frozenset[str]]:
    """Which countries are named as origin and which as destination."""
    found: dict[str, set[str]] = {"from": set(), "to": set()}
    for match in countries:
        before, after = squeezed.text[: match.start], squeezed.text[match.end :]
        for direction, markers in words.items():
            for marker in markers:
                burmese = marker[0] >= "\u1000" and marker[0] <= "\u109f"
                if after.startswith(marker) if burmese else before.endswith(marker):
                    found[direction].update(owner for owner, _ in match.owners)
                    break
    return frozenset(found["from"]), frozenset(found["to"])


def _trigger_strengths(matches: Iterable[Match]) -> dict[str, float]:
    found: dict[str, float] = {}
    for match in matches:
        strength = len(match.key) ** 0.5 / len(match.owners) ** 0.25
        if not match.key.isascii():
            strength *= 1.3  # a character of the other scripts says more
        for facet, _ in match.owners:
            found[facet] = found.get(facet, 0.0) + strength
    return found


class Signals:
    """Computes the features of all units for a question."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        records = corpus.records
        self.row = {record.id: row for row, record in enumerate(records)}
        self.facet_row = {facet: row for row, facet in enumerate(corpus.facets)}
        self.kinds = np.array([KINDS.index(record.kind) for record in records])
        self.regional = np.array([len(record.countries) != 1 for record in records])
        self.goods = {
            good.id: np.array([self.row[one] for one in good.records if one in self.row], np.int32)
            for good in corpus.book.goods.values()
        }
        self.tied_to_goods = np.zeros(len(records), np.bool_)
        for rows in self.goods.values():
            self.tied_to_goods[rows] = True
        self.topics = np.array([getattr(record, "topic", "") for record in records])
        self.directions = [getattr(record, "direction", None) for record in records]
        self.names = feature_names(corpus)
        self.at_home = {
            language: np.array([float(record.country == country) for record in records], np.float32)
            for language, country in HOME.items()
        }
        self.head = FacetHead.load(corpus.facets)
        self.scope = ScopeHead.load()
        self.neighbours = neighbours_of(corpus)
        self.unit_facets = np.array([unit.facet.value for unit in corpus.units])
        self.has_facet = np.zeros((len(records), len(corpus.facets)), np.bool_)
        self.has_facet[corpus.unit_record, corpus.unit_facet] = True

    def features(self, heard: Heard) -> Floats:
        """One row per unit, one column per name in `names`."""
        corpus, block = self.corpus, self.corpus.blocks[heard.question.language]
        record = self._record_features(heard, block)
        facet = self._facet_features(heard, block)
        unit = self._unit_features(heard, block)
        kind_bias = np.eye(len(KINDS), dtype=np.float32)[self.kinds]
        facet_bias = np.eye(len(corpus.facets), dtype=np.float32)
        return np.concatenate(
            [
                record[corpus.unit_record],
                facet[corpus.unit_facet],
                unit,
                kind_bias[corpus.unit_record],
                facet_bias[corpus.unit_facet],
            ],
            axis=1,
        )

    def _record_features(self, heard: Heard, block: Block) -> Floats:
        size = len(self.corpus.records)
        question = heard.question
        named, coverage, close = (np.zeros(size, np.float32) for _ in range(3))
        for id_, strength in strengths(heard.records).items():
            named[self.row[id_]] = min(strength, 2.0)
        length = max(len(squeeze(question.plain).text), 1)
        for id_, characters in covered(heard.records).items():
            coverage[self.row[id_]] = characters / length
        for id_, strength in strengths(heard.close).items():
            close[self.row[id_]] = min(strength, 1.5)
        term = np.zeros(size, np.float32)
        for id_, characters in covered(heard.terms).items():
            term[self.row[id_]] = characters / length
        words, grams, word_share, gram_share = block.names.ask(
            question.plain, question.stripped, question.language, question.markless
        )
        dense = zscores(block.dense_names.ask(heard.vector))
        match, mismatch = self._country_features(heard)
        kind_match, kind_miss = self._kind_features(heard)
        goods_match, goods_miss = self._goods_features(heard)
        return np.stack(
            [
                named,
                (named > 0.55).astype(np.float32),
                (named > 0.9).astype(np.float32),
                coverage,
                close,
                term,
                zscores(words),
                zscores(grams),
                word_share,
                gram_share,
                dense,
                match,
                mismatch,
                *self._home_features(heard),
                kind_match,
                kind_miss,
                goods_match,
                goods_miss,
                self._direction_features(heard),
                *self._topic_features(heard),
                *self._way_features(heard),
                kind_match * named,
            ],
            axis=1,
        )

    def _country_features(self, heard: Heard) -> tuple[Floats, Floats]:
        size = len(self.corpus.records)
        match, mismatch = np.zeros(size, np.float32), np.zeros(size, np.float32)
        said = {country for country in heard.countries if country != "regional"}
        if not said:
            return match, mismatch
        for row, record in enumerate(self.corpus.records):
            of = set(record.countries)
            if not of:
                continue
            shared = len(of & said)
            match[row] = shared / max(len(of), len(said))
            mismatch[row] = float(shared == 0)
        return match, mismatch

    def _home_features(self, heard: Heard) -> tuple[Floats, Floats]:
        """Where no country is named, people ask about their own; where only others are, often still."""
        nothing = np.zeros(len(self.corpus.records), np.float32)
        home = HOME[heard.question.language]
        if home in heard.countries or any(match.weight >= 0.55 for match in heard.records):
            return nothing, nothing
        at_home = self.at_home[heard.question.language]
        return (nothing, at_home) if heard.countries else (at_home, nothing)

    def _topic_features(self, heard: Heard) -> tuple[Floats, Floats]:
        match = np.zeros(len(self.corpus.records), np.float32)
        for topic, strength in heard.topics.items():
            match[self.topics == topic] += min(strength, 1.5)
        miss = np.full(len(match), float(match.max() > 0), np.float32) * (self.topics != "")
        miss[match > 0] = 0
        return match, miss

    def _way_features(self, heard: Heard) -> tuple[Floats, Floats]:
        """The exporting country's export papers and the importing country's import papers fit a named way."""
        size = len(self.corpus.records)
        match, miss = np.zeros(size, np.float32), np.zeros(size, np.float32)
        home = {HOME[heard.question.language]} - {""}
        origins, destinations = set(heard.origins), set(heard.destinations)
        if not origins and not destinations:
            return match, miss
        origins = origins or (home - destinations) or (set(heard.countries) - destinations)
        destinations = destinations or (home - origins) or (set(heard.countries) - origins)
        leaving = {"export"} if "import" not in heard.intents else set()
        entering = {"import"} if "export" not in heard.intents else set()
        for row, direction in enumerate(self.directions):
            country = self.corpus.records[row].country
            if direction == "export" or (direction in ("both", "people") and leaving):
                match[row], miss[row] = float(country in origins), float(country in destinations - origins)
            elif direction == "import" or (direction == "both" and entering):
                match[row], miss[row] = float(country in destinations), float(country in origins - destinations)
        return match, miss

    def _kind_features(self, heard: Heard) -> tuple[Floats, Floats]:
        wanted = np.zeros(len(KINDS), np.float32)
        for cue, strength in heard.kinds.items():
            for kind in KIND_CUES[cue]:
                wanted[KINDS.index(kind)] += min(strength, 1.0)
        match = wanted[self.kinds]
        miss = np.full(len(match), float(wanted.max() > 0), np.float32)
        miss[match > 0] = 0
        return match, miss

    def _goods_features(self, heard: Heard) -> tuple[Floats, Floats]:
        size = len(self.corpus.records)
        match, miss = np.zeros(size, np.float32), np.zeros(size, np.float32)
        for good in heard.goods:
            match[self.goods[good]] = 1.0
        miss[self.tied_to_goods & (match == 0)] = 1.0
        return match, miss

    def _direction_features(self, heard: Heard) -> Floats:
        size = len(self.corpus.records)
        found = np.zeros(size, np.float32)
        said = {intent for intent in heard.intents if intent in ("import", "export", "transit")}
        if said:
            for row, direction in enumerate(self.directions):
                if direction in ("import", "export", "transit"):
                    found[row] = 1.0 if direction in said else -1.0
        return found

    def _facet_features(self, heard: Heard, block: Block) -> Floats:
        size = len(self.corpus.facets)
        trigger = np.zeros(size, np.float32)
        for facet, strength in heard.facet_triggers.items():
            if facet in self.facet_row:
                trigger[self.facet_row[facet]] = strength
        best = float(trigger.max())
        masked = stripped(joined(heard.masked))
        _, grams, _, _ = block.phrases.ask(heard.masked, masked, heard.question.language, heard.question.markless)
        contained = _best_of(grams / block.phrase_norms, block.phrase_facets, size)
        likeness = _best_of(grams / np.sqrt(block.phrase_norms), block.phrase_facets, size)
        dense = _best_of(block.dense_phrases.ask(heard.masked_vector), block.phrase_facets, size)
        dense_z = zscores(dense)
        return np.stack(
            [
                np.minimum(trigger, 6.0) / 3,
                trigger / best if best > 0 else trigger,
                contained,
                zscores(likeness),
                dense_z,
                np.maximum(dense_z - 1, 0) ** 2,
                *self._head_features(heard, block),
            ],
            axis=1,
        )

    def _head_features(self, heard: Heard, block: Block) -> tuple[Floats, Floats]:
        if heard.masked_vector is None:
            zero = np.zeros(len(self.corpus.facets), np.float32)
            return zero, zero
        logits = self.head.logits(heard.masked_vector - block.question_mean)
        odds = np.exp(logits - logits.max())
        return zscores(logits), (odds / odds.sum()).astype(np.float32)

    def _lacking(self, heard: Heard) -> NDArray[np.bool_]:
        """Records that don't have the facet that is asked for most clearly."""
        triggers = {facet: strength for facet, strength in heard.facet_triggers.items() if facet in self.facet_row}
        if not triggers:
            return np.zeros(len(self.corpus.records), np.bool_)
        best = max(triggers.values())
        asked = [self.facet_row[facet] for facet, strength in triggers.items() if strength >= 0.8 * best]
        lacking: NDArray[np.bool_] = ~self.has_facet[:, asked].any(axis=1)
        return lacking

    def _list_features(self, heard: Heard) -> tuple[Floats, Floats, Floats]:
        listed, compared = self.unit_facets == "list", self.unit_facets == "compare"
        untriggered = listed * float("list" not in heard.facet_triggers)
        zones = {
            id_
            for id_, strength in strengths(heard.records).items()
            if strength >= 0.5 and self.corpus.records[self.row[id_]].kind in (Kind.ZONE, Kind.REGIME)
        }
        spans = [match for match in heard.records if match.weight >= 0.5 and any(id_ in zones for id_, _ in match.owners)]
        unpaired = compared * float(len(spans) < 2)
        fit = np.zeros(len(self.corpus.units), np.float32)
        said = {country for country in heard.countries if country != "regional"}
        if said:
            for row in np.flatnonzero(listed):
                record = int(self.corpus.unit_record[row])
                own = self.corpus.records[record].country
                others = said - {own}
                if own in said:
                    fit[row] = 1.0 if not others else float(bool(others & self.neighbours[record]))
        return untriggered.astype(np.float32), unpaired.astype(np.float32), fit

    def _unit_features(self, heard: Heard, block: Block) -> Floats:
        question = heard.question
        words, grams, word_share, gram_share = block.units.ask(
            question.plain, question.stripped, question.language, question.markless
        )
        english = self.corpus.blocks[Language.EN].mean
        dense = block.dense_units.ask(heard.vector)
        shifted = None if heard.vector is None else heard.vector - block.mean + english
        dense_z = np.zeros_like(dense)
        own = block.own
        if own.any():
            dense_z[own] = zscores(dense[own])
        if (~own).any() and shifted is not None:
            dense_z[~own] = zscores(block.dense_units.ask(shifted)[~own])
        place = self.corpus.source_place
        inherited = np.array(self.corpus.unit_source != np.arange(len(self.corpus.units)), np.float32)
        lacking = self._lacking(heard)[self.corpus.unit_record]
        return np.stack(
            [
                zscores(words)[place],
                zscores(grams)[place],
                word_share[place],
                gram_share[place],
                dense_z[place],
                np.where(own, 0, dense_z).astype(np.float32)[place],
                inherited,
                (lacking & (self.unit_facets == "overview")).astype(np.float32),
                (lacking & (self.unit_facets == "steps")).astype(np.float32),
                *self._list_features(heard),
                (self.unit_facets == "incentives_extra").astype(np.float32) * float("profit_tax" in heard.facet_triggers),
            ],
            axis=1,
        )


def _best_of(values: Floats, groups: NDArray[np.int32], size: int) -> Floats:
    best = np.zeros(size, np.float32)
    np.maximum.at(best, groups, values.astype(np.float32))
    return best


RECORD_FEATURES = (
    *("named", "named_surely", "named_fully", "name_coverage", "misspelt_name", "term_coverage"),
    *("name_words", "name_grams", "name_word_share", "name_gram_share", "name_dense"),
    *("country_match", "country_miss", "home_country", "home_though_others", "kind_match", "kind_miss"),
    *("goods_match", "goods_miss", "direction", "topic_match", "topic_miss", "way_match", "way_miss", "kind_named"),
)
FACET_FEATURES = (
    *("trigger", "trigger_share", "phrase_contained", "phrase_grams", "phrase_dense", "phrase_dense_high"),
    *("facet_head", "facet_head_share"),
)
UNIT_FEATURES = (
    *("text_words", "text_grams", "text_word_share", "text_gram_share", "text_dense", "text_dense_foreign"),
    *("inherited", "lacking_overview", "lacking_steps", "list_untriggered", "compare_unpaired", "list_fit", "own_extra"),
)


def feature_names(corpus: Corpus) -> list[str]:
    """The columns in order."""
    return [
        *RECORD_FEATURES,
        *FACET_FEATURES,
        *UNIT_FEATURES,
        *(f"kind:{kind.value}" for kind in KINDS),
        *(f"facet:{facet}" for facet in corpus.facets),
    ]
