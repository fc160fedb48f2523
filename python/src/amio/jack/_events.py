"""What happens to a client and around it, one event after the other."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from enum import IntEnum

from .. import _abi
from .._library import Handle, lib, sized
from .._typing import Number
from .._watch import descriptor_of
from ..errors import AmioError, TimedOutError
from ._connection import Connection
from ._directory import Directory
from ._port import Port
from ._seen import Seen
from ._status import Status
from ._stream import Stream

_NOTHING = Status(0)

#: How many events can wait.
CAPACITY = 4096


class EventKind(IntEnum):
    """What an event is about. The fields of :class:`Event` that go with it are in brackets."""

    #: A client came or went (``name``, ``on``).
    CLIENT = _abi.JACK_EVENT_CLIENT
    #: A port came or went (``name``, ``port``, ``on``).
    PORT = _abi.JACK_EVENT_PORT
    #: A port has another name (``name``, ``before``, ``port``).
    PORT_RENAMED = _abi.JACK_EVENT_PORT_RENAMED
    #: Two ports were connected or disconnected (``port``, ``destination``, ``on``).
    CONNECTION = _abi.JACK_EVENT_CONNECTION
    #: Clients run in another order.
    GRAPH_ORDER = _abi.JACK_EVENT_GRAPH_ORDER
    #: The server was late, or a client was (``delay_us``). It is told within some 30 ms; those that
    #: are told together have the delay of the last one. PipeWire's library of version 0.3.65 does
    #: not tell of a client that was late.
    XRUN = _abi.JACK_EVENT_XRUN
    #: There is another period (``frames``).
    PERIOD = _abi.JACK_EVENT_PERIOD
    #: There is another frame rate (``frame_rate``).
    FRAME_RATE = _abi.JACK_EVENT_FRAME_RATE
    #: Freewheeling began or ended (``on``).
    FREEWHEEL = _abi.JACK_EVENT_FREEWHEEL
    #: Latencies were computed anew.
    LATENCY = _abi.JACK_EVENT_LATENCY
    #: Metadata has changed (``subject``, ``name``: the key, ``change``).
    PROPERTY = _abi.JACK_EVENT_PROPERTY
    #: A process callback failed, and is not called again. It is told within some 30 ms.
    HANDLER_FAILED = _abi.JACK_EVENT_HANDLER_FAILED
    #: The server is gone (``name``: the reason, ``status``).
    SHUTDOWN = _abi.JACK_EVENT_SHUTDOWN
    #: A kind of a newer library that this package does not know.
    UNKNOWN = -1

    @classmethod
    def _missing_(cls, value: object) -> EventKind:
        return cls.UNKNOWN


@dataclass(frozen=True)
class Event:
    """Something that happened. Fields that its kind does not name are 0, ``None`` or empty.

    Attributes:
        kind: what it is about.
        on: whether it is there, connected, or freewheeling now.
        name: the name of the client or port, the key of the property, or the reason.
        before: the name that the port had before.
        port: the port, or the output of a connection; ``None`` if the server no longer knows it.
        destination: the input of a connection.
        frames: the period, in frames.
        frame_rate: the frame rate, in Hz.
        delay_us: how late it was, in microseconds; 0 where the server does not say.
        subject: whose property it is: a UUID.
        change: what happened to the property: ``PROPERTY_CREATED`` and the like.
        status: what the server said at its end.
    """

    kind: EventKind
    on: bool = False
    name: str = ""
    before: str = ""
    port: Port | None = None
    destination: Port | None = None
    frames: int = 0
    frame_rate: int = 0
    delay_us: float = 0.0
    subject: int = 0
    change: int = 0
    status: Status = _NOTHING


class Queue:
    """The events of a client from now on, as the library gives them.

    Attributes:
        handle: the library's queue.
        descriptor: readable while an event waits, until this is closed.
    """

    def __init__(self, connection: Connection) -> None:
        value = ctypes.c_void_p()
        connection.call(lib.amio_jack_events_new, CAPACITY, ctypes.byref(value))
        self.handle = Handle(value, lib.amio_jack_events_free)
        self.descriptor = descriptor_of(lib.amio_jack_events_fd, self.handle)
        self._lost = 0

    def take(self) -> _abi.JackEvent | None:
        """The oldest event; ``None``: there is none, or this is closed."""
        raw = sized(_abi.JackEvent)
        try:
            lib.amio_jack_events_next(self.handle, ctypes.byref(raw))
        except AmioError:
            if self.handle.closed:
                return None
            raise
        return None if raw.kind == _abi.JACK_EVENT_NONE else raw

    @property
    def lost(self) -> int:
        """How many events did not fit; once this is closed, as it was when asked before."""
        lost = ctypes.c_uint64(self._lost)
        try:
            lib.amio_jack_events_lost(self.handle, ctypes.byref(lost))
        except AmioError:
            if not self.handle.closed:
                raise
        self._lost = lost.value
        return self._lost

    def close(self) -> None:
        """Ends it. Those who take an event get none."""
        self.handle.close()

    @property
    def is_closed(self) -> bool:
        """Whether it was ended."""
        return self.handle.closed


class Events(Stream[Event]):
    """The events of a client from now on: :meth:`Client.events` makes one.

    Iterate over it, with ``async for`` on an event loop or with ``for`` on a thread, or fetch one
    by :meth:`next`. The iteration ends when the client, or this, is closed.
    """

    def __init__(self, connection: Connection, directory: Directory) -> None:
        self._queue = Queue(connection)
        self._seen = Seen(directory)
        super().__init__("events", self._queue.handle, lib.amio_jack_events_fd)

    @property
    def lost(self) -> int:
        """How many events were lost so far: 4096 can wait."""
        return self._queue.lost

    def next(self, timeout: Number | None = None) -> Event | None:
        """The oldest event, which is waited for up to so many seconds; ``None``: without end.

        Returns:
            ``None`` if none came, or this is closed.
        """
        try:
            return self._next(timeout)
        except TimedOutError:
            return None

    def _fetch(self) -> Event | None:
        raw = self._queue.take()
        return None if raw is None else event_of(raw, self._seen)


def event_of(raw: _abi.JackEvent, seen: Seen) -> Event:
    """An event of the library, with its ports."""
    kind = EventKind(raw.kind)
    name = raw.name.decode(errors="replace")
    before = raw.before.decode(errors="replace")
    port = destination = None
    if kind is EventKind.PORT:
        port = seen.came(raw.port, name) if raw.on else seen.left(raw.port, name)
    elif kind is EventKind.PORT_RENAMED:
        port = seen.renamed(raw.port, before, name)
    elif kind is EventKind.CONNECTION:
        port, destination = seen.known(raw.port), seen.known(raw.destination)
    return Event(
        kind,
        bool(raw.on),
        name,
        before,
        port,
        destination,
        raw.frames,
        raw.rate_hz,
        raw.delay_us,
        raw.subject,
        raw.change,
        Status(raw.shutdown_status),
    )
