"""What Python keeps of a client's audio thread."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any

#: For how long the last period of a client is waited for, in seconds.
_PATIENCE = 0.25

_PYGILSTATE_LOCKED = 0

_audio_threads: set[int] = set()


def is_audio_thread() -> bool:
    """Whether this thread calls process, sync or timebase callbacks: the server waits for it."""
    return get_ident() in _audio_threads


def off_audio_threads(
    free: Callable[[ctypes.c_void_p], object],
) -> Callable[[ctypes.c_void_p], None]:
    """How to free an object of the library that waits for a period.

    The garbage collector may do it on an audio thread. Then another thread does it.
    """

    def freed(value: ctypes.c_void_p) -> None:
        if is_audio_thread():
            threading.Thread(target=free, args=(value,), name="amio.jack").start()
        else:
            free(value)

    return freed


class AudioThread:
    """Keeps Python's state of the audio thread from the first call on that thread to the last.

    Without it, ctypes would make another state for each call.

    It does not keep the client alive. It lives until the library has freed the client.

    Attributes:
        entries: what ctypes calls, for each kind of callback.
        ident: the thread that has such a state; ``None``: there is none.
        is_ending: whether the next call is to be the last one.
    """

    def __init__(self) -> None:
        self.entries: dict[str, Any] = {}
        self.ident: int | None = None
        self.is_ending = False
        self._ended = threading.Event()

    def begin(self) -> None:
        """Called on the audio thread, in its first call."""
        ctypes.pythonapi.PyGILState_Ensure()
        self.ident = get_ident()
        _audio_threads.add(self.ident)

    def leave(self) -> None:
        """Called on the audio thread, in its last call: the state goes with the end of the call."""
        if self.ident is not None:
            _audio_threads.discard(self.ident)
            self.ident = None
            ctypes.pythonapi.PyGILState_Release(_PYGILSTATE_LOCKED)
        self._ended.set()

    @contextmanager
    def single_call(self) -> Iterator[None]:
        """Marks the thread of a call that does not keep Python's state."""
        ident = get_ident()
        is_known = ident in _audio_threads
        _audio_threads.add(ident)
        try:
            yield
        finally:
            if not is_known:
                _audio_threads.discard(ident)

    def end(self) -> None:
        """Waits for the last call, if there are calls."""
        if self.ident is not None and not is_audio_thread():
            self._ended.clear()
            self.is_ending = True
            self._ended.wait(_PATIENCE)
