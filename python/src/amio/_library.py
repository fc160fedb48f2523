"""The library itself: found, loaded, checked, and called so that failures are exceptions.

Every call through :data:`lib` releases the interpreter's lock while it runs.
"""

from __future__ import annotations

import atexit
import ctypes
import difflib
import functools
import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, SupportsIndex, TypeVar

from . import _abi
from .errors import ClosedError, UnsupportedError, error_of

_Sized = TypeVar("_Sized", bound=ctypes.Structure)


lib: Any = None


def _load() -> None:
    global lib
    path = os.environ.get("AMIO_LIBRARY") or str(Path(__file__).with_name("libamio.so"))
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"the amio library cannot be loaded: {error}; install the package again "
            "(pip install ./python builds the library), or set AMIO_LIBRARY to a libamio.so"
        ) from error
    for name, (result, arguments) in _abi.SIGNATURES.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(f"{path} is older than this package: it has no {name}") from None
        function.restype, function.argtypes = result, arguments
        if result is ctypes.c_int32:
            function.errcheck = _check
    lib = library  # which tells what is wrong with itself, too
    try:
        library.amio_version_check(_abi.VERSION_MAJOR, _abi.VERSION_MINOR, _abi.VERSION_PATCH)
    except UnsupportedError as error:
        raise ImportError(f"{path}: {error}") from error


def _check(status: int, _function: object, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    if status != _abi.OK:
        for argument in arguments:
            if isinstance(argument, Handle):
                argument.must_be_ours()
        if _exiting.is_set() and threading.current_thread().daemon:
            # Its objects are given back already. It stops here, as Python soon stops such threads
            # wherever they are, rather than fail.
            threading.Event().wait()
        raise error_of(status, lib.amio_last_error_message().decode())
    return arguments


#: Set when the interpreter ends, before the remaining objects are freed.
_exiting = threading.Event()


def realtime(name: str, *arguments: Any) -> Any:
    """A function of the library that returns at once, and returns its status.

    Unlike those of :data:`lib`, it keeps the interpreter's lock while it runs, which another thread
    might otherwise take from an audio thread. Without the types of its arguments, it takes objects
    of ctypes only, which need no conversion.
    """
    function: Any = ctypes.PyDLL(lib._name, handle=lib._handle)[name]
    function.restype = ctypes.c_int32
    if arguments:
        function.argtypes = arguments
    return function


def sized(kind: type[_Sized]) -> _Sized:
    """A structure of the library with only its size set."""
    return kind(struct_size=ctypes.sizeof(kind))


@functools.cache
def _tell_of_exit() -> None:
    """Called once a finalizer is registered, since the last one registered is called first."""
    atexit.register(_exiting.set)


#: How many forks lie between this process and the one that loaded the library.
_forks = 0


def _count_fork() -> None:
    global _forks
    _forks += 1


os.register_at_fork(after_in_child=_count_fork)


class Handle:
    """Owns one object of the library, and gives it back when it is closed, dropped, or at exit.

    It can be passed to the functions of :data:`lib` as it is. In a process that was forked later,
    where the threads that serve the object do not run, it is never given back, and what it is
    passed to raises :class:`ClosedError`.

    Arguments:
        value: the object.
        free: how it is given back.
        at_exit: whether it is given back at exit; not what another object uses until that is.
    """

    def __init__(
        self,
        value: ctypes.c_void_p,
        free: Callable[[ctypes.c_void_p], object],
        *,
        at_exit: bool = True,
    ) -> None:
        #: What ctypes passes in place of this object. A plain attribute: whatever a signal handler
        #: raises in the middle of a conversion would reach the caller as an error of ctypes.
        self._as_parameter_ = value
        self._forks = _forks
        self._finalizer = weakref.finalize(self, _free_ours, free, value, _forks)
        self._finalizer.atexit = at_exit
        _tell_of_exit()

    @property
    def is_ours(self) -> bool:
        """Whether it was made in this process."""
        return self._forks == _forks

    def must_be_ours(self) -> None:
        """Raises an error if it was made in another process."""
        if not self.is_ours:
            raise ClosedError(
                "what is used here was made before fork(); make one in a process that is spawned"
            )

    def close(self) -> None:
        """Frees the object. Does nothing if it is freed."""
        self._finalizer()

    @property
    def closed(self) -> bool:
        """Whether it was freed, or belongs to another process."""
        return not (self._finalizer.alive and self.is_ours)


def _free_ours(
    free: Callable[[ctypes.c_void_p], object], value: ctypes.c_void_p, forks: int
) -> None:
    if forks == _forks:
        free(value)


class Unique:
    """Base of what owns, or belongs to, an object of the library: there is one, in one process."""

    # Type checkers know which there are; with this they would take any.
    if not TYPE_CHECKING:

        def __setattr__(self, name: str, value: object) -> None:
            if not name.startswith("_") and type(self).__module__.startswith(__package__ + "."):
                known = [name for name in dir(type(self)) if not name.startswith("_")]
                if name not in known:
                    close = difflib.get_close_matches(name, known, 1)
                    hint = f"; did you mean {close[0]!r}?" if close else ""
                    raise AttributeError(f"{type(self).__name__} has no attribute {name!r}{hint}")
            super().__setattr__(name, value)

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} objects cannot be pickled, nor copied in that way: each stands"
            " for an object of the library in this process"
        )


_load()
