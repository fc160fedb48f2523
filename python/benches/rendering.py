"""Renders a million frames offline, with the package and with calls of the C functions alone.

Usage: python benches/rendering.py

The package's time includes everything from making the playspec to the finished array.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable

import numpy as np

import amio
from amio import _abi
from amio._library import lib, sized

FRAMES = 1_000_000
ENTRIES = 30
ROUNDS = 7
CLIP = amio.Clip(np.random.default_rng(1).uniform(-0.1, 0.1, (48_000, 2)).astype("f4"), 48_000)


def through_the_package() -> float:
    """How many seconds the package takes."""
    begun = time.perf_counter()
    with amio.OfflineInterface() as interface:
        spec = [amio.Entry(CLIP, at, every=48_000) for at in range(ENTRIES)]
        interface.schedule(spec, 0)
        interface.rolling = True
        interface.render(FRAMES)
        return time.perf_counter() - begun


def through_the_library() -> float:
    """How many seconds the same takes with calls of the C functions alone."""
    output = np.empty((FRAMES, 2), np.float32)
    begun = time.perf_counter()
    interface, playspec = ctypes.c_void_p(), ctypes.c_void_p()
    number = ctypes.c_uint64()
    config = sized(_abi.InterfaceConfig)
    config.driver = _abi.DRIVER_OFFLINE
    lib.amio_interface_new(ctypes.byref(config), ctypes.byref(interface))
    lib.amio_interface_start(interface)
    lib.amio_playspec_new(ctypes.byref(playspec))
    entry = _abi.PlayspecEntry()
    for at in range(ENTRIES):
        lib.amio_playspec_entry_init(ctypes.byref(entry), ctypes.sizeof(entry), CLIP._handle)
        entry.play_at_frame = at
        entry.repeat_interval_frames, entry.repeat_interval_denominator = 48_000, 1
        lib.amio_playspec_add(playspec, ctypes.byref(entry), ctypes.byref(number))
    lib.amio_interface_schedule(interface, playspec, 0, 0, _abi.LATE_SLIP, 0, ctypes.byref(number))
    lib.amio_interface_set_rolling(interface, 1)
    lib.amio_interface_advance(interface, FRAMES, None, output.ctypes.data)
    lib.amio_playspec_free(playspec)
    lib.amio_interface_free(interface)
    return time.perf_counter() - begun


def best(measure: Callable[[], float]) -> float:
    """The shortest of several rounds, in milliseconds."""
    return 1000 * min(measure() for _ in range(ROUNDS))


if __name__ == "__main__":
    package, library = best(through_the_package), best(through_the_library)
    print(f"{FRAMES} frames, {ENTRIES} entries: {package:.1f} ms through the package,")
    print(f"{library:.1f} ms through the library: {package / library:.3f} of it (budget: 1.1)")
