"""Statistics and meters of an interface."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from . import _abi
from ._arguments import one_of
from ._library import Handle, lib, sized

MeterSide = Literal["inputs", "outputs"]
_SIDES: dict[str, int] = {"inputs": _abi.METER_INPUTS, "outputs": _abi.METER_OUTPUTS}
_MOST_CHANNELS = 64


class Realtime(IntEnum):
    """Whether the audio thread has real-time scheduling."""

    UNKNOWN = _abi.REALTIME_UNKNOWN
    GRANTED = _abi.REALTIME_GRANTED
    REFUSED = _abi.REALTIME_REFUSED
    NOT_NEEDED = _abi.REALTIME_NOT_NEEDED


@dataclass(frozen=True)
class RingLevel:
    """How full a queue is: now, at most so far, and how much it holds.

    Attributes:
        now: what is in it now.
        high_water: the most that was in it so far.
        capacity: what it holds.
    """

    now: int
    high_water: int
    capacity: int


@dataclass(frozen=True)
class Stats:
    """Statistics of an interface, counted since it was opened.

    Attributes:
        realtime: whether the audio thread has real-time scheduling.
        realtime_priority: the audio thread's priority, 1 to 99, if it has real-time scheduling.
        realtime_reason: why it was refused, and what would help.
        periods: periods that ran.
        device_frames: frames that the device has taken, those that it skipped included.
        xruns: over- and underruns.
        skipped_frames: frames that the device skipped.
        clamped_frames: frames of output that were clamped.
        input_lost_frames: frames of input that were dropped because they were not read in time;
            also those that came while nothing took the input.
        events_lost: events that were dropped because they were not fetched in time.
        reconnects: how often a lost server came back.
        worst_load: the longest time that a period took, as a fraction of its length.
        mean_load: the mean of that.
        underruns: how often a streamed clip was not read in time.
        underrun_frames: how many frames were silent for that.
        midi_received: MIDI messages that have arrived.
        midi_input_lost: those that were dropped because they were not fetched in time.
        midi_sent: MIDI messages that have gone out.
        midi_late: MIDI messages whose frame had passed, or that found the server's buffer full;
            they went out later, or were dropped.
        midi_output_lost: MIDI messages that did not fit in an empty buffer of the server.
        commands: commands on their way to the audio thread.
        retired: swaps that the audio thread gives back to be freed.
        events: what the audio thread has to tell.
        input_frames: captured frames that wait to be read.
        resident_bytes: memory that the audio thread writes to, which is there from the beginning; 0
            offline.
        locked_bytes: how much of it cannot be swapped out either, as far as the system allows.
    """

    realtime: Realtime
    realtime_priority: int
    realtime_reason: str
    periods: int
    device_frames: int
    xruns: int
    skipped_frames: int
    clamped_frames: int
    input_lost_frames: int
    events_lost: int
    reconnects: int
    worst_load: float
    mean_load: float
    underruns: int
    underrun_frames: int
    midi_received: int
    midi_input_lost: int
    midi_sent: int
    midi_late: int
    midi_output_lost: int
    commands: RingLevel
    retired: RingLevel
    events: RingLevel
    input_frames: RingLevel
    resident_bytes: int
    locked_bytes: int


@dataclass(frozen=True)
class Meter:
    """The level of one channel over the last 0.3 s; linear, 1.0 is full scale.

    Attributes:
        peak: the greatest magnitude of a sample.
        rms: the root of the mean square.
        clipped: samples at or beyond full scale since the interface was opened.
    """

    peak: float
    rms: float
    clipped: int


def read_stats(interface: Handle) -> Stats:
    """The statistics of an interface."""
    raw = sized(_abi.Stats)
    lib.amio_interface_stats(interface, ctypes.byref(raw))
    return Stats(
        realtime=Realtime(raw.realtime),
        realtime_priority=raw.realtime_priority,
        realtime_reason=raw.realtime_reason.decode(),
        periods=raw.periods,
        device_frames=raw.device_frames,
        xruns=raw.xruns,
        skipped_frames=raw.skipped_frames,
        clamped_frames=raw.clamped_frames,
        input_lost_frames=raw.input_lost_frames,
        events_lost=raw.events_lost,
        reconnects=raw.reconnects,
        worst_load=raw.worst_load,
        mean_load=raw.mean_load,
        underruns=raw.underruns,
        underrun_frames=raw.underrun_frames,
        midi_received=raw.midi_received,
        midi_input_lost=raw.midi_input_lost,
        midi_sent=raw.midi_sent,
        midi_late=raw.midi_late,
        midi_output_lost=raw.midi_output_lost,
        commands=_level(raw.commands),
        retired=_level(raw.retired),
        events=_level(raw.events),
        input_frames=_level(raw.input_frames),
        resident_bytes=raw.resident_bytes,
        locked_bytes=raw.locked_bytes,
    )


def read_meters(interface: Handle, side: MeterSide) -> tuple[Meter, ...]:
    """The meters of all inputs or outputs, as of the last period."""
    raw = (_abi.Meter * _MOST_CHANNELS)()
    channels = ctypes.c_uint32()
    number = one_of("side", side, _SIDES)
    lib.amio_interface_meters(interface, number, raw, len(raw), ctypes.byref(channels))
    return tuple(Meter(m.peak, m.rms, m.clipped) for m in raw[: channels.value])


def _level(raw: _abi.RingLevel) -> RingLevel:
    return RingLevel(raw.now, raw.high_water, raw.capacity)
