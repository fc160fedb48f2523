"""Names for annotations: of newer Pythons, so that annotations can be evaluated, and of numpy."""

import sys
from typing import Any, Protocol, TypeAlias

import numpy as np

if sys.version_info >= (3, 11):
    from typing import Self, Unpack
else:
    from typing_extensions import Self, Unpack

#: A number that is given. Those of numpy are, to type checkers, neither ``float`` nor ``int``.
Number: TypeAlias = float | np.floating[Any] | np.integer[Any]


class Audio(Protocol):
    """A Clip or an AudioClip."""

    @property
    def channels(self) -> int: ...

    @property
    def frame_rate(self) -> float: ...

    def __len__(self) -> int: ...


__all__ = ["Audio", "Number", "Self", "Unpack"]
