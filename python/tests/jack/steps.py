"""What the programs of the rows share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def wait_for(what: Callable[[], object], seconds: float = 10) -> None:
    """Waits until something is true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "this did not happen"
        time.sleep(0.005)


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
