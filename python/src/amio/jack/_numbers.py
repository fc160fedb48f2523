"""Whole numbers for libjack, which must not be cut off to the size that it has for them."""

from __future__ import annotations

from typing import SupportsIndex

from .._arguments import whole


def unsigned(what: str, given: SupportsIndex, bits: int = 32) -> int:
    """A number without a sign, of so many bits.

    Raises:
        TypeError: it is no whole number.
        OverflowError: it has more bits, or is negative.
    """
    number = whole(what, given)
    if not 0 <= number < 1 << bits:
        raise OverflowError(f"{what} is {number}; it must be 0 to 2**{bits} - 1")
    return number


def number_of(digits: str) -> int | None:
    """The UUID that is written so; ``None``: it is none."""
    if not (digits.isascii() and digits.isdecimal()):
        return None
    number = int(digits)
    # What says whose it is comes first.
    return number if 1 << 32 <= number < 1 << 64 else None
