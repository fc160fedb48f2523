"""Commands that take effect together."""

from __future__ import annotations

import ctypes
from types import TracebackType
from typing import Any, Protocol, SupportsIndex

from ._arguments import signed, switch
from ._library import Handle, Unique, lib
from ._schedule import LatePolicy
from ._typing import Number
from .interface import AnyPlayspec, PlayspecChangeCallback
from .ticket import Ticket


class Scheduler(Protocol):
    """The interface that a :class:`Group` is for."""

    @property
    def _handle(self) -> Handle: ...

    def _schedule(
        self,
        playspec: AnyPlayspec,
        callback: PlayspecChangeCallback | None,
        schedule: Any,
        handle: Handle,
        at: SupportsIndex | None,
        start: SupportsIndex | None,
        late: LatePolicy,
    ) -> Ticket: ...


class Group(Unique):
    """Up to 4096 commands that take effect at the first frame of the same period.

    :meth:`EngineInterface.group` makes it. As a context manager it commits on the way out, unless
    an exception comes through: then nothing of it happens, and its tickets end as cancelled.
    """

    def __init__(self, interface: Scheduler) -> None:
        value = ctypes.c_void_p()
        lib.amio_group_new(interface._handle, ctypes.byref(value))
        self._handle = Handle(value, lib.amio_group_free)
        self._interface = interface

    def schedule(
        self,
        playspec: AnyPlayspec,
        at: SupportsIndex | None = None,
        *,
        start: SupportsIndex | None = None,
        late: LatePolicy = "catch_up",
        callback: PlayspecChangeCallback | None = None,
    ) -> Ticket:
        """As :meth:`EngineInterface.schedule`."""
        return self._interface._schedule(
            playspec, callback, lib.amio_group_schedule, self._handle, at, start, late
        )

    def cancel(self, ticket: Ticket) -> None:
        """Cancels a swap that has not taken over by then.

        Raises:
            LookupError: it has ended already.
            ValueError: it is one of another interface.
        """
        lib.amio_group_cancel(self._handle, self._own(ticket).number)

    def set_gain(
        self,
        ticket: Ticket,
        entry: SupportsIndex,
        left: Number,
        right: Number | None = None,
        *,
        ramp: SupportsIndex = 0,
    ) -> None:
        """As :meth:`Ticket.set_gain`."""
        change = self._own(ticket)._playspec.gain_change(entry, left, right, ramp)
        if change is not None:
            lib.amio_group_set_gain(self._handle, *change)

    def set_position(self, position: SupportsIndex) -> None:
        """As :meth:`EngineInterface.set_position`."""
        lib.amio_group_set_position(self._handle, signed("position", position))

    def set_rolling(self, rolling: bool) -> None:
        """As :meth:`EngineInterface.set_transport_rolling`."""
        lib.amio_group_set_rolling(self._handle, switch("rolling", rolling))

    def commit(self) -> None:
        """Sends the commands to the interface, in the order in which they were added.

        Raises:
            QueueFullError: too much is pending; nothing of the group happens.
            RuntimeError: it was committed already, or the interface is closed.
        """
        lib.amio_group_commit(self._handle)

    def _own(self, ticket: Ticket) -> Ticket:
        if not isinstance(ticket, Ticket):
            raise TypeError(f"ticket is {ticket!r}; it must be a Ticket")
        owner: object = ticket._owner()
        if owner is not self._interface:
            raise ValueError(f"ticket is {ticket!r} of another interface")
        return ticket

    def __enter__(self) -> Group:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.commit()
        else:
            self._handle.close()
