"""An interface without a driver."""

from __future__ import annotations

from ._arguments import positive
from ._typing import Number
from .interface import Interface


class DummyInterface(Interface):
    """Converts between frames and seconds, and does nothing else: for tests.

    Args:
        frame_rate: frames per second; any number above 0.
    """

    def __init__(self, frame_rate: Number) -> None:
        super().__init__()
        self._frame_rate = positive("frame_rate", frame_rate)

    def get_frame_rate(self) -> float:
        """Frames per second, as it was given."""
        return self._frame_rate

    def __repr__(self) -> str:
        return f"DummyInterface(frame_rate={self._frame_rate})"
