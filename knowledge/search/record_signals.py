"""What speaks for each record: its name, its country, its kind, its goods, its topic, the way of the goods."""

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from knowledge.records import Kind
from knowledge.search.corpus import Block, Corpus
from knowledge.search.entities import covered, strengths
from knowledge.search.hearing import CERTAIN, Heard
from knowledge.search.lexical import zscores
from knowledge.search.places import HOME
from knowledge.search.readings import Readings

Floats = NDArray[np.float32]
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
_OF_ONE_NAME = frozenset({Kind.ZONE, Kind.CROSSING, Kind.EVENT, Kind.PROGRAMME, Kind.ROUTE, Kind.REGIME, Kind.TERM})
"""Kinds of which each record has a name of its own."""
UNLIKELY = -8.0
"""The log share below which nothing gets less likely."""
RECORD_FEATURES = (
    *("named", "named_surely", "named_fully", "name_coverage", "misspelt_name", "term_coverage"),
    *("name_words", "name_grams", "name_word_share", "name_gram_share", "name_dense"),
    *("country_match", "country_miss", "place_match", "place_miss", "other_end", "home_country", "home_though_others"),
    *("pair_miss", "pair_with_home"),
    *("kind_match", "kind_miss"),
    *("goods_match", "goods_miss", "direction", "topic_match", "topic_miss", "way_match", "way_miss", "kind_named"),
    *("where_match", "where_miss", "rival_miss"),
    *("kind_vector", "kind_wording", "topic_vector", "topic_wording", "record_vector"),
)


class RecordSignals:
    """Computes the features that all units of a record share."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        records = corpus.records
        self.row = {record.id: row for row, record in enumerate(records)}
        self.kinds = np.array([KINDS.index(record.kind) for record in records])
        self.goods = {
            good.id: np.array([self.row[one] for one in good.records if one in self.row], np.int32)
            for good in corpus.book.goods.values()
        }
        self.laws: dict[str, set[str]] = defaultdict(set)
        for unit in corpus.units:
            if unit.inherited:
                self.laws[unit.record].add(unit.source)
        self.tied_to_goods = np.zeros(len(records), np.bool_)
        for rows in self.goods.values():
            self.tied_to_goods[rows] = True
        self.topics = np.array([getattr(record, "topic", "") for record in records])
        self.countries = tuple(home for home in HOME.values() if home)
        self.lies_in = np.array([[country in record.countries for country in self.countries] for record in records])
        self.topic_names = tuple(sorted(set(self.topics.tolist())))
        self.topic_rows = np.array([self.topic_names.index(topic) for topic in self.topics.tolist()])
        self.directions = [getattr(record, "direction", None) for record in records]
        self.at_home = {
            language: np.array([float(record.country == country) for record in records], np.float32)
            for language, country in HOME.items()
        }

    def features(self, heard: Heard, block: Block, read: Readings) -> Floats:
        size = len(self.corpus.records)
        question = heard.question
        named, coverage, close = (np.zeros(size, np.float32) for _ in range(3))
        for id_, strength in strengths(heard.records).items():
            named[self.row[id_]] = min(strength, 2.0)
        length = max(len(heard.squeezed.text), 1)
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
        said = frozenset(country for country in heard.countries if country != "regional")
        match, mismatch = self._country_features(said)
        implied = self._implied(heard)
        there, elsewhere = self._country_features(implied - said)
        unnamed = np.float32(named.max(initial=0.0) <= CERTAIN)  # a name says its kind by itself
        here, _ = self._country_features(heard.assumed - said)
        if said:
            elsewhere[match > 0] = 0
        mismatch[(there > 0) | (here > 0)] = 0
        elsewhere[here > 0] = 0
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
                there,
                elsewhere,
                here,
                *self._home_features(heard),
                *self._pair_features(said | implied, HOME[question.language]),
                kind_match,
                kind_miss,
                goods_match,
                goods_miss,
                self._direction_features(heard),
                *self._topic_features(heard),
                *self._way_features(heard),
                kind_match * named,
                *self._where_features(heard),
                self._rivals(heard),
                *(unnamed * shares[self.kinds] for shares in (read.kind_vector, read.kind_wording)),
                *(shares[self.topic_rows] for shares in (read.topic_vector, read.topic_wording)),
                np.maximum(read.record_vector, UNLIKELY),
            ],
            axis=1,
        )

    def _implied(self, heard: Heard) -> frozenset[str]:
        """Countries that were not named but meant: that of a town, or of a record that was named."""
        found = set(heard.places)
        for match in heard.certain:
            of = {self.corpus.records[self.row[id_]].country for id_, _ in match.owners}
            found |= of if len(of) == 1 else set()
        return frozenset(found - {"regional"})

    def _country_features(self, said: frozenset[str]) -> tuple[Floats, Floats]:
        """Which records lie in the countries, and which elsewhere."""
        if not said:
            nothing = np.zeros(len(self.corpus.records), np.float32)
            return nothing, nothing.copy()
        asked = np.array([country in said for country in self.countries])
        shared = (self.lies_in & asked).sum(axis=1)
        match = shared / np.maximum(np.maximum(self.lies_in.sum(axis=1), len(said)), 1)
        return match.astype(np.float32), (self.lies_in.any(axis=1) & (shared == 0)).astype(np.float32)

    def _home_features(self, heard: Heard) -> tuple[Floats, Floats]:
        """Where no country is named, people ask about their own; where only others are, often still."""
        nothing = np.zeros(len(self.corpus.records), np.float32)
        home = HOME[heard.question.language]
        if home in heard.countries or any(match.weight >= 0.55 for match in heard.records):
            return nothing, nothing
        at_home = self.at_home[heard.question.language]
        return (nothing, at_home) if heard.countries or heard.places else (at_home, nothing)

    def _pair_features(self, told: frozenset[str], home: str) -> tuple[Floats, Floats]:
        """What is between countries but not between all that are told; what is between those and the asker's own."""
        between = self.lies_in.sum(axis=1) > 1

        def holds(countries: frozenset[str]) -> NDArray[np.bool_]:
            asked = [place for place, country in enumerate(self.countries) if country in countries]
            return np.asarray(self.lies_in[:, asked].all(axis=1), np.bool_)

        misses = (between & ~holds(told)) if len(told) > 1 else np.zeros_like(between)
        own = (between & holds(told | {home})) if told and home not in {"", *told} else np.zeros_like(between)
        return misses.astype(np.float32), own.astype(np.float32)

    def _where_features(self, heard: Heard) -> tuple[Floats, Floats]:
        """Of several countries that are named, the one where it happens tells which record is meant."""
        within = heard.within - {"regional"}
        if not within or within == {*heard.countries, *heard.places} - {"regional"}:
            return self._country_features(frozenset())
        return self._country_features(within)

    def _rivals(self, heard: Heard) -> Floats:
        """Records that aren't named though one of their kind surely is: what is asked of one place no other answers.

        A zone's rivals are also the laws that don't hold in it, and a term of the glossary is a rival of each, unless
        its meaning is asked for. What is called after its subject ("selling online") has none.
        """
        named = [self.corpus.records[self.row[id_]] for match in heard.certain for id_, _ in match.owners]
        rivals = {record.kind for record in named if record.kind in _OF_ONE_NAME}
        holding = {law for record in named for law in self.laws.get(record.id, ())}
        if Kind.ZONE in rivals:
            rivals.add(Kind.REGIME)
        if rivals and "definition" not in heard.facet_triggers:
            rivals.add(Kind.TERM)
        found = np.isin(self.kinds, [KINDS.index(kind) for kind in rivals]).astype(np.float32)
        spared = holding | {id_ for match in heard.records for id_, _ in match.owners}
        found[[self.row[id_] for id_ in spared]] = 0
        return found

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
        named = {*heard.countries, *heard.places} - {"regional"}
        origins = origins or (named - destinations) or (home - destinations)
        destinations = destinations or (named - origins) or (home - origins)
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
