"""SIGHUP, of which `check_events()` tells."""

from __future__ import annotations

import os
import signal
import threading
import weakref
from types import FrameType
from typing import Protocol


class Listener(Protocol):
    """Who is told."""

    def _hang_up(self) -> bool:
        """The signal has come; returns whether anybody will ask."""


_listeners: weakref.WeakSet[Listener] = weakref.WeakSet()


def listen(listener: Listener) -> None:
    """Tells an object of the signal, if the program has no handler of its own, nor ignores it.

    Only the main thread can handle signals; called on another one, this does nothing.
    """
    _listeners.add(listener)
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:
        signal.signal(signal.SIGHUP, _hung_up)


def _hung_up(number: int, _frame: FrameType | None) -> None:
    told = [listener._hang_up() for listener in list(_listeners)]
    if not any(told):
        # As without this module.
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
