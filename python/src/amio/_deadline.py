"""Waiting on this thread, up to a point in time."""

from __future__ import annotations

import math
import select
import time
from collections.abc import Iterable

from ._arguments import seconds
from ._typing import Number

_LONGEST_POLL_MS = (1 << 31) - 1


def deadline_of(timeout: Number | None) -> float | None:
    """``time.monotonic()`` after so many seconds; ``None``: never."""
    limit = seconds("timeout", timeout)
    return None if limit is None else time.monotonic() + limit


def time_left(deadline: float | None) -> float | None:
    """Seconds until then; ``None``: no end."""
    return None if deadline is None else max(0.0, deadline - time.monotonic())


def wait_readable(descriptors: Iterable[int], deadline: float | None) -> list[int]:
    """Waits until a descriptor is readable. A signal handler may run meanwhile, and raise."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    left = time_left(deadline)
    most = None if left is None else min(math.ceil(1000 * left), _LONGEST_POLL_MS)
    return [descriptor for descriptor, _ in poll.poll(most)]
