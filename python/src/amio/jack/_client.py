"""A JACK client, with JACK-Client's methods."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Sequence
from typing import Any

from .. import _abi
from ._blocks import Blocks
from ._constants import (
    AUDIO,
    CAN_MONITOR,
    INPUT,
    MIDI,
    OUTPUT,
    PHYSICAL,
    TERMINAL,
)
from ._errors import CallbackExit, JackErrorCode
from ._events import Event, EventKind, Queue, event_of
from ._metadata import Metadata
from ._notifier import Notifier
from ._own_port import OwnPort, known_name_of, name_of
from ._port import Port
from ._process import ProcessCallback, SyncCallback, TimebaseCallback, report
from ._seen import Seen
from ._status import Status

_Decorator = Callable[[Callable[..., object]], Any]


class Client(Metadata):
    """A client of a JACK server, or of PipeWire.

    In a ``with`` statement it is active, and it is closed at the end. A client that nothing refers
    to is closed, too.

    Callbacks, except those of the audio thread (process, sync and timebase), are called on a thread
    of this package, in the order of what happened. An exception of a callback is printed to the
    standard error. After an exception, a process callback is not called again.

    Arguments:
        name: the name, of up to :func:`client_name_size` - 2 bytes, without a colon.
        use_exact_name: open no client under another name, if the name is taken.
        no_start_server: start no server if none runs. Otherwise libjack may start one.
        servername: the server's name.
        session_id: by which a session manager knows the client.

    Raises:
        JackOpenError: no server answers, or it refuses the client.
        DriverUnavailableError: libjack is not installed.
    """

    _notifier: Notifier | None = None

    def owns(self, port: str | Port) -> bool:
        """Whether a port, given as such or by its full name, is one of this client's."""
        return self._directory.is_own(port)

    def connect(self, source: str | Port, destination: str | Port) -> None:
        """Connects an output to an input, given as such or by their full names.

        Raises:
            JackErrorCode: the server refuses it; they may be connected already.
        """
        self._directory.connect(name_of(source), name_of(destination))

    def disconnect(self, source: str | Port, destination: str | Port) -> None:
        """Disconnects an output from an input.

        Raises:
            JackErrorCode: they are not connected.
        """
        self._directory.disconnect(name_of(source), name_of(destination))

    def get_port_by_name(self, name: str) -> Port:
        """The port of a full name.

        Raises:
            JackError: there is none.
        """
        return self._directory.port(name)

    def get_all_connections(self, port: str | Port) -> list[Port]:
        """The ports that a port of any client is connected to."""
        return self._directory.ports(self._connection.connections(known_name_of(port)))

    def get_ports(
        self,
        name_pattern: str = "",
        is_audio: bool = False,
        is_midi: bool = False,
        is_input: bool = False,
        is_output: bool = False,
        is_physical: bool = False,
        can_monitor: bool = False,
        is_terminal: bool = False,
    ) -> list[Port]:
        """The ports of all clients that match.

        Arguments:
            name_pattern: an extended regular expression that is in the full name; empty: any.
            is_audio: audio ports. Without this and ``is_midi``, ports of all types.
            is_midi: MIDI ports.
            is_input: only inputs; for this and the following, see :class:`Port`.
            is_output: only outputs.
            is_physical: only ports of devices.
            can_monitor: only ports whose device can play what comes in.
            is_terminal: only ports where sound begins or ends.
        """
        kind = "" if is_audio == is_midi else AUDIO if is_audio else MIDI
        asked = {
            INPUT: is_input,
            OUTPUT: is_output,
            PHYSICAL: is_physical,
            CAN_MONITOR: can_monitor,
            TERMINAL: is_terminal,
        }
        flags = sum(flag for flag, is_asked in asked.items() if is_asked)
        return self._directory.ports(self._connection.find_ports(name_pattern, kind, flags))

    def blocks(
        self,
        frames: int | None = None,
        *,
        inputs: Sequence[OwnPort] | None = None,
        outputs: Sequence[OwnPort] | None = None,
        queued: int | None = None,
        latency: int | None = None,
    ) -> Blocks:
        """Begins to exchange audio with the audio thread, in blocks.

        It works beside a process callback, and without one. For instance::

            blocks = client.blocks(1024)
            async for block in blocks:
                blocks.write(0.5 * block.input)

        Arguments:
            frames: the length of a block, 1 to 65536; ``None``: the server's period.
            inputs: audio inputs of the client; ``None``: all that it has now.
            outputs: audio outputs of the client, which nothing else writes to; ``None``: all.
            queued: how many blocks of input may wait to be read, up to 65536; ``None``: a quarter
                of a second of them, and at least 4.
            latency: how many frames after the beginning of a block its answer sounds, up to 2**24;
                ``None``: a block, a period, the longer of the two to think, and 5 ms for waking.

        Raises:
            JackErrorCode: an argument is out of range, a port is not one of these, or the client
                is closed.
        """
        return Blocks(
            self._connection,
            list(self.inports if inputs is None else inputs),
            list(self.outports if outputs is None else outputs),
            self.blocksize if frames is None else frames,
            queued or 0,
            latency or 0,
        )

    def set_process_callback(self, callback: ProcessCallback) -> None:
        """Calls ``callback(frames)`` in each period, on the audio thread.

        The server waits for it, and it waits for the interpreter's lock: whatever another thread of
        Python does, the garbage collector too, may make it late. The sound then has gaps.
        :meth:`blocks` exchanges audio without that.
        """
        self._processing.set_process(callback)

    def set_sync_callback(self, callback: SyncCallback | None) -> None:
        """Has the transport wait: ``callback(state, pos)`` returns whether this client is ready.

        It is called on the audio thread when the transport starts or moves; ``None``: the client is
        always ready.
        """
        self._processing.set_sync(callback)

    def set_timebase_callback(
        self, callback: TimebaseCallback | None = None, conditional: bool = False
    ) -> Any:
        """Becomes the timebase: ``callback(state, blocksize, pos, new_pos)`` fills ``pos`` in.

        It is called on the audio thread. ``pos.frame`` is the frame of the next period, and cannot
        be changed. Without a callback, this returns a decorator.

        Arguments:
            callback: the function.
            conditional: only if no other client is the timebase.

        Returns:
            Whether it is the timebase now.

        Raises:
            JackErrorCode: the server refuses it.
        """
        if callback is None:
            return lambda given: self.set_timebase_callback(given, conditional)
        try:
            self._processing.set_timebase(callback, conditional)
        except JackErrorCode as error:
            # Of jackd, and of PipeWire; -1: of jackd before version 1.9.11.
            if conditional and error.code in (errno.EBUSY, -errno.EBUSY, -1):
                return False
            raise
        return True

    def set_shutdown_callback(self, callback: Callable[[Status, str], object]) -> None:
        """Calls ``callback(status, reason)`` when the server is gone. Then close the client."""
        self._on(EventKind.SHUTDOWN, lambda event: callback(event.status, event.name), callback)

    def set_freewheel_callback(self, callback: Callable[[bool], object]) -> None:
        """Calls ``callback(starting)`` when freewheeling begins or ends."""
        self._on(EventKind.FREEWHEEL, lambda event: callback(event.on), callback)

    def set_blocksize_callback(self, callback: Callable[[int], object]) -> None:
        """Calls ``callback(blocksize)`` when there is another period.

        Where there is a process callback, it is called before that, on the audio thread, and for
        the first period of an active client, too.
        """
        once = _Once(callback)
        self._processing.on_period = once.on_audio_thread
        self._on(EventKind.PERIOD, lambda event: once.on_event(event.frames), callback)

    def set_samplerate_callback(self, callback: Callable[[int], object]) -> None:
        """Calls ``callback(samplerate)`` now, and when there is another frame rate."""
        told = [self.samplerate]

        def changed(event: Event) -> None:
            if event.frame_rate != told[0]:
                told[0] = event.frame_rate
                callback(event.frame_rate)

        _call(callback, lambda: callback(told[0]))
        self._on(EventKind.FRAME_RATE, changed, callback)

    def set_client_registration_callback(self, callback: Callable[[str, bool], object]) -> None:
        """Calls ``callback(name, register)`` when a client comes or goes."""
        self._on(EventKind.CLIENT, lambda event: callback(event.name, event.on), callback)

    def set_port_registration_callback(
        self, callback: Callable[..., object] | None = None, only_available: bool = True
    ) -> _Decorator | None:
        """Calls ``callback(port, register)`` when a port comes or goes.

        Without a callback, this returns a decorator.

        Arguments:
            callback: the function.
            only_available: not for ports that the server no longer knows; otherwise, the port is
                ``None`` then.
        """
        if callback is None:
            return lambda given: self.set_port_registration_callback(given, only_available)
        function = callback

        def registered(event: Event) -> None:
            if event.port is not None or not only_available:
                function(event.port, event.on)

        self._on(EventKind.PORT, registered, callback)
        return None

    def set_port_connect_callback(
        self, callback: Callable[..., object] | None = None, only_available: bool = True
    ) -> _Decorator | None:
        """Calls ``callback(a, b, connect)`` when ports are connected or disconnected.

        Without a callback, this returns a decorator. For ``only_available``, see
        :meth:`set_port_registration_callback`.
        """
        if callback is None:
            return lambda given: self.set_port_connect_callback(given, only_available)
        function = callback

        def connected(event: Event) -> None:
            is_known = event.port is not None and event.destination is not None
            if is_known or not only_available:
                function(event.port, event.destination, event.on)

        self._on(EventKind.CONNECTION, connected, callback)
        return None

    def set_port_rename_callback(
        self, callback: Callable[..., object] | None = None, only_available: bool = True
    ) -> _Decorator | None:
        """Calls ``callback(port, old, new)`` when a port has another full name.

        Without a callback, this returns a decorator. For ``only_available``, see
        :meth:`set_port_registration_callback`.
        """
        if callback is None:
            return lambda given: self.set_port_rename_callback(given, only_available)
        function = callback

        def renamed(event: Event) -> None:
            if event.port is not None or not only_available:
                function(event.port, event.before, event.name)

        self._on(EventKind.PORT_RENAMED, renamed, callback)
        return None

    def set_graph_order_callback(self, callback: Callable[[], object]) -> None:
        """Calls ``callback()`` when clients run in another order."""
        self._on(EventKind.GRAPH_ORDER, lambda _event: callback(), callback)

    def set_xrun_callback(self, callback: Callable[[float], object]) -> None:
        """Calls ``callback(delayed_usecs)`` when the server or a client was late."""
        self._on(EventKind.XRUN, lambda event: callback(event.delay_us), callback)

    def set_property_change_callback(self, callback: Callable[[int, str, int], object]) -> None:
        """Calls ``callback(subject, key, change)`` when metadata has changed.

        ``change`` is ``PROPERTY_CREATED`` or the like; the key is empty where all were removed.
        """
        self._on(
            EventKind.PROPERTY,
            lambda event: callback(event.subject, event.name, event.change),
            callback,
        )

    def _on(
        self, kind: EventKind, handle: Callable[[Event], object], callback: Callable[..., object]
    ) -> None:
        if self._notifier is None:
            self._handlers: dict[EventKind, tuple[Any, Any]] = {}
            queue = Queue(self._connection)
            self._seen = Seen(self._directory)
            self._notifier = Notifier(queue, self._notify)
        self._handlers[kind] = handle, callback

    def _notify(self, raw: _abi.JackEvent) -> None:
        # Also where nobody is called for it: it says which ports there are.
        event = event_of(raw, self._seen)
        handle, callback = self._handlers.get(event.kind, (None, None))
        if handle is not None:
            _call(callback, lambda: handle(event))

    def _before_closing(self) -> None:
        super()._before_closing()
        if self._notifier is not None:
            self._notifier.finish()


class _Once:
    """Calls a function once for each period, which the audio thread and an event both tell."""

    def __init__(self, callback: Callable[[int], object]) -> None:
        self._callback = callback
        self._lock = threading.Lock()
        # What one of them has told, and the other has not.
        self._told: tuple[str, int] | None = None

    def on_audio_thread(self, frames: int) -> None:
        self._tell(("thread", frames), ("event", frames))

    def on_event(self, frames: int) -> None:
        self._tell(("event", frames), ("thread", frames))

    def _tell(self, this: tuple[str, int], other: tuple[str, int]) -> None:
        with self._lock:
            is_told = self._told == other
            self._told = None if is_told else this
        if not is_told:
            _call(self._callback, lambda: self._callback(this[1]))


def _call(callback: object, call: Callable[[], object]) -> None:
    try:
        call()
    except CallbackExit:
        pass
    except BaseException:
        report(callback)
