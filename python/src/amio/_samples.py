"""Arrays of samples: the types that the library takes, and how an array is made read-only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _abi

#: The most channels that a clip has.
MOST_CHANNELS = 64

SAMPLE_FORMATS: dict[Any, int] = {
    np.dtype(np.float32): _abi.SAMPLE_F32,
    np.dtype(np.float64): _abi.SAMPLE_F64,
    np.dtype(np.int16): _abi.SAMPLE_I16,
    np.dtype(np.int32): _abi.SAMPLE_I32,
}


def checked(what: str, given: object) -> NDArray[Any]:
    """Samples of a type that the library takes, in the machine's byte order."""
    if not isinstance(given, np.ndarray):
        raise TypeError(f"{what} is a {type(given).__name__}; it must be a numpy array")
    if isinstance(given, np.ma.MaskedArray):
        raise TypeError(f"{what} is a masked array; fill what is masked first: array.filled(0)")
    native = given.dtype.newbyteorder("=")
    if native not in SAMPLE_FORMATS:
        raise TypeError(
            f"{what} has dtype {given.dtype}; it must be float32, float64, int16 or int32"
        )
    return given.astype(native, copy=False)


def as_float32(what: str, given: object) -> NDArray[np.float32]:
    """Samples as the library has them: full scale, that of integers too, is -1.0 to 1.0."""
    samples = checked(what, given)
    if samples.dtype.kind == "i":
        samples = samples / -float(np.iinfo(samples.dtype).min)
    return np.ascontiguousarray(samples, np.float32)


def can_be_frozen(array: NDArray[Any]) -> bool:
    """Whether all that holds its memory is either a numpy array, or bytes.

    What something else holds, such as a ``bytearray`` or a file that is mapped, may change through
    that whatever numpy says.
    """
    return all(isinstance(holder, (np.ndarray, bytes)) for holder in _holders(array))


def freeze(array: NDArray[Any]) -> None:
    """Makes an array read-only, with the arrays that it is a view of."""
    for part in _arrays(array):
        part.flags.writeable = False


def _arrays(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    return (holder for holder in _holders(array) if isinstance(holder, np.ndarray))


def _holders(array: NDArray[Any]) -> Iterator[object]:
    """The array, its base, the base of that, up to the owner of the memory."""
    holder: object = array
    while holder is not None:
        yield holder
        if isinstance(holder, np.ndarray):
            # Of an array that neither owns its memory nor tells who does, nobody knows.
            holder = holder.base if holder.base is not None or holder.flags.owndata else object()
        else:
            holder = None
        while isinstance(holder, memoryview):
            holder = holder.obj
