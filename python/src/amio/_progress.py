"""How long work tells how far it is, and is interrupted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from . import _abi
from .errors import GivenUpError

#: Called with the frames that are done and the frames in all, several times a second, on the thread
#: that asked for the work. What it raises ends the work and reaches the caller.
Progress = Callable[[int, int], object]


@contextlib.contextmanager
def watched(progress: Progress | None) -> Iterator[Any]:
    """Gives the callback to hand to the library.

    There is one even if nobody watches: Python looks for Ctrl-C while it runs.
    """
    raised: list[BaseException] = []

    def report(_user_data: object, done: int, total: int) -> int:
        try:
            if progress is not None:
                progress(done, total)
        except BaseException as error:  # KeyboardInterrupt too: nothing may cross the library
            raised.append(error)
        return len(raised)

    try:
        yield _abi.Progress(report)
    except GivenUpError:
        if raised:
            raise raised[0] from None
        raise
