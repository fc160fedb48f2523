"""The base of all interfaces that play."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, SupportsIndex

from . import _abi
from ._arguments import PathLike, function, one_of, signed, switch
from ._library import Handle, lib, sized
from ._midi import Midi
from ._options import Options
from ._schedule import LATE_POLICIES, LatePolicy, NativePlayspec
from ._typing import Unpack
from .audio_clip import AudioClip
from .clip import Clip, FileFormat
from .errors import ContractError
from .events import Event, EventKind
from .group import Group
from .interface import AnyPlayspec, PlayspecChangeCallback
from .recorder import Recorder, RecordSource
from .stats import Meter, MeterSide, Stats, read_meters, read_stats
from .ticket import Ticket

_log = logging.getLogger("amio")

_ENDINGS = (EventKind.APPLIED, EventKind.SUPERSEDED, EventKind.CANCELLED)

EventCallback = Callable[[Event], None]


@dataclass(frozen=True)
class Transport:
    """The state of an interface at one instant: the end of its latest period.

    Attributes:
        position: the timeline frame with which the next period begins.
        rolling: whether the position advances.
        device_frame: the device frame with which that period begins.
        time_ns: when that is due: ``time.monotonic_ns()``.
        ticket: the number of the ticket of what sounds; 0 before the first.
    """

    position: int
    rolling: bool
    device_frame: int
    time_ns: int
    ticket: int


class EngineInterface(Midi):
    """Base of the interfaces that play and capture.

    Open one with ``async with``, ``with``, ``await interface.init(name)`` or
    :meth:`open`. Its methods may be called from any thread. Opened in a running event loop, it
    calls its callbacks there, woken by what happens and not by a clock. Opened without one, it
    calls them on the thread that waits for a ticket, advances, polls or schedules, until it is
    used in an event loop, which has it from then on. Nothing in Python runs on the audio thread.

    Args:
        **options: any of :class:`Options`, by name.

    Raises:
        TypeError: no option has this name, or one is of another type.
        ValueError: one is out of its range.
    """

    def __init__(self, **options: Unpack[Options]) -> None:
        """Makes an interface that is not open yet.

        The options, all of which may be left out; :class:`Options` says what they mean:

        client_name, server_name, start_server, frame_rate, period, inputs, outputs, midi_inputs,
        midi_outputs, connect, clamp, declick, skip, swap_queue, command_queue, capture_buffer,
        capture_latency, playback_latency, read_ahead, latency_offset,
        realtime_priority.
        """
        super().__init__(options)
        self._event_callback: EventCallback | None = None
        # Tickets that have not ended, by the number that the library gives back with their event.
        self._tickets: dict[int, Ticket] = {}
        self._keys = count(1)
        # So that a recording goes on whose recorder the caller does not keep.
        self._recorders: list[Recorder] = []

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

    # ---- What the driver says

    @property
    def frame_rate(self) -> int:
        """Frames per second."""
        return self._number(lib.amio_interface_frame_rate_hz, ctypes.c_uint32())

    def get_frame_rate(self) -> float:
        """Frames per second; a whole number."""
        return self.frame_rate

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
        """Statistics; also after it was closed."""
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
        """The timeline frame that plays next; set it to seek."""
        return self.get_position()

    @position.setter
    def position(self, position: SupportsIndex) -> None:
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

    def set_position(self, position: SupportsIndex) -> None:
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
            self._pump.catch_up()

    # ---- Swaps

    def schedule(
        self,
        playspec: AnyPlayspec,
        at: SupportsIndex | None = None,
        *,
        start: SupportsIndex | None = None,
        late: LatePolicy = "catch_up",
        callback: PlayspecChangeCallback | None = None,
    ) -> Ticket:
        """Schedules a playspec: when the position reaches ``at``, it takes over.

        The timeline goes on as it was, so that an entry sounds at the frame that its ``at`` says,
        unless ``start`` moves it: then the position becomes ``start`` there.

        Swaps form a queue, first in, first out; each ``at`` is a frame of the timeline that is in
        force then. What is changed in the playspec or in its writeable AudioClips afterwards does
        not sound.

        Args:
            playspec: the entries; an empty list is silence.
            at: the timeline frame; ``None``: the beginning of the next period, or the frame at
                which the swap before it takes over.
            start: the playspec's own frame that sounds there; ``None``: the same as on the
                timeline before, which goes on.
            late: what happens if the position is beyond ``at`` by then: begin where it would be,
                had it come in time ("catch_up"); begin at ``start`` ("slip"); nothing ("refuse").
                Without ``at`` it is never late; without ``start``, "slip" is "catch_up".
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
        insert_at: SupportsIndex,
        start_from: SupportsIndex,
        callback: PlayspecChangeCallback | None,
    ) -> None:
        """As :meth:`schedule` with "catch_up"; the form that AMIO 0.1.1 had."""
        at, start = signed("insert_at", insert_at), signed("start_from", start_from)
        self.schedule(playspec, at, start=start, callback=callback)

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
        at: SupportsIndex | None,
        start: SupportsIndex | None,
        late: LatePolicy,
    ) -> Ticket:
        function("callback", callback)
        native = NativePlayspec(playspec, self._prepare)
        number = ctypes.c_uint64()
        policy = one_of("late", late, LATE_POLICIES)
        insert_at = _abi.INSERT_AT_ONCE if at is None else signed("at", at)
        start_from = _abi.START_CONTINUE if start is None else signed("start", start)
        key = next(self._keys)
        ticket = Ticket(self, native, callback)
        # Before, since its event may come before the call returns.
        self._tickets[key] = ticket
        try:
            with native.telling_entries():
                schedule(
                    handle,
                    native.handle,
                    insert_at,
                    start_from,
                    policy,
                    key,
                    ctypes.byref(number),
                )
        except BaseException:
            # A swap that was scheduled all the same ends without a ticket.
            self._tickets.pop(key, None)
            raise
        ticket.number = number.value
        self._adopt_loop()
        if self._pump.is_free:
            # Nobody may ever wait; what has ended is not to be kept for that.
            try:
                self._pump.take_events_unless_busy()
            except Exception:  # of a callback that is not about this swap
                _log.exception("a callback failed")
        return ticket

    def _prepare(self, clip: AudioClip) -> Clip:
        if clip.frame_rate != self.get_frame_rate():
            raise ContractError(
                f"a clip has a frame rate of {clip.frame_rate} Hz; the interface's is"
                f" {self.get_frame_rate()}: convert it with resampled_if_needed()"
            )
        return clip.to_clip(self._clip_rate())

    def _clip_rate(self) -> int:
        """The frame rate with which clips are passed to the library."""
        return round(self.get_frame_rate())

    # ---- Recording

    def record(
        self,
        path: PathLike,
        *,
        source: RecordSource = "input",
        file_format: FileFormat | None = None,
        channels: Sequence[int] | None = None,
        begin: SupportsIndex | None = None,
        end: SupportsIndex | None = None,
        frames: SupportsIndex | None = None,
    ) -> Recorder:
        """Records to a file; replaces a file of this name.

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

    # ---- What the pump calls

    def _on_event(self, event: Event, swap: int) -> list[Callable[[], object]]:
        callbacks: list[Callable[[], object]] = []
        if event.kind in _ENDINGS:
            ticket = self._tickets.get(swap)
            if ticket is not None:
                ticket._end(event)
                callbacks.append(partial(self._tickets.pop, swap, None))
                if ticket._callback is not None:
                    callbacks.append(partial(ticket._callback, bool(ticket.outcome)))
        if self.event_callback is not None:
            callbacks.append(partial(self.event_callback, event))
        return callbacks
