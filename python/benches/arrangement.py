"""The clips that `subject.py` plays, and their gains; `playing.py` computes the expected level."""

from __future__ import annotations

AMPLITUDE = 0.05
"""Peak of the uniform noise in each clip: so small that no sum of clips is clipped."""


def gains(number: int, clips: int) -> tuple[float, float]:
    """The gains left and right of a clip; different for each clip."""
    place = number / clips
    return 0.4 + 0.5 * place, 0.9 - 0.5 * place


def first_frame(number: int) -> int:
    """Where a clip begins: before frame 0, and each at a different frame."""
    return -1 - 211 * number
