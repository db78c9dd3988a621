"""What the heads read in one question, by group of columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from knowledge.search.heads import INSIDE, OUTSIDE, RECORD, Heads, log_shares
from knowledge.search.hearing import Heard

Floats = NDArray[np.float32]
_UNSEEN = -2.0
"""The log share of a record that was published after the heads were trained."""


@dataclass(frozen=True)
class Readings:
    """Log shares of kinds and topics, logits of facets, and the log odds of being the desk's business."""

    facet_vector: Floats
    facet_wording: Floats
    kind_vector: Floats
    kind_wording: Floats
    topic_vector: Floats
    topic_wording: Floats
    scope_vector: float
    scope_wording: float
    record_vector: Floats
    """Log shares of the records."""


class Reader:
    """Reads questions with the heads; knows which columns are whose."""

    def __init__(
        self, facets: Sequence[str], kinds: Sequence[str], topics: Sequence[str], records: Sequence[str]
    ) -> None:
        groups = (
            [f"facet:{name}" for name in facets],
            [f"kind:{name}" for name in kinds],
            [f"topic:{name}" for name in topics],
            [INSIDE, OUTSIDE],
            [f"{RECORD}{name}" for name in records],
        )
        ends = np.cumsum([0, *map(len, groups)]).tolist()
        self.columns = tuple(column for group in groups for column in group)
        self.groups = tuple(slice(start, end) for start, end in pairwise(ends))
        self.facets, self.kinds, self.topics, self.scope, self.records = self.groups
        self.heads = Heads.load(self.columns)

    def read(self, heard: Heard, mean: Floats) -> Readings:
        """What both readers say; the one of the vector says nothing where there is none."""
        wording = self.heads.of_wording(heard.wording, heard.question.language)
        vector = np.zeros(len(self.columns), np.float32)
        if heard.vector is not None:
            vector = self.heads.of_vector(heard.vector - mean)
        scopes = [float(part[self.scope][0] - part[self.scope][1]) for part in (vector, wording)]
        return Readings(
            vector[self.facets],
            wording[self.facets],
            log_shares(vector[self.kinds]),
            log_shares(wording[self.kinds]),
            log_shares(vector[self.topics]),
            log_shares(wording[self.topics]),
            scopes[0],
            scopes[1],
            self._of_records(vector[self.records]),
        )

    def _of_records(self, logits: Floats) -> Floats:
        """Log shares; a record that the heads have never seen is thought neither likely nor unlikely."""
        known = np.broadcast_to(self.heads.known, len(self.columns))[self.records]
        shares = np.full(len(logits), _UNSEEN, np.float32)
        if known.any():
            shares[known] = log_shares(logits[known])
        return shares
