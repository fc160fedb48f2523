"""The callbacks of a client, with JACK-Client's methods."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from typing import Any, Literal, overload

from .. import _abi
from ._errors import CallbackExit, JackErrorCode
from ._events import Event, EventKind, Queue, event_of
from ._metadata import Metadata
from ._notifier import Notifier
from ._port import Port
from ._process import ProcessCallback, SyncCallback, TimebaseCallback, report
from ._seen import Seen
from ._status import Status

# Of ports that the server knows, and of others, too.
_Registered = Callable[[Port, bool], object]
_AnyRegistered = Callable[[Port | None, bool], object]
_Connected = Callable[[Port, Port, bool], object]
_AnyConnected = Callable[[Port | None, Port | None, bool], object]
_Renamed = Callable[[Port, str, str], object]
_AnyRenamed = Callable[[Port | None, str, str], object]


class Callbacks(Metadata):
    """Sets functions that are called when something happens."""

    _notifier: Notifier | None = None

    def set_process_callback(self, callback: ProcessCallback) -> None:
        """Calls ``callback(frames)`` in each period, on the audio thread.

        The server waits for it, and it waits for the interpreter's lock: whatever another thread of
        Python does, the garbage collector too, may make it late. The sound then has gaps.
        :meth:`Client.blocks` exchanges audio without that.
        """
        self._processing.set_process(callback)

    def set_sync_callback(self, callback: SyncCallback | None) -> None:
        """Has the transport wait: ``callback(state, pos)`` returns whether this client is ready.

        It is called on the audio thread when the transport starts or moves; ``None``: the client is
        always ready.
        """
        self._processing.set_sync(callback)

    @overload
    def set_timebase_callback(
        self, callback: TimebaseCallback, conditional: bool = False
    ) -> bool: ...

    @overload
    def set_timebase_callback(
        self, callback: None = None, conditional: bool = False
    ) -> Callable[[TimebaseCallback], bool]: ...

    def set_timebase_callback(
        self, callback: TimebaseCallback | None = None, conditional: bool = False
    ) -> bool | Callable[[TimebaseCallback], bool]:
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

    @overload
    def set_port_registration_callback(
        self, callback: _Registered, only_available: Literal[True] = True
    ) -> None: ...

    @overload
    def set_port_registration_callback(
        self, callback: _AnyRegistered, only_available: bool = True
    ) -> None: ...

    @overload
    def set_port_registration_callback(
        self, callback: None = None, only_available: Literal[True] = True
    ) -> Callable[[_Registered], None]: ...

    @overload
    def set_port_registration_callback(
        self, callback: None = None, only_available: bool = True
    ) -> Callable[[_AnyRegistered], None]: ...

    def set_port_registration_callback(
        self, callback: Callable[..., object] | None = None, only_available: bool = True
    ) -> Callable[[Any], None] | None:
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

    @overload
    def set_port_connect_callback(
        self, callback: _Connected, only_available: Literal[True] = True
    ) -> None: ...

    @overload
    def set_port_connect_callback(
        self, callback: _AnyConnected, only_available: bool = True
    ) -> None: ...

    @overload
    def set_port_connect_callback(
        self, callback: None = None, only_available: Literal[True] = True
    ) -> Callable[[_Connected], None]: ...

    @overload
    def set_port_connect_callback(
        self, callback: None = None, only_available: bool = True
    ) -> Callable[[_AnyConnected], None]: ...

    def set_port_connect_callback(
        self, callback: Callable[..., object] | None = None, only_available: bool = True
    ) -> Callable[[Any], None] | None:
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

    @overload
    def set_port_rename_callback(
        self, callback: _Renamed, only_available: Literal[True] = True
    ) -> None: ...

    @overload
    def set_port_rename_callback(
        self, callback: _AnyRenamed, only_available: bool = True
    ) -> None: ...

    @overload
    def set_port_rename_callback(
        self, callback: None = None, only_available: Literal[True] = True
    ) -> Callable[[_Renamed], None]: ...

    @overload
    def set_port_rename_callback(
        self, callback: None = None, only_available: bool = True
    ) -> Callable[[_AnyRenamed], None]: ...

    def set_port_rename_callback(
        self, callback: Callable[..., object] | None = None, only_available: bool = True
    ) -> Callable[[Any], None] | None:
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
