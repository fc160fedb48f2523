"""Decibels, factors and the fader (row 22)."""

from __future__ import annotations

import math

import pytest

from amio.errors import ContractError
from amio.fader import Fader, dB_to_factor, factor_to_dB


@pytest.mark.parametrize(
    ("factor", "decibels"),
    [(1.0, 0.0), (2.0, 6.020599913279624), (10.0, 20.0), (0.1, -20.0), (math.sqrt(2), 3.010299957)],
)
def test_a_factor_and_its_decibels_belong_together(factor: float, decibels: float) -> None:
    """Row 22: factor_to_dB and dB_to_factor."""
    assert factor_to_dB(factor) == pytest.approx(decibels)
    assert dB_to_factor(decibels) == pytest.approx(factor)


@pytest.mark.parametrize("factor", [0.0, -1.0, 1e-320, math.nan])
def test_what_is_no_positive_factor_is_silence(factor: float) -> None:
    """Row 22: factor_to_dB of nothing."""
    assert factor_to_dB(factor) == -math.inf


def test_minus_infinity_decibels_are_the_factor_zero() -> None:
    """Row 22: dB_to_factor of silence."""
    assert dB_to_factor(-math.inf) == 0.0


def test_a_new_fader_changes_nothing() -> None:
    """Row 22: the defaults of Fader."""
    fader = Fader()
    assert (fader.vol_dB, fader.vol_factor, fader.pan) == (0.0, 1.0, 0.0)
    assert (fader.left_gain_factor, fader.right_gain_factor) == (1.0, 1.0)


def test_pan_makes_one_side_louder_as_the_other_gets_quieter() -> None:
    """Row 22: left is vol * (1 - pan), right is vol * (1 + pan)."""
    fader = Fader(vol_dB=20.0, pan=0.25)
    assert fader.left_gain_factor == pytest.approx(7.5)
    assert fader.right_gain_factor == pytest.approx(12.5)


def test_volume_in_decibels_and_as_a_factor_follow_each_other() -> None:
    """Row 22: vol_dB and vol_factor."""
    fader = Fader()
    fader.vol_dB = -20.0
    assert fader.vol_factor == pytest.approx(0.1)
    fader.vol_factor = 2.0
    assert fader.vol_dB == pytest.approx(6.0206, abs=1e-4)
    fader.vol_factor = 0.0
    assert fader.vol_dB == -math.inf


@pytest.mark.parametrize("pan", [-1, 0.5, 1])
def test_pan_goes_from_one_side_to_the_other(pan: float) -> None:
    """Row 22: pan."""
    fader = Fader()
    fader.pan = pan
    assert fader.pan == pan


@pytest.mark.parametrize("pan", [-1.01, 2, math.nan])
def test_pan_beyond_a_side_is_refused_and_nothing_changes(pan: float) -> None:
    """Row 22: the assertions of AMIO."""
    fader = Fader(pan=0.5)
    with pytest.raises(ContractError, match=f"pan is {pan}; it must be -1"):
        fader.pan = pan
    assert fader.pan == 0.5
    with pytest.raises(AssertionError):
        Fader(pan=pan)


def test_a_fader_prints_what_it_is_set_to() -> None:
    assert repr(Fader(-6.0, 0.25)) == "Fader(vol_dB=-6.00, pan=0.25)"
