"""What a client asks of the transport."""

from __future__ import annotations

import ctypes
import warnings
from typing import Any

from .._library import lib
from ._clock import Clock
from ._numbers import unsigned
from ._position import Position, position2dict
from ._status import TransportState


class Transport(Clock):
    """Starts, stops, moves and reads the transport, which all clients share."""

    def transport_start(self) -> None:
        """Starts it, as soon as all clients are ready."""
        self._connection.call(lib.amio_jack_client_transport_start)

    def transport_stop(self) -> None:
        """Stops it."""
        self._connection.call(lib.amio_jack_client_transport_stop)

    @property
    def transport_state(self) -> TransportState:
        """What it does."""
        transport = lib.amio_jack_client_transport
        state = ctypes.c_uint32()
        self._connection.call(transport, ctypes.byref(state), None)
        return TransportState(state.value)

    @property
    def transport_frame(self) -> int:
        """Where it is now, also between two periods. It is moved by setting this.

        Raises:
            JackErrorCode: it is set, and the server refuses it.
        """
        frame: int = self._connection.number(lib.amio_jack_client_transport_frame, ctypes.c_uint32)
        return frame

    @transport_frame.setter
    def transport_frame(self, frame: int) -> None:
        locate = lib.amio_jack_client_transport_locate
        self._connection.call(locate, unsigned("transport_frame", frame))

    def transport_locate(self, frame: int) -> None:
        """As setting :attr:`transport_frame`, which is to be preferred."""
        message = "transport_locate() is deprecated: set transport_frame"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        self.transport_frame = frame

    def transport_query(self) -> tuple[TransportState, dict[str, Any]]:
        """What it does, and those fields of its position that have a meaning."""
        state, position = self.transport_query_struct()
        return TransportState(state), position2dict(position)

    def transport_query_struct(self) -> tuple[int, Position]:
        """What it does, as ``ROLLING`` and the like, and its position."""
        state, position = ctypes.c_uint32(), Position()
        transport = lib.amio_jack_client_transport
        self._connection.call(transport, ctypes.byref(state), ctypes.byref(position))
        return state.value, position

    def transport_reposition_struct(self, position: Position) -> None:
        """Moves it to a position.

        Raises:
            JackErrorCode: the server refuses it.
        """
        reposition = lib.amio_jack_client_transport_reposition
        self._connection.call(reposition, ctypes.byref(position))

    def set_sync_timeout(self, timeout: int) -> None:
        """For how long it waits for clients that are not ready, in microseconds.

        Raises:
            JackErrorCode: the server refuses it.
        """
        set_timeout = lib.amio_jack_client_set_sync_timeout
        self._connection.call(set_timeout, unsigned("timeout", timeout, bits=64))

    def release_timebase(self) -> None:
        """Fills positions in no longer.

        Raises:
            JackErrorCode: another client does it, or none.
        """
        self._connection.call(lib.amio_jack_client_release_timebase)
