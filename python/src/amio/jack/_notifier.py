"""A thread that calls the callbacks for events of a client, while the client is reachable."""

from __future__ import annotations

import os
import select
import threading
import weakref
from collections.abc import Callable

from .. import _abi
from ._events import Queue

#: For how long the callbacks of the last events are waited for, in seconds.
_PATIENCE = 1.0


class Notifier:
    """Hands the events of a queue to a method, which does not keep its object alive."""

    def __init__(self, queue: Queue, notify: Callable[[_abi.JackEvent], object]) -> None:
        self._wake, wake = os.pipe()
        self._finalizer = weakref.finalize(self, os.close, wake)
        reference = weakref.WeakMethod(notify)
        self._thread = threading.Thread(
            target=_run, args=(queue, self._wake, reference), name="amio.jack", daemon=True
        )
        self._thread.start()

    def finish(self) -> None:
        """Has the events that wait handed over, and ends; waits for that, but not for long."""
        self._finalizer()
        if threading.current_thread() is not self._thread:
            self._thread.join(_PATIENCE)


def _run(
    queue: Queue, wake: int, reference: weakref.WeakMethod[Callable[[_abi.JackEvent], object]]
) -> None:
    poll = select.poll()
    poll.register(queue.descriptor, select.POLLIN)
    # Its other end is closed when there is nobody to notify any more.
    poll.register(wake, select.POLLIN)
    is_last = False
    while not is_last:
        is_last = any(descriptor == wake for descriptor, _ in poll.poll())
        while (event := queue.take()) is not None:
            notify = reference()
            if notify is None:
                break
            notify(event)
            del notify
    queue.close()
    os.close(wake)
