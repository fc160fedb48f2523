"""A virtual interface for tests, as AMIO 0.1.1 has it."""

from __future__ import annotations

import ctypes
from datetime import datetime, timezone

from ._arguments import positive
from ._library import lib
from ._typing import Number
from .errors import ContractError
from .offline_interface import OfflineInterface


class NullInterface(OfflineInterface):
    """Silence in, output discarded, and a clock that moves when it is told to; for tests.

    It is open as soon as it is made, and calls its callbacks when it advances.

    Args:
        frame_rate: frames per second; any number above 0.
        starting_time: what time it is at the first frame; ``None``: now.
    """

    #: How many frames :meth:`advance_single_chunk_length` advances.
    chunk_length = 4800

    def __init__(self, frame_rate: Number, starting_time: datetime | None = None) -> None:
        rate = positive("frame_rate", frame_rate)
        super().__init__()
        self._frame_rate = rate
        self._starting_time = starting_time or datetime.now(timezone.utc)
        self.chunk_frames = self.chunk_length
        self._named = False
        self.open()

    def __del__(self) -> None:
        # As in AMIO, it may be dropped without closing it: nobody hears it, and no server knows it.
        pass

    async def init(self, client_name: str) -> None:
        """Does nothing, once: it is open.

        Raises:
            ValueError: it was called before.
        """
        if self._named:
            raise ContractError("the interface was initialised already")
        self._named = True

    def advance_single_chunk_length(self) -> None:
        """Advances by :attr:`chunk_length` frames, and calls the callbacks of what happens."""
        self.chunk_frames = self.chunk_length
        self.advance(self.chunk_length)
        # All of it, also where the timeline jumped.
        self._pump.take_input(last=True)

    def get_current_virtual_time(self) -> datetime:
        """The time that the advanced frames last."""
        assert self._clock is not None
        return self._clock.at(self.stats.device_frames, 0)

    def get_frame_rate(self) -> float:
        """Frames per second, as it was given."""
        self._handle  # noqa: B018 - refuses if it is closed
        return self._frame_rate

    def _clip_rate(self) -> int:
        # The engine runs at a rate of its own, since this one may be any number.
        return super()._number(lib.amio_interface_frame_rate_hz, ctypes.c_uint32())

    def _adopt_loop(self) -> None:
        # Its callbacks are called where it is advanced, and what they raise is raised there.
        pass
