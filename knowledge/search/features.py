"""The features of all units for one question, kept apart where they are shared."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Features:
    """One row per unit in three parts, because most of a row is its record's or its facet's."""

    record: Floats
    facet: Floats
    unit: Floats
    unit_record: Ints
    unit_facet: Ints

    def scores(self, weights: Floats) -> Floats:
        """The weighed sum of each row."""
        first, second = self.record.shape[1], self.record.shape[1] + self.facet.shape[1]
        scores: Floats = self.unit @ weights[second:]
        scores += (self.record @ weights[:first])[self.unit_record]
        scores += (self.facet @ weights[first:second])[self.unit_facet]
        return scores

    def rows(self, wanted: Sequence[int] | NDArray[np.int64]) -> Floats:
        """Some rows in full."""
        parts = (self.record[self.unit_record[wanted]], self.facet[self.unit_facet[wanted]], self.unit[wanted])
        return np.concatenate(parts, axis=1)
