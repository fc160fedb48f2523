"""Entries, and the playspecs (lists of entries) that an interface plays.

:class:`Entry` has all that the library can do. :class:`PlayspecEntry` is that of AMIO 0.1.1; both
may stand in one list.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, fields
from fractions import Fraction
from numbers import Rational, Real
from typing import TYPE_CHECKING, Any, ClassVar, SupportsIndex, TypeAlias, cast, overload

import numpy as np
from numpy.typing import NDArray

from ._arguments import FARTHEST_FRAME, GREATEST_GAIN, whole
from ._typing import Number, Self
from .audio_clip import AudioClip
from .clip import Clip
from .errors import ContractError

#: A clip of an entry. An :class:`AudioClip` is copied when its playspec is scheduled.
AnyClip = AudioClip | Clip

_LARGEST_DENOMINATOR = (1 << 32) - 1
#: A float stands for the nearest simple fraction: 25714.285714285714 is 180000/7.
_FLOAT_DENOMINATOR = 1_000_000


_Values = tuple[Any, int, int, int, Fraction | float, float, float]


class PlayspecEntry(tuple[Any, ...]):
    """A part of a clip, where it sounds, how often and how loud; the entry of AMIO 0.1.1.

    A named tuple, ``(clip, frame_a, frame_b, play_at_frame, repeat_interval, gain_l, gain_r)``,
    with two exceptions. ``len(entry)`` is how many frames sound. And :attr:`start` and :attr:`end`
    can be set, which trims it: from then on it reads, compares, prints, copies and pickles as the
    trimmed one. So trim an entry before it goes into a set or a dictionary, whose order depends on
    its hash. ``entry[:]`` is a plain tuple of the fields; ``tuple(entry)`` is one as well, but
    Python first makes room for ``len(entry)`` of them.

    Args:
        clip: an :class:`AudioClip` or a :class:`Clip`.
        frame_a: the first frame of the clip that sounds.
        frame_b: the first frame of the clip that no longer sounds. Nothing sounds where it is not
            after ``frame_a``.
        play_at_frame: where on the timeline ``frame_a`` sounds; it may be negative.
        repeat_interval: it sounds every so many frames, on the whole timeline, also before
            ``play_at_frame``; 0: once. A fraction or a float makes a metronome that never drifts:
            see :func:`~amio.playspec.interval_of`.
        gain_l: factor for the left side.
        gain_r: factor for the right side.

    The values are looked at when the playspec is scheduled. Frames that the clip has not are left
    out then.
    """

    __match_args__ = (
        "clip",
        "frame_a",
        "frame_b",
        "play_at_frame",
        "repeat_interval",
        "gain_l",
        "gain_r",
    )
    _fields = __match_args__
    _field_defaults: ClassVar[dict[str, Any]] = {}

    # What the tuple itself holds cannot change. These are the values that are read, in its stead,
    # by everything below. Only what looks into a tuple without asking it, such as the % of strings,
    # finds the old ones.
    _values: _Values

    def __new__(
        cls,
        clip: AnyClip,
        frame_a: SupportsIndex,
        frame_b: SupportsIndex,
        play_at_frame: SupportsIndex,
        repeat_interval: Fraction | Number,
        gain_l: Number,
        gain_r: Number,
    ) -> Self:
        values = (clip, frame_a, frame_b, play_at_frame, repeat_interval, gain_l, gain_r)
        entry = super().__new__(cls, values)
        entry._values = cast(_Values, values)
        return entry

    @property
    def clip(self) -> Any:
        """The clip that sounds."""
        return self._values[0]

    @property
    def frame_a(self) -> int:
        """The first frame of the clip that sounds."""
        return self._values[1]

    @property
    def frame_b(self) -> int:
        """The first frame of the clip that no longer sounds."""
        return self._values[2]

    @property
    def play_at_frame(self) -> int:
        """Where on the timeline it begins."""
        return self._values[3]

    @property
    def repeat_interval(self) -> Fraction | float:
        """Frames from one repeat to the next; 0: none."""
        return self._values[4]

    @property
    def gain_l(self) -> float:
        """Factor for the left side."""
        return self._values[5]

    @property
    def gain_r(self) -> float:
        """Factor for the right side."""
        return self._values[6]

    @property
    def start(self) -> int:
        """The timeline frame at which it begins to sound.

        Setting it leaves what still sounds where it was. A later start cuts frames off the
        beginning; one after the end leaves nothing. An earlier one uncovers frames that had been
        cropped.

        Raises:
            ContractError: the clip has not that many frames before ``frame_a``; nothing changes.
        """
        return self.play_at_frame

    @start.setter
    def start(self, new_start: SupportsIndex) -> None:
        begin = whole("start", new_start)
        frame_a = self.frame_a + begin - self.play_at_frame
        if frame_a < 0:
            raise ContractError(
                f"start is {begin}; it must be at least {self.play_at_frame - self.frame_a},"
                " where the clip itself begins"
            )
        self._change(frame_a=min(frame_a, self.frame_b), play_at_frame=begin)

    @property
    def end(self) -> int:
        """The first timeline frame at which its first repeat no longer sounds.

        Setting it cuts frames off the end, or uncovers more of the clip. An end before the start
        leaves nothing.
        """
        return self.play_at_frame + len(self)

    @end.setter
    def end(self, new_end: SupportsIndex) -> None:
        length = max(whole("end", new_end) - self.play_at_frame, 0)
        self._change(frame_b=self.frame_a + length)

    def __len__(self) -> int:
        """How many frames sound; never negative."""
        return max(self.frame_b - self.frame_a, 0)

    @classmethod
    def _make(cls, iterable: Iterable[Any]) -> Self:
        """An entry of the seven values in their order."""
        return cls(*iterable)

    def _asdict(self) -> dict[str, Any]:
        """The values by name."""
        return dict(zip(self._fields, self._values, strict=True))

    def _replace(self, **changes: Any) -> Self:
        """A new entry with some of the values changed."""
        values = self._asdict()
        if unknown := changes.keys() - values.keys():
            raise ValueError(
                f"unknown fields {', '.join(sorted(unknown))}; they are {', '.join(self._fields)}"
            )
        return type(self)(**{**values, **changes})

    __replace__ = _replace

    def _change(self, **changes: Any) -> None:
        self._values = self._replace(**changes)._values

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
        return f"{type(self).__name__}({values})"

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self._values

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __reversed__(self) -> Iterator[Any]:
        return reversed(self._values)

    @overload
    def __getitem__(self, index: SupportsIndex) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Any, ...]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        return self._values[index]

    def __contains__(self, value: object) -> bool:
        return value in self._values

    def index(self, value: Any, *between: SupportsIndex) -> int:
        """The first index of a value."""
        return self._values.index(value, *between)

    def count(self, value: Any) -> int:
        """How often a value occurs."""
        return self._values.count(value)

    def __hash__(self) -> int:
        return hash(self._values)

    def __eq__(self, other: object) -> bool:
        return bool(self._values == _plain(other))

    def __ne__(self, other: object) -> bool:
        return bool(self._values != _plain(other))

    def __lt__(self, other: tuple[Any, ...]) -> bool:
        return bool(self._values < _plain(other))

    def __le__(self, other: tuple[Any, ...]) -> bool:
        return bool(self._values <= _plain(other))

    def __gt__(self, other: tuple[Any, ...]) -> bool:
        return bool(self._values > _plain(other))

    def __ge__(self, other: tuple[Any, ...]) -> bool:
        return bool(self._values >= _plain(other))

    def __add__(self, other: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*self._values, *_plain(other))

    def __radd__(self, other: tuple[Any, ...]) -> tuple[Any, ...]:
        return other + self._values

    def __mul__(self, times: SupportsIndex) -> tuple[Any, ...]:
        return self._values * times

    __rmul__ = __mul__


def _plain(other: object) -> Any:
    return other._values if isinstance(other, PlayspecEntry) else other


@dataclass(frozen=True, repr=False)
class Entry:
    """A part of a clip, where it sounds, how often, how loud, and on which output.

    Args:
        clip: an :class:`AudioClip` or a :class:`Clip`.
        at: the timeline frame at which ``start`` sounds; it may be negative. -2**61 to 2**61.
        start: the first frame of the clip that sounds.
        end: the first frame of the clip that no longer sounds; ``None``: the clip's end. With an
            end at the start the entry is silent.
        every: it sounds again every so many frames, at least 1; ``None``: it does not. Repeat k
            begins at ``at + round(k * every)``, halves upwards. A fraction or a float makes a
            metronome that never drifts: see :func:`~amio.playspec.interval_of`.
        times: how often it sounds in all; ``None``: once, or with ``every`` without end.
        gain: a factor, or two of them in a sequence or an array, for the left and the right side:
            -1e6 to 1e6.
        fade_in: frames over which each repeat fades in, at most as many as sound.
        fade_out: frames over which each repeat fades out, at most as many as sound.
        output: the output, from 0, of the clip's first channel. A clip of one channel sounds on the
            next output, too; channel c of any other clip on output ``output + c``. Even channels
            have the left gain, odd ones the right.

    Raises:
        ContractError: a value is not allowed; the message says what is.
        TypeError: a value is of a type that is not allowed.

    ``len(entry)`` is the number of frames that sound.
    """

    clip: AnyClip
    at: int = 0
    _: KW_ONLY
    start: int = 0
    end: int | None = None
    every: Fraction | float | None = None
    times: int | None = None
    gain: float | Sequence[float] | NDArray[np.floating[Any]] = 1.0
    fade_in: int = 0
    fade_out: int = 0
    output: int = 0

    if TYPE_CHECKING:
        # What may be given; what is kept is of the types above.
        def __init__(
            self,
            clip: AnyClip,
            at: SupportsIndex = 0,
            *,
            start: SupportsIndex = 0,
            end: SupportsIndex | None = None,
            every: Fraction | Number | None = None,
            times: SupportsIndex | None = None,
            gain: Number | Sequence[Number] | NDArray[np.floating[Any]] = 1.0,
            fade_in: SupportsIndex = 0,
            fade_out: SupportsIndex = 0,
            output: SupportsIndex = 0,
        ) -> None: ...

    def __post_init__(self) -> None:
        if not isinstance(self.clip, (AudioClip, Clip)):
            raise TypeError(
                f"clip is a {type(self.clip).__name__}; it must be an AudioClip or a Clip"
            )
        frames = len(self.clip)
        self._check("at", -FARTHEST_FRAME, FARTHEST_FRAME)
        self._check("start", 0, frames, "the length of the clip")
        if self.end is not None:
            self._check("end", self.start, frames, "the length of the clip")
        self._check("fade_in", 0, len(self), "the frames that sound")
        self._check("fade_out", 0, len(self), "the frames that sound")
        self._check("output", 0, _LARGEST_DENOMINATOR)
        if self.every is not None and interval_of(self.every) == 0:
            raise ContractError("every is 0; it must be at least 1 frame, or None: no repeat")
        if self.times is not None:
            self._check("times", 1, 1 << 63)
            if self.times > 1 and self.every is None:
                raise ContractError(f"times is {self.times}; it must be 1 where every is not given")
        if not isinstance(self.gain, (int, float)):
            one = isinstance(self.gain, Real)
            object.__setattr__(self, "gain", self.gains[0] if one else self.gains)
        if not all(abs(gain) <= GREATEST_GAIN for gain in self.gains):
            raise ContractError(f"gain is {self.gain}; each side must be -1e6 to 1e6")

    @property
    def stop(self) -> int:
        """The first frame of the clip that no longer sounds: ``end``, or the clip's."""
        return len(self.clip) if self.end is None else self.end

    @property
    def gains(self) -> tuple[float, float]:
        """The factors of the left and the right side."""
        return _sides(self.gain)

    @property
    def interval(self) -> Fraction:
        """Frames from one repeat to the next, exactly; 0: no repeat."""
        return Fraction(0) if self.every is None else interval_of(self.every)

    def frame_of(self, repeat: int) -> int:
        """The timeline frame at which a repeat begins, counted from 0."""
        return self.at + math.floor(repeat * self.interval + Fraction(1, 2))

    def __len__(self) -> int:
        return self.stop - self.start

    def __repr__(self) -> str:
        given = (
            f", {field.name}={getattr(self, field.name)!r}"
            for field in fields(self)
            if field.name != "clip" and getattr(self, field.name) != field.default
        )
        return f"Entry({self.clip!r}{''.join(given)})"

    def _check(self, name: str, least: int, most: int, meaning: str = "") -> None:
        value = whole(name, getattr(self, name))
        if not least <= value <= most:
            explained = f", {meaning}" if meaning else ""
            raise ContractError(f"{name} is {value}; it must be {least} to {most}{explained}")
        object.__setattr__(self, name, value)


#: A playspec as AMIO 0.1.1 called it: a list of entries, in any order. Wherever one is asked for,
#: any iterable of :class:`PlayspecEntry` and :class:`Entry` will do.
Playspec: TypeAlias = list[PlayspecEntry]


def interval_of(every: Fraction | Number) -> Fraction:
    """The interval between repeats as the library counts it; 0: no repeat.

    Args:
        every: frames, 0 or at least 1. A float stands for the fraction next to it whose denominator
            is at most a million (so ``60 / 112 * 48000`` is 180000/7 exactly), a fraction whose
            denominator is 2**32 or more for the one next to it below that.

    Raises:
        ContractError: it is negative, below 1, or not finite.
        TypeError: it is no number.
    """
    given: object = every  # numpy's numbers are numbers, too
    if isinstance(given, Rational):
        exact, limit = Fraction(int(given.numerator), int(given.denominator)), _LARGEST_DENOMINATOR
    elif isinstance(given, Real):
        value = float(given)
        exact, limit = Fraction(value if math.isfinite(value) else -1), _FLOAT_DENOMINATOR
    else:
        raise TypeError(f"repeat interval is {every!r}; it must be an int, a Fraction or a float")
    if exact and not 1 <= exact < 1 << 63:
        raise ContractError(f"repeat interval is {every}; it must be 0 (none), or 1 to 2**63")
    return exact.limit_denominator(limit)


def _sides(gain: object) -> tuple[float, float]:
    if isinstance(gain, Real):
        return float(gain), float(gain)
    if isinstance(gain, (Sequence, np.ndarray)):
        sides = tuple(gain)
        if len(sides) == 2 and all(isinstance(side, Real) for side in sides):
            return float(sides[0]), float(sides[1])
    raise TypeError(f"gain is {gain!r}; it must be a factor, or a pair of them: (left, right)")
