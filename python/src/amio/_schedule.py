"""Turns entries in Python into entries of ``amio.h``."""

from __future__ import annotations

import contextlib
import ctypes
import re
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Literal, SupportsIndex

from . import _abi
from ._arguments import gain, ramp, signed, whole
from ._library import Handle, lib
from ._typing import Number
from .audio_clip import AudioClip
from .clip import Clip
from .errors import AmioError
from .interface import AnyPlayspec
from .playspec import Entry, PlayspecEntry, interval_of

#: The earliest frame to which the repeats of a PlayspecEntry reach back.
_BEGINNING = -(1 << 40)

LatePolicy = Literal["catch_up", "slip", "refuse"]
LATE_POLICIES: dict[str, int] = {
    "catch_up": _abi.LATE_CATCH_UP,
    "slip": _abi.LATE_SLIP,
    "refuse": _abi.LATE_REFUSE,
}


class NativePlayspec:
    """A playspec of the library, and which entry of the caller each of its entries is.

    Args:
        playspec: the entries. What is changed in the list later changes nothing here.
        prepare: makes of an AudioClip what the interface plays.
    """

    def __init__(self, playspec: AnyPlayspec, prepare: Callable[[AudioClip], Clip]) -> None:
        if isinstance(playspec, (PlayspecEntry, Entry)) or not isinstance(playspec, Iterable):
            raise TypeError(
                f"playspec is {_a(playspec)}; it must be a list of PlayspecEntry and Entry objects"
            )
        value = ctypes.c_void_p()
        lib.amio_playspec_new(ctypes.byref(value))
        self.handle = Handle(value, lib.amio_playspec_free)
        self._numbers: dict[int, int] = {}
        # An AudioClip may be in many entries.
        self._prepared: dict[tuple[int, bool], Clip] = {}
        self._length = 0
        for entry in playspec:
            try:
                self._add(entry, prepare)
            except (AmioError, TypeError, ValueError) as error:
                error.args = (f"playspec[{self._length}]: {error}",)
                raise
            self._length += 1
        self._prepared.clear()

    def gain_change(
        self, entry: SupportsIndex, left: Number, right: Number | None, ramp_frames: SupportsIndex
    ) -> tuple[Handle, int, float, float, int] | None:
        """The arguments of the library's functions; ``None`` if the entry never sounds."""
        index = whole("entry", entry)
        if not -self._length <= index < self._length:
            raise IndexError(f"entry is {index}; the playspec has {self._length} entries")
        gains = gain("left", left), gain("right", left if right is None else right)
        frames = ramp(ramp_frames)
        number = self._numbers.get(index % self._length)
        return None if number is None else (self.handle, number, *gains, frames)

    @contextlib.contextmanager
    def telling_entries(self) -> Iterator[None]:
        """Makes errors of the library name entries as the caller counts them."""
        try:
            yield
        except AmioError as error:
            error.args = (re.sub(r"\bentry (\d+)", self._named, str(error)),)
            raise

    def _named(self, found: re.Match[str]) -> str:
        indices = {number: index for index, number in self._numbers.items()}
        return f"playspec[{indices[int(found[1])]}]"

    def _add(self, entry: object, prepare: Callable[[AudioClip], Clip]) -> None:
        if not isinstance(entry, (PlayspecEntry, Entry)):
            entry = _amio_entry(entry)
        if not isinstance(entry.clip, (AudioClip, Clip)):
            raise ValueError(f"clip is {_a(entry.clip)}; it must be an AudioClip or a Clip")
        begin, end = _span(entry)
        if begin >= end:
            return
        clip = self._clip_of(entry, prepare)
        raw, number = _abi.PlayspecEntry(), ctypes.c_uint64()
        lib.amio_playspec_entry_init(ctypes.byref(raw), ctypes.sizeof(raw), clip._handle)
        raw.source_begin_frame, raw.source_end_frame = begin, end
        if isinstance(entry, PlayspecEntry):
            _fill_amio(raw, entry)
        else:
            _fill(raw, entry)
        lib.amio_playspec_add(self.handle, ctypes.byref(raw), ctypes.byref(number))
        self._numbers[self._length] = number.value

    def _clip_of(self, entry: PlayspecEntry | Entry, prepare: Callable[[AudioClip], Clip]) -> Clip:
        clip = entry.clip
        if isinstance(clip, Clip):
            return clip
        # As in AMIO, whose entries are for two sides, further channels are not heard.
        narrowed = isinstance(entry, PlayspecEntry) and clip.channels > 2
        key = id(clip), narrowed
        if key not in self._prepared:
            heard = AudioClip(clip.array[:, :2], clip.frame_rate) if narrowed else clip
            self._prepared[key] = prepare(heard)
        return self._prepared[key]


def _amio_entry(given: object) -> PlayspecEntry:
    """An entry from any object that has its fields, as in AMIO 0.1.1."""
    try:
        return PlayspecEntry(*(getattr(given, field) for field in PlayspecEntry._fields))
    except AttributeError:
        raise TypeError(f"it is {_a(given)}; it must be a PlayspecEntry or an Entry") from None


def _span(entry: PlayspecEntry | Entry) -> tuple[int, int]:
    """The source range of an entry; that of an AMIO entry is limited to its clip."""
    if isinstance(entry, Entry):
        return entry.start, entry.stop
    begin, end = signed("frame_a", entry.frame_a), signed("frame_b", entry.frame_b)
    return max(begin, 0), min(end, len(entry.clip))


def _fill(raw: _abi.PlayspecEntry, entry: Entry) -> None:
    left, right = entry.gains
    raw.first_output_channel = entry.output
    raw.play_at_frame = entry.at
    _repeat(raw, interval_of(entry.every or 0), entry.times)
    raw.gain_left, raw.gain_right = left, right
    raw.fade_in_frames = entry.fade_in
    raw.fade_out_frames = entry.fade_out


def _fill_amio(raw: _abi.PlayspecEntry, entry: PlayspecEntry) -> None:
    """An entry of AMIO's that repeats does so on the whole timeline, also before its frame."""
    interval = interval_of(entry.repeat_interval)
    first = signed("play_at_frame", entry.play_at_frame) + raw.source_begin_frame - entry.frame_a
    if interval:
        # A whole number of frames that is a whole number of intervals, so that no repeat is
        # rounded another way.
        step = interval.numerator
        first -= max(-((_BEGINNING - first) // step), 0) * step
    raw.play_at_frame = signed("play_at_frame", first)
    _repeat(raw, interval)
    raw.gain_left = gain("gain_l", entry.gain_l)
    raw.gain_right = gain("gain_r", entry.gain_r)


def _repeat(raw: _abi.PlayspecEntry, interval: Fraction, times: int | None = None) -> None:
    if interval:
        raw.repeat_interval_frames = interval.numerator
        raw.repeat_interval_denominator = interval.denominator
        raw.repeat_count = times or 0


def _a(thing: object) -> str:
    name = type(thing).__name__
    return f"an {name}" if name[0] in "AEIOUaeiou" else f"a {name}"
