"""Python on the audio thread: process, sync and timebase callbacks.

Thread: the server waits for these functions in each period, and they wait for the interpreter's
lock. So what runs in each period makes no objects that can be made before.
"""

from __future__ import annotations

import ctypes
import sys
import traceback
import weakref
from collections.abc import Callable
from threading import get_ident
from typing import Any

from .. import _abi
from .._library import lib
from ._audio_thread import AudioThread
from ._connection import Connection
from ._cycle import Cycle
from ._errors import CallbackExit, JackError
from ._position import Position

ProcessCallback = Callable[[int], object]
SyncCallback = Callable[[int, Position], object]
TimebaseCallback = Callable[[int, int, Position, bool], object]

#: What a process callback returns to the library.
_GO_ON, _IS_LAST, _HAS_FAILED = 0, 1, -1


def report(callback: object) -> None:
    """Prints the exception that a callback has just raised."""
    if sys.stderr is not None:
        print(f"Exception ignored in the JACK callback {callback!r}:", file=sys.stderr)
        traceback.print_exc()


class Processing:
    """What a client calls on its audio thread.

    The library calls functions that do not keep it alive. So a client that only its own callbacks
    refer to is closed.
    """

    def __init__(self, connection: Connection, cycle: Cycle, thread: AudioThread) -> None:
        self._connection = connection
        self._cycle = cycle
        self._thread = thread
        #: Called with another period before the period is processed.
        self.on_period: Callable[[int], object] | None = None
        self._process: ProcessCallback | None = None
        self._sync: SyncCallback | None = None
        self._timebase: TimebaseCallback | None = None

    def set_process(self, callback: ProcessCallback) -> None:
        """Calls a function in each period from now on."""
        self._process = callback
        self.install()

    def install(self) -> None:
        """Has the process callback called, also if it was called for the last time."""
        if self._process is None:
            return
        self._thread.is_ending = False
        entry = _abi.JackProcess(_process_entry(self))
        self._set("process", lib.amio_jack_client_set_process, entry)

    def end(self) -> None:
        """The period that runs is the last one for the process callback."""
        self._process = None
        self._thread.is_ending = True

    def set_sync(self, callback: SyncCallback | None) -> None:
        """Asks a function whether the transport can roll; ``None``: it can."""
        self._sync = callback
        entry = _abi.JackSync(_sync_entry(self)) if callback else _abi.JackSync()
        self._set("sync", lib.amio_jack_client_set_sync, entry)

    def set_timebase(self, callback: TimebaseCallback, conditional: bool) -> None:
        """Has a function fill positions in."""
        before, self._timebase = self._timebase, callback
        entry = _abi.JackTimebase(_timebase_entry(self))
        try:
            self._set("timebase", lib.amio_jack_client_set_timebase, bool(conditional), entry)
        except JackError:
            self._timebase = before
            raise

    def _set(self, kind: str, function: Any, *arguments: Any) -> None:
        self._connection.call(function, *arguments, None)
        # The one before is not called any more.
        self._thread.entries[kind] = arguments[-1]

    def _resize(self, frames: int) -> None:
        self._cycle.resize(frames)
        if self.on_period is not None:
            self.on_period(frames)


def _process_entry(processing: Processing) -> Callable[[Any, int, int], int]:
    reference = weakref.ref(processing)
    cycle, thread = processing._cycle, processing._thread
    key = cycle.key

    def process(_user_data: Any, key_of_cycle: int, frames: int) -> int:
        this = reference()
        callback = None if this is None else this._process
        verdict = _IS_LAST
        try:
            if get_ident() != thread.ident:
                thread.begin()
            if this is None or callback is None:
                raise CallbackExit
            key.value = key_of_cycle
            if frames != cycle.frames:
                this._resize(frames)
            callback(frames)
        except CallbackExit:
            thread.is_ending = True
        except BaseException:
            report(callback)
            thread.is_ending = True
            verdict = _HAS_FAILED
        if not thread.is_ending:
            return _GO_ON
        thread.leave()
        return verdict

    return process


def _sync_entry(processing: Processing) -> Callable[[Any, int, Any], int]:
    reference, thread = weakref.ref(processing), processing._thread

    def sync(_user_data: Any, state: int, position: Any) -> int:
        this = reference()
        callback = None if this is None else this._sync
        if callback is None:
            return True
        try:
            with thread.single_call():
                return bool(callback(state, _copy(position)))
        except BaseException:
            report(callback)
            return False

    return sync


def _timebase_entry(processing: Processing) -> Callable[[Any, int, int, int, Any], None]:
    reference, thread = weakref.ref(processing), processing._thread

    def timebase(_user_data: Any, state: int, frames: int, is_new: int, position: Any) -> None:
        this = reference()
        callback = None if this is None else this._timebase
        if callback is None:
            return
        try:
            copy = _copy(position)
            with thread.single_call():
                callback(state, frames, copy, bool(is_new))
            ctypes.memmove(position, ctypes.addressof(copy), ctypes.sizeof(copy))
        except BaseException:
            report(callback)

    return timebase


def _copy(position: Any) -> Position:
    """A position that stays when the call of the callback has ended."""
    return Position.from_buffer_copy(position.contents)
