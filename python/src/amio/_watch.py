"""The descriptors of an interface: who watches them, and who waits for them."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
from collections.abc import Callable
from functools import partial
from typing import Any

from ._library import Handle, lib
from .errors import InvalidStateError


class Watch:
    """The descriptors of an interface that a loop watches.

    They are closed with the interface, and their numbers may be used for something else then. So
    the loop lets go of them first, whoever drops the interface, and wherever.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._descriptors: set[int] = set()

    def begin(
        self, loop: asyncio.AbstractEventLoop, descriptor: int, ready: Callable[[], object]
    ) -> None:
        """Makes the loop of this thread call a function when a descriptor is readable."""
        self._loop = loop
        self._descriptors.add(descriptor)
        loop.add_reader(descriptor, ready)

    def end(self, descriptor: int) -> None:
        """Ends this. Does nothing if it was not begun."""
        if descriptor not in self._descriptors:
            return
        self._descriptors.discard(descriptor)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(descriptor)

    def free(self, interface: ctypes.c_void_p) -> None:
        """Frees the interface, on the loop if one runs that watches it."""
        if self._descriptors and self._loop is not None and self._loop.is_running():
            with contextlib.suppress(RuntimeError):  # it was closed just now
                self._loop.call_soon_threadsafe(self._free, interface)
                return
        self._free(interface)

    def _free(self, interface: ctypes.c_void_p) -> None:
        for descriptor in tuple(self._descriptors):
            self.end(descriptor)
        lib.amio_interface_free(interface)


class Source:
    """What is fetched from an interface: a descriptor is readable while something waits.

    One task at a time waits for it.

    Args:
        what: its name.
        watch: who watches the descriptor.
        descriptor: the descriptor.
    """

    def __init__(self, what: str, watch: Watch, descriptor: int) -> None:
        self.descriptor = descriptor
        self._what = what
        self._watch = watch
        self._waiter: asyncio.Future[None] | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether a task waits for it."""
        return self._waiter is not None

    async def waits(self, loop: asyncio.AbstractEventLoop) -> None:
        """Waits, on the loop that runs, until something waits or it is woken."""
        if self._waiter is not None:
            raise InvalidStateError(f"another task waits for the {self._what}")
        self._waiter = loop.create_future()
        self._watch.begin(loop, self.descriptor, partial(_wake, self._waiter))
        try:
            await self._waiter
        finally:
            self._waiter = None
            self._watch.end(self.descriptor)

    def wake(self) -> None:
        """Ends the wait of a task, if one waits."""
        if self._waiter is not None:
            _wake(self._waiter)


def descriptor_of(function: Any, interface: Handle) -> int:
    """The descriptor that a function of the library gives."""
    fd = ctypes.c_int()
    function(interface, ctypes.byref(fd))
    return fd.value


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
