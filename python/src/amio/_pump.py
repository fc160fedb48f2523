"""Who fetches what waits in an interface, and when: an event loop, or the thread that asks."""

from __future__ import annotations

import asyncio
import ctypes
import math
import select
import threading
import time
from collections.abc import Callable
from typing import Any

from ._library import Handle, lib
from .clip import collect_arrays
from .errors import InvalidStateError, TimedOutError
from .events import Event, next_event


class Pump:
    """Fetches events and input of an interface, and hands them over.

    Attached to an event loop, it does so there, woken by the descriptors of the library. Otherwise
    :meth:`wait_until` and :meth:`take_events` do, on the thread that calls them.

    Args:
        interface: the library's handle.
        on_event: called with each event.
        on_input: called when input waits, if :meth:`watch_input` was; ``True``: for the last time.
        interval: gives the seconds for which input gathers before it is called again.
    """

    def __init__(
        self,
        interface: Handle,
        on_event: Callable[[Event], None],
        on_input: Callable[[bool], None],
        interval: Callable[[], float],
    ) -> None:
        self._interface = interface
        self._on_event = on_event
        self._on_input = on_input
        self._interval = interval
        self._event_fd = _descriptor(lib.amio_interface_event_fd, interface)
        self._input_fd = _descriptor(lib.amio_interface_input_fd, interface)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._input_watched = False
        self._input_timer: asyncio.TimerHandle | None = None
        self._input_waiter: asyncio.Future[None] | None = None
        # Of the threads that wait for events, one fetches them; the others wait for this.
        self._changed = threading.Condition()
        self._fetching = False

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Lets a loop fetch everything: the one that runs on this thread."""
        if self._loop is loop:
            return
        if self._loop is not None and not self._loop.is_closed():
            raise InvalidStateError("the interface belongs to another event loop")
        self._loop = loop
        loop.add_reader(self._event_fd, self.take_events)
        self._input_timer = None
        self._arm_input()

    @property
    def is_here(self) -> bool:
        """Whether this thread is the one that hands things over."""
        return self._loop is None or not self._loop.is_running() or self._loop is running_loop()

    def watch_input(self, wanted: bool) -> None:
        """Sets whether input is fetched by the loop as it comes."""
        self._input_watched = wanted
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._arm_input)

    async def input_waits(self) -> None:
        """Waits, on the loop that it is attached to, until input waits or the interface closes."""
        assert self._loop is not None
        self._input_waiter = self._loop.create_future()
        self._loop.add_reader(self._input_fd, _wake, self._input_waiter)
        try:
            await self._input_waiter
        finally:
            self._loop.remove_reader(self._input_fd)

    def input_waits_until(self, deadline: float | None) -> bool:
        """Waits on this thread; ``False`` if nothing came before the deadline."""
        return _wait_readable(self._input_fd, deadline)

    def take_events(self) -> None:
        """Fetches all events that wait, and hands them over."""
        while (event := next_event(self._interface)) is not None:
            try:
                self._on_event(event)
            finally:
                with self._changed:
                    self._changed.notify_all()
        collect_arrays()

    def wait_until(self, done: Callable[[], bool], timeout: float | None) -> None:
        """Waits until events have made something true."""
        if self._loop is not None and self._loop is running_loop():
            raise InvalidStateError("waiting here would stop the event loop; use await")
        deadline = deadline_of(timeout)
        while True:
            with self._changed:
                while not done() and (self._fetching or not self.is_here):
                    if not self._changed.wait(_left(deadline)):
                        raise TimedOutError(f"it has not happened within {timeout} s")
                if done():
                    return
                self._fetching = True
            try:
                if not _wait_readable(self._event_fd, deadline):
                    raise TimedOutError(f"it has not happened within {timeout} s")
                self.take_events()
            finally:
                with self._changed:
                    self._fetching = False
                    self._changed.notify_all()

    def finish(self) -> None:
        """Hands over what is left in an interface that was closed, and leaves the loop."""
        if self.is_here:
            self._finish()
        else:
            assert self._loop is not None
            self._loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        loop, self._loop = self._loop, None
        if loop is not None and not loop.is_closed():
            loop.remove_reader(self._event_fd)
            loop.remove_reader(self._input_fd)
        if self._input_timer is not None:
            self._input_timer.cancel()
        if self._input_waiter is not None:
            _wake(self._input_waiter)
        try:
            self.take_events()
        finally:
            self._on_input(True)

    def _arm_input(self) -> None:
        self._input_timer = None
        if self._loop is not None and self._input_watched:
            self._loop.add_reader(self._input_fd, self._give_input)

    def _give_input(self) -> None:
        """Hands over what waits, and lets some more gather."""
        assert self._loop is not None
        self._loop.remove_reader(self._input_fd)
        if self._input_watched:
            self._input_timer = self._loop.call_later(self._interval(), self._arm_input)
            self._on_input(False)


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop that runs on this thread, if one does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def deadline_of(timeout: float | None) -> float | None:
    """When ``time.monotonic()`` will have gone on by so many seconds; ``None``: never."""
    return None if timeout is None else time.monotonic() + timeout


def _left(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def _wait_readable(fd: int, deadline: float | None) -> bool:
    """Waits for a descriptor. A signal handler may run meanwhile, and raise."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    left = _left(deadline)
    return bool(poll.poll(None if left is None else math.ceil(1000 * left)))


def _descriptor(function: Any, interface: Handle) -> int:
    fd = ctypes.c_int()
    function(interface, ctypes.byref(fd))
    return fd.value


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
