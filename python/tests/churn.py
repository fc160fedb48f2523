"""Makes and drops everything that the package has, in random order; test_lifetimes.py runs it.

Usage: python -m tests.churn INTERFACES SEED

Prints a line of JSON at the beginning and after each fifth of the work: resident bytes,
descriptors, threads. At the end, it prints one with the number of arrays that still exist.
"""

from __future__ import annotations

import ctypes
import gc
import json
import random
import sys
import tempfile
import threading
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

import amio
from amio.playspec import PlayspecEntry

RATE = 48_000
PARTS = 5
THREADS = 2
#: This program drops interfaces without closing them, on purpose.
warnings.simplefilter("ignore", ResourceWarning)


class Owner:
    """Keeps references to objects of all kinds, and drops random ones."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.random = random.Random(seed)
        self.folder = folder
        self.kept: list[Any] = []
        self.arrays: list[weakref.ref[Any]] = []

    def clip(self) -> amio.Clip | amio.AudioClip:
        dtype = self.random.choice((np.float32, np.float64, np.int16))
        array = np.ones((self.random.randint(1, 2000), self.random.choice((1, 2))), dtype)
        self.arrays.append(weakref.ref(array))
        if self.random.random() < 0.3 and dtype is not np.int16:
            return amio.AudioClip(array, RATE)
        return amio.Clip(array, RATE, copy=self.random.random() < 0.3)

    def playspec(self) -> amio.Playspec:
        clips = [self.clip() for _ in range(self.random.randint(0, 3))]
        self.kept += clips
        return [
            PlayspecEntry(clip, 0, len(clip), 0, self.random.choice((0, 3000)), 0.5, 0.5)
            for clip in clips
        ]

    def interface(self, number: int) -> None:
        """Makes and uses an interface, which is closed or dropped, now or later."""
        # A timer has a thread, which takes some milliseconds to end.
        timer = number % 20 == 0
        interface = amio.TimerInterface() if timer else amio.OfflineInterface()
        interface.open()
        told: list[bool] = []
        interface.event_callback = self.kept.append if self.random.random() < 0.1 else None
        for _ in range(self.random.randint(0, 3)):
            at = self.random.choice((0, 100, 10_000))
            self.kept.append(interface.schedule(self.playspec(), at, callback=told.append))
        interface.set_transport_rolling(True)
        if self.random.random() < 0.2:
            group = interface.group()
            self.kept += [group, group.schedule(self.playspec(), 0)]
            if self.random.random() < 0.5:
                group.commit()
        if number % 50 == 0:
            take = f"{threading.get_ident()}-{number}.wav"
            self.kept.append(interface.record(self.folder / take))
        if isinstance(interface, amio.OfflineInterface):
            interface.input_chunk_callback = self.kept.append
            interface.advance(self.random.randint(1, 1000))
        if self.random.random() < 0.5:
            interface.shutdown()
        self.kept.append(interface)
        self.drop()

    def drop(self) -> None:
        while len(self.kept) > 30:
            last = self.kept.pop()
            if (index := self.random.randrange(len(self.kept) + 1)) < len(self.kept):
                self.kept[index] = last
        if self.random.random() < 0.02:
            gc.collect(self.random.randint(0, 2))

    def drop_all(self) -> None:
        self.random.shuffle(self.kept)
        while self.kept:
            self.kept.pop()

    def arrays_alive(self) -> int:
        self.arrays = [array for array in self.arrays if array() is not None]
        return len(self.arrays)


def measured() -> dict[str, int]:
    ctypes.CDLL(None).malloc_trim(0)  # memory that the allocator keeps for later is no leak
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {
        "bytes": 1024 * int(status["VmRSS"].split()[0]),
        "threads": int(status["Threads"]),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
    }


def main() -> None:
    interfaces, seed = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        owners = [Owner(seed + thread, Path(folder)) for thread in range(THREADS)]

        def churn(owner: Owner) -> None:
            for number in range(interfaces // PARTS // THREADS):
                owner.interface(number)

        print(json.dumps(measured()))
        for _ in range(PARTS):
            with ThreadPoolExecutor(len(owners)) as threads:
                list(threads.map(churn, owners))
            for owner in owners:
                owner.drop_all()
                owner.arrays_alive()
            gc.collect()
            print(json.dumps(measured()), flush=True)
        # Rendering on another interface frees objects that are still waiting for it.
        with amio.OfflineInterface() as interface:
            interface.schedule([], 0)
            interface.advance(1)
        print(json.dumps({"arrays": sum(owner.arrays_alive() for owner in owners)}))


if __name__ == "__main__":
    main()
