"""What goes wrong, as exceptions of JACK-Client."""

from __future__ import annotations

import re
from typing import Any

from ..errors import AmioError, DriverUnavailableError, InvalidHandleError, TimedOutError
from ._status import Status


class JackError(Exception):
    """Base of all that JACK refuses. Its cause is an :class:`amio.errors.AmioError`."""


class JackErrorCode(JackError):
    """A request was refused, with a number.

    Attributes:
        message: what was refused, and why.
        code: libjack's number, where it gave one; otherwise that of the library's error.
    """

    def __init__(self, message: str, code: int) -> None:
        self.message = message
        self.code = code

    def __str__(self) -> str:
        return f"{self.message} ({self.code})"


class JackOpenError(JackError):
    """A client could not be opened.

    Attributes:
        name: the name that was asked for.
        status: what the server said.
    """

    def __init__(self, name: str, status: Status) -> None:
        self.name = name
        self.status = status

    def __str__(self) -> str:
        return f'Error initializing "{self.name}": {self.status}'


class CallbackExit(Exception):
    """Raised by a callback that failed, of which nothing is printed.

    A process callback is not called again then; others are.
    """


def checked(function: Any, *arguments: object) -> None:
    """Calls a function of the library.

    Raises:
        JackErrorCode: it was refused.
        DriverUnavailableError: libjack is not installed.
        TimedOutError: it waited for too long.
    """
    try:
        function(*arguments)
    except (DriverUnavailableError, TimedOutError):
        raise
    except AmioError as error:
        if isinstance(error, InvalidHandleError):
            what = error.message.partition(" is 0x")[0]
            raise JackErrorCode(f"what is used here was closed: {what}", error.code) from error
        message = error.message
        found = re.search(r" \(code (-?\d+)\)$", message)
        if found is None:
            raise JackErrorCode(message, error.code) from error
        raise JackErrorCode(message[: found.start()], int(found[1])) from error
