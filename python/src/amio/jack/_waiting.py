"""Waiting for the library: a task for a descriptor, on an event loop, and a thread in a call."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable

from .._arguments import seconds
from .._library import Handle
from .._typing import Number
from ..errors import InvalidStateError, TimedOutError

#: The longest single wait of a thread, in seconds: signal handlers run after it.
_SLICE = 0.2


class Waiting:
    """Frees an object of the library, but not while an event loop watches its descriptor.

    The number of a descriptor that is closed may be used for something else at once, and the loop
    would let go of that instead.

    Attributes:
        is_ended: whether nobody is to wait any more.

    Args:
        what: a name of what is waited for.
        handle: the object.
    """

    def __init__(self, what: str, handle: Handle) -> None:
        self.is_ended = False
        self._what = what
        self._handle = handle
        self._waiter: asyncio.Future[None] | None = None

    async def wait(self, descriptor: int) -> None:
        """Waits until the descriptor is readable, or until the end.

        Raises:
            InvalidStateError: another task waits.
        """
        if self._waiter is not None:
            raise InvalidStateError(f"another task waits for these {self._what}")
        loop = asyncio.get_running_loop()
        # First this, then the question. The end, on any thread, does it the other way round: so one
        # of the two sees the other.
        waiter = self._waiter = loop.create_future()
        try:
            if not self.is_ended:
                loop.add_reader(descriptor, _wake, waiter)
                try:
                    await waiter
                finally:
                    if not loop.is_closed():
                        loop.remove_reader(descriptor)
        finally:
            self._waiter = None
            if self.is_ended:
                self._handle.close()

    def end(self) -> None:
        """Frees the object, and wakes who waits. Any thread may call it."""
        self.is_ended = True
        waiter = self._waiter
        if waiter is not None:
            try:
                waiter.get_loop().call_soon_threadsafe(_wake, waiter)
            except RuntimeError:  # The loop is closed, and watches nothing.
                pass
            else:
                return
        self._handle.close()


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def wait_in_slices(call: Callable[[int], None], timeout: Number | None, what: str) -> None:
    """Calls a function, which waits up to so many milliseconds, until it does not time out.

    Raises:
        TimedOutError: it did, for ``timeout`` seconds.
    """
    limit = seconds("timeout", timeout)
    until = None if limit is None else time.monotonic() + limit
    while True:
        left = _SLICE if until is None else min(max(until - time.monotonic(), 0), _SLICE)
        try:
            call(math.ceil(1000 * left))
        except TimedOutError:
            if until is not None and time.monotonic() >= until:
                raise TimedOutError(f"no {what} came within {timeout} s") from None
        else:
            return
