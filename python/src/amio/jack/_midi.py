"""MIDI from and to a thread of the program or an event loop, by frames of JACK's clock."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

from .. import _abi
from .._arguments import unsigned
from .._library import Handle, Unique, lib, sized
from .._typing import Number
from ..errors import BufferTooSmallError, TimedOutError
from ._audio_thread import off_audio_threads
from ._buffer import bytes_of
from ._connection import Connection
from ._errors import JackError, checked
from ._own_port import OwnMidiPort
from ._stream import Scoped, Stream

#: The room for an event at first. Longer ones (system exclusive) make it larger.
_BYTES = 256


@dataclass(frozen=True)
class MidiEvent:
    """An event that has arrived.

    Attributes:
        frame: the frame of JACK's clock at which it arrived. The number wraps at 2**32.
        data: its bytes: one complete event.
    """

    frame: int
    data: bytes


@dataclass(frozen=True)
class MidiCounts:
    """What became of the events that were sent.

    Attributes:
        sent: how many have left.
        late: how many of them left after their frame.
        lost: how many could not leave: they are too long for the server, or it had no buffer.
        waiting: how many wait.
    """

    sent: int
    late: int
    lost: int
    waiting: int


class MidiReceiver(Stream[MidiEvent]):
    """The events of a MIDI input: :meth:`Client.receive_midi` makes one.

    Iterate over it, with ``async for`` on an event loop or with ``for`` on a thread. The iteration
    ends when this or the client is closed, or when the server is gone. Any thread may read; each
    event goes to one. In a ``with`` statement it is closed at the end; the port stays registered.
    """

    def __init__(self, connection: Connection, port: OwnMidiPort, capacity: int) -> None:
        value, key = ctypes.c_void_p(), _handle_of(port)
        room = unsigned("capacity", capacity, 1)
        connection.call(lib.amio_jack_midi_receiver_new, key, room, ctypes.byref(value))
        handle = Handle(value, off_audio_threads(lib.amio_jack_midi_receiver_free))
        super().__init__("events", handle, lib.amio_jack_midi_receiver_fd)

    @property
    def lost(self) -> int:
        """How many events were lost, because they were read too slowly, or by the server."""
        count = ctypes.c_uint64()
        checked(lib.amio_jack_midi_receiver_lost, self._handle, ctypes.byref(count))
        return count.value

    def read(self, timeout: Number | None = None) -> MidiEvent:
        """Waits for the next event.

        Args:
            timeout: in seconds; ``None``: without end.

        Raises:
            TimeoutError: nothing came within that time.
            JackError: this or the client is closed, or the server is gone.
        """
        event = self._next(timeout)
        if event is None:
            raise JackError("the events are closed")
        return event

    def _fetch(self) -> MidiEvent | None:
        frame, size = ctypes.c_uint32(), ctypes.c_size_t()
        room = ctypes.create_string_buffer(_BYTES)
        while True:
            try:
                checked(
                    lib.amio_jack_midi_receiver_wait,
                    self._handle,
                    ctypes.byref(frame),
                    room,
                    len(room),
                    ctypes.byref(size),
                    0,
                )
            except TimedOutError:
                return None
            except JackError as error:
                if not isinstance(error.__cause__, BufferTooSmallError):
                    raise
                room = ctypes.create_string_buffer(size.value)
            else:
                return MidiEvent(frame.value, room.raw[: size.value])


class MidiSender(Unique, Scoped):
    """Sends events by a MIDI output: :meth:`Client.send_midi` makes one.

    Any thread may send. Events leave in the order of their frames, those of the same frame in the
    order of the calls. In a ``with`` statement it is closed at the end.
    """

    def __init__(self, connection: Connection, port: OwnMidiPort, capacity: int) -> None:
        value, key = ctypes.c_void_p(), _handle_of(port)
        room = unsigned("capacity", capacity, 1)
        connection.call(lib.amio_jack_midi_sender_new, key, room, ctypes.byref(value))
        self._handle = Handle(value, off_audio_threads(lib.amio_jack_midi_sender_free))

    def send(self, frame: int, data: Any) -> None:
        """Sends an event.

        Args:
            frame: the frame of JACK's clock at which it leaves, as of :attr:`Client.frame_time`,
                less than 2**31 frames from now; it wraps at 2**32. One that has passed leaves in
                the next period.
            data: bytes, a buffer or a sequence of numbers: a complete event.

        Raises:
            JackErrorCode: too many wait, it is too long, or this or the client is closed.
        """
        content = bytes_of(data)
        at = unsigned("frame", frame, bits=32)
        checked(lib.amio_jack_midi_sender_send, self._handle, at, content, len(content))

    @property
    def counts(self) -> MidiCounts:
        """What became of the events so far."""
        raw = sized(_abi.JackMidiCounts)
        checked(lib.amio_jack_midi_sender_counts, self._handle, ctypes.byref(raw))
        return MidiCounts(raw.sent, raw.late, raw.lost, raw.waiting)

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._handle.closed

    def close(self) -> None:
        """Ends it. Events that have not left are dropped; the port stays registered."""
        self._handle.close()


def _handle_of(port: OwnMidiPort) -> Handle:
    if not isinstance(port, OwnMidiPort):
        raise TypeError(f"{port!r} is no MIDI port of the client")
    return port._handle
