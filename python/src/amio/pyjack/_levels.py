"""How loud a block is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Levels:
    """The level of one port in a block; linear, 1.0 is full scale.

    Attributes:
        peak: the greatest magnitude of a sample.
        rms: the power: the root of the mean square.
        clipped: how many samples are at or beyond full scale.
    """

    peak: float
    rms: float
    clipped: int


def levels_of(samples: NDArray[np.float32]) -> Levels:
    """The level of these samples."""
    magnitudes = np.abs(samples)
    power = np.square(samples, dtype=np.float64).mean()
    return Levels(
        float(magnitudes.max()), float(np.sqrt(power)), int(np.count_nonzero(magnitudes >= 1))
    )
