"""Plays audio clips at exact frames, mixes them, and captures frame-stamped input.

A clip is audio: :class:`AudioClip` is a numpy array that can be edited, :class:`Clip` does not
change, and may be a file that is streamed. A playspec is a list of entries, :class:`Entry` or
:class:`PlayspecEntry`: which part of which clip sounds at which frame, how loud, and how often. An
interface plays one playspec at a time, and goes over to the next at the frame you name.

For instance, a metronome at 112 beats a minute, rendered to an array::

    import numpy as np
    import amio

    with amio.OfflineInterface() as interface:  # or NativeInterface(), through JACK
        click = amio.Clip(np.array([1, -0.5, 0.25, -0.125], np.float32), interface.frame_rate)
        interface.schedule([amio.Entry(click, at=100, every=60 / 112 * 48000)])
        interface.rolling = True
        output = interface.render(48_000)

The package takes the place of AMIO 0.1.1: a program that was written for it runs unchanged.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, overload

from ._input import InputStream
from ._library import lib
from ._life import close_all
from ._midi import LateMidi, MidiClock, MidiStream
from ._options import AlsaAccess, AlsaFormat, AlsaOptions, Options
from ._schedule import LatePolicy
from ._typing import Number, Unpack
from .alsa_interface import AlsaDevice, AlsaInfo, AlsaInterface
from .analysis import Analysis, FileInfo, Levels, Loudness, Overview, probe
from .audio_clip import AudioClip, InputAudioChunk
from .clip import Clip, FileFormat, Quality
from .device import Device, DeviceSide, devices
from .dummy_interface import DummyInterface
from .engine import EngineInterface, EventCallback, Transport
from .errors import AmioError
from .events import CancelReason, Event, EventKind
from .fader import Fader, dB_to_factor, factor_to_dB
from .group import Group
from .interface import AnyPlayspec, InputChunkCallback, Interface, PlayspecChangeCallback
from .midi import MidiMessage
from .native_interface import NativeInterface
from .null_interface import NullInterface
from .offline_interface import OfflineInterface
from .playspec import AnyClip, Entry, Playspec, PlayspecEntry
from .recorder import Recorder, RecorderState, Recording
from .stats import Meter, Realtime, RingLevel, Stats
from .ticket import Outcome, Ticket
from .timer_interface import TimerInterface

__all__ = [
    "AlsaAccess",
    "AlsaDevice",
    "AlsaFormat",
    "AlsaInfo",
    "AlsaInterface",
    "AlsaOptions",
    "AmioError",
    "Analysis",
    "AnyClip",
    "AnyPlayspec",
    "AudioClip",
    "CancelReason",
    "Clip",
    "Device",
    "DeviceSide",
    "DummyInterface",
    "EngineInterface",
    "Entry",
    "Event",
    "EventCallback",
    "EventKind",
    "Fader",
    "FileFormat",
    "FileInfo",
    "Group",
    "InputAudioChunk",
    "InputChunkCallback",
    "InputStream",
    "Interface",
    "LateMidi",
    "LatePolicy",
    "Levels",
    "Loudness",
    "Meter",
    "MidiClock",
    "MidiMessage",
    "MidiStream",
    "NativeInterface",
    "NullInterface",
    "OfflineInterface",
    "Options",
    "Outcome",
    "Overview",
    "Playspec",
    "PlayspecChangeCallback",
    "PlayspecEntry",
    "Quality",
    "Realtime",
    "Recorder",
    "RecorderState",
    "Recording",
    "RingLevel",
    "Stats",
    "Ticket",
    "TimerInterface",
    "Transport",
    "close_all",
    "create_io_interface",
    "dB_to_factor",
    "devices",
    "factor_to_dB",
    "probe",
]

__version__ = lib.amio_version_string().decode()


@overload
def create_io_interface(
    driver: Literal["jack"] = "jack",
    *,
    starting_time: datetime | None = None,
    **kwargs: Unpack[Options],
) -> NativeInterface: ...
@overload
def create_io_interface(
    driver: Literal["null"], *, frame_rate: Number, starting_time: datetime | None = None
) -> NullInterface: ...
@overload
def create_io_interface(driver: Literal["dummy"], *, frame_rate: Number) -> DummyInterface: ...
@overload
def create_io_interface(
    driver: Literal["offline"], **kwargs: Unpack[Options]
) -> OfflineInterface: ...
@overload
def create_io_interface(driver: Literal["timer"], **kwargs: Unpack[Options]) -> TimerInterface: ...
@overload
def create_io_interface(
    driver: Literal["alsa"], **kwargs: Unpack[AlsaOptions]
) -> AlsaInterface: ...
@overload
def create_io_interface(driver: str = "jack", **kwargs: Any) -> Interface: ...
def create_io_interface(driver: str = "jack", **kwargs: Any) -> Interface:
    """Makes an interface by the name of its driver.

    Args:
        driver: "jack" for :class:`NativeInterface`, "null" for :class:`NullInterface`, "dummy" for
            :class:`DummyInterface`, "offline" for :class:`OfflineInterface`, "timer" for
            :class:`TimerInterface`, "alsa" for :class:`AlsaInterface`.
        **kwargs: handed to that class. With "jack", ``frame_rate`` and ``starting_time`` are left
            out, so that the same call serves "jack" and "null": a server has its own rate and time.

    Raises:
        NotImplementedError: there is no such driver.
    """
    drivers: dict[str, type[Interface]] = {
        "jack": NativeInterface,
        "null": NullInterface,
        "dummy": DummyInterface,
        "offline": OfflineInterface,
        "timer": TimerInterface,
        "alsa": AlsaInterface,
    }
    if driver not in drivers:
        raise NotImplementedError(
            f"driver is {driver!r}; it must be one of {', '.join(map(repr, drivers))}"
        )
    if driver == "jack":
        kwargs = {k: v for k, v in kwargs.items() if k not in ("frame_rate", "starting_time")}
    return drivers[driver](**kwargs)
