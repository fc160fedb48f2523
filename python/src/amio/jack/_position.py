"""Positions of the transport."""

from __future__ import annotations

import ctypes
from typing import Any, Generic, TypeVar, overload

from .. import _abi
from .._arguments import whole
from .._typing import Self
from ._constants import (
    POSITION_AUDIO_VIDEO_RATIO,
    POSITION_BBT,
    POSITION_BBT_FRAME_OFFSET,
    POSITION_TIMECODE,
    POSITION_VIDEO_FRAME_OFFSET,
)

_Number = TypeVar("_Number", int, float)


class _Alias(Generic[_Number]):
    """A field of a position by JACK-Client's name."""

    def __init__(self, field: str, doc: str) -> None:
        self._field = field
        self.__doc__ = doc

    @overload
    def __get__(self, position: None, owner: type) -> Self: ...

    @overload
    def __get__(self, position: Position, owner: type) -> _Number: ...

    def __get__(self, position: Position | None, owner: type) -> Self | _Number:
        if position is None:
            return self
        number: _Number = getattr(position, self._field)
        return number

    def __set__(self, position: Position, number: _Number) -> None:
        setattr(position, self._field, number)


class Position(_abi.JackPosition):
    """Where the transport is: ``jack_position_t``. ``valid`` says which fields have a meaning.

    Attributes:
        valid: which of the following are set: ``POSITION_BBT`` and the like, joined by ``|``.
        frame: the frame.
        bar: the bar, from 1 on.
        beat: the beat in the bar, from 1 on.
        tick: the tick in the beat, from 0 on.
        bar_start_tick: the tick at which the bar began.
        beats_per_bar: the upper number of the time signature.
        beat_type: the lower number of the time signature.
        ticks_per_beat: how many ticks a beat has.
        beats_per_minute: the tempo.
        audio_frames_per_video_frame: how many audio frames a video frame lasts.
    """

    def __init__(self) -> None:
        super().__init__(struct_size=ctypes.sizeof(type(self)))

    def __setattr__(self, name: str, value: Any) -> None:
        # ctypes would cut numbers off, and take other names.
        if (allowed := _RANGES.get(name)) is not None:
            number = whole(name, value)
            if number not in allowed:
                least, most = allowed[0], allowed[-1]
                raise OverflowError(f"{name} is {number}; it must be {least} to {most}")
        elif not hasattr(type(self), name):
            raise AttributeError(f"a position has no field {name!r}")
        super().__setattr__(name, value)

    usecs = _Alias[int]("time_us", "The server's time, in microseconds.")
    frame_rate = _Alias[int]("frame_rate_hz", "The frame rate, in Hz.")
    frame_time = _Alias[float]("frame_time_s", "The time of the frame, in seconds.")
    next_time = _Alias[float](
        "next_time_s", "The time of the next period's first frame, in seconds."
    )
    bbt_offset = _Alias[int]("bbt_offset_frames", "How many frames ago beat and tick were reached.")
    video_offset = _Alias[int]("video_offset_frames", "Where the first video frame begins.")


def _range_of(kind: Any) -> range:
    bits = 8 * ctypes.sizeof(kind)
    least = -(1 << bits - 1) if kind(-1).value < 0 else 0
    return range(least, least + (1 << bits))


_NUMBERS = (ctypes.c_uint32, ctypes.c_uint64, ctypes.c_int32)
_RANGES = {
    field[0]: _range_of(field[1]) for field in _abi.JackPosition._fields_ if field[1] in _NUMBERS
}

_ALWAYS = ("usecs", "frame_rate", "frame")
_FIELDS = {
    POSITION_BBT: (
        "bar",
        "beat",
        "tick",
        "bar_start_tick",
        "beats_per_bar",
        "beat_type",
        "ticks_per_beat",
        "beats_per_minute",
    ),
    POSITION_TIMECODE: ("frame_time", "next_time"),
    POSITION_BBT_FRAME_OFFSET: ("bbt_offset",),
    POSITION_AUDIO_VIDEO_RATIO: ("audio_frames_per_video_frame",),
    POSITION_VIDEO_FRAME_OFFSET: ("video_offset",),
}


def position2dict(pos: Position) -> dict[str, Any]:
    """The fields of a position that have a meaning."""
    valid = [name for bit, names in _FIELDS.items() if pos.valid & bit for name in names]
    return {name: getattr(pos, name) for name in (*_ALWAYS, *valid)}
