"""The options of an interface on their way to the library."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from . import _abi
from ._arguments import one_of, text, unsigned, whole_rate
from ._library import sized

SkipPolicy = Literal["slip", "catch_up"]
_SKIP_POLICIES: dict[str, int] = {"slip": _abi.SKIP_SLIP, "catch_up": _abi.SKIP_CATCH_UP}


class Options(TypedDict, total=False):
    """What an interface can be asked for when it is made. What is left out has its default.

    A number that is out of range is a ``ValueError`` when the interface is opened.
    """

    #: What the server shows: "amio". The server may change it.
    client_name: str
    #: Which JACK server: the default one.
    server_name: str
    #: Start the JACK server that the user has configured, if none runs: ``True``.
    start_server: bool
    #: Frames per second: the server's, or 48000. A rate that is not the server's is an error.
    frame_rate: float
    #: Frames per period: the server's, or 256. A period that is not the server's is an error.
    period: int
    #: Channels, 0 to 64: 2.
    inputs: int
    outputs: int
    #: Connect to the first hardware ports: ``True``.
    connect: bool
    #: Clamp the output to -1.0 to 1.0: ``True``, except offline.
    clamp: bool
    #: Over how many frames sound fades that is cut before its end; 0 for hard cuts: 5 ms.
    declick: int
    #: Where the device skipped frames, does the timeline wait ("slip") or skip too: "slip".
    skip: SkipPolicy
    #: How many swaps may be pending: 1024.
    swap_queue: int
    #: How many commands may wait for the next period: 1024.
    command_queue: int
    #: How many captured frames are kept until they are read: 2 seconds.
    capture_buffer: int
    #: What the timer and offline drivers pretend to have, in frames: 0.
    capture_latency: int
    playback_latency: int
    #: How far ahead streamed clips are read, in frames: one second.
    read_ahead: int


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
    if "client_name" in options:
        raw.client_name = text("client_name", options["client_name"])
    if "server_name" in options:
        raw.server_name = text("server_name", options["server_name"])
    if "frame_rate" in options:
        raw.frame_rate_hz = whole_rate(options["frame_rate"])
    raw.input_channels = _channels("inputs", options.get("inputs", 2))
    raw.output_channels = _channels("outputs", options.get("outputs", 2))
    raw.start_server = _switch(
        options.get("start_server", True), _abi.START_SERVER_ON, _abi.START_SERVER_OFF
    )
    if "connect" in options:
        raw.autoconnect = _switch(options["connect"], _abi.AUTOCONNECT_ON, _abi.AUTOCONNECT_OFF)
    if "clamp" in options:
        raw.clamp = _switch(options["clamp"], _abi.CLAMP_ON, _abi.CLAMP_OFF)
    if "declick" in options:
        declick = unsigned("declick", options["declick"], bits=31)
        raw.declick_frames = declick or _abi.DECLICK_OFF
    raw.skip_policy = one_of("skip", options.get("skip", "slip"), _SKIP_POLICIES)
    for name, (field, least) in _COUNTS.items():
        given: Any = options.get(name)
        if given is not None:
            setattr(raw, field, unsigned(name, given, least, bits=32))
    return raw


_MOST_CHANNELS = 64

#: What the library calls the other options, and their least values: to it, 0 is the default.
_COUNTS: dict[str, tuple[str, int]] = {
    "period": ("period_frames", 1),
    "swap_queue": ("swap_queue_length", 1),
    "command_queue": ("command_queue_length", 1),
    "capture_buffer": ("capture_buffer_frames", 1),
    "read_ahead": ("read_ahead_frames", 1),
    "capture_latency": ("capture_latency_frames", 0),
    "playback_latency": ("playback_latency_frames", 0),
}


def _channels(what: str, given: int) -> int:
    """0 means none to the caller, and the default to the library."""
    if (channels := unsigned(what, given)) > _MOST_CHANNELS:
        raise ValueError(f"{what} is {channels}; it must be 0 to {_MOST_CHANNELS}")
    return channels or _abi.CHANNELS_NONE


def _switch(given: bool, on: int, off: int) -> int:
    return on if given else off
