"""The interface that runs in real time without a device."""

from __future__ import annotations

from . import _abi
from .engine import EngineInterface


class TimerInterface(EngineInterface):
    """Paced like a device by a timer: silence in, output discarded."""

    _driver = _abi.DRIVER_NULL
