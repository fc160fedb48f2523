"""The period that a process callback makes: its buffers, at the cost of one call for each port."""

from __future__ import annotations

import ctypes
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from .. import _abi
from .._library import lib, realtime, sized
from ._buffer import Buffer, buffer_at
from ._errors import JackError, JackErrorCode

_buffer = realtime("amio_jack_cycle_buffer")
_first_frame = realtime("amio_jack_cycle_first_frame")
_frames_since_start = realtime("amio_jack_cycle_frames_since_start")
_get_times = realtime("amio_jack_cycle_get_times")

#: More buffers than the ports of a client have are of ports that are gone.
_MANY = 4096


class Cycle:
    """The period that runs, if one does. What is here is made once, not in each period.

    A port's buffer lies where it lay before in most periods, so the arrays on them are kept.

    Attributes:
        key: the library's key of the period. A key of a period that has ended is refused.
        frames: its length.
    """

    def __init__(self) -> None:
        self.key = ctypes.c_void_p()
        self.frames = 0
        self._arrays: dict[int | None, NDArray[np.float32]] = {}
        self._buffers: dict[int | None, Buffer] = {}
        self._frame = ctypes.c_uint32()
        self._frame_reference = ctypes.byref(self._frame)

    def resize(self, frames: int) -> None:
        """Another length."""
        self.frames = frames
        self._arrays, self._buffers = {}, {}

    def first_frame(self) -> int | None:
        """The server's number of the first frame; ``None`` where no period runs on this thread."""
        if _first_frame(self.key, self._frame_reference):
            return None
        return self._frame.value

    def frames_since_start(self) -> int | None:
        """How many frames it has lasted so far; ``None`` as in :meth:`first_frame`."""
        if _frames_since_start(self.key, self._frame_reference):
            return None
        return self._frame.value

    def times(self) -> _abi.JackCycleTimes | None:
        """Its times; ``None`` as in :meth:`first_frame`, or if the server does not know them."""
        raw = sized(_abi.JackCycleTimes)
        return None if _get_times(self.key, ctypes.byref(raw)) else raw

    def array(self, port: PortBuffer) -> NDArray[np.float32]:
        """The samples of an audio port."""
        if _buffer(self.key, port.port, port.reference):
            refuse()
        address = port.address.value
        try:
            return self._arrays[address]
        except KeyError:
            return self._array_at(address)

    def buffer(self, port: PortBuffer) -> Buffer:
        """The bytes of an audio port."""
        if _buffer(self.key, port.port, port.reference):
            refuse()
        address = port.address.value
        try:
            return self._buffers[address]
        except KeyError:
            return self._buffer_at(address)

    def _array_at(self, address: int | None) -> NDArray[np.float32]:
        if len(self._arrays) >= _MANY:
            self._arrays = {}
        memory: Any = (ctypes.c_float * self.frames).from_address(address or 0)
        array = self._arrays[address] = np.frombuffer(memory, np.float32)
        return array

    def _buffer_at(self, address: int | None) -> Buffer:
        if len(self._buffers) >= _MANY:
            self._buffers = {}
        buffer = self._buffers[address] = buffer_at(address, 4 * self.frames)
        return buffer


class PortBuffer:
    """Where the library writes the address of a port's buffer.

    Attributes:
        port: the library's port.
        address: what it writes.
        reference: what is passed for it to be written to.
    """

    def __init__(self, port: ctypes.c_void_p) -> None:
        self.port = port
        self.address = ctypes.c_void_p()
        self.reference = ctypes.byref(self.address)


def refuse(code: int | None = None) -> NoReturn:
    """Raises the error that a function of a period has just returned."""
    message = lib.amio_last_error_message().decode(errors="replace")
    raise JackError(message) if code is None else JackErrorCode(message, code)
