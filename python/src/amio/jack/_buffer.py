"""Bytes of the library that a program reads and writes in place."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

_Bytes = np.ndarray[Any, np.dtype[np.uint8]]


class Buffer(_Bytes):
    """Bytes in memory of the library: whatever takes ``bytes`` or an array takes it.

    As in JACK-Client, an item is ``bytes`` of length 1, a slice is ``bytes``, and slices can be
    assigned. It is equal to ``bytes`` of the same content.
    """

    __hash__ = None

    def __getitem__(self, key: Any) -> Any:
        """The byte at an index, or the bytes of a slice without a step."""
        if isinstance(key, slice):
            return self._part(key).tobytes()
        return self.tobytes()[_index(key, len(self))].to_bytes(1, "little")

    def __setitem__(self, key: Any, value: Any) -> None:
        """Sets a byte to bytes of length 1, or a slice to as many bytes."""
        if isinstance(key, slice):
            part = self._part(key)
            new = np.frombuffer(value, np.uint8) if len(value) else np.empty(0, np.uint8)
            if len(new) != len(part):
                raise ValueError(f"{len(part)} bytes are needed, not {len(new)}")
            part[...] = new
            return
        if not isinstance(value, bytes) or len(value) != 1:
            raise TypeError(f"bytes of length 1 are needed, not {value!r}")
        self._plain[_index(key, len(self))] = value[0]

    def __iter__(self) -> Any:
        return (byte.to_bytes(1, "little") for byte in self.tobytes())

    def __eq__(self, other: object) -> bool:
        try:
            return self.tobytes() == bytes(memoryview(other))  # type: ignore[arg-type]
        except TypeError:
            return NotImplemented

    def __ne__(self, other: object) -> bool:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def __repr__(self) -> str:
        return f"<amio.jack.Buffer of {len(self)} bytes>"

    __str__ = __repr__

    @property
    def _plain(self) -> _Bytes:
        return self.view(np.ndarray)

    def _part(self, key: slice) -> _Bytes:
        if key.step not in (None, 1):
            raise TypeError("a slice of a buffer has no step")
        return self._plain[key]


def _index(key: Any, size: int) -> int:
    index = int(key.__index__())
    if not -size <= index < size:
        raise IndexError(f"the buffer has {size} bytes; there is none at {index}")
    return index


def buffer_of(memory: Any, size: int) -> Buffer:
    """A buffer on the first bytes of an object that has memory, which it keeps."""
    if not size:
        return np.empty(0, np.uint8).view(Buffer)
    return np.frombuffer(memory, np.uint8, size).view(Buffer)


def buffer_at(address: int | None, size: int) -> Buffer:
    """A buffer on memory of the library, which must outlive it."""
    if not address:
        size = 0
    return buffer_of((ctypes.c_uint8 * size).from_address(address or 0), size)


def bytes_of(data: Any) -> bytes:
    """What JACK-Client takes for bytes: an object with a buffer, or a sequence of numbers."""
    try:
        return memoryview(data).tobytes()
    except TypeError:
        pass
    if isinstance(data, str):
        raise TypeError("bytes, a buffer or a sequence of numbers is needed, not a str")
    len(data)  # An iterator has none.
    numbers = list(data)
    for number in numbers:
        if isinstance(number, int) and not 0 <= number <= 255:
            raise OverflowError(f"{number} is no byte")
    return bytes(numbers)
