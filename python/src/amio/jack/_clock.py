"""What a client asks of the server's clocks, and of the latencies between its ports."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

from .. import _abi
from .._library import lib, sized
from ._errors import checked
from ._life import Life
from ._numbers import unsigned


@dataclass(frozen=True)
class CycleTimes:
    """The times of a period. Those of the clock are in microseconds, as of :func:`get_time`.

    Attributes:
        frame: the server's number of its first frame, which wraps at 2**32.
        start: when it began.
        next: when the next one begins, as far as is known.
        period: how long a period lasts at present.
    """

    frame: int
    start: int
    next: int
    period: float


class Clock(Life):
    """Frames and microseconds of the server."""

    @property
    def frames_since_cycle_start(self) -> int:
        """How many frames the period has lasted so far."""
        passed = self._directory.cycle.frames_since_start()
        if passed is not None:
            return passed
        function = lib.amio_jack_client_frames_since_cycle_start
        frames: int = self._connection.number(function, ctypes.c_uint32)
        return frames

    @property
    def frame_time(self) -> int:
        """The server's number of the frame now, as far as it can be estimated. It wraps."""
        frame: int = self._connection.number(lib.amio_jack_client_frame_time, ctypes.c_uint32)
        return frame

    @property
    def last_frame_time(self) -> int:
        """The server's number of the period's first frame; it wraps. For process callbacks."""
        frame = self._directory.cycle.first_frame()
        if frame is not None:
            return frame
        function = lib.amio_jack_client_last_frame_time
        other: int = self._connection.number(function, ctypes.c_uint32)
        return other

    def frames_to_time(self, frame: int) -> int:
        """When a frame of the server's is due, in microseconds."""
        function = lib.amio_jack_client_frames_to_time
        us: int = self._connection.number(function, ctypes.c_uint64, unsigned("frame", frame))
        return us

    def time_to_frames(self, time: int) -> int:
        """Which frame of the server's is due at a time in microseconds."""
        function, us = lib.amio_jack_client_time_to_frames, unsigned("time", time, bits=64)
        frame: int = self._connection.number(function, ctypes.c_uint32, us)
        return frame

    def cycle_times(self) -> CycleTimes:
        """The times of the period that runs, or ran last.

        Raises:
            JackErrorCode: the server does not know them.
        """
        raw = self._directory.cycle.times()
        if raw is None:
            raw = sized(_abi.JackCycleTimes)
            self._connection.call(lib.amio_jack_client_cycle_times, ctypes.byref(raw))
        return CycleTimes(raw.frame, raw.start_us, raw.next_us, raw.period_us)

    @property
    def max_delayed(self) -> float:
        """The longest delay of a period so far, in microseconds, as the server reports it."""
        us: float = self._connection.number(lib.amio_jack_client_max_delayed_us, ctypes.c_float)
        return us

    def reset_max_delayed(self) -> None:
        """Begins to look for the longest delay anew."""
        self._connection.call(lib.amio_jack_client_reset_max_delayed)

    def recompute_latencies(self) -> None:
        """Has the server compute the latencies of all ports anew.

        Raises:
            JackErrorCode: the server refuses it.
        """
        self._connection.call(lib.amio_jack_client_recompute_latencies)


def get_time() -> int:
    """The server's clock now, in microseconds. It begins with the first client of this process.

    Raises:
        JackErrorCode: there was no client yet.
    """
    us = ctypes.c_uint64()
    checked(lib.amio_jack_time_us, ctypes.byref(us))
    return us.value
