"""Progress and interruption of calls that take long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from . import _abi

#: Called with the frames that are done and the frames in all, several times a second, on the thread
#: that asked for the work. What it raises ends the work and reaches the caller.
Progress = Callable[[int, int], object]


def watched(work: Callable[[Any], object], progress: Progress | None) -> None:
    """Does long work of the library's, which is handed a callback that tells how far it is.

    Where somebody watches, or signals are heard, it is done by a thread of its own: what a progress
    callback or a signal handler raises is then raised here, between two looks at how far it is, and
    the work is given up. Nothing can be raised on its way through the library.
    """
    if progress is None and threading.current_thread() is not threading.main_thread():
        work(_abi.Progress())  # NULL: nobody is told
        return
    told: SimpleQueue[tuple[int, int] | None] = SimpleQueue()
    given_up = threading.Event()
    failed: list[BaseException] = []

    def tell(_user_data: object, done: int, total: int) -> int:
        told.put((done, total))
        return given_up.is_set()

    callback = _abi.Progress(tell)

    def do() -> None:
        try:
            work(callback)
        except BaseException as error:
            failed.append(error)
        finally:
            told.put(None)

    # Not a daemon, though the thread may be one: the interpreter waits for it at its end.
    worker = threading.Thread(target=do, name="amio-work", daemon=False)
    worker.start()
    try:
        while (frames := told.get()) is not None:
            if progress is not None:
                progress(*frames)
    except BaseException:
        given_up.set()
        worker.join()
        raise
    worker.join()
    if failed:
        raise failed.pop()
