"""What the programs of the rows share."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def wait_for(what: Callable[[], object], seconds: float = 10) -> None:
    """Waits until something is true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "this did not happen"
        time.sleep(0.005)


def periods_pass(module: Any, count: int = 10) -> None:
    """Waits until another client has been through so many periods more."""
    clock = module.Client("clock")
    calls: list[int] = []
    clock.set_process_callback(calls.append)
    clock.activate()
    wait_for(lambda: len(calls) > count)
    clock.close()


def wait_until_inside(thread: threading.Thread, function: str) -> None:
    """Waits until a thread is in a function of this name."""

    def is_inside() -> bool:
        frame = sys._current_frames().get(thread.ident or 0)
        return any(frame.f_code.co_name == function for frame, _ in traceback.walk_stack(frame))

    wait_for(is_inside)


@contextmanager
def raises(kind: type[BaseException]) -> Iterator[list[Any]]:
    caught: list[Any] = []
    try:
        yield caught
    except kind as error:
        caught.append(error)
    else:
        raise AssertionError(f"no {kind.__name__}")


def runs(client: Any) -> Any:
    """Activates a client whose process callback is called from now on."""
    called = threading.Event()
    client.set_process_callback(lambda _frames: called.set())
    client.activate()
    assert called.wait(5)
    return client
