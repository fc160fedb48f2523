"""The cost of playing many clips, on a server that freewheels.

The same program runs with AMIO and with this package, with the same clips: noise that plays all the
time, each clip with its own gains and place. Another client measures the level of the output, which
must be that of the sum of the clips with their gains.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import arrangement
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


def measure(name: str, observer: Path, command: Command, cycles: int, count: int) -> list[Window]:
    """Starts a client, measures several windows, and ends it."""
    with ExitStack() as stack:
        client = stack.enter_context(child(command))
        watch_it = Command((observer, "watch", "subject", str(client.process.pid)))
        watcher = stack.enter_context(child(watch_it))
        windows = []
        for number in range(count):
            if number > 0 and name != EMPTY:
                client.ask("again")
            windows.append(watch(watcher, "freewheel", cycles))
        return windows


def expected_rms(clips: int) -> tuple[float, float]:
    """The expected RMS, left and right: the squares of independent noise add up."""
    gains = [arrangement.gains(number, clips) for number in range(clips)]
    noise = arrangement.AMPLITUDE / math.sqrt(3)
    left, right = (noise * math.hypot(*side) for side in zip(*gains, strict=True))
    return left, right


def check_heard(name: str, windows: Sequence[Window], expected: tuple[float, float]) -> None:
    """Raises an error if a client did not play at the expected level."""
    for window in windows:
        for heard, wanted in zip(window.heard, expected, strict=True):
            if not math.isclose(heard, wanted, rel_tol=0.02, abs_tol=1e-9):
                raise Missing(f"{name} sounds at {window.heard} RMS, not at {expected}")


def compare(
    observer: Path, clips: int, channels: int, cycles: int, windows: int, rounds: int
) -> float:
    """Prints the table for clips of so many channels; returns the ratio that has a budget."""
    # Some cycles more than are measured, since a few pass before and in real time.
    seconds = 1.2 * cycles * PERIOD / FRAME_RATE + 3
    programs = commands(observer, "subject.py", clips, channels, seconds)
    measured: dict[str, list[Window]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, command in programs.items():
            measured[name] += measure(name, observer, command, cycles, windows)
    for name in programs:
        check_heard(name, measured[name], (0.0, 0.0) if name == EMPTY else expected_rms(clips))

    kind = {1: "mono", 2: "stereo"}[channels]
    print(f"\n{clips} {kind} clips, microseconds per cycle of {PERIOD} frames (above empty):")
    ratios = print_table(
        measured,
        {
            "client": lambda window: window.client_ns / window.cycles / 1000,
            "audio thread": lambda window: window.audio_ns / window.cycles / 1000,
            "whole cycle": lambda window: window.wall_ns / window.cycles / 1000,
        },
    )
    return ratios["client"]
