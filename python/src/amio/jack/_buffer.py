"""Bytes of the library that a program reads and writes in place."""

from __future__ import annotations

import ctypes
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

_Bytes = np.ndarray[Any, np.dtype[np.uint8]]


class Buffer(_Bytes):
    """Bytes in memory of the library: whatever takes ``bytes`` or an array takes it.

    As in JACK-Client, an item is ``bytes`` of length 1, a slice is ``bytes``, and slices can be
    assigned. It is compared with bytes, and it is true if it is not empty.
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

    def __eq__(self, other: object) -> Any:
        return self._compared(operator.eq, other)

    def __ne__(self, other: object) -> Any:
        return self._compared(operator.ne, other)

    def __lt__(self, other: Any) -> Any:
        return self._compared(operator.lt, other)

    def __le__(self, other: Any) -> Any:
        return self._compared(operator.le, other)

    def __gt__(self, other: Any) -> Any:
        return self._compared(operator.gt, other)

    def __ge__(self, other: Any) -> Any:
        return self._compared(operator.ge, other)

    def __bool__(self) -> bool:
        return len(self) > 0

    def __contains__(self, item: object) -> bool:
        return any(byte == item for byte in self)

    def _no_operation(self, _other: Any) -> Any:
        return NotImplemented

    # Not those of arrays: bytes can be added to other bytes.
    __add__ = __radd__ = __iadd__ = _no_operation
    __mul__ = __rmul__ = __imul__ = __mod__ = __rmod__ = __imod__ = _no_operation

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [given._plain if isinstance(given, Buffer) else given for given in inputs]
        return getattr(ufunc, method)(*plain, **options)

    def __repr__(self) -> str:
        return f"<amio.jack.Buffer of {len(self)} bytes>"

    __str__ = __repr__

    def _compared(self, how: Callable[[bytes, bytes], bool], other: Any) -> Any:
        try:
            return how(self.tobytes(), bytes(memoryview(other)))
        except TypeError:
            return NotImplemented

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


def buffer_at(address: int | None, size: int, owner: object = None) -> Buffer:
    """A buffer on memory of the library, which must outlive it, or which an owner keeps."""
    if not address:
        size = 0
    memory: Any = (ctypes.c_uint8 * size).from_address(address or 0)
    if owner is not None:
        memory.owner = owner
    return buffer_of(memory, size)


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
