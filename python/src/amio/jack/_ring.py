"""A ring of bytes between two threads."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

from .. import _abi
from .._arguments import whole
from .._library import Handle, Unique, lib, realtime
from ..errors import AmioError
from ._buffer import Buffer, buffer_at, buffer_of, bytes_of
from ._errors import JackError, checked
from ._numbers import unsigned

#: Of a size.
_BITS = 8 * ctypes.sizeof(ctypes.c_size_t)

_COPIES = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p)
_write = realtime("amio_ring_write", *_COPIES)
_read = realtime("amio_ring_read", *_COPIES)
_peek = realtime("amio_ring_peek", *_COPIES)
_write_space = realtime("amio_ring_write_space")
_read_space = realtime("amio_ring_read_space")


class RingBuffer(Unique):
    """Bytes on their way from one thread to another, without locks.

    One thread writes and one reads; either may be a process callback.

    Arguments:
        size: in bytes; rounded up to a power of two, one less than which can be in it.

    Raises:
        JackError: there is not enough memory.
    """

    # As in JACK-Client, a program may set attributes of its own.
    if not TYPE_CHECKING:
        __setattr__ = object.__setattr__

    def __init__(self, size: int) -> None:
        given = unsigned("size", size, _BITS)
        self._allocated = self._size = max(2, 1 << (given - 1).bit_length())
        self._is_locked = False
        self._ring = self._new(self._size)

    @staticmethod
    def _new(size: int) -> Handle:
        value = ctypes.c_void_p()
        try:
            lib.amio_ring_new(size - 1, ctypes.byref(value))
        except AmioError as error:
            raise JackError(f"a ring of {size} bytes cannot be made: {error}") from error
        return Handle(value, lib.amio_ring_free)

    @property
    def size(self) -> int:
        """The size in bytes: one more than can be in it."""
        return self._size

    @property
    def write_space(self) -> int:
        """How many bytes can be written."""
        return self._number(_write_space)

    @property
    def read_space(self) -> int:
        """How many bytes can be read."""
        return self._number(_read_space)

    def _number(self, function: Any) -> int:
        number = ctypes.c_size_t()
        function(self._ring, ctypes.byref(number))
        return number.value

    def write(self, data: Any) -> int:
        """Writes bytes, a buffer or a sequence of numbers.

        Returns:
            How many bytes there was space for.
        """
        content, written = bytes_of(data), ctypes.c_size_t()
        _write(self._ring, content, len(content), ctypes.byref(written))
        return written.value

    def read(self, size: int) -> Buffer:
        """Reads up to so many bytes, which are copied."""
        return self._copy(_read, size)

    def peek(self, size: int) -> Buffer:
        """As :meth:`read`, but leaves them in the ring."""
        return self._copy(_peek, size)

    def _copy(self, function: Any, size: int) -> Buffer:
        most = whole("size", size)
        if most < 0:
            raise ValueError(f"size is {most}; it must not be negative")
        room, count = ctypes.create_string_buffer(min(most, self._size)), ctypes.c_size_t()
        function(self._ring, room, len(room), ctypes.byref(count))
        return buffer_of(room, count.value)

    @property
    def write_buffers(self) -> tuple[Buffer, Buffer]:
        """The free memory, in up to two parts; :meth:`write_advance` hands over what was written.

        They lose their meaning with a later call that writes, or resets the ring.
        """
        return self._spans(lib.amio_ring_write_spans)

    @property
    def read_buffers(self) -> tuple[Buffer, Buffer]:
        """The bytes to be read, in up to two parts; :meth:`read_advance` frees them.

        They lose their meaning with a later call that reads, or resets the ring.
        """
        return self._spans(lib.amio_ring_read_spans)

    def _spans(self, function: Any) -> tuple[Buffer, Buffer]:
        spans = _abi.RingSpans()
        function(self._ring, ctypes.byref(spans))
        return (
            buffer_at(spans.first, spans.first_bytes, self._ring),
            buffer_at(spans.second, spans.second_bytes, self._ring),
        )

    def write_advance(self, size: int) -> None:
        """Hands over bytes that were written to :attr:`write_buffers`."""
        checked(lib.amio_ring_write_advance, self._ring, unsigned("size", size, _BITS))

    def read_advance(self, size: int) -> None:
        """Drops bytes that were read from :attr:`read_buffers` or by :meth:`peek`."""
        checked(lib.amio_ring_read_advance, self._ring, unsigned("size", size, _BITS))

    def mlock(self) -> None:
        """Keeps the memory from being swapped out.

        Raises:
            JackErrorCode: the system refuses it.
        """
        checked(lib.amio_ring_lock_memory, self._ring)
        self._is_locked = True

    def reset(self, size: int | None = None) -> None:
        """Empties the ring. No other thread may use it meanwhile.

        Arguments:
            size: another size in bytes, at most the one that was allocated.
        """
        if size is None:
            checked(lib.amio_ring_reset, self._ring)
            return
        given = unsigned("size", size, _BITS)
        if not 2 <= given <= self._allocated:
            raise ValueError(f"size is {given}; it must be 2 to {self._allocated}")
        # The one before lives while buffers of it are used.
        self._size, self._ring = given, self._new(given)
        if self._is_locked:
            self.mlock()
