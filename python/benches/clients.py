"""The programs that are measured, their figures, and the table."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
PERIOD = 128
FRAME_RATE = 48_000
EMPTY, PEER, OURS = "empty client", "AMIO 0.1.1", "amio"


class Missing(Exception):
    """A requirement of the benchmark is missing, or a program has not done its work."""


@dataclass(frozen=True)
class Command:
    """How a program is run."""

    words: tuple[str | Path, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


class Child:
    """A program that answers each line with a line, and ends at the end of its input."""

    def __init__(self, command: Command) -> None:
        words = [str(word) for word in command.words]
        self.name = " ".join(words)
        self.process = subprocess.Popen(
            words,
            env=os.environ | command.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.expect_ready()

    def ask(self, line: str) -> str:
        """Its answer."""
        assert self.process.stdin is not None
        print(line, file=self.process.stdin, flush=True)
        return self.answer()

    def answer(self) -> str:
        """The next line."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise Missing(f"{self.name} ended (code {self.process.wait()})")
        return line.rstrip("\n")

    def expect_ready(self) -> None:
        """Waits until it is."""
        if (line := self.answer()) != "ready":
            raise Missing(f"{self.name} said {line!r}, not 'ready'")

    def end(self) -> None:
        """Ends it, by force if it does not end by itself."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def child(command: Command) -> Iterator[Child]:
    """A program while the context lasts."""
    started = Child(command)
    try:
        yield started
    finally:
        started.end()


def commands(observer: Path, program: str, *arguments: object) -> dict[str, Command]:
    """The commands of the empty client, and of a program of this folder with each package."""
    words: tuple[str | Path, ...] = (sys.executable, HERE / program, "subject")
    words += tuple(map(str, arguments))
    return {
        EMPTY: Command((observer, "empty", "subject")),
        PEER: Command(words),
        OURS: Command(words, this_package()),
    }


@dataclass(frozen=True)
class Window:
    """The figures of one stretch of cycles."""

    cycles: int
    """The number of cycles."""
    wall_ns: int
    """How long they took."""
    client_ns: int
    """How long the client's threads ran."""
    audio_ns: int
    """How long its audio thread ran, which is included."""
    turns: int
    """How often its threads were scheduled."""
    heard: tuple[float, float]
    """The RMS of its output, left and right."""


def watch(observer: Child, how: str, cycles: int) -> Window:
    """Measures some cycles: in real time (``live``) or as fast as possible (``freewheel``)."""
    count, *ints, left, right = observer.ask(f"{how} {cycles}").split()
    wall_ns, client_ns, audio_ns, turns = map(int, ints)
    heard = float(left), float(right)
    return Window(int(count), wall_ns, client_ns, audio_ns, turns, heard)


def print_table(
    windows: Mapping[str, Sequence[Window]], figures: Mapping[str, Callable[[Window], float]]
) -> dict[str, float]:
    """Prints the medians of each client, and their excess over the empty one's.

    Returns this package's excess divided by AMIO's.
    """
    print(f"{'':14}" + "".join(f"{figure:>20}" for figure in figures))
    medians = {
        (name, title): statistics.median(map(figure, measured))
        for name, measured in windows.items()
        for title, figure in figures.items()
    }
    above = {
        (name, title): value - medians[EMPTY, title] for (name, title), value in medians.items()
    }
    for name in windows:
        columns = (f"{medians[name, f]:.2f} ({above[name, f]:.2f})" for f in figures)
        print(f"{name:14}" + "".join(f"{column:>20}" for column in columns))
    ratios = {figure: above[OURS, figure] / above[PEER, figure] for figure in figures}
    print(f"{'ratio':14}" + "".join(f"{ratio:20.3f}" for ratio in ratios.values()), flush=True)
    return ratios


def this_package() -> dict[str, str]:
    """The environment in which an interpreter imports the checkout's package."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    library = os.environ.get("AMIO_LIBRARY", str(target / "release" / "libamio.so"))
    if not Path(library).is_file():
        raise Missing(f"{library} is not there; run `make build`, or set AMIO_LIBRARY")
    return {"PYTHONPATH": str(REPOSITORY / "python" / "src"), "AMIO_LIBRARY": library}


def build_observer(folder: Path) -> Path:
    """Compiles the clients that are written in C."""
    program = folder / "observer"
    source = HERE / "observer.c"
    command: list[str | Path] = [
        "cc",
        "-O2",
        "-std=c11",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-o",
        program,
        source,
    ]
    if subprocess.run([*command, "-ljack", "-lm"], check=False).returncode != 0:
        raise Missing(f"{source} was not compiled; scripts/setup bench installs what it needs")
    return program
