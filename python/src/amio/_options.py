"""The options of an interface, and their form in the library."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Literal, SupportsIndex, TypedDict, cast

from . import _abi
from ._arguments import one_of, switch, text, whole_rate, within
from ._library import sized
from ._typing import Number

SkipPolicy = Literal["slip", "catch_up"]
_SKIP_POLICIES: dict[str, int] = {"slip": _abi.SKIP_SLIP, "catch_up": _abi.SKIP_CATCH_UP}


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
            its own (the timer): 10. ``Stats.realtime`` tells what the system granted. A JACK server
            chooses the priority of its clients.
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
    unknown = options.keys() - Options.__annotations__.keys()
    if unknown:
        raise TypeError(
            f"no option is called {', '.join(map(repr, sorted(unknown)))};"
            f" there are {', '.join(Options.__annotations__)}"
        )
    raw = sized(_abi.InterfaceConfig)
    raw.driver = driver
    defaults = {"inputs": _CHANNELS, "outputs": _CHANNELS}
    named: dict[str, Any] = {**defaults, **given(options)}
    for name, value in named.items():
        _SETTERS[name](raw, name, value)
    return raw


#: Sets a field of the configuration from an option of this name.
_Setter = Callable[[_abi.InterfaceConfig, str, Any], None]


def _count(field: str, least: int, most: int, zero: int = 0) -> _Setter:
    """``zero`` is what none at all is to the library, for which 0 is the default."""

    def put(raw: _abi.InterfaceConfig, name: str, value: Any) -> None:
        setattr(raw, field, within(name, value, least, most) or zero)

    return put


def _text(raw: _abi.InterfaceConfig, name: str, value: Any) -> None:
    setattr(raw, name, text(name, value))


def _rate(raw: _abi.InterfaceConfig, _name: str, value: Any) -> None:
    raw.frame_rate_hz = whole_rate(value)


def _skip(raw: _abi.InterfaceConfig, name: str, value: Any) -> None:
    raw.skip_policy = one_of(name, value, _SKIP_POLICIES)


def _switch(field: str, on: int, off: int) -> _Setter:
    def put(raw: _abi.InterfaceConfig, name: str, value: Any) -> None:
        setattr(raw, field, on if switch(name, value) else off)

    return put


_CHANNELS, _MOST_CHANNELS = 2, 64
_SETTERS: dict[str, _Setter] = {
    "client_name": _text,
    "server_name": _text,
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
    "skip": _skip,
    "swap_queue": _count("swap_queue_length", 1, 65_536),
    "command_queue": _count("command_queue_length", 1, 65_536),
    "capture_buffer": _count("capture_buffer_frames", 1, 1 << 26),
    "capture_latency": _count("capture_latency_frames", 0, 1 << 20),
    "playback_latency": _count("playback_latency_frames", 0, 1 << 20),
    "read_ahead": _count("read_ahead_frames", 1, 1 << 24),
    "latency_offset": _count("latency_offset_frames", -(1 << 20), 1 << 20),
    "realtime_priority": _count("realtime_priority", 1, 99),
}
