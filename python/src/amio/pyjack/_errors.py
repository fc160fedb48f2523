"""What goes wrong, as exceptions of PyJack. As there, none is a base of another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import DriverUnavailableError, InvalidStateError
from ..jack import JackError


class Error(Exception):
    """The server refuses a request, or there is no port of this name."""


class NotConnectedError(Exception):
    """The client is not attached to a server, or the server is gone."""


class UsageError(Exception):
    """The request does not fit the state of the client, or names a port that does not exist."""


class InputSyncError(Exception):
    """Input was lost before the block that :meth:`Client.process` has delivered.

    Attributes:
        frames: how many frames of each input.
    """

    def __init__(self, frames: int) -> None:
        super().__init__(f"{frames} frames of input were lost before this block")
        self.frames = frames


class OutputSyncError(Exception):
    """Output came too late, or was missing. The input was delivered.

    Attributes:
        frames: for how many frames the outputs were silent, or would have been played too late.
    """

    def __init__(self, frames: int) -> None:
        super().__init__(f"{frames} frames of output came too late, or were missing")
        self.frames = frames


@contextmanager
def translated() -> Iterator[None]:
    """Makes exceptions of PyJack of those of `amio.jack`."""
    try:
        yield
    except DriverUnavailableError as error:
        raise NotConnectedError(str(error)) from error
    except JackError as error:
        is_gone = isinstance(error.__cause__, InvalidStateError)
        raise (NotConnectedError if is_gone else Error)(str(error)) from error
