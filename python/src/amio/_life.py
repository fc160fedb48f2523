"""How an interface is opened, closed, and served by an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import threading
import warnings
import weakref
from collections.abc import Iterator
from types import TracebackType
from typing import Any, ClassVar, TypeVar, cast

from . import _abi
from ._arguments import text
from ._library import Handle, Unique, lib
from ._options import Options, config, given
from ._pump import Owner, Pump, running_loop
from ._watch import Watch
from .errors import ClosedError, ContractError
from .interface import Interface

_log = logging.getLogger("amio")

_Life = TypeVar("_Life", bound="Life")

_open_ones: weakref.WeakSet[Life] = weakref.WeakSet()


def close_all() -> None:
    """Closes all interfaces of this process that are open, also those that no variable names.

    For notebooks, where a cell that failed or was run again may leave one behind that goes on
    playing.
    """
    failed: Exception | None = None
    for interface in list(_open_ones):
        try:
            interface.shutdown()
        except Exception as error:  # of a callback; the others are to be closed all the same
            failed = failed or error
    if failed is not None:
        raise failed


class Life(Unique, Interface):
    """Opens and closes the library's interface. A derived class is its owner."""

    _driver: int = _abi.DRIVER_DEFAULT
    _defaults: ClassVar[Options] = {}

    def __init__(self, options: Options) -> None:
        super().__init__()
        self._options: Options = {**self._defaults, **given(options)}
        self._config = config(self._driver, self._options)
        self._lock = threading.Lock()
        self._open_handle: Handle | None = None
        self._open_pump: Pump | None = None
        self._is_opening = False
        # From the first call of close() on; and once the driver is closed.
        self._is_closing = self._is_closed = False

    def open(self) -> None:
        """Opens the driver and starts the audio; the transport stands until it is set rolling.

        It waits up to 5 s for a server that does not answer. Interfaces of a process that are
        opened or closed at once take turns: waiting begins again with each turn, up to ten times.

        Raises:
            ValueError: it was opened already, or an option is out of range.
            DriverUnavailableError: libjack is not installed; the message says what to do.
            NoServerError: no JACK server runs.
        """
        with self._opening():
            self._opened(*self._start())
        self._adopt_loop()

    async def init(self, client_name: str) -> None:
        """Opens the interface, under a name for the server to show, and attaches it to the loop.

        As in AMIO, other tasks do not run meanwhile: they find an interface that is open, or none.
        ``async with`` opens it while the loop goes on.

        Raises:
            ValueError: it was opened already.
            OSError: the driver cannot be opened; see :meth:`open`.
        """
        with self._opening():
            self._config.client_name = text("client_name", client_name)
            self._opened(*self._start())
        self._attach(asyncio.get_running_loop())

    async def close(self) -> None:
        """Closes the interface. Callbacks of changes that still wait get ``False``.

        As :meth:`shutdown`, which it is; other tasks do not run meanwhile.
        """
        self.shutdown()

    def shutdown(self) -> None:
        """As :meth:`close`, for programs without an event loop; waits up to a second.

        Called on another thread than the event loop's, it returns before the loop has called the
        callbacks. In a process that was forked from the one that opened the interface, it closes
        nothing.
        """
        self._begin_closing()
        if self._open_handle is not None and not self._open_handle.is_ours:
            self._is_closed = True
            return
        if self._open_handle is not None:
            lib.amio_interface_close(self._open_handle)
        was_closed, self._is_closed = self._is_closed, True
        _open_ones.discard(self)
        if self._open_pump is not None and not was_closed:
            self._open_pump.finish()

    def _begin_closing(self) -> None:
        self._is_closing = True
        if self._open_pump is not None:
            self._open_pump.is_closing = True

    def is_closed(self) -> bool:
        """Whether it was closed. One that was not opened yet is not."""
        return self._is_closed

    def __enter__(self: _Life) -> _Life:
        if self._open_handle is None or self._is_closed:
            self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.shutdown()
            return
        try:
            self.shutdown()
        except Exception:  # what the caller has to know is the other one
            _log.exception("a callback failed while the interface was closed")

    async def __aenter__(self: _Life) -> _Life:
        if self._open_handle is None or self._is_closed:
            with self._opening():
                # If this is cancelled, what was opened meanwhile is dropped, and closed with that.
                self._opened(*await asyncio.to_thread(self._start))
        self._adopt_loop()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __del__(self) -> None:
        handle: Handle | None = getattr(self, "_open_handle", None)
        if handle is not None and not handle.closed and not self._is_closed:
            warnings.warn(f"{self!r} was not closed", ResourceWarning, source=self, stacklevel=1)

    @contextlib.contextmanager
    def _opening(self) -> Iterator[None]:
        """Prevents another thread from opening it meanwhile."""
        with self._lock:
            if self._is_closing:
                raise ClosedError("the interface was closed; make another one")
            if self._open_handle is not None or self._is_opening:
                raise ContractError("the interface was opened already; make another one")
            self._is_opening = True
        try:
            yield
        finally:
            self._is_opening = False

    def _start(self) -> tuple[Handle, Watch]:
        watch = Watch()
        value = ctypes.c_void_p()
        lib.amio_interface_new(ctypes.byref(self._config), ctypes.byref(value))
        handle = Handle(value, watch.free)
        lib.amio_interface_start(handle)
        return handle, watch

    def _opened(self, handle: Handle, watch: Watch) -> None:
        if self._is_closing:
            handle.close()
            raise ClosedError("the interface was closed while it was being opened")
        _open_ones.add(self)
        self._open_pump = Pump(handle, watch, cast(Owner, self))
        self._open_handle = handle

    @property
    def _handle(self) -> Handle:
        if self._is_closing:
            raise ClosedError("operation on a closed AMIO interface")
        if self._open_handle is None:
            raise ClosedError("operation on an AMIO interface that was not opened yet")
        self._open_handle.must_be_ours()
        return self._open_handle

    @property
    def _pump(self) -> Pump:
        self._handle  # noqa: B018 - refuses if it is not open
        assert self._open_pump is not None
        return self._open_pump

    def _attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Lets the loop that runs on this thread call the callbacks, and resolve tickets."""
        if not self._is_closing:
            self._pump.attach(loop)

    def _adopt_loop(self) -> None:
        """As _attach(), if a loop runs on this thread and no other loop has the interface."""
        loop = running_loop()
        if loop is not None and self._pump.is_free:
            self._attach(loop)

    def _number(self, function: Any, place: Any) -> int:
        function(self._handle, ctypes.byref(place))
        return int(place.value)
