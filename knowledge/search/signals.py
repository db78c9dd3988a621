"""What speaks for each unit: one row of features per (record, facet), the same for every question."""

import numpy as np
from numpy.typing import NDArray

from knowledge.language import Language
from knowledge.records import Kind
from knowledge.search.corpus import Block, Corpus
from knowledge.search.entities import strengths
from knowledge.search.features import Features
from knowledge.search.heads import log_shares
from knowledge.search.hearing import CERTAIN, Heard
from knowledge.search.lexical import zscores
from knowledge.search.places import neighbours_of
from knowledge.search.readings import Reader, Readings
from knowledge.search.record_signals import KINDS, RECORD_FEATURES, UNLIKELY, RecordSignals
from knowledge.search.samples import best_of
from knowledge.search.scripts import joined, stripped

Floats = NDArray[np.float32]
_SURELY = 0.55
_TERM = KINDS.index(Kind.TERM)
_NEVER = -1e9
_TRANSLATION = 0.75
"""The cosine above which a sample question in another language says the same."""


class Signals:
    """Computes the features of all units for a question."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.records = RecordSignals(corpus)
        self.row = self.records.row
        self.kinds = self.records.kinds
        self.facet_row = {facet: row for row, facet in enumerate(corpus.facets)}
        self.names = feature_names(corpus)
        kinds = [kind.value for kind in KINDS]
        self.reader = Reader(corpus.facets, kinds, self.records.topic_names, [record.id for record in corpus.records])
        self.neighbours = neighbours_of(corpus)
        self.unit_facets = np.array([unit.facet.value for unit in corpus.units])
        self.has_facet = np.zeros((len(corpus.records), len(corpus.facets)), np.bool_)
        self.has_facet[corpus.unit_record, corpus.unit_facet] = True
        self._kind_bias = np.eye(len(KINDS), dtype=np.float32)[self.kinds]
        self._facet_bias = np.eye(len(corpus.facets), dtype=np.float32)

    def read(self, heard: Heard) -> Readings:
        """What the heads say of a question."""
        return self.reader.read(heard, self.corpus.samples.means[heard.question.language])

    def features(self, heard: Heard, said: Readings) -> Features:
        """What speaks for each unit; the columns are those in `names`."""
        corpus, block = self.corpus, self.corpus.blocks[heard.question.language]
        own = [self._unit_features(heard, said, block), self._read_features(said), self._sample_features(heard)]
        return Features(
            np.concatenate([self.records.features(heard, block, said), self._kind_bias], axis=1),
            np.concatenate([self._facet_features(heard, block), self._facet_bias], axis=1),
            np.concatenate(own, axis=1),
            corpus.unit_record,
            corpus.unit_facet,
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
        contained = best_of(grams / block.phrase_norms, block.phrase_facets, size)
        likeness = best_of(grams / np.sqrt(block.phrase_norms), block.phrase_facets, size)
        dense = best_of(block.dense_phrases.ask(heard.vector), block.phrase_facets, size)
        dense_z = zscores(dense)
        return np.stack(
            [
                np.minimum(trigger, 6.0) / 3,
                trigger / best if best > 0 else trigger,
                contained,
                zscores(likeness),
                dense_z,
                np.maximum(dense_z - 1, 0) ** 2,
            ],
            axis=1,
        )

    def _read_features(self, said: Readings) -> Floats:
        """How the heads divide a record's facets among them."""
        records, facets = self.corpus.unit_record, self.corpus.unit_facet
        columns = []
        for logits in (said.facet_vector, said.facet_wording):
            shares = log_shares(np.where(self.has_facet, logits, _NEVER))
            columns.append(np.maximum(shares[records, facets], UNLIKELY).astype(np.float32))
        return np.stack(columns, axis=1)

    def _sample_features(self, heard: Heard) -> Floats:
        """The nearest sample question of each unit and of each record, by wording and by meaning."""
        corpus, samples = self.corpus, self.corpus.samples
        size, language = len(corpus.own_rows), heard.question.language
        question, span = heard.question, samples.spans[language]
        words, grams, share, _ = samples.fields[language].ask(
            question.plain, question.stripped, language, question.markless
        )
        likeness = grams / np.sqrt(samples.norms[language])
        near = np.zeros(len(samples.texts), np.float32)
        if heard.vector is not None:
            near = samples.near(heard.vector, language)
        if heard.sample >= 0:
            near[heard.sample] = 0
            if span.start <= heard.sample < span.stop:
                for values in (words, likeness, share):
                    values[heard.sample - span.start] = 0
        foreign = near.copy()
        foreign[span] = 0
        if heard.translated:
            foreign[foreign > _TRANSLATION] = 0
        places = samples.places[span]
        best = [best_of(values, places, size) for values in (words, likeness, share, near[span])]
        best.append(best_of(foreign, samples.places, size))
        records = corpus.unit_record[corpus.own_rows]
        by_record = [best_of(best[place], records, len(corpus.records)) for place in (1, 3, 4)]
        dense = zscores(best[3])
        of_units = [zscores(best[0]), zscores(best[1]), best[2], dense, np.maximum(dense - 2, 0) ** 2, zscores(best[4])]
        return np.stack(
            [
                *(values[corpus.source_place] for values in of_units),
                *(zscores(values)[corpus.unit_record] for values in by_record),
                np.maximum(best[3], best[4])[corpus.source_place],
            ],
            axis=1,
        )

    def _asked(self, heard: Heard) -> list[str]:
        """The facets that are asked for most clearly."""
        triggers = {facet: strength for facet, strength in heard.facet_triggers.items() if facet in self.facet_row}
        best = max(triggers.values(), default=0.0)
        return [facet for facet, strength in triggers.items() if strength >= 0.8 * best]

    def _lacking_features(self, heard: Heard) -> tuple[Floats, Floats, Floats]:
        """What may serve where a record lacks what is asked for: what it is, how one does it; and where it could have
        had that and is surely named, its state, because nothing of another record will serve."""
        asked = self._asked(heard)
        lacking: NDArray[np.bool_] = np.zeros(len(self.corpus.records), np.bool_)
        if asked:
            lacking = np.logical_not(self.has_facet[:, [self.facet_row[facet] for facet in asked]].any(axis=1))
        units = lacking[self.corpus.unit_record]
        instead = np.zeros(len(units), np.float32)
        for id_, strength in strengths(heard.certain).items():
            row, record = self.row[id_], self.corpus.content.records[id_]
            if lacking[row] and strength > _SURELY and record.facet_names.intersection(asked):
                facet = "status" if self.has_facet[row, self.facet_row["status"]] else "overview"
                instead[(self.corpus.unit_record == row) & (self.unit_facets == facet)] = 1
        return (
            (units & (self.unit_facets == "overview")).astype(np.float32),
            (units & (self.unit_facets == "steps")).astype(np.float32),
            instead,
        )

    def _list_features(self, heard: Heard) -> tuple[Floats, Floats, Floats, Floats]:
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
        miss = np.zeros(len(self.corpus.units), np.float32)
        said = {country for country in heard.countries if country != "regional"}
        if said:
            for row in np.flatnonzero(listed):
                record = self.corpus.records[self.corpus.unit_record[row]]
                others = said - {record.country}
                alone = bool(others and not others & self.neighbours[record.id])
                miss[row] = float(record.country not in said or alone)
        one_named = untriggered * float(any(match.weight >= CERTAIN for match in spans))
        return untriggered.astype(np.float32), one_named.astype(np.float32), unpaired.astype(np.float32), miss

    def _definition_features(self, heard: Heard, said: Readings) -> tuple[Floats, Floats]:
        """The terms named in a question that hardly says more, or asks what something means: by its words, as read."""
        found, read = np.zeros((2, len(self.corpus.units)), np.float32)
        asked = float("definition" in heard.facet_triggers)
        terms = [(term.start, term.end) for term in heard.terms]
        named = [match for match in heard.records if match.weight > _SURELY]
        if any(not any(start <= match.start and match.end <= end for start, end in terms) for match in named):
            return found, read
        likely = float(np.exp((said.kind_vector[_TERM] + said.kind_wording[_TERM]) / 2))
        for match in heard.terms:
            rest = 1 - (match.end - match.start) / max(len(heard.squeezed.text), 1)
            for id_, _ in match.owners:
                rows = self.corpus.unit_record == self.row[id_]
                read[rows] = likely
                if asked or not named:
                    found[rows] = max(asked * (1.2 - rest), 0.8 - rest, 0.0)
        return found, read

    def _unit_features(self, heard: Heard, said: Readings, block: Block) -> Floats:
        question = heard.question
        words, grams, word_share, gram_share = block.units.ask(
            question.plain, question.stripped, question.language, question.markless
        )
        means = self.corpus.samples.means
        dense = block.dense_units.ask(heard.vector)
        shifted = None if heard.vector is None else heard.vector - means[question.language] + means[Language.EN]
        dense_z = np.zeros_like(dense)
        own = block.own
        if own.any():
            dense_z[own] = zscores(dense[own])
        if (~own).any() and shifted is not None:
            dense_z[~own] = zscores(block.dense_units.ask(shifted)[~own])
        place = self.corpus.source_place
        inherited = np.array(self.corpus.unit_source != np.arange(len(self.corpus.units)), np.float32)
        records, count = self.corpus.unit_record, len(self.corpus.records)
        own_records = records[self.corpus.own_rows]
        return np.stack(
            [
                zscores(words)[place],
                zscores(grams)[place],
                word_share[place],
                gram_share[place],
                dense_z[place],
                np.where(own, 0, dense_z).astype(np.float32)[place],
                inherited,
                *self._lacking_features(heard),
                *self._list_features(heard),
                (self.unit_facets == "incentives_extra").astype(np.float32)
                * float("profit_tax" in heard.facet_triggers),
                *self._definition_features(heard, said),
                *(zscores(best_of(values, own_records, count))[records] for values in (grams, dense_z)),
            ],
            axis=1,
        )


FACET_FEATURES = (
    *("trigger", "trigger_share", "phrase_contained", "phrase_grams", "phrase_dense", "phrase_dense_high"),
)
READ_FEATURES = ("facet_vector", "facet_wording")
SAMPLE_FEATURES = (
    *("sample_words", "sample_grams", "sample_word_share", "sample_dense", "sample_dense_high", "sample_foreign"),
    *("record_sample_grams", "record_sample_dense", "record_sample_foreign", "sample_cosine"),
)
UNIT_FEATURES = (
    *("text_words", "text_grams", "text_word_share", "text_gram_share", "text_dense", "text_dense_foreign"),
    *(
        "inherited",
        "lacking_overview",
        "lacking_steps",
        "named_lacking",
        "list_untriggered",
        "list_of_one_unpaired",
        "compare_unpaired",
        "list_miss",
        "own_extra",
        "term_asked",
        "term_read",
        "record_text_grams",
        "record_text_dense",
    ),
)


def feature_names(corpus: Corpus) -> list[str]:
    """The columns in order."""
    return [
        *RECORD_FEATURES,
        *(f"kind:{kind.value}" for kind in KINDS),
        *FACET_FEATURES,
        *(f"facet:{facet}" for facet in corpus.facets),
        *UNIT_FEATURES,
        *READ_FEATURES,
        *SAMPLE_FEATURES,
    ]
