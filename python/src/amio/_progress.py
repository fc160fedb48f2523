"""How long work tells how far it is, and is interrupted."""

from __future__ import annotations

import contextlib
import signal
import threading
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

    with _interrupts_held() as interrupted:

        def report(_user_data: object, done: int, total: int) -> int:
            try:
                if progress is not None and not interrupted:
                    progress(done, total)
            except BaseException as error:  # nothing may cross the library
                raised.append(error)
            return len(raised) + len(interrupted)

        try:
            yield _abi.Progress(report)
        except GivenUpError:
            if raised:
                raise raised[0] from None
            if not interrupted:
                raise


@contextlib.contextmanager
def _interrupts_held() -> Iterator[list[object]]:
    """Notes Ctrl-C while it lasts, and lets it do afterwards what it would have done.

    It could be heard where nobody catches what it raises: on the way into a callback.
    """
    noted: list[object] = []
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield noted
        return
    signal.signal(signal.SIGINT, lambda _number, frame: noted.append(frame))
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)
        if noted:
            before(signal.SIGINT, None)
