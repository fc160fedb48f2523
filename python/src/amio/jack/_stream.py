"""What comes from the library one after the other: for threads, event loops and ``select``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from .._deadline import deadline_of, time_left
from .._library import Handle, Unique
from .._typing import Number, Self
from .._watch import descriptor_of
from ..errors import InvalidStateError, TimedOutError
from ._errors import JackError
from ._waiting import Waiting

_Item = TypeVar("_Item")


class Scoped:
    """What is closed at the end of a ``with`` statement."""

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class Stream(Unique, Scoped, Generic[_Item]):
    """Items of an object of the library, whose descriptor is readable while one waits.

    Args:
        what: a name of the items.
        handle: the object.
        descriptor: the library's function that gives its descriptor.
    """

    def __init__(self, what: str, handle: Handle, descriptor: Any) -> None:
        self._what = what
        self._handle = handle
        self._descriptor = descriptor_of(descriptor, handle)
        self._waiting = Waiting(what, handle, self._descriptor)

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._waiting.is_ended or self._handle.closed

    def fileno(self) -> int:
        """A descriptor that is readable while there is something to read, for ``select``.

        Raises:
            JackError: this is closed.
        """
        if self.closed:
            raise JackError(f"the {self._what} are closed, and have no descriptor")
        return self._descriptor

    def _fetch(self) -> _Item | None:
        """The oldest item; ``None``: there is none."""
        raise NotImplementedError

    def _next(self, timeout: Number | None) -> _Item | None:
        """Waits for the next item; ``None``: this is closed.

        Raises:
            TimedOutError: none came within so many seconds.
        """
        deadline = deadline_of(timeout)
        while not self.closed:
            if (item := self._fetch()) is not None:
                return item
            if time_left(deadline) == 0:
                raise TimedOutError(f"no {self._what} came within {timeout} s")
            self._waiting.wait_here(deadline)
        return None

    def _is_over(self, error: JackError) -> bool:
        """Whether it was raised because no more items come."""
        return self.closed or isinstance(error.__cause__, InvalidStateError)

    def __iter__(self) -> Iterator[_Item]:
        while True:
            try:
                item = self._next(None)
            except JackError as error:
                if self._is_over(error):
                    return
                raise
            if item is None:
                return
            yield item

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> _Item:
        while not self.closed:
            try:
                item = self._fetch()
            except JackError as error:
                if self._is_over(error):
                    break
                raise
            if item is not None:
                return item
            await self._waiting.wait()
        raise StopAsyncIteration

    def close(self) -> None:
        """Ends it: those who wait for something get nothing. Any thread may call it."""
        self._waiting.end()
