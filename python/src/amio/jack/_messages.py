"""The lines that libjack writes, and what the library says of libjack itself."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import sys
from collections.abc import Callable
from typing import Any

from .. import _abi
from .._library import lib
from ..errors import AmioError
from ._connection import text
from ._errors import checked
from ._process import report

Line = Callable[[str], object]


def _print(message: str) -> None:
    if sys.stderr is not None:
        print(message, file=sys.stderr)


_functions: dict[bool, Line] = {True: _print, False: _print}


def _receive(_user_data: Any, is_error: int, line: bytes) -> None:
    function = _functions[bool(is_error)]
    try:
        function(line.decode(errors="replace"))
    except BaseException:
        report(function)


# The library has it to the end of the program.
_entry = _abi.JackLine(_receive)


_listening_process = 0


def listen() -> None:
    """Has the lines of libjack handed to the functions from now on, if there is a libjack."""
    global _listening_process
    if _listening_process != os.getpid():
        with contextlib.suppress(AmioError):
            lib.amio_jack_set_log(_entry, None)
            atexit.register(lib.amio_jack_set_log, _abi.JackLine(), None)
            _listening_process = os.getpid()


def set_error_function(callback: Line | None = None) -> None:
    """Calls ``callback(message)`` for each error that libjack writes; ``None``: they are printed.

    It is called on any thread, and must not use a client: libjack may write in the middle of a
    request.
    """
    _functions[True] = callback or _print
    listen()


def set_info_function(callback: Line | None = None) -> None:
    """As :func:`set_error_function`, for what libjack writes for information."""
    _functions[False] = callback or _print
    listen()


def version() -> tuple[int, int, int, int]:
    """The version of libjack: major, minor, micro, protocol. Some libraries say zeros."""
    numbers = [ctypes.c_uint32() for _ in range(4)]
    checked(lib.amio_jack_version, *(ctypes.byref(number) for number in numbers))
    major, minor, micro, protocol = (number.value for number in numbers)
    return major, minor, micro, protocol


def version_string() -> str:
    """The version of libjack, as it says it."""
    return text(lib.amio_jack_version_string)


def client_name_size() -> int:
    """How long names of clients may be, with a zero at their end."""
    return _size(lib.amio_jack_longest_client_name)


def port_name_size() -> int:
    """How long full names of ports may be, with a zero at their end."""
    return _size(lib.amio_jack_longest_port_name)


def _size(longest: Any) -> int:
    size = ctypes.c_size_t()
    checked(longest, ctypes.byref(size))
    return size.value + 1


def client_pid(name: str) -> int:
    """The process of a client; 0 where it is unknown."""
    number = ctypes.c_int32()
    checked(lib.amio_jack_client_pid, name.encode(), ctypes.byref(number))
    return number.value
