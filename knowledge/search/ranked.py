"""One reading of a question with all that was computed for it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.search.features import Features
from knowledge.search.hearing import Heard
from knowledge.search.readings import Readings


@dataclass(frozen=True)
class Ranked:
    """One reading of a question with everything that was computed for it."""

    heard: Heard
    features: Features
    summed: NDArray[np.float32]
    """What the features of each unit say, each by itself."""
    scores: NDArray[np.float32]
    """The same after the second look at the strongest."""
    order: NDArray[np.int64]
    aspects: dict[str, float]
    scope: float
    right: float
    said: Readings
    best: str
    """The record of the best unit."""
    followed: bool = False
    stale: bool = False
