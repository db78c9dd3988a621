"""What speaks for each unit: one row of features per (record, facet), the same for every question."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.records import Kind
from knowledge.search.corpus import Block, Corpus
from knowledge.search.entities import strengths
from knowledge.search.heads import FacetHead, ScopeHead
from knowledge.search.hearing import Heard
from knowledge.search.lexical import zscores
from knowledge.search.places import neighbours_of
from knowledge.search.record_signals import KINDS, RECORD_FEATURES, RecordSignals
from knowledge.search.scripts import joined, stripped

Floats = NDArray[np.float32]


class Signals:
    """Computes the features of all units for a question."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.records = RecordSignals(corpus)
        self.row = self.records.row
        self.kinds = self.records.kinds
        self.facet_row = {facet: row for row, facet in enumerate(corpus.facets)}
        self.names = feature_names(corpus)
        self.head = FacetHead.load(corpus.facets)
        self.scope = ScopeHead.load()
        self.neighbours = neighbours_of(corpus)
        self.unit_facets = np.array([unit.facet.value for unit in corpus.units])
        self.has_facet = np.zeros((len(corpus.records), len(corpus.facets)), np.bool_)
        self.has_facet[corpus.unit_record, corpus.unit_facet] = True

    def features(self, heard: Heard) -> Floats:
        """One row per unit, one column per name in `names`."""
        corpus, block = self.corpus, self.corpus.blocks[heard.question.language]
        record = self.records.features(heard, block)
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
        return np.asarray(~self.has_facet[:, asked].any(axis=1), np.bool_)

    def _list_features(self, heard: Heard) -> tuple[Floats, Floats, Floats]:
        listed, compared = self.unit_facets == "list", self.unit_facets == "compare"
        untriggered = listed * float("list" not in heard.facet_triggers)
        zones = {
            id_
            for id_, strength in strengths(heard.records).items()
            if strength >= 0.5 and self.corpus.records[self.row[id_]].kind in (Kind.ZONE, Kind.REGIME)
        }
        spans = [
            match for match in heard.records if match.weight >= 0.5 and any(id_ in zones for id_, _ in match.owners)
        ]
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
                (self.unit_facets == "incentives_extra").astype(np.float32)
                * float("profit_tax" in heard.facet_triggers),
            ],
            axis=1,
        )


def _best_of(values: NDArray[np.floating[Any]], groups: NDArray[np.int32], size: int) -> Floats:
    best = np.zeros(size, np.float32)
    np.maximum.at(best, groups, values.astype(np.float32))
    return best


FACET_FEATURES = (
    *("trigger", "trigger_share", "phrase_contained", "phrase_grams", "phrase_dense", "phrase_dense_high"),
    *("facet_head", "facet_head_share"),
)
UNIT_FEATURES = (
    *("text_words", "text_grams", "text_word_share", "text_gram_share", "text_dense", "text_dense_foreign"),
    *(
        "inherited",
        "lacking_overview",
        "lacking_steps",
        "list_untriggered",
        "compare_unpaired",
        "list_fit",
        "own_extra",
    ),
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
