"""Loudness in decibels and as factors, and a fader that holds both sides of a stereo mix.

A factor multiplies samples. Twice the factor is 6.02 dB more, ten times the factor 20 dB.
"""

from __future__ import annotations

import math
import sys

from ._arguments import real
from ._typing import Number
from .errors import ContractError


def factor_to_dB(factor: Number) -> float:
    """Decibels of a factor: 0.0 for 1, ``-inf`` for 0 and for whatever is not above it."""
    return 20.0 * math.log10(factor) if factor > sys.float_info.min else -math.inf


def dB_to_factor(dB: Number) -> float:
    """The factor of decibels: 1.0 for 0 dB, 0.0 for ``-inf``."""
    return float(10 ** (dB / 20.0))


class Fader:
    """Volume and balance, and the gains of both sides that come of them.

    Args:
        vol_dB: volume in decibels; 0 leaves the sound as it is.
        pan: balance from -1 (left alone) over 0 to 1 (right alone). The side that is moved to gets
            louder, by up to twice, as the other gets quieter.

    Raises:
        ContractError: ``pan`` is not from -1 to 1.
    """

    def __init__(self, vol_dB: Number = 0.0, pan: Number = 0.0) -> None:
        self.vol_dB = vol_dB
        self.pan = pan

    @property
    def vol_dB(self) -> float:
        """Volume in decibels; it follows ``vol_factor``."""
        return factor_to_dB(self.vol_factor)

    @vol_dB.setter
    def vol_dB(self, value_dB: Number) -> None:
        self.vol_factor = dB_to_factor(real("vol_dB", value_dB))

    @property
    def vol_factor(self) -> float:
        """Volume as a factor; it follows ``vol_dB``. 0 is silence."""
        return self._vol_factor

    @vol_factor.setter
    def vol_factor(self, value_factor: Number) -> None:
        self._vol_factor = real("vol_factor", value_factor)

    @property
    def pan(self) -> float:
        """Balance, -1 to 1."""
        return self._pan

    @pan.setter
    def pan(self, value: Number) -> None:
        pan = real("pan", value)
        if not -1 <= pan <= 1:
            raise ContractError(f"pan is {value}; it must be -1 (left) to 1 (right)")
        self._pan = pan

    @property
    def left_gain_factor(self) -> float:
        """The factor of the left side: volume * (1 - pan)."""
        return self._vol_factor * (1.0 - self._pan)

    @property
    def right_gain_factor(self) -> float:
        """The factor of the right side: volume * (1 + pan)."""
        return self._vol_factor * (1.0 + self._pan)

    def __repr__(self) -> str:
        return f"Fader(vol_dB={self.vol_dB:.2f}, pan={self.pan:g})"
