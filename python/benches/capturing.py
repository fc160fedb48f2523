"""The cost of passing captured input to a callback, in real time.

The same program runs with AMIO and with this package. Its callback counts frames, and must get all
frames that were captured.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from clients import (
    EMPTY,
    FRAME_RATE,
    PERIOD,
    Command,
    Missing,
    Window,
    child,
    commands,
    print_table,
    watch,
)

UNFETCHED = 0.3
"""How many seconds of input may not have reached the callback when its count is read."""


def measure(name: str, observer: Path, command: Command, cycles: int, count: int) -> list[Window]:
    """Starts a client, measures several windows, and ends it."""
    with ExitStack() as stack:
        client = stack.enter_context(child(command))
        watch_it = Command((observer, "watch", "subject", str(client.process.pid)))
        watcher = stack.enter_context(child(watch_it))
        watch(watcher, "live", round(0.5 * FRAME_RATE / PERIOD))  # until it is in a steady state
        windows = []
        for _ in range(count):
            before = 0 if name == EMPTY else int(client.ask("frames"))
            windows.append(watch(watcher, "live", cycles))
            if name == EMPTY:
                continue
            frames, passed = int(client.ask("frames")) - before, windows[-1].cycles * PERIOD
            if abs(frames - passed) > UNFETCHED * FRAME_RATE:
                raise Missing(f"the callback of {name} got {frames} of {passed} frames")
        return windows


def compare(observer: Path, cycles: int, windows: int, rounds: int) -> float:
    """Prints the table; returns the ratio that has a budget."""
    programs = commands(observer, "listener.py")
    measured: dict[str, list[Window]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, command in programs.items():
            measured[name] += measure(name, observer, command, cycles, windows)
    print(f"\na callback for input, periods of {PERIOD} frames, in a second (above empty):")
    ratios = print_table(
        measured,
        {
            "ms of processor": lambda window: window.client_ns / window.wall_ns * 1000,
            "turns of threads": lambda window: window.turns / window.wall_ns * 1e9,
        },
    )
    return ratios["ms of processor"]
