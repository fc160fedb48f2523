"""Which kinds of events have happened since somebody asked."""

from __future__ import annotations

from .. import _abi
from ..jack import Client
from ..jack._events import Queue

_NAMES = {
    _abi.JACK_EVENT_GRAPH_ORDER: "graph_ordering",
    _abi.JACK_EVENT_PORT: "port_registration",
    _abi.JACK_EVENT_XRUN: "xrun",
    _abi.JACK_EVENT_SHUTDOWN: "shutdown",
    _abi.JACK_EVENT_PERIOD: "buffer_size",
    _abi.JACK_EVENT_FRAME_RATE: "sample_rate",
}
#: Of those that a full queue may have lost.
_FREQUENT = ("graph_ordering", "port_registration", "xrun")


class Happened:
    """Collects the events of a client."""

    #: What they are called.
    NAMES = tuple(_NAMES.values())

    def __init__(self, client: Client) -> None:
        self._queue = Queue(client._connection)
        self._names: set[str] = set()
        self._lost = 0
        self._period, self._rate = client.blocksize, client.samplerate
        self.is_shut_down = False

    def collect(self) -> None:
        """Fetches the events that have come."""
        while not self._queue.is_closed and (raw := self._queue.take()) is not None:
            if raw.kind == _abi.JACK_EVENT_PERIOD:
                # Servers also tell of the first one, which is none that has changed.
                if raw.frames == self._period:
                    continue
                self._period = raw.frames
            elif raw.kind == _abi.JACK_EVENT_FRAME_RATE:
                if raw.rate_hz == self._rate:
                    continue
                self._rate = raw.rate_hz
            elif raw.kind == _abi.JACK_EVENT_SHUTDOWN:
                self.is_shut_down = True
            if raw.kind in _NAMES:
                self._names.add(_NAMES[raw.kind])
        if not self._queue.is_closed and (lost := self._queue.lost) != self._lost:
            self._lost = lost
            self._names.update(_FREQUENT)

    def take(self) -> dict[str, int]:
        """1 for what has happened since the call before, 0 for the rest."""
        self.collect()
        names, self._names = self._names, set()
        return {name: int(name in names) for name in self.NAMES}

    def close(self) -> None:
        """Ends it. What was collected stays."""
        self._queue.close()
