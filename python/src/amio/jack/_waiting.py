"""A task that waits for a descriptor of the library, on an event loop."""

from __future__ import annotations

import asyncio

from .._library import Handle
from ..errors import InvalidStateError


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
