"""Ports of one's own client."""

from __future__ import annotations

import contextlib
import ctypes
import errno
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .. import _abi
from .._library import Handle, lib, realtime
from ._buffer import Buffer, buffer_at, bytes_of
from ._connection import Connection, names, text
from ._cycle import Cycle, PortBuffer, refuse
from ._errors import JackError, checked
from ._numbers import unsigned
from ._port import MidiPort, Port

_KEYS = (ctypes.c_void_p, ctypes.c_void_p)
_count = realtime("amio_jack_cycle_midi_count")
_get = realtime(
    "amio_jack_cycle_midi_get", *_KEYS, ctypes.c_uint32, ctypes.POINTER(_abi.JackMidiEvent)
)
_clear = realtime("amio_jack_cycle_midi_clear")
_write = realtime(
    "amio_jack_cycle_midi_write", *_KEYS, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_size_t
)
_reserve = realtime(
    "amio_jack_cycle_midi_reserve", *_KEYS, ctypes.c_uint32, ctypes.c_size_t, ctypes.c_void_p
)
_room = realtime("amio_jack_cycle_midi_room")

#: libjack's numbers of why an event cannot be written.
_CODES = {_abi.ERROR_INVALID_ARGUMENT: -errno.EINVAL, _abi.ERROR_QUEUE_FULL: -errno.ENOBUFS}


class Home(Protocol):
    """The client of a port."""

    cycle: Cycle

    def port(self, name: str) -> Port:
        """The port of this name."""

    def ports(self, names: list[str]) -> list[Port]:
        """The ports of these names."""

    def connect(self, source: str, destination: str) -> None:
        """Connects an output to an input."""

    def disconnect(self, source: str, destination: str) -> None:
        """Disconnects an output from an input."""

    def forget(self, port: OwnPort) -> None:
        """The port is gone."""


class OwnPort(Port):
    """An audio port of one's own client: :meth:`Ports.register` makes one."""

    def __init__(
        self, connection: Connection, info: _abi.JackPortInfo, home: Home, handle: Handle
    ) -> None:
        super().__init__(connection, info)
        self._last_name = info.name.decode(errors="replace")
        self._home = home
        self._handle = handle
        self._cycle = home.cycle
        self._buffer = PortBuffer(handle._as_parameter_)

    @property
    def name(self) -> str:
        """The full name: that of the client, a colon, and the short name."""
        with contextlib.suppress(JackError):  # It is gone, or its client is.
            self._last_name = text(lib.amio_jack_port_name, self._handle)
        return self._last_name

    @property
    def shortname(self) -> str:
        """The name without that of the client; it can be set.

        Raises:
            JackErrorCode: it is set, and the server refuses it.
        """
        return self.name.partition(":")[2]

    @shortname.setter
    def shortname(self, shortname: str) -> None:
        checked(lib.amio_jack_port_rename, self._handle, shortname.encode())

    @property
    def number_of_connections(self) -> int:
        """How many ports it is connected to."""
        return len(self._connected())

    @property
    def connections(self) -> list[Port]:
        """The ports that it is connected to."""
        return self._home.ports(self._connected())

    def _connected(self) -> list[str]:
        return names(lib.amio_jack_port_connections, self._handle)

    def is_connected_to(self, port: str | Port) -> bool:
        """Whether it is connected to a port, given as such or by its full name."""
        return name_of(port) in self._connected()

    def connect(self, port: str | Port) -> None:
        """Connects it to a port.

        Raises:
            ValueError: both are inputs, or both are outputs.
            JackError: there is no such port, or the server refuses it.
        """
        other = port if isinstance(port, Port) else self._home.port(port)
        if self.is_output:
            if not other.is_input:
                raise ValueError(f"{other.name} is no input, which an output is connected to")
            self._home.connect(self.name, other.name)
        else:
            if not other.is_output:
                raise ValueError(f"{other.name} is no output, which an input is connected to")
            self._home.connect(other.name, self.name)

    def disconnect(self, other: str | Port | None = None) -> None:
        """Disconnects it from a port, or from all.

        Raises:
            JackErrorCode: it is not connected to it.
        """
        if other is None:
            checked(lib.amio_jack_port_disconnect_all, self._handle)
        elif self.is_output:
            self._home.disconnect(self.name, name_of(other))
        else:
            self._home.disconnect(name_of(other), self.name)

    def unregister(self) -> None:
        """Removes it from the client, with its connections.

        Raises:
            JackErrorCode: the server refuses it, or it is gone.
        """
        self.name  # noqa: B018 - the last one is kept
        self._home.forget(self)
        checked(lib.amio_jack_port_unregister, self._handle)

    def set_capture_latency(self, least: int | None, most: int | None = None) -> None:
        """Gives it a capture latency of its own, in place of what comes from the client's inputs.

        The server then computes all latencies anew, which takes some periods, and needs an active
        client.

        Arguments:
            least: that of the shortest way, in frames; ``None``: none of its own any more.
            most: that of the longest; ``None``: the same.

        Raises:
            JackErrorCode: the range ends before it begins, or the server refuses it.
        """
        self._set_latency(_abi.JACK_LATENCY_CAPTURE, least, most)

    def set_playback_latency(self, least: int | None, most: int | None = None) -> None:
        """As :meth:`set_capture_latency`, for the playback latency, which outputs give inputs."""
        self._set_latency(_abi.JACK_LATENCY_PLAYBACK, least, most)

    def _set_latency(self, mode: int, least: int | None, most: int | None) -> None:
        if least is None:
            checked(lib.amio_jack_port_clear_latency, self._handle, mode)
            return
        frames = [unsigned("least", least), unsigned("most", least if most is None else most)]
        checked(lib.amio_jack_port_set_latency, self._handle, mode, *frames)

    def get_buffer(self) -> Buffer:
        """The bytes of its samples in this period; only in a process callback.

        What is written to those of an output is what others get.

        Raises:
            JackError: called elsewhere.
        """
        return self._cycle.buffer(self._buffer)

    def get_array(self) -> NDArray[np.float32]:
        """As :meth:`get_buffer`, as an array of samples."""
        return self._cycle.array(self._buffer)


class OwnMidiPort(MidiPort, OwnPort):
    """A MIDI port of one's own client: :meth:`Ports.register` makes one.

    Its events are those of one period, and may be used in a process callback alone.
    """

    def __init__(self, *arguments: Any) -> None:
        OwnPort.__init__(self, *arguments)
        self._count, self._lost = ctypes.c_uint32(), ctypes.c_uint32()
        self._counts = ctypes.byref(self._count), ctypes.byref(self._lost)
        # Those that did not fit into an output, in the period of a key.
        self._own_lost = 0
        self._own_lost_in: int | None = None
        self._room = ctypes.c_size_t()
        self._room_reference = ctypes.byref(self._room)
        self._event = _abi.JackMidiEvent()
        self._event_reference = ctypes.byref(self._event)

    def get_buffer(self) -> Buffer:
        """Not for MIDI."""
        raise NotImplementedError("a MIDI port has events, and no buffer of samples")

    def get_array(self) -> NDArray[np.float32]:
        """Not for MIDI."""
        raise NotImplementedError("a MIDI port has events, and no array of samples")

    @property
    def max_event_size(self) -> int:
        """How many bytes the next event can have."""
        if _room(self._cycle.key, self._buffer.port, self._room_reference):
            refuse()
        return self._room.value

    @property
    def lost_midi_events(self) -> int:
        """How many events of this period did not fit."""
        self._update_counts()
        own = self._own_lost if self._own_lost_in == self._cycle.key.value else 0
        return self._lost.value + own

    def incoming_midi_events(self) -> Iterator[tuple[int, Buffer]]:
        """The events that arrived in this period.

        Returns:
            An iterator over the frame of each event in the period, and its bytes. They are of
            the period; to keep them, copy them.
        """
        self._update_counts()
        key, port, event, reference = (
            self._cycle.key,
            self._buffer.port,
            self._event,
            self._event_reference,
        )
        for index in range(self._count.value):
            if _get(key, port, index, reference):
                return
            yield event.frame, buffer_at(event.bytes, event.size)

    def _update_counts(self) -> None:
        if _count(self._cycle.key, self._buffer.port, *self._counts):
            refuse()

    def clear_buffer(self) -> None:
        """Removes the events of an output. The library does it for each period, too."""
        if _clear(self._cycle.key, self._buffer.port):
            refuse()
        self._own_lost = 0

    def write_midi_event(self, time: int, event: Any) -> None:
        """Writes an event.

        Arguments:
            time: its frame in the period, not before that of the event before.
            event: bytes, a buffer or a sequence of numbers: a complete MIDI event.

        Raises:
            JackErrorCode: ``-EINVAL``: it is not in order, or its frame is not in the period;
                ``-ENOBUFS``: it does not fit.
            JackError: called elsewhere, or for an input.
        """
        content = bytes_of(event)
        at = unsigned("time", time)
        if status := _write(self._cycle.key, self._buffer.port, at, content, len(content)):
            self._count_lost(status)
            refuse(_CODES.get(status))

    def _count_lost(self, status: int) -> None:
        if status == _abi.ERROR_QUEUE_FULL:
            key = self._cycle.key.value
            self._own_lost = 1 + (self._own_lost if key == self._own_lost_in else 0)
            self._own_lost_in = key

    def reserve_midi_event(self, time: int, size: int) -> Buffer:
        """As :meth:`write_midi_event`, for an event whose bytes are written later in the period.

        Returns:
            Where to write them; empty if it does not fit, or is not in order.
        """
        at, room = unsigned("time", time), unsigned("size", size, bits=64)
        port, reference = self._buffer.port, self._buffer.reference
        if status := _reserve(self._cycle.key, port, at, room, reference):
            self._count_lost(status)
            return buffer_at(None, 0)
        return buffer_at(self._buffer.address.value, room)


def name_of(port: str | Port) -> str:
    """The full name of a port that may be given by it."""
    return port.name if isinstance(port, Port) else port


def known_name_of(port: str | Port) -> str:
    """As :func:`name_of`; refuses what is neither."""
    if not isinstance(port, str | Port):
        raise TypeError(f"{port!r} is neither a port nor its name")
    return name_of(port)
