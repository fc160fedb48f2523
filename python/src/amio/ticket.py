"""Tickets of scheduled swaps, and their outcomes."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, SupportsIndex

from ._library import Unique, lib
from ._life import Life
from ._schedule import NativePlayspec
from ._typing import Number
from .errors import ClosedError, NoSuchTicketError
from .events import CancelReason, Event, EventKind


@dataclass(frozen=True)
class Outcome:
    """How a swap ended. It is true if the playspec took over and sounded.

    Attributes:
        kind: ``APPLIED``, ``SUPERSEDED`` (a later one took over at the same frame) or
            ``CANCELLED``.
        position: the timeline frame from which it sounded.
        device_frame: the device frame at which it took over.
        time_ns: when that was due: ``time.monotonic_ns()``.
        late: how many frames too late it took over.
        cancel_reason: why it was cancelled, if it was.
    """

    kind: EventKind
    position: int
    device_frame: int
    time_ns: int
    late: int
    cancel_reason: CancelReason

    def __bool__(self) -> bool:
        return self.kind is EventKind.APPLIED


class Ticket(Unique):
    """A swap that was scheduled: it can be awaited, waited for, cancelled, and turned up or down.

    ``await ticket`` and :meth:`wait` give an :class:`Outcome`.

    Attributes:
        number: the library's number of this swap, as input has it in ``playspec_id``.
        outcome: what became of it; ``None`` while that is open.
    """

    number: int = 0
    outcome: Outcome | None = None

    def __init__(
        self,
        interface: Life,
        playspec: NativePlayspec,
        callback: Callable[[bool], object] | None,
    ) -> None:
        # Weakly: an interface that is dropped has not to wait for its tickets to be dropped too.
        self._owner = weakref.ref(interface)
        self._playspec = playspec
        self._callback = callback
        self._futures: set[asyncio.Future[Outcome]] = set()
        self._lock = threading.Lock()
        self.number = 0  # until the swap was scheduled
        self.outcome = None

    def cancel(self) -> bool:
        """Cancels the swap. ``False`` if it is too late: it has ended, or is taking over now."""
        if self.outcome is not None:
            return False
        try:
            lib.amio_interface_cancel(self._interface._handle, self.number)
        except NoSuchTicketError:
            return False
        return True

    def wait(self, timeout: Number | None = None) -> Outcome:
        """Waits until the swap has ended, for ``timeout`` seconds at most.

        Offline, somebody else has to advance the interface meanwhile.

        Raises:
            TimeoutError: it has not ended in time.
            RuntimeError: called on the interface's own event loop; there, ``await`` it.
        """
        if self.outcome is None:
            pump = self._interface._open_pump
            assert pump is not None  # since there is a ticket
            pump.wait_until(lambda: self.outcome is not None, timeout)
        assert self.outcome is not None
        return self.outcome

    def __await__(self) -> Generator[Any, None, Outcome]:
        if self.outcome is None:
            self._interface._attach(asyncio.get_running_loop())
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        with self._lock:
            if self.outcome is None:
                self._futures.add(future)
                future.add_done_callback(self._futures.discard)
            else:
                future.set_result(self.outcome)
        return future.__await__()

    @property
    def _interface(self) -> Life:
        interface = self._owner()
        if interface is None:
            raise ClosedError("the ticket's interface was dropped, and is closed with that")
        return interface

    def set_gain(
        self,
        entry: SupportsIndex,
        left: Number,
        right: Number | None = None,
        *,
        ramp: SupportsIndex = 0,
    ) -> None:
        """Changes the gain of an entry of this playspec while it plays, or before.

        Args:
            entry: its index in the playspec.
            left: factor for the left side, -1e6 to 1e6.
            right: factor for the right side; ``None``: as ``left``.
            ramp: over how many frames the gain moves, linearly, from the next period on.
        """
        change = self._playspec.gain_change(entry, left, right, ramp)
        if change is not None:
            lib.amio_playspec_set_gain(*change)

    def _end(self, event: Event) -> None:
        """Called with the event that ends the swap; again if that was interrupted."""
        outcome = Outcome(
            event.kind,
            event.position,
            event.device_frame,
            event.time_ns,
            event.frames,
            event.cancel_reason,
        )
        with self._lock:
            self.outcome = outcome
            futures = list(self._futures)
        for future in futures:
            loop = future.get_loop()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_resolve, future, outcome)

    def __repr__(self) -> str:
        state = "pending" if self.outcome is None else self.outcome.kind.name
        return f"<Ticket {self.number}: {state}>"


def _resolve(future: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if not future.done():
        future.set_result(outcome)
