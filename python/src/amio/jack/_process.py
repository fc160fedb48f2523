"""Python on the audio thread: process, sync and timebase callbacks.

Thread: the server waits for these functions in each period, and they wait for the interpreter's
lock. So what runs in each period makes no objects that can be made before.
"""

from __future__ import annotations

import ctypes
import sys
import traceback
from collections.abc import Callable
from threading import get_ident
from typing import Any

from .. import _abi
from .._library import lib
from ._audio_thread import AudioThread
from ._connection import Connection
from ._cycle import Cycle
from ._errors import CallbackExit
from ._position import Position

ProcessCallback = Callable[[int], object]
SyncCallback = Callable[[int, Position], object]
TimebaseCallback = Callable[[int, int, Position, bool], object]

#: What a process callback returns to the library.
_GO_ON, _IS_LAST = 0, 1


def report(callback: object) -> None:
    """Prints the exception that a callback has just raised."""
    if sys.stderr is not None:
        print(f"Exception ignored in the JACK callback {callback!r}:", file=sys.stderr)
        traceback.print_exc()


class Processing:
    """What a client calls on its audio thread."""

    def __init__(self, connection: Connection, cycle: Cycle, thread: AudioThread) -> None:
        self._connection = connection
        self._cycle = cycle
        self._thread = thread
        #: Called with another period before the period is processed.
        self.on_period: Callable[[int], object] | None = None
        self._process: ProcessCallback | None = None
        # ctypes calls these while the library has them.
        self._entries: dict[str, Any] = {}

    def set_process(self, callback: ProcessCallback) -> None:
        """Calls a function in each period from now on."""
        self._process = callback
        self.install()

    def install(self) -> None:
        """Has the process callback called, also if it was called for the last time."""
        if self._process is None:
            return
        self._thread.is_ending = False
        entry = _abi.JackProcess(self._entry_of(self._process))
        self._connection.call(lib.amio_jack_client_set_process, entry, None)
        self._entries["process"] = entry

    def _entry_of(self, callback: ProcessCallback) -> Callable[[Any, int, int], int]:
        cycle, key, thread = self._cycle, self._cycle.key, self._thread

        def process(_user_data: Any, key_of_cycle: int, frames: int) -> int:
            try:
                if get_ident() != thread.ident:
                    thread.begin()
                key.value = key_of_cycle
                if frames != cycle.frames:
                    self._resize(frames)
                callback(frames)
            except CallbackExit:
                thread.is_ending = True
            except BaseException:
                report(callback)
                thread.is_ending = True
            if not thread.is_ending:
                return _GO_ON
            thread.leave()
            return _IS_LAST

        return process

    def _resize(self, frames: int) -> None:
        self._cycle.resize(frames)
        if self.on_period is not None:
            self.on_period(frames)

    def set_sync(self, callback: SyncCallback | None) -> None:
        """Asks a function whether the transport can roll; ``None``: it can."""

        def sync(_user_data: Any, state: int, position: Any) -> int:
            try:
                assert callback is not None
                return bool(callback(state, _copy(position)))
            except BaseException:
                report(callback)
                return False

        entry = _abi.JackSync() if callback is None else _abi.JackSync(sync)
        self._connection.call(lib.amio_jack_client_set_sync, entry, None)
        self._entries["sync"] = entry

    def set_timebase(self, callback: TimebaseCallback, conditional: bool) -> None:
        """Has a function fill positions in."""

        def timebase(_user_data: Any, state: int, frames: int, is_new: int, position: Any) -> None:
            try:
                copy = _copy(position)
                callback(state, frames, copy, bool(is_new))
                ctypes.memmove(position, ctypes.addressof(copy), ctypes.sizeof(copy))
            except BaseException:
                report(callback)

        entry = _abi.JackTimebase(timebase)
        set_timebase = lib.amio_jack_client_set_timebase
        self._connection.call(set_timebase, bool(conditional), entry, None)
        self._entries["timebase"] = entry


def _copy(position: Any) -> Position:
    """A position that stays when the call of the callback has ended."""
    return Position.from_buffer_copy(position.contents)
