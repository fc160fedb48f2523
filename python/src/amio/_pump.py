"""Fetches events and input of an interface: on an event loop, or on the calling thread."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import logging
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterable
from types import CoroutineType
from typing import Protocol, TypeVar

from ._arguments import NOT_ASYNC
from ._deadline import deadline_of, time_left, wait_readable
from ._library import Handle, lib
from ._typing import Number
from ._watch import Source, Watch, descriptor_of
from .clip import collect_arrays
from .errors import ClosedError, InvalidStateError, TimedOutError
from .events import Event, Mailbox

_log = logging.getLogger("amio")

_Item = TypeVar("_Item")

#: The longest single wait of a thread, in seconds.
_SLICE = 0.2


class Owner(Protocol):
    """The object that a :class:`Pump` calls."""

    def _on_event(self, event: Event, swap: int) -> Iterable[Callable[[], object]]:
        """Records an event, perhaps twice, and returns the callbacks to call for it."""

    def _on_input(self, last: bool) -> None:
        """Called when watched input waits, and once after closing."""


class Pump:
    """Fetches events and input of an interface, and hands them over.

    Attached to an event loop, it does so there, woken by the descriptors of the library. Otherwise
    :meth:`wait_until` and :meth:`take_events` do, on the thread that calls them.

    Args:
        interface: the library's handle.
        watch: what a loop watches of it.
        owner: who is called. Nothing here keeps it alive: an interface that nobody can reach is
            closed, on a loop, too.
    """

    def __init__(self, interface: Handle, watch: Watch, owner: Owner) -> None:
        self._interface = interface
        self._watch = watch
        self._mailbox = Mailbox(interface)
        self._owner = weakref.ref(owner)
        self._event_fd = descriptor_of(lib.amio_interface_event_fd, interface)
        #: Captured input, and MIDI messages.
        self.input = Source("input", watch, descriptor_of(lib.amio_interface_input_fd, interface))
        self.midi = Source("MIDI", watch, descriptor_of(lib.amio_interface_midi_fd, interface))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failures = Failures()
        self._input_frames: int | None = None
        # One thread at a time hands over, and may do so in a callback again.
        self._in_order = threading.RLock()
        # Of the threads that wait for events, one fetches them; the others wait for this.
        self._changed = threading.Condition()
        self._fetcher: int | None = None
        #: Set by the owner when it begins to close the interface.
        self.is_closing = False

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Makes the loop that runs on this thread fetch events and input."""
        if self._loop is loop:
            return
        if not self.is_free:
            raise InvalidStateError("the interface belongs to another event loop")
        self._loop = loop
        self._watch.begin(loop, self._event_fd, weakly(self.take_events))
        self._arm_input()

    @property
    def is_free(self) -> bool:
        """Whether no event loop has it, except one that is closed."""
        return self._loop is None or self._loop.is_closed()

    @property
    def is_here(self) -> bool:
        """Whether this thread is the one that calls the owner."""
        return self._loop is None or not self._loop.is_running() or self._loop is running_loop()

    def watch_input(self, frames: int | None) -> None:
        """Makes the loop fetch input when at least so many frames wait; ``None``: never."""
        if frames == self._input_frames:
            return
        lib.amio_interface_set_input_threshold(self._interface, frames or 1)
        self._input_frames = frames
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(weakly(self._arm_input))

    async def waits(self, source: Source) -> None:
        """Waits, on the loop that it is attached to, until something waits or it is woken."""
        assert self._loop is not None
        await source.waits(self._loop)

    def _refuse_to_block(self) -> None:
        if self._loop is not None and self._loop is running_loop():
            raise InvalidStateError("waiting here would stop the event loop; use await")

    def waits_until(self, source: Source, deadline: float | None) -> bool:
        """Waits on this thread; ``False`` if nothing came before the deadline.

        Events that come meanwhile are handed over, unless another thread does that.
        """
        self._interface.must_be_ours()
        if deadline is None or deadline > time.monotonic():
            self._refuse_to_block()
        while True:
            watched = [source.descriptor]
            # An event that an exception interrupted is here, and no descriptor tells of it.
            if self.is_here and (self._mailbox.is_empty or self.take_events_unless_busy()):
                watched.append(self._event_fd)
            ready = wait_readable(watched, deadline)
            if source.descriptor in ready or not ready:
                return bool(ready)
            if not self.take_events_unless_busy():
                # Who is in the middle of it takes these, too.
                return source.descriptor in wait_readable([source.descriptor], deadline)

    def take_events(self) -> None:
        """Fetches all waiting events, and hands them over."""
        self._take_events_of(self._owner())

    def take_events_unless_busy(self, patience: float = 0) -> bool:
        """The same, unless another thread does it for more than ``patience`` seconds."""
        if not self._in_order.acquire(timeout=patience):
            return False
        try:
            self.take_events()
        finally:
            self._in_order.release()
        return True

    def take_input(self, *, last: bool = False) -> None:
        """Makes the owner hand over the waiting input."""
        if (owner := self._owner()) is not None:
            with self._in_order:
                owner._on_input(last)

    def catch_up(self) -> None:
        """Makes the responsible thread hand over events and input now; waits a second for it."""
        if self.is_here:
            self._catch_up()
            return
        done = threading.Event()

        def catch_up_there() -> None:
            self._catch_up()
            done.set()

        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # it was closed just now
            self._loop.call_soon_threadsafe(catch_up_there)
            done.wait(1)

    def _catch_up(self) -> None:
        self.take_events()
        self.take_input()

    def _take_events_of(self, owner: Owner | None) -> None:
        failed: Exception | None = None
        with self._in_order:
            try:
                while owner is not None:
                    # Some are due after an interruption, and in a callback that waits for events.
                    if not self._mailbox.is_due:
                        if (event := self._mailbox.oldest()) is None:
                            break
                        self._mailbox.drop(event, owner._on_event(event, self._mailbox.swap))
                    try:
                        self.hand_over(_call, self._mailbox.due())
                    except Exception as error:
                        failed = failed or error
            except BaseException:
                # It was interrupted, and no descriptor tells the loop of what was fetched.
                if self._loop is not None and not self._loop.is_closed():
                    self._loop.call_soon_threadsafe(weakly(self.take_events))
                raise
        collect_arrays()
        if failed is not None:
            try:
                raise failed
            finally:
                del failed  # its traceback has this frame

    def hand_over(self, function: Callable[[_Item], object], items: Iterable[_Item]) -> None:
        """Calls a function with one item after the other, also after one with which it fails.

        On the event loop, failures go to its exception handler; elsewhere the first is raised once
        all items are handed over.
        """
        failed: Exception | None = None
        for item in items:
            try:
                result = function(item)
                if result is not None and isinstance(result, CoroutineType):
                    result.close()
                    raise TypeError(f"{NOT_ASYNC}; it returned {result!r}")
            except ClosedError as error:
                if not self.is_closing:
                    failed = failed or error
                # Otherwise one that goes on scheduling, whatever it is told.
                _log.debug("a callback asked a closed interface: %s", error)
            except (Exception, asyncio.CancelledError) as error:
                if isinstance(error, asyncio.CancelledError):
                    error = RuntimeError(f"a callback was cancelled: {error!r}")
                if self._loop is not None and self._loop is running_loop():
                    self._failures.tell(self._loop, error)
                else:
                    failed = failed or error
        with self._changed:
            self._changed.notify_all()
        if failed is not None:
            try:
                raise failed
            finally:
                del failed  # its traceback has this frame

    def wait_until(self, done: Callable[[], bool], timeout: Number | None) -> None:
        """Waits until events have made something true."""
        self._interface.must_be_ours()
        self._refuse_to_block()
        deadline = deadline_of(timeout)
        while not done():
            # In slices, for nobody tells when the loop stops, or another thread has taken the event
            # for which this one waits.
            left = time_left(deadline)
            self._wait_for_events(_SLICE if left is None else min(left, _SLICE))
            if left == 0 and not done():
                raise TimedOutError(f"it has not happened within {timeout} s")

    def _wait_for_events(self, seconds: float) -> None:
        """Fetches events as soon as there are some, unless another thread does."""
        thread = threading.get_ident()
        with self._changed:
            # A callback that this thread is in the middle of may wait, too.
            if not self.is_here or self._fetcher not in (None, thread):
                self._changed.wait(seconds)
                return
            outer, self._fetcher = self._fetcher, thread
        try:
            # An event that an exception interrupted is here, and the descriptor tells of others.
            deadline = time.monotonic() + seconds
            if not self._mailbox.is_empty or wait_readable([self._event_fd], deadline):
                self.take_events_unless_busy(seconds)
        finally:
            with self._changed:
                self._fetcher = outer
                self._changed.notify_all()

    def finish(self) -> None:
        """Hands over the rest of a closed interface, and detaches from the loop."""
        if not self.is_here:
            assert self._loop is not None
            with contextlib.suppress(RuntimeError):  # it was closed just now
                self._loop.call_soon_threadsafe(self._finish)
                return
        self._finish()

    def _finish(self) -> None:
        self._watch.end(self._event_fd)
        self._watch.end(self.input.descriptor)
        self._watch.end(self.midi.descriptor)
        try:
            self.take_events()
        finally:
            try:
                self.take_input(last=True)
            finally:
                self._loop = None
                self.input.wake()
                self.midi.wake()

    def _arm_input(self) -> None:
        if self._loop is None:
            return
        if self._input_frames is not None:
            self._watch.begin(self._loop, self.input.descriptor, weakly(self.take_input))
        elif not self.input.is_awaited:
            self._watch.end(self.input.descriptor)


class Failures:
    """What callbacks raised on an event loop: each kind is told with its traceback once.

    From then on it is counted, and the count is told when it has grown tenfold: a callback for
    input fails hundreds of times in a second.
    """

    def __init__(self) -> None:
        self._counts: collections.Counter[tuple[object, ...]] = collections.Counter()

    def tell(self, loop: asyncio.AbstractEventLoop, error: BaseException) -> None:
        """Tells the loop's exception handler."""
        way = traceback.walk_tb(error.__traceback__)
        kind = type(error), tuple((frame.f_code, line) for frame, line in way)
        self._counts[kind] += 1
        count = self._counts[kind]
        if count == 1:
            loop.call_exception_handler(
                {"message": "a callback of an amio interface failed", "exception": error}
            )
        elif str(count).strip("0") == "1":
            what = "".join(traceback.format_exception_only(error)).strip()
            loop.call_exception_handler(
                {"message": f"a callback of an amio interface has failed {count} times: {what}"}
            )


def weakly(method: Callable[[], object]) -> Callable[[], object]:
    """A call of a method that does not keep its object alive."""
    kept = weakref.WeakMethod(method)

    def call() -> None:
        if (there := kept()) is not None:
            there()

    return call


def _call(function: Callable[[], object]) -> object:
    return function()


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop that runs on this thread, if one does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
