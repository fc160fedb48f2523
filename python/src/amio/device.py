"""The devices and servers of this machine."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Literal

from . import _abi
from ._library import Handle, lib, sized

_DRIVERS: dict[int, Literal["alsa", "jack"]] = {
    _abi.DRIVER_ALSA: "alsa",
    _abi.DRIVER_JACK: "jack",
}


@dataclass(frozen=True)
class DeviceSide:
    """What a device can do in one direction.

    Attributes:
        channels: the least and the greatest number of channels; of a server, how many physical
            ports it has: an interface can have any number. None: it is not known.
        frame_rates: the rates that it has, in ascending order: the common ones, its lowest and its
            highest; empty if they are not known.
        formats: ALSA's names of the sample formats that it has, the best first; empty if they are
            not known.
        unknown: why these are not known. ALSA tells them only of an open device, and one that is
            in use, or that might disturb others, is not opened. None: they are known.
    """

    channels: tuple[int, int] | None
    frame_rates: tuple[int, ...]
    formats: tuple[str, ...]
    unknown: str | None


@dataclass(frozen=True)
class Device:
    """A device of ALSA, or a JACK server.

    Attributes:
        driver: by which driver it is used.
        name: for machines: the name of a PCM, or of a server.
        description: for people, on one line.
        is_default: whether the driver takes it if no device is named.
        period: the period of a server. None: it is agreed upon when the device is opened.
        playback: how it plays. None: it does not.
        capture: how it records. None: it does not.
    """

    driver: Literal["alsa", "jack"]
    name: str
    description: str
    is_default: bool
    period: int | None
    playback: DeviceSide | None
    capture: DeviceSide | None


def devices(server_name: str | None = None) -> list[Device]:
    """Lists the devices that are there now.

    The JACK server that answers comes first, then ALSA's default, the PCMs of sound cards, and the
    other PCMs that ALSA's configuration names. No device is opened that somebody uses, or on which
    something else depends. It takes up to 3 seconds, if a server hangs.

    Args:
        server_name: the JACK server to ask; None: the default one.
    """
    name = None if server_name is None else server_name.encode()
    value = ctypes.c_void_p()
    lib.amio_devices_list(name, ctypes.byref(value))
    made = Handle(value, lib.amio_devices_free)
    try:
        count = ctypes.c_size_t()
        lib.amio_devices_count(made, ctypes.byref(count))
        return [_device(made, index) for index in range(count.value)]
    finally:
        made.close()


def _device(made: Handle, index: int) -> Device:
    device = sized(_abi.Device)
    lib.amio_devices_get(made, index, ctypes.byref(device))
    return Device(
        driver=_DRIVERS[device.driver],
        name=_text(device.name),
        description=_text(device.description),
        is_default=bool(device.is_default),
        period=device.period_frames or None,
        playback=_side(made, index, _abi.DIRECTION_PLAYBACK) if device.has_playback else None,
        capture=_side(made, index, _abi.DIRECTION_CAPTURE) if device.has_capture else None,
    )


def _side(made: Handle, index: int, direction: int) -> DeviceSide:
    side = sized(_abi.DeviceSide)
    lib.amio_devices_get_side(made, index, direction, ctypes.byref(side))
    return DeviceSide(
        channels=(side.least_channels, side.most_channels) if side.is_known else None,
        frame_rates=tuple(side.rates_hz[: side.rate_count]),
        formats=tuple(_text(side.formats).split()),
        unknown=None if side.is_known else _text(side.unknown),
    )


def _text(field: bytes) -> str:
    return field.decode(errors="replace")
