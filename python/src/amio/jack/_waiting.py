"""Waiting for the library: a task or a thread for a descriptor, and a thread in a call."""

from __future__ import annotations

import asyncio
import math
import os
import weakref
from collections.abc import Callable

from .._deadline import deadline_of, time_left, wait_readable
from .._library import Handle
from .._typing import Number
from ..errors import InvalidStateError, TimedOutError

#: The longest single wait of a thread in the library, in seconds: signal handlers run after it.
_SLICE = 0.2


class Waiting:
    """Frees an object of the library, but not while somebody waits for its descriptor.

    The number of a descriptor that is closed may be used for something else at once, and who waits
    would wait for that instead.

    Attributes:
        is_ended: whether nobody is to wait any more.

    Args:
        what: a name of what is waited for.
        handle: the object.
        descriptor: its descriptor.
    """

    def __init__(self, what: str, handle: Handle, descriptor: int) -> None:
        self.is_ended = False
        self._what = what
        self._handle = handle
        self._descriptor = descriptor
        self._waiter: asyncio.Future[None] | None = None
        # Who must leave before the descriptors are closed: who waits, and who ends it. They first
        # enter, then ask for the end; the end comes first, and then the question who is here. So
        # one of the two sees the other.
        self._inside: set[object] = set()
        # Of the threads that may end it, the first takes this.
        self._right_to_end = [True]
        # Readable from the end on, for threads that wait.
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._close_wake = weakref.finalize(self, os.close, self._wake)

    async def wait(self) -> None:
        """Waits until the descriptor is readable, or until the end.

        Raises:
            InvalidStateError: another task waits.
        """
        if self._waiter is not None:
            raise InvalidStateError(f"another task waits for these {self._what}")
        loop = asyncio.get_running_loop()
        waiter = self._waiter = loop.create_future()
        try:
            self._inside.add(waiter)
            if not self.is_ended:
                loop.add_reader(self._descriptor, _set, waiter)
                try:
                    await waiter
                finally:
                    if not loop.is_closed():
                        loop.remove_reader(self._descriptor)
        finally:
            self._waiter = None
            self._leave(waiter)

    def wait_here(self, deadline: float | None) -> None:
        """As :meth:`wait`, on this thread, and only until then; ``None``: without end.

        A signal handler may run meanwhile, and raise.
        """
        here = object()
        try:
            self._inside.add(here)
            if not self.is_ended:
                wait_readable((self._descriptor, self._wake), deadline)
        finally:
            self._leave(here)

    def end(self) -> None:
        """Frees the object, and wakes who waits. Any thread may call it."""
        try:
            self._right_to_end.pop()
        except IndexError:
            return
        here = object()
        try:
            self._inside.add(here)
            self.is_ended = True
            os.eventfd_write(self._wake, 1)
            waiter = self._waiter
            if waiter is not None:
                try:
                    waiter.get_loop().call_soon_threadsafe(_set, waiter)
                except RuntimeError:  # The loop is closed, and watches nothing.
                    self._inside.discard(waiter)
        finally:
            self._leave(here)

    def _leave(self, who: object) -> None:
        self._inside.discard(who)
        if self.is_ended and not self._inside:
            self._handle.close()
            self._close_wake()


def _set(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def wait_in_slices(call: Callable[[int], None], timeout: Number | None, what: str) -> None:
    """Calls a function, which waits up to so many milliseconds, until it does not time out.

    Raises:
        TimedOutError: it did, for ``timeout`` seconds.
    """
    deadline = deadline_of(timeout)
    while True:
        left = time_left(deadline)
        try:
            call(math.ceil(1000 * (_SLICE if left is None else min(left, _SLICE))))
        except TimedOutError:
            if time_left(deadline) == 0:
                raise TimedOutError(f"no {what} came within {timeout} s") from None
        else:
            return
