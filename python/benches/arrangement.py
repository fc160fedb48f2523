"""Which clips `subject.py` plays, and how loud; `cpu.py` computes from it what is to be heard."""

from __future__ import annotations

AMPLITUDE = 0.05
"""Of the noise in each clip, even between plus and minus this: so small that no sum clips."""


def gains(number: int, clips: int) -> tuple[float, float]:
    """The factors left and right of a clip, other ones for each."""
    place = number / clips
    return 0.4 + 0.5 * place, 0.9 - 0.5 * place


def first_frame(number: int) -> int:
    """Where in the arrangement a clip begins: none where another does, and all before frame 0."""
    return -1 - 211 * number
