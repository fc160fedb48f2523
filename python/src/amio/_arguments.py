"""Checks of arguments, before ctypes would truncate them, or refuse them without naming them."""

from __future__ import annotations

import inspect
import math
import operator
import os
from collections.abc import Callable
from numbers import Real
from pathlib import Path
from typing import Any, SupportsIndex, TypeVar

import numpy as np

from ._typing import Number

_Function = TypeVar("_Function", bound=Callable[..., Any])

PathLike = str | os.PathLike[str]

#: Nobody would await a coroutine function's result.
NOT_ASYNC = "a callback must be a plain function, which may start a task: asyncio.create_task()"

FARTHEST_FRAME = 1 << 61
GREATEST_GAIN = 1e6
_LONGEST_RAMP = 1 << 60


def whole(what: str, given: SupportsIndex) -> int:
    """A whole number."""
    try:
        return operator.index(given)
    except TypeError:
        raise TypeError(f"{what} is {given!r}; it must be a whole number") from None


def unsigned(what: str, given: SupportsIndex, least: int = 0, *, bits: int = 64) -> int:
    """A count."""
    number = whole(what, given)
    if not least <= number < 1 << bits:
        raise ValueError(f"{what} is {number}; it must be at least {least}, and below 2**{bits}")
    return number


def within(what: str, given: SupportsIndex, least: int, most: int) -> int:
    """A count with an upper limit."""
    number = whole(what, given)
    if not least <= number <= most:
        raise ValueError(f"{what} is {number}; it must be {least} to {most}")
    return number


def signed(what: str, given: SupportsIndex) -> int:
    """A position."""
    number = whole(what, given)
    if not -FARTHEST_FRAME <= number <= FARTHEST_FRAME:
        raise ValueError(f"{what} is {number}; it must be -2**61 to 2**61")
    return number


def real(what: str, given: object) -> float:
    """A number; the library says which are allowed."""
    if not isinstance(given, Real):
        raise TypeError(f"{what} is {given!r}; it must be a number")
    return float(given)


def positive(what: str, given: Number) -> float:
    """A rate: above 0."""
    number = real(what, given)
    if not 0 < number < math.inf:
        raise ValueError(f"{what} is {given}; it must be above 0, and finite")
    return given if isinstance(given, (int, float)) else number


def gain(what: str, given: object) -> float:
    """A factor that samples are multiplied by."""
    factor = real(what, given)
    if not abs(factor) <= GREATEST_GAIN:
        raise ValueError(f"{what} is {given}; it must be -1e6 to 1e6")
    return factor


def ramp(given: SupportsIndex) -> int:
    """The length of a gain ramp, in frames."""
    return within("ramp", given, 0, _LONGEST_RAMP)


def switch(what: str, given: object) -> bool:
    """On or off. A text such as "false" would be on, to Python."""
    if not isinstance(given, (int, np.bool_)) or given not in (0, 1):
        raise TypeError(f"{what} is {given!r}; it must be True or False")
    return bool(given)


def function(what: str, given: _Function | None) -> _Function | None:
    """A callback."""
    if not (given is None or callable(given)):
        raise TypeError(f"{what} is {given!r}; it must be a function, or None")
    for called in (given, getattr(given, "__call__", None)):  # noqa: B004 - which it may be
        if inspect.iscoroutinefunction(called):
            raise TypeError(f"{what} is {given!r}; {NOT_ASYNC}")
    return given


def seconds(what: str, given: Number | None) -> float | None:
    """A timeout in seconds; ``None``: no limit."""
    if given is None:
        return None
    if math.isnan(time := real(what, given)):
        raise ValueError(f"{what} is {given}; it must be a number of seconds, or None")
    return None if time == math.inf else max(time, 0.0)


def interval(what: str, given: Number) -> float:
    """An interval in seconds: 0 or more."""
    if not 0 <= real(what, given) < math.inf:
        raise ValueError(f"{what} is {given}; it must be a number of seconds, 0 or more")
    return float(given)


def whole_rate(frame_rate: Number) -> int:
    """A frame rate as the library has it: a whole number."""
    given = real("frame_rate", frame_rate)
    if not 1000 <= given <= 768_000 or given != round(given):
        raise ValueError(f"frame_rate is {frame_rate}; it must be whole, and 1000 to 768000")
    return round(given)


def one_of(what: str, given: str, allowed: dict[str, int]) -> int:
    """The number of a name."""
    if not isinstance(given, str) or given not in allowed:
        raise ValueError(f"{what} is {given!r}; it must be one of {', '.join(map(repr, allowed))}")
    return allowed[given]


def text(what: str, given: str) -> bytes:
    """A text without NUL, which would end it in C."""
    if not isinstance(given, str):
        raise TypeError(f"{what} is a {type(given).__name__}; it must be a str")
    if "\0" in given:
        raise ValueError(f"{what} is {given!r}; it must not have a NUL in it")
    return given.encode()


def file_path(path: PathLike | bytes) -> bytes:
    """The path of a file. ``bytes`` are fine, too, as in all of Python."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise TypeError(f"path is {path!r}; it must be a str or an os.PathLike")
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ValueError(f"path is {path!r}; it must not have a NUL in it")
    return encoded


def ending(path: PathLike | bytes) -> str:
    """The suffix of a file's name, such as ``.wav``."""
    return Path(os.fsdecode(path)).suffix.lower()
