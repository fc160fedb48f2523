"""What all interfaces that play have in common."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from types import TracebackType
from typing import Any, ClassVar, Literal, TypeVar

from . import _abi
from ._arguments import PathLike, function, interval, one_of, signed, switch, text, unsigned
from ._input import Clock, InputReader, InputStream
from ._library import Handle, Unique, lib, sized
from ._options import Options, channels, config, given
from ._pump import Pump, deadline_of, running_loop
from ._schedule import NativePlayspec
from ._typing import Unpack
from .audio_clip import AudioClip, InputAudioChunk
from .clip import Clip, FileFormat
from .errors import ClosedError, ContractError, InvalidStateError, TimedOutError
from .events import Event, EventKind
from .group import Group
from .interface import AnyPlayspec, InputChunkCallback, Interface, PlayspecChangeCallback
from .recorder import Recorder, RecordSource
from .stats import Meter, MeterSide, Stats, read_meters, read_stats
from .ticket import Ticket

_log = logging.getLogger("amio")

_Engine = TypeVar("_Engine", bound="EngineInterface")

LatePolicy = Literal["catch_up", "slip", "refuse"]
LATE_POLICIES: dict[str, int] = {
    "catch_up": _abi.LATE_CATCH_UP,
    "slip": _abi.LATE_SLIP,
    "refuse": _abi.LATE_REFUSE,
}

#: An ``insert_at`` that every position has reached.
_AT_ONCE = -(1 << 61)

_ENDINGS = (EventKind.APPLIED, EventKind.SUPERSEDED, EventKind.CANCELLED)

_INPUT_TAKEN = "something else takes the input: read(), input(), or the input_chunk_callback"

EventCallback = Callable[[Event], None]


@dataclass(frozen=True)
class Transport:
    """Where an interface was at one instant: the end of its latest period."""

    #: The timeline frame with which the next period begins, and whether it advances.
    position: int
    rolling: bool
    #: The device frame with which it begins, and when that is due (``time.monotonic_ns()``).
    device_frame: int
    time_ns: int
    #: The number of the ticket of what sounds; 0 before the first.
    ticket: int


class EngineInterface(Unique, Interface):
    """Base of the interfaces that play and capture.

    Open one with ``async with``, ``with``, ``await interface.init(name)`` or
    :meth:`open`. Its methods may be called from any thread. Opened in a running event loop, it
    calls its callbacks there, woken by what happens and not by a clock; opened without one, it
    calls them on the thread that waits for a ticket or advances it. Nothing in Python runs on the
    audio thread.

    Args:
        **options: any of :class:`Options`, by name.

    Raises:
        TypeError: no option has this name, or one is of another type.
        ValueError: one is out of its range.
    """

    _driver: int = _abi.DRIVER_DEFAULT
    _defaults: ClassVar[Options] = {}

    def __init__(self, **options: Unpack[Options]) -> None:
        """Makes an interface that is not open yet.

        The options, all of which may be left out; :class:`Options` says what they mean:

        client_name, server_name, start_server, frame_rate, period, inputs, outputs, connect, clamp,
        declick, skip, swap_queue, command_queue, capture_buffer, capture_latency, playback_latency,
        read_ahead.
        """
        super().__init__()
        options = {**self._defaults, **given(options)}
        self._config = config(self._driver, options)
        self._open_handle: Handle | None = None
        # From the first call of close() on; and once the driver is closed.
        self._is_closing = self._is_closed = False
        self._tickets: dict[int, Ticket] = {}
        # Events of tickets whose numbers another thread has not been told yet.
        self._early: dict[int, Event] = {}
        self._lock = threading.Lock()
        self._open_pump: Pump | None = None
        self._clock: Clock | None = None
        self._inputs = channels(options, "inputs")
        self._is_opening = False
        self._input_taken = False
        # So that a recording goes on whose recorder the caller does not keep.
        self._recorders: list[Recorder] = []
        self._input_reader: InputReader | None = None
        self._event_callback: EventCallback | None = None
        self._chunk_frames = 64
        self._chunk_interval = 0.1

    # ---- Life

    def open(self) -> None:
        """Opens the driver and starts the audio; the transport stands until it is set rolling.

        It waits up to 5 s for a server that does not answer.

        Raises:
            ValueError: it was opened already, or an option is out of range.
            DriverUnavailableError: libjack is not installed; the message says what to do.
            NoServerError: no JACK server runs.
        """
        with self._opening():
            self._opened(self._start())
        self._adopt_loop()

    async def init(self, client_name: str) -> None:
        """Opens the interface, under a name for the server to show, and attaches it to the loop.

        Raises:
            ValueError: it was opened already.
            OSError: the driver cannot be opened; see :meth:`open`.
        """
        with self._opening():
            self._config.client_name = text("client_name", client_name)
            # If this is cancelled, what was opened meanwhile is dropped, and closed with that.
            self._opened(await asyncio.to_thread(self._start))
        self._attach(asyncio.get_running_loop())

    async def close(self) -> None:
        """Closes the interface. Callbacks of changes that still wait get ``False``."""
        self._begin_closing()
        if self._open_handle is not None and self._open_handle.is_ours:
            await asyncio.to_thread(lib.amio_interface_close, self._open_handle)
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
        if self._open_pump is not None and not was_closed:
            self._open_pump.finish()

    def _begin_closing(self) -> None:
        self._is_closing = True
        if self._open_pump is not None:
            self._open_pump.is_closing = True

    def is_closed(self) -> bool:
        """Whether it was closed. One that was not opened yet is not."""
        return self._is_closed

    def __enter__(self: _Engine) -> _Engine:
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

    async def __aenter__(self: _Engine) -> _Engine:
        if self._open_handle is None or self._is_closed:
            with self._opening():
                self._opened(await asyncio.to_thread(self._start))
        self._attach(asyncio.get_running_loop())
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

    def __repr__(self) -> str:
        name = type(self).__name__
        if self._is_closing:
            return f"<{name}: closed>"
        if self._open_handle is None:
            return f"<{name}: not opened>"
        if not self._open_handle.is_ours:
            return f"<{name}: opened before fork()>"
        transport = self.transport
        motion = "rolling" if transport.rolling else "stopped"
        return f"<{name}: {self.get_frame_rate()} Hz, {motion} at frame {transport.position}>"

    @contextlib.contextmanager
    def _opening(self) -> Iterator[None]:
        """Lets nobody else open it meanwhile."""
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

    def _start(self) -> Handle:
        value = ctypes.c_void_p()
        lib.amio_interface_new(ctypes.byref(self._config), ctypes.byref(value))
        handle = Handle(value, lib.amio_interface_free)
        lib.amio_interface_start(handle)
        return handle

    def _opened(self, handle: Handle) -> None:
        if self._is_closing:
            handle.close()
            raise ClosedError("the interface was closed while it was being opened")
        self._open_pump = Pump(handle, self)
        self._open_pump.watch_input(self._input_chunk_callback is not None)
        self._open_handle = handle
        self._clock = self._make_clock()

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
        """As _attach(), if a loop runs here, and no other has the interface."""
        loop = running_loop()
        if loop is not None and self._pump.is_free:
            self._attach(loop)

    # ---- What the driver says

    @property
    def frame_rate(self) -> float:
        """Frames per second."""
        return self.get_frame_rate()

    def get_frame_rate(self) -> float:
        """Frames per second; a whole number."""
        return self._number(lib.amio_interface_frame_rate_hz, ctypes.c_uint32())

    @property
    def period(self) -> int:
        """Frames per period now; a server may change it."""
        return self._number(lib.amio_interface_period_frames, ctypes.c_uint32())

    @property
    def latency(self) -> tuple[int, int]:
        """The capture and the playback latency now, in frames."""
        capture, playback = ctypes.c_uint32(), ctypes.c_uint32()
        lib.amio_interface_latency(self._handle, ctypes.byref(capture), ctypes.byref(playback))
        return capture.value, playback.value

    @property
    def client_name(self) -> str:
        """The name under which the server knows this client."""
        name = ctypes.create_string_buffer(256)
        lib.amio_interface_client_name(self._handle, name, len(name))
        return name.value.decode()

    @property
    def stats(self) -> Stats:
        """How well it goes; also after it was closed."""
        return read_stats(self._open_handle or self._handle)

    def meters(self, side: MeterSide = "outputs") -> tuple[Meter, ...]:
        """The levels of all outputs (before the clamp) or inputs, over the last 0.3 s."""
        return read_meters(self._handle, side)

    # ---- Transport

    @property
    def transport(self) -> Transport:
        """Position, motion, device frame, time and ticket, all of one instant."""
        raw = sized(_abi.Transport)
        lib.amio_interface_transport(self._handle, ctypes.byref(raw))
        return Transport(raw.position, bool(raw.rolling), raw.device_frame, raw.time_ns, raw.ticket)

    @property
    def position(self) -> int:
        """The timeline frame that plays next; set it to go elsewhere."""
        return self.get_position()

    @position.setter
    def position(self, position: int) -> None:
        self.set_position(position)

    @property
    def rolling(self) -> bool:
        """Whether the position advances; set it to start and to stop."""
        return self.is_transport_rolling()

    @rolling.setter
    def rolling(self, rolling: bool) -> None:
        self.set_transport_rolling(rolling)

    def get_position(self) -> int:
        """The timeline frame that plays next; after :meth:`set_position` the new one at once."""
        return self._number(lib.amio_interface_position, ctypes.c_int64())

    def set_position(self, position: int) -> None:
        """Goes to a frame of the timeline, -2**61 to 2**61, from the next period on."""
        lib.amio_interface_set_position(self._handle, signed("position", position))

    def is_transport_rolling(self) -> bool:
        """Whether the position advances; the new value as soon as it is set."""
        return bool(self._number(lib.amio_interface_rolling, ctypes.c_uint32()))

    def set_transport_rolling(self, rolling: bool) -> None:
        """Starts or stops, from the next period on. Stopped means silence; capture goes on."""
        lib.amio_interface_set_rolling(self._handle, switch("rolling", rolling))

    # ---- What happens

    @property
    def event_callback(self) -> EventCallback | None:
        """Called with each :class:`Event`, where ``input_chunk_callback`` is called."""
        return self._event_callback

    @event_callback.setter
    def event_callback(self, callback: EventCallback | None) -> None:
        self._event_callback = function("event_callback", callback)

    def poll(self) -> None:
        """Calls the callbacks of what has happened so far, and resolves tickets, on this thread.

        For programs without an event loop that wait for nothing; on one, all comes by itself.
        """
        if self._pump.is_here:
            self._pump.take_events()
            self._on_input(False)

    # ---- Swaps

    def schedule(
        self,
        playspec: AnyPlayspec,
        at: int | None = None,
        *,
        start: int = 0,
        late: LatePolicy = "catch_up",
        callback: PlayspecChangeCallback | None = None,
    ) -> Ticket:
        """Schedules a playspec: when the position reaches ``at``, it takes over from ``start`` on.

        Swaps form a queue, first in, first out; each ``at`` is a frame of the timeline that is in
        force then. What is changed in the playspec or in its writeable AudioClips afterwards does
        not sound.

        Args:
            playspec: the entries; an empty list is silence.
            at: the timeline frame; ``None``: the beginning of the next period, or the frame at
                which the swap before it takes over.
            start: the playspec's own frame that sounds there.
            late: what happens if the position is beyond ``at`` by then: begin where it would be,
                had it come in time ("catch_up"); begin at ``start`` ("slip"); nothing ("refuse").
                Without ``at`` it begins at ``start``.
            callback: gets ``True`` when it takes over, ``False`` if it never does. Where no event
                loop runs, it may be called by a later call of this method.

        Returns:
            A ticket, to await, to wait for, to cancel, to change gains with.

        Raises:
            ValueError: an entry is out of range, or its clip has another frame rate.
            QueueFullError: too many swaps are pending.
        """
        return self._schedule(
            playspec, callback, lib.amio_interface_schedule, self._handle, at, start, late
        )

    def schedule_playspec_change(
        self,
        playspec: AnyPlayspec,
        insert_at: int,
        start_from: int,
        callback: PlayspecChangeCallback | None,
    ) -> None:
        """As :meth:`schedule` with "catch_up"; the form that AMIO 0.1.1 had."""
        self.schedule(playspec, insert_at, start=start_from, callback=callback)

    def group(self) -> Group:
        """Commands that take effect together, at the first frame of the same period.

        Commit it, or use it as a context manager::

            with interface.group() as group:
                ticket = group.schedule(playspec, 0)
                group.set_position(0)
                group.set_rolling(True)
        """
        return Group(self)

    def _schedule(
        self,
        playspec: AnyPlayspec,
        callback: PlayspecChangeCallback | None,
        schedule: Any,
        handle: Handle,
        at: int | None,
        start: int,
        late: LatePolicy,
    ) -> Ticket:
        function("callback", callback)
        native = NativePlayspec(playspec, self._prepare)
        number = ctypes.c_uint64()
        policy = one_of("late", late, LATE_POLICIES)
        with native.telling_entries():
            schedule(
                handle,
                native.handle,
                _AT_ONCE if at is None else signed("at", at),
                signed("start", start),
                _abi.LATE_SLIP if at is None else policy,
                ctypes.byref(number),
            )
        ticket = Ticket(self, native, number.value, callback, has_frame=at is not None)
        with self._lock:
            event = self._early.pop(ticket.number, None)
            if event is None:
                self._tickets[ticket.number] = ticket
        if event is not None:
            ticket._end(event)
        self._adopt_loop()
        if self._pump.is_free:
            # Nobody may ever wait; what has ended is not to be kept for that.
            self._pump.take_events_unless_busy()
        return ticket

    def _prepare(self, clip: AudioClip) -> Clip:
        if clip.frame_rate != self.get_frame_rate():
            raise ContractError(
                f"a clip has a frame rate of {clip.frame_rate} Hz; the interface's is"
                f" {self.get_frame_rate()}: convert it with resampled_if_needed()"
            )
        return clip.to_clip(self._clip_rate())

    def _clip_rate(self) -> int:
        """The rate that clips are given to the library with."""
        return round(self.get_frame_rate())

    # ---- Recording

    def record(
        self,
        path: PathLike,
        *,
        source: RecordSource = "input",
        file_format: FileFormat | None = None,
        channels: Sequence[int] | None = None,
        begin: int | None = None,
        end: int | None = None,
        frames: int | None = None,
    ) -> Recorder:
        """Records to a file, in place of what has this name.

        Args:
            path: the file.
            source: captured input, lined up with what was heard; or the mixed output.
            file_format: as :meth:`Clip.save`.
            channels: which channels of the source the file has, from 0; ``None``: all.
            begin: the timeline frame that is the file's first one; ``None``: the next period's.
            end: the first timeline frame that is no longer in the file; ``None``: until stopped.
            frames: the most frames that the file gets.

        Raises:
            FileError: the file cannot be made.
            ValueError: an argument is out of range.
        """
        recorder = Recorder(self._handle, path, source, file_format, channels, begin, end, frames)
        self._recorders = [r for r in self._recorders if not r.ended] + [recorder]
        return recorder

    # ---- Input

    @property
    def input_chunk_callback(self) -> InputChunkCallback | None:
        """Called with an :class:`InputAudioChunk` for what was captured; ``None``: nothing is.

        Chunks are :attr:`chunk_frames` long, and come every :attr:`chunk_interval` seconds.
        """
        return self._input_chunk_callback

    @input_chunk_callback.setter
    def input_chunk_callback(self, callback: InputChunkCallback | None) -> None:
        function("input_chunk_callback", callback)
        with self._lock:
            if self._input_taken and callback is not None:
                raise InvalidStateError(_INPUT_TAKEN)
            begins = self._input_chunk_callback is None and callback is not None
            if begins and self._open_pump is not None and not self._is_closing:
                # What was captured while nobody listened is old.
                self._reader(self.chunk_frames).discard()
            self._input_chunk_callback = callback
        if self._open_pump is not None and not self._is_closing:
            self._open_pump.watch_input(callback is not None)
            self._adopt_loop()

    @property
    def chunk_frames(self) -> int:
        """The length of the chunks that ``input_chunk_callback`` gets, in frames: 64.

        One is shorter where the timeline or the device jumps behind it. Set it before opening.
        """
        return self._chunk_frames

    @chunk_frames.setter
    def chunk_frames(self, frames: int) -> None:
        self._chunk_frames = unsigned("chunk_frames", frames, 1)

    @property
    def chunk_interval(self) -> float:
        """How many seconds input gathers before ``input_chunk_callback`` gets all of it: 0.1."""
        return self._chunk_interval

    @chunk_interval.setter
    def chunk_interval(self, seconds: float) -> None:
        self._chunk_interval = interval("chunk_interval", seconds)

    def read(self, frames: int, timeout: float | None = None) -> InputAudioChunk:
        """Reads captured input, waiting until there are so many frames.

        Returns:
            A chunk of ``frames`` frames; a shorter one where the timeline or the device jumps,
            where the interface is closed, or where no more came within ``timeout`` seconds.

        Raises:
            TimeoutError: nothing came within ``timeout`` seconds.
            RuntimeError: something else takes the input; or this is the interface's event loop,
                where :meth:`input` is to be used.
        """
        pump, deadline = self._pump, deadline_of(timeout)
        self._take_input()
        try:
            reader = self._reader(unsigned("frames", frames, 1))
            while True:
                ended = self._is_closed
                for chunk in reader.chunks():
                    return chunk
                if ended or not pump.input_waits_until(deadline):
                    break
            if (rest := reader.rest()) is not None:
                return rest
            self._handle  # noqa: B018 - refuses if it was closed
            raise TimedOutError(f"no input came within {timeout} s")
        finally:
            self._leave_input()

    def input(self, frames: int | None = None) -> InputStream:
        """Captured input from now on, chunk after chunk, until the interface is closed.

        For instance::

            async for chunk in interface.input():
                level = abs(chunk.array).max()

        What is not taken in time is lost, and the next chunk says how much in ``lost_before``.
        Leaving the loop ends it; then, input can be asked for again.

        Args:
            frames: how long chunks are to be; ``None``: as long as what waits. One is shorter where
                the timeline or the device jumps behind it, and at the end.

        Raises:
            RuntimeError: something else takes the input, or no event loop runs.
        """
        self._attach(asyncio.get_running_loop())

        def take() -> InputReader:
            self._take_input()
            try:
                return self._reader(frames)
            except BaseException:
                self._leave_input()
                raise

        return InputStream(self._pump, self.is_closed, take, self._leave_input)

    def _reader(self, frames: int | None) -> InputReader:
        """The reader, one for whoever takes the input, so that none loses what another fetched."""
        assert self._clock is not None
        if self._input_reader is None:
            handle = self._open_handle or self._handle
            self._input_reader = InputReader(handle, self._inputs, self._clock)
        self._input_reader.frames = frames
        return self._input_reader

    def _make_clock(self) -> Clock:
        return Clock(self.get_frame_rate(), _wall_time)

    def _take_input(self) -> None:
        """For whom takes the input himself, until he calls _leave_input()."""
        with self._lock:
            if self._input_taken or self._input_chunk_callback is not None:
                raise InvalidStateError(_INPUT_TAKEN)
            self._input_taken = True

    def _leave_input(self) -> None:
        self._input_taken = False

    # ---- What the pump calls

    def _on_event(self, event: Event) -> None:
        if event.kind in _ENDINGS:
            try:
                self._end_ticket(event)
            finally:
                self._tell(event)
        else:
            self._tell(event)

    def _tell(self, event: Event) -> None:
        if self.event_callback is not None:
            self.event_callback(event)

    def _end_ticket(self, event: Event) -> None:
        with self._lock:
            ticket = self._tickets.get(event.ticket)
            if ticket is None:
                self._early[event.ticket] = event
                return
        try:
            ticket._end(event)
        finally:
            # Where a signal handler raised in between, the event comes again.
            if ticket.outcome is not None:
                self._tickets.pop(event.ticket, None)

    def _on_input(self, last: bool) -> None:
        if self._input_chunk_callback is None or self._inputs == 0:
            return
        assert self._open_pump is not None
        reader = self._reader(self.chunk_frames)
        self._open_pump.hand_over(self._give, reader.chunks())
        if last and (rest := reader.rest()) is not None:
            self._open_pump.hand_over(self._give, [rest])

    def _give(self, chunk: InputAudioChunk) -> None:
        # The callback may have taken itself away.
        if self._input_chunk_callback is not None:
            self._input_chunk_callback(chunk)

    def _number(self, function: Any, place: Any) -> int:
        function(self._handle, ctypes.byref(place))
        return int(place.value)


def _wall_time(_device_frame: int, time_ns: int) -> datetime:
    """When a device frame was captured."""
    age = timedelta(microseconds=(time.monotonic_ns() - time_ns) / 1000)
    return datetime.now(timezone.utc) - age
