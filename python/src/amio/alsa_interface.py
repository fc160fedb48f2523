"""The interface that plays and captures through ALSA, without a server."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

from . import _abi
from ._library import lib, sized
from ._options import ALSA_FORMATS, AlsaFormat, AlsaOptions, Options
from ._typing import Unpack
from .engine import EngineInterface


@dataclass(frozen=True)
class AlsaDevice:
    """What was agreed with one device.

    Attributes:
        name: ALSA's name of the PCM that was opened.
        channels: how many it has; those that the interface lacks are silent, or not read.
        format: ALSA's name of the format of its samples.
        period: how often the device tells, in frames.
        buffer: its buffer, in frames.
        mmap: whether samples get there through shared memory.
    """

    name: str
    channels: int
    format: AlsaFormat
    period: int
    buffer: int
    mmap: bool


@dataclass(frozen=True)
class AlsaInfo:
    """What was agreed with the devices of an interface.

    Attributes:
        playback: the device of the output; ``None`` if there are no outputs.
        capture: the device of the input; ``None`` if there are no inputs.
        linked: whether the system starts both as one.
    """

    playback: AlsaDevice | None
    capture: AlsaDevice | None
    linked: bool


class AlsaInterface(EngineInterface):
    """Plays and captures through a sound card, or a plugin of ALSA, without a server.

    libasound is looked for when the interface is opened. When the device is gone the interface
    keeps everything, and reopens the device when it is back. ``EventKind.RECOVERED`` tells that the
    device had stopped, as after an xrun, and runs again.

    Args:
        **options: any of :class:`AlsaOptions`, by name.

    Raises:
        TypeError: no option has this name, or one is of another type.
        ValueError: one is out of its range.
    """

    _driver = _abi.DRIVER_ALSA

    def __init__(self, **options: Unpack[AlsaOptions]) -> None:
        """Makes an interface that is not open yet.

        The options, all of which may be left out; :class:`AlsaOptions` and :class:`Options` say
        what they mean:

        playback_device, capture_device, periods, buffer, format, access, dither, dither_seed,
        convert_rate; client_name, server_name, start_server, frame_rate, period, inputs, outputs,
        midi_inputs, midi_outputs, connect, clamp, declick, skip, swap_queue, command_queue,
        capture_buffer, capture_latency, playback_latency, read_ahead, latency_offset,
        realtime_priority.
        """
        known: Options = options
        super().__init__(**known)

    @property
    def alsa_info(self) -> AlsaInfo:
        """What was agreed with the devices. It may be another when a lost device is back."""
        raw = sized(_abi.AlsaInfo)
        lib.amio_interface_alsa_info(self._handle, ctypes.byref(raw))
        return AlsaInfo(_device(raw.playback), _device(raw.capture), bool(raw.linked))


_FORMAT_NAMES = {number: name for name, number in ALSA_FORMATS.items()}


def _device(raw: _abi.AlsaDevice) -> AlsaDevice | None:
    if raw.channels == 0:
        return None
    return AlsaDevice(
        name=raw.name.decode(),
        channels=raw.channels,
        format=_FORMAT_NAMES[raw.format],
        period=raw.period_frames,
        buffer=raw.buffer_frames,
        mmap=raw.access == _abi.ALSA_ACCESS_MMAP,
    )
