"""Events of an interface, in the order in which they happened."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import partial

from . import _abi
from ._library import Handle, lib, sized

_log = logging.getLogger("amio")


class EventKind(IntEnum):
    """What an event is about; ``amio.h`` says which fields go with which."""

    APPLIED = _abi.EVENT_APPLIED
    SUPERSEDED = _abi.EVENT_SUPERSEDED
    CANCELLED = _abi.EVENT_CANCELLED
    SKIPPED = _abi.EVENT_SKIPPED
    XRUN = _abi.EVENT_XRUN
    INPUT_LOST = _abi.EVENT_INPUT_LOST
    LOST = _abi.EVENT_LOST
    RECONNECTED = _abi.EVENT_RECONNECTED
    STALLED = _abi.EVENT_STALLED
    RESUMED = _abi.EVENT_RESUMED
    PERIOD_CHANGED = _abi.EVENT_PERIOD_CHANGED
    LATENCY_CHANGED = _abi.EVENT_LATENCY_CHANGED
    FREEWHEEL = _abi.EVENT_FREEWHEEL
    FAILED = _abi.EVENT_FAILED
    EVENTS_LOST = _abi.EVENT_EVENTS_LOST
    LOG = _abi.EVENT_LOG
    UNDERRUN = _abi.EVENT_UNDERRUN
    STREAM_FAILED = _abi.EVENT_STREAM_FAILED
    RECORDER_STARTED = _abi.EVENT_RECORDER_STARTED
    RECORDER_ENDED = _abi.EVENT_RECORDER_ENDED
    RECORDER_FAILED = _abi.EVENT_RECORDER_FAILED
    RECORDER_LOST = _abi.EVENT_RECORDER_LOST
    RECOVERED = _abi.EVENT_RECOVERED
    #: A kind of a newer library that this package does not know.
    UNKNOWN = -1

    @classmethod
    def _missing_(cls, value: object) -> EventKind:
        return cls.UNKNOWN


class CancelReason(IntEnum):
    """Why a swap did not happen."""

    NONE = _abi.CANCEL_NONE
    ASKED = _abi.CANCEL_ASKED
    LATE = _abi.CANCEL_LATE
    CLOSED = _abi.CANCEL_CLOSED


@dataclass(frozen=True)
class Event:
    """Something that happened, and when. Fields that its kind does not name are 0.

    Attributes:
        kind: what it is about.
        ticket: the number of the ticket that it is about.
        position: the timeline frame; for a swap that took over, its own first frame.
        device_frame: the device frame, counted since the interface was opened.
        time_ns: when that frame was due: ``time.monotonic_ns()``; offline, nanoseconds since the
            first frame.
        frames: how many frames: late, skipped, dropped, missed, silent, recorded, or the new
            period. A swap that has no frame to take over at is never late.
        silent_ms: for how long no period ran, in milliseconds.
        events_missing: how many events are missing: those of ``EVENTS_LOST``.
        freewheeling: whether the server runs as fast as it can: what ``FREEWHEEL`` tells.
        cancel_reason: why the swap was cancelled.
        capture_latency: the new capture latency, in frames.
        playback_latency: the new playback latency, in frames.
        clip_id: the clip that it is about: :attr:`Clip.id`.
        clip_frame: the frame of that clip.
        message: what there is to say in words.
    """

    kind: EventKind
    ticket: int
    position: int
    device_frame: int
    time_ns: int
    frames: int
    silent_ms: int
    events_missing: int
    freewheeling: bool
    cancel_reason: CancelReason
    capture_latency: int
    playback_latency: int
    clip_id: int
    clip_frame: int
    message: str

    def __str__(self) -> str:
        told = [f"{name} {value}" for name, value in self._details() if value]
        return f"{self.kind.name} at frame {self.position} ({', '.join(told)})"

    def _details(self) -> list[tuple[str, int | str]]:
        return [
            ("ticket", self.ticket),
            ("device frame", self.device_frame),
            ("frames", self.frames),
            ("ms", self.silent_ms),
            ("missing", self.events_missing),
            ("freewheeling", self.freewheeling),
            ("reason", self.cancel_reason.name if self.cancel_reason else ""),
            ("capture latency", self.capture_latency),
            ("playback latency", self.playback_latency),
            ("clip", self.clip_id),
            ("message", self.message),
        ]


class Mailbox:
    """The events of an interface, one after the other, and the callbacks that are due for them.

    A signal handler may raise anywhere: an event stays the oldest until its callbacks are kept
    here, and a callback until it begins.
    """

    def __init__(self, interface: Handle) -> None:
        self._interface = interface
        self._raw = sized(_abi.Event)
        self._due: tuple[Callable[[], object], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was fetched that is still to be handed over.

        The library reports an event only once.
        """
        return not self.is_due and bool(self._raw.kind == _abi.EVENT_NONE)

    @property
    def is_due(self) -> bool:
        """Whether a callback is due."""
        return bool(self._due)

    def oldest(self) -> Event | None:
        """The oldest event; ``None``: there is none."""
        if self._raw.kind == _abi.EVENT_NONE:
            lib.amio_interface_next_event(self._interface, ctypes.byref(self._raw))
        return None if self._raw.kind == _abi.EVENT_NONE else _event_of(self._raw)

    @property
    def swap(self) -> int:
        """The ``user_data`` of the swap that the oldest event is about; 0: about none."""
        return int(self._raw.user_data)

    def drop(self, event: Event, callbacks: Iterable[Callable[[], object]]) -> None:
        """Drops the oldest event. Its callbacks are due, after its line in the log ``amio``."""
        line = event.message if event.kind is EventKind.LOG else event
        log = partial(_log.debug, "%s", line)
        due: tuple[Callable[[], object], ...] = (log, *callbacks)
        # No signal handler runs between two assignments.
        self._due, self._raw.kind = due, _abi.EVENT_NONE

    def due(self) -> Iterator[Callable[[], object]]:
        """Functions to call, one after the other, while callbacks are due: each calls one."""
        while self._due:
            yield self._call_next

    def _call_next(self) -> object:
        if self._due:
            # Nor between this and the beginning of the callback.
            callback, self._due = self._due[0], self._due[1:]
            return callback()
        return None


def _event_of(raw: _abi.Event) -> Event:
    return Event(
        EventKind(raw.kind),
        raw.ticket,
        raw.position,
        raw.device_frame,
        raw.time_ns,
        raw.frames,
        raw.silent_ms,
        raw.count if raw.kind == _abi.EVENT_EVENTS_LOST else 0,
        raw.kind == _abi.EVENT_FREEWHEEL and bool(raw.count),
        CancelReason(raw.cancel_reason),
        raw.capture_latency_frames,
        raw.playback_latency_frames,
        raw.clip_id,
        raw.clip_frame,
        raw.message.decode(errors="replace"),
    )
