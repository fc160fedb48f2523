"""Exceptions: one class for each of the library's codes, each also a built-in exception.

Catch :class:`AmioError` for whatever the library refuses, or the built-in class that fits: a file
that is not there is a ``FileNotFoundError``, a value out of range a ``ValueError``, and so on. The
message names the argument, its value and what would be accepted.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from . import _abi


class ContractError(ValueError, AssertionError):
    """An argument or a state that the call does not allow, found before the library is called.

    It is an ``AssertionError`` too, since AMIO 0.1.1 checked such things with ``assert``.
    """


class AmioError(Exception):
    """Base of everything that the library reports.

    Attributes:
        code: the library's number for it, one of ``AMIO_ERROR_*`` in ``amio.h``.
    """

    code: ClassVar[int] = _abi.ERROR_INTERNAL

    @property
    def message(self) -> str:
        """The library's message."""
        return str(self)


class InternalError(AmioError, RuntimeError):
    """A defect of the library. Please report it with the message."""


class InvalidHandleError(AmioError, ValueError):
    """An object that was closed is used."""

    code = _abi.ERROR_INVALID_HANDLE


class InvalidArgumentError(AmioError, ValueError):
    """An argument is outside the range that the message names."""

    code = _abi.ERROR_INVALID_ARGUMENT


class UnsupportedError(AmioError, NotImplementedError):
    """The library that was found is older than this package."""

    code = _abi.ERROR_UNSUPPORTED


class InvalidStateError(AmioError, RuntimeError):
    """The call does not fit the state that the object is in."""

    code = _abi.ERROR_INVALID_STATE


class ClosedError(InvalidStateError, ContractError):
    """The interface is closed, or was not opened yet."""


class OutOfMemoryError(AmioError, MemoryError):
    """There is not enough memory."""

    code = _abi.ERROR_OUT_OF_MEMORY


class NoSuchTicketError(AmioError, LookupError):
    """The swap has ended already, or is one of another interface."""

    code = _abi.ERROR_NO_SUCH_TICKET


class QueueFullError(AmioError, RuntimeError):
    """A bounded queue is full now; the same call may succeed later."""

    code = _abi.ERROR_QUEUE_FULL


class TimedOutError(AmioError, TimeoutError):
    """The call timed out."""

    code = _abi.ERROR_TIMEOUT


class DriverUnavailableError(AmioError, OSError):
    """The driver's system library is not installed; the message says what to install."""

    code = _abi.ERROR_DRIVER_UNAVAILABLE


class NoServerError(AmioError, ConnectionError):
    """No JACK server answers."""

    code = _abi.ERROR_NO_SERVER


class DriverError(AmioError, OSError):
    """The driver, its server or its device failed."""

    code = _abi.ERROR_DRIVER


class FileError(AmioError, OSError):
    """A file could not be opened, read or written. ``errno`` is set where the system gave one."""

    code = _abi.ERROR_IO

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy of an OSError has no errno where it was not made with one.
        return _with_errno, (type(self), self.message, self.errno)


class FileMissingError(FileError, FileNotFoundError):
    """A file, or the directory it should be in, is not there."""


class FilePermissionError(FileError, PermissionError):
    """A file may not be read or written."""


class FormatError(AmioError, ValueError):
    """A file has a format that cannot be read."""

    code = _abi.ERROR_FORMAT


class RateMismatchError(AmioError, ContractError):
    """A clip has another frame rate than the interface."""

    code = _abi.ERROR_RATE_MISMATCH


class SystemRefusedError(AmioError, OSError):
    """The operating system refused something that the library needs."""

    code = _abi.ERROR_SYSTEM


class BufferTooSmallError(AmioError, BufferError):
    """A buffer is too small; the message says how large it must be."""

    code = _abi.ERROR_BUFFER_TOO_SMALL


class GivenUpError(AmioError, RuntimeError):
    """The progress callback cancelled the work."""

    code = _abi.ERROR_CANCELLED


class NullPointerError(AmioError, ValueError):
    """A required argument is missing."""

    code = _abi.ERROR_NULL_POINTER


_BY_CODE: dict[int, type[AmioError]] = {
    kind.code: kind
    for kind in AmioError.__subclasses__()  # the direct ones: one for each code
}
_FILE_ERRORS: tuple[type[FileError], ...] = (FileMissingError, FilePermissionError)


#: The library's names of arguments that have another name here.
_NAMES = {
    "frame_rate_hz": "frame_rate",
    "period_frames": "period",
    "input_channels": "inputs",
    "output_channels": "outputs",
    "autoconnect": "connect",
    "declick_frames": "declick",
    "skip_policy": "skip",
    "swap_queue_length": "swap_queue",
    "command_queue_length": "command_queue",
    "capture_buffer_frames": "capture_buffer",
    "read_ahead_frames": "read_ahead",
    "capture_latency_frames": "capture_latency",
    "playback_latency_frames": "playback_latency",
    "latency_offset_frames": "latency_offset",
    "first_output_channel": "output",
    "source_begin_frame": "start",
    "source_end_frame": "end",
    "play_at_frame": "at",
    "repeat_interval_frames": "every",
    "fade_in_frames": "fade_in",
    "fade_out_frames": "fade_out",
    "begin_frame": "begin",
    "end_frame": "end",
    "most_frames": "frames",
    "channel_count": "the number of channels",
}


def error_of(status: int, message: str) -> AmioError:
    """The exception for a status other than ``AMIO_OK``."""
    message = re.sub(
        r"\b(?:entry|config)->(\w+)", lambda found: _NAMES.get(found[1], found[1]), message
    )
    if status != _abi.ERROR_IO:
        return _BY_CODE.get(status, InternalError)(message)
    found = re.search(r"\(os error (\d+)\)", message)
    if not found:
        return FileError(message)
    system = OSError(int(found[1]), message)
    for kind in _FILE_ERRORS:
        if isinstance(system, kind.__bases__[1]):
            return _with_errno(kind, message, system.errno)
    return _with_errno(FileError, message, system.errno)


def _with_errno(kind: type[FileError], message: str, errno: int | None) -> FileError:
    error = kind(message)
    error.errno = errno
    return error
