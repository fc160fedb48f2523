"""The options of an interface, and their form in the library."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Literal, SupportsIndex, TypedDict, cast

from . import _abi
from ._arguments import one_of, switch, text, whole_rate, within
from ._library import sized
from ._typing import Number

SkipPolicy = Literal["slip", "catch_up"]
_SKIP_POLICIES: dict[str, int] = {"slip": _abi.SKIP_SLIP, "catch_up": _abi.SKIP_CATCH_UP}

AlsaFormat = Literal[
    "FLOAT_LE",
    "FLOAT_BE",
    "S32_LE",
    "S32_BE",
    "S24_LE",
    "S24_BE",
    "S24_3LE",
    "S24_3BE",
    "S16_LE",
    "S16_BE",
    "U8",
]
ALSA_FORMATS: dict[AlsaFormat, int] = {
    "FLOAT_LE": _abi.ALSA_FORMAT_FLOAT_LE,
    "FLOAT_BE": _abi.ALSA_FORMAT_FLOAT_BE,
    "S32_LE": _abi.ALSA_FORMAT_S32_LE,
    "S32_BE": _abi.ALSA_FORMAT_S32_BE,
    "S24_LE": _abi.ALSA_FORMAT_S24_LE,
    "S24_BE": _abi.ALSA_FORMAT_S24_BE,
    "S24_3LE": _abi.ALSA_FORMAT_S24_3LE,
    "S24_3BE": _abi.ALSA_FORMAT_S24_3BE,
    "S16_LE": _abi.ALSA_FORMAT_S16_LE,
    "S16_BE": _abi.ALSA_FORMAT_S16_BE,
    "U8": _abi.ALSA_FORMAT_U8,
}
AlsaAccess = Literal["mmap", "read_write"]
_ALSA_ACCESSES: dict[str, int] = {
    "mmap": _abi.ALSA_ACCESS_MMAP,
    "read_write": _abi.ALSA_ACCESS_READ_WRITE,
}


class Options(TypedDict, total=False):
    """What an interface can be asked for when it is made.

    What is left out, or ``None``, has its default.

    Raises:
        TypeError: no option has this name, or one is of another type.
        ValueError: one is out of its range.

    Attributes:
        client_name: what the server shows: "amio". The server may change it.
        server_name: which JACK server: the default one.
        start_server: start the JACK server that the user has configured, if none runs: ``False``,
            but ``True`` for :meth:`NativeInterface.init`.
        frame_rate: frames per second, 1000 to 768000: the server's, or 48000. A rate that is not
            the server's is an error.
        period: frames per period, 1 to 65536: the server's, or 256. A period that is not the
            server's is an error.
        inputs: captured channels, 0 to 64: 2.
        outputs: played channels, 0 to 64: 2.
        midi_inputs: MIDI ports that others can send to, 0 to 16: 0. See
            :meth:`EngineInterface.midi`. Without a server nothing arrives.
        midi_outputs: MIDI ports that others can receive from, 0 to 16: 0. See
            :meth:`EngineInterface.send_midi`. Without a server, what is sent is discarded.
        connect: connect to the first hardware ports: ``True``.
        clamp: clamp the output to -1.0 to 1.0: ``True``, except offline.
        declick: over how many frames sound fades that is cut before its end, 0 (hard cuts) to
            768000: 5 ms.
        skip: where the device skipped frames, does the timeline wait ("slip") or skip too: "slip".
        swap_queue: how many swaps may be pending, 1 to 65536: 1024, on JACK 8192.
        command_queue: how many commands may wait for the next period, 1 to 65536: 1024, on JACK
            8192.
        capture_buffer: how many captured frames are kept until they are read, 1 to 2**26: 2
            seconds, on JACK 2**19.
        capture_latency: what the timer and offline drivers pretend to have from the microphone to
            the period, in frames, 0 to 2**20: 0.
        playback_latency: the same from the period to the loudspeaker: 0.
        read_ahead: how far ahead streamed clips are read, in frames, 1 to 2**24: one second.
        latency_offset: by how many frames the way from loudspeaker to microphone is longer than the
            driver reports, -2**20 to 2**20: 0. ``amio latency`` measures it. The positions of
            captured input take it into account.
        realtime_priority: the priority of the audio thread, 1 to 99, where the driver has one of
            its own: 10 (the timer), 60 (ALSA). ``Stats.realtime`` tells what the system granted. A
            JACK server chooses the priority of its clients.
    """

    client_name: str | None
    server_name: str | None
    start_server: bool | None
    frame_rate: Number | None
    period: SupportsIndex | None
    inputs: SupportsIndex | None
    outputs: SupportsIndex | None
    midi_inputs: SupportsIndex | None
    midi_outputs: SupportsIndex | None
    connect: bool | None
    clamp: bool | None
    declick: SupportsIndex | None
    skip: SkipPolicy | None
    swap_queue: SupportsIndex | None
    command_queue: SupportsIndex | None
    capture_buffer: SupportsIndex | None
    capture_latency: SupportsIndex | None
    playback_latency: SupportsIndex | None
    read_ahead: SupportsIndex | None
    latency_offset: SupportsIndex | None
    realtime_priority: SupportsIndex | None


class AlsaOptions(Options, total=False):
    """What an :class:`AlsaInterface` can be asked for, besides :class:`Options`.

    What is left out, or ``None``, has its default.

    Attributes:
        playback_device: ALSA's name of the PCM for the output, such as "hw:0" or
            "plughw:CARD=PCH": "default". It is not opened if there are no outputs.
        capture_device: the same for the input. It must be of the same card as the output, or have
            the same clock: "default".
        periods: how many periods the output is ahead of what is heard, 2 to 64: 3. Fewer are a
            shorter latency; more bear a longer delay of the audio thread. A device with a short
            buffer gets fewer.
        buffer: the device's buffer, at least so many frames, 1 to 2**24: as it suits the period. A
            longer one does not add to the latency.
        format: ALSA's name of the format of the samples: the one with the most bits that the device
            has.
        access: how samples get to the device, through shared memory ("mmap") or by reading and
            writing ("read_write"): "mmap" where the device has it.
        dither: dither samples in formats of 16 bits or fewer: ``False``, with which samples that
            were made for such a format reach the device bit for bit.
        dither_seed: the dither is a function of it, and of how many frames were played since the
            start, 0 to 2**64 - 1: 0.
        convert_rate: let ALSA convert the rate if a device lacks it: ``False``, with which that is
            an error.
    """

    playback_device: str | None
    capture_device: str | None
    periods: SupportsIndex | None
    buffer: SupportsIndex | None
    format: AlsaFormat | None
    access: AlsaAccess | None
    dither: bool | None
    dither_seed: SupportsIndex | None
    convert_rate: bool | None


def given(options: Options) -> Options:
    """The options that are not ``None``."""
    named = {name: value for name, value in options.items() if value is not None}
    return cast(Options, named)


def channels(options: Options, side: Literal["inputs", "outputs"]) -> int:
    """The number of channels that the options ask for."""
    asked = options.get(side)
    return _CHANNELS if asked is None else operator.index(asked)


def config(driver: int, options: Options) -> _abi.InterfaceConfig:
    """The library's form of the options."""
    setters = _SETTERS | _ALSA_SETTERS if driver == _abi.DRIVER_ALSA else _SETTERS
    unknown = options.keys() - setters.keys()
    if unknown:
        raise TypeError(
            f"no option is called {', '.join(map(repr, sorted(unknown)))};"
            f" there are {', '.join(setters)}"
        )
    raw = sized(_abi.InterfaceConfig)
    raw.driver = driver
    defaults = {"inputs": _CHANNELS, "outputs": _CHANNELS}
    named: dict[str, Any] = {**defaults, **given(options)}
    for name, value in named.items():
        setters[name](raw, name, value)
    return raw


#: Sets a field of the configuration from an option of this name.
_Setter = Callable[[_abi.InterfaceConfig, str, Any], None]


def _count(field: str, least: int, most: int, zero: int = 0) -> _Setter:
    """``zero`` is what none at all is to the library, for which 0 is the default."""

    def put(raw: _abi.InterfaceConfig, name: str, value: Any) -> None:
        setattr(raw, field, within(name, value, least, most) or zero)

    return put


def _text(field: str) -> _Setter:
    def put(raw: _abi.InterfaceConfig, name: str, value: Any) -> None:
        setattr(raw, field, text(name, value))

    return put


def _rate(raw: _abi.InterfaceConfig, _name: str, value: Any) -> None:
    raw.frame_rate_hz = whole_rate(value)


def _choice(field: str, allowed: Mapping[Any, int]) -> _Setter:
    def put(raw: _abi.InterfaceConfig, name: str, value: Any) -> None:
        setattr(raw, field, one_of(name, value, dict(allowed)))

    return put


def _switch(field: str, on: int, off: int) -> _Setter:
    def put(raw: _abi.InterfaceConfig, name: str, value: Any) -> None:
        setattr(raw, field, on if switch(name, value) else off)

    return put


_CHANNELS, _MOST_CHANNELS = 2, 64
_SETTERS: dict[str, _Setter] = {
    "client_name": _text("client_name"),
    "server_name": _text("server_name"),
    "start_server": _switch("start_server", _abi.START_SERVER_ON, _abi.START_SERVER_OFF),
    "frame_rate": _rate,
    "period": _count("period_frames", 1, 65_536),
    "inputs": _count("input_channels", 0, _MOST_CHANNELS, _abi.CHANNELS_NONE),
    "outputs": _count("output_channels", 0, _MOST_CHANNELS, _abi.CHANNELS_NONE),
    "midi_inputs": _count("midi_inputs", 0, 16),
    "midi_outputs": _count("midi_outputs", 0, 16),
    "connect": _switch("autoconnect", _abi.AUTOCONNECT_ON, _abi.AUTOCONNECT_OFF),
    "clamp": _switch("clamp", _abi.CLAMP_ON, _abi.CLAMP_OFF),
    "declick": _count("declick_frames", 0, 768_000, _abi.DECLICK_OFF),
    "skip": _choice("skip_policy", _SKIP_POLICIES),
    "swap_queue": _count("swap_queue_length", 1, 65_536),
    "command_queue": _count("command_queue_length", 1, 65_536),
    "capture_buffer": _count("capture_buffer_frames", 1, 1 << 26),
    "capture_latency": _count("capture_latency_frames", 0, 1 << 20),
    "playback_latency": _count("playback_latency_frames", 0, 1 << 20),
    "read_ahead": _count("read_ahead_frames", 1, 1 << 24),
    "latency_offset": _count("latency_offset_frames", -(1 << 20), 1 << 20),
    "realtime_priority": _count("realtime_priority", 1, 99),
}
_ALSA_SETTERS: dict[str, _Setter] = {
    "playback_device": _text("alsa_playback"),
    "capture_device": _text("alsa_capture"),
    "periods": _count("alsa_periods", 2, 64),
    "buffer": _count("alsa_buffer_frames", 1, 1 << 24),
    "format": _choice("alsa_format", ALSA_FORMATS),
    "access": _choice("alsa_access", _ALSA_ACCESSES),
    "dither": _switch("alsa_dither", 1, 0),
    "dither_seed": _count("alsa_dither_seed", 0, (1 << 64) - 1),
    "convert_rate": _switch("alsa_convert_rate", 1, 0),
}
