"""Processor time of playing clips on JACK, beside AMIO 0.1.1 in the same run.

A private jackd (dummy device, periods of 128 frames) freewheels, so that cycles follow each other
without a pause; the server and its clients share one core. In turns, several rounds of it, the
client is an empty one, AMIO and this package, both by the same program with the same clips, stereo
and then mono: noise that sounds all the time, each clip with gains and a place of its own. Another
client listens: what it heard has to have the level that the clips and their gains add up to.

Each figure is a median in microseconds per cycle; what a client costs is its figure less that of
the empty client. There are three:

- client: the processor time of all threads of the client's process, as the kernel counts it in
  nanoseconds. It is this one that is judged, for stereo clips: this package is to need at most a
  fifth of what AMIO needs.
- audio thread: of these threads, the one that JACK calls.
- whole cycle: the time that passes, with all that runs on the core meanwhile.

Exits with 0 if the budget is kept, 1 if not, 2 if something is missing or did not play.

Usage: ``make bench-python``, or ``python cpu.py`` by an interpreter that has AMIO 0.1.1; see
``requirements.txt``. This package is the one of the checkout, with its
``target/release/libamio.so`` or the library that ``AMIO_LIBRARY`` names.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import arrangement

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
PERIOD = 128
FRAME_RATE = 48_000
EMPTY, PEER, OURS = "empty client", "AMIO 0.1.1", "amio"
BUDGET = 1 / 5
"""At most so much of AMIO's time."""
INSIDE = "AMIO_BENCH_INSIDE"
"""Set in the environment of the program that runs beside its server."""


class Missing(Exception):
    """What the benchmark needs is not there, or did not do what it was to do."""


@dataclass(frozen=True)
class Window:
    """What was measured in one stretch of cycles."""

    client_us: float
    """Microseconds per cycle that the client's threads ran."""
    audio_us: float
    """Of these, its audio thread."""
    cycle_us: float
    """Microseconds per cycle that passed."""
    heard: tuple[float, float]
    """RMS, left and right."""


@dataclass(frozen=True)
class Command:
    """How a program is run."""

    words: tuple[str | Path, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    seeks: bool = False
    """Whether it is to begin its clips anew for each window."""


class Child:
    """A program that answers each line with a line, and ends with its input."""

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


def measure(observer: Path, command: Command, cycles: int, windows: int) -> list[Window]:
    """Several windows of one client, which is started, and ended, for that."""
    with ExitStack() as stack:
        client = stack.enter_context(child(command))
        pid = str(client.process.pid)
        watch = stack.enter_context(child(Command((observer, "watch", "subject", pid))))
        measured = []
        for number in range(windows):
            if number > 0 and command.seeks:
                client.ask("again")
            count, cycle_ns, client_ns, audio_ns, left, right = watch.ask(str(cycles)).split()
            client_us, audio_us, cycle_us = (
                int(ns) / int(count) / 1000 for ns in (client_ns, audio_ns, cycle_ns)
            )
            measured.append(Window(client_us, audio_us, cycle_us, (float(left), float(right))))
        return measured


def expected_rms(clips: int) -> tuple[float, float]:
    """What is to be heard left and right of independent noise: its squares add up."""
    gains = [arrangement.gains(number, clips) for number in range(clips)]
    noise = arrangement.AMPLITUDE / math.sqrt(3)
    left, right = (noise * math.hypot(*side) for side in zip(*gains, strict=True))
    return left, right


def check_heard(name: str, windows: Sequence[Window], expected: tuple[float, float]) -> None:
    """Says so if a client did not play what it was to play."""
    for window in windows:
        for heard, wanted in zip(window.heard, expected, strict=True):
            if not math.isclose(heard, wanted, rel_tol=0.02, abs_tol=1e-9):
                raise Missing(f"{name} sounds at {window.heard} RMS, not at {expected}")


def compare(options: argparse.Namespace, observer: Path, channels: int) -> float:
    """Prints the table for clips of so many channels; returns the ratio that is judged."""
    # A cycle or two more than are measured, and some pass in real time.
    seconds = 1.2 * options.cycles * PERIOD / FRAME_RATE + 3
    words = (sys.executable, HERE / "subject.py", "subject", str(options.clips), str(channels))
    play = (*words, str(seconds))
    commands = {
        EMPTY: Command((observer, "empty", "subject")),
        PEER: Command(play, seeks=True),
        OURS: Command(play, this_package(), seeks=True),
    }
    windows: dict[str, list[Window]] = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name, command in commands.items():
            windows[name] += measure(observer, command, options.cycles, options.windows)
    check_heard(EMPTY, windows[EMPTY], (0.0, 0.0))
    for name in (PEER, OURS):
        check_heard(name, windows[name], expected_rms(options.clips))

    kind = {1: "mono", 2: "stereo"}[channels]
    print(
        f"\n{options.clips} {kind} clips, microseconds per cycle of {PERIOD} frames (above empty):"
    )
    figures: dict[str, Callable[[Window], float]] = {
        "client": lambda window: window.client_us,
        "audio thread": lambda window: window.audio_us,
        "whole cycle": lambda window: window.cycle_us,
    }
    print(f"{'':14}" + "".join(f"{figure:>20}" for figure in figures))
    medians = {
        (name, title): statistics.median(map(figure, measured))
        for name, measured in windows.items()
        for title, figure in figures.items()
    }
    above = {(name, figure): us - medians[EMPTY, figure] for (name, figure), us in medians.items()}
    for name in commands:
        columns = (f"{medians[name, f]:.2f} ({above[name, f]:.2f})" for f in figures)
        print(f"{name:14}" + "".join(f"{column:>20}" for column in columns))
    ratios = {figure: above[OURS, figure] / above[PEER, figure] for figure in figures}
    print(f"{'ratio':14}" + "".join(f"{ratio:20.3f}" for ratio in ratios.values()))
    return ratios["client"]


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


def run_inside(options: argparse.Namespace) -> int:
    """All of it, beside the server."""
    with tempfile.TemporaryDirectory() as folder:
        observer = build_observer(Path(folder))
        ratio = compare(options, observer, 2)
        compare(options, observer, 1)
    verdict = "within" if ratio <= BUDGET else "ABOVE"
    print(f"\nstereo: {ratio:.3f} of AMIO's time, {verdict} the budget of {BUDGET:.3f}")
    return 0 if ratio <= BUDGET else 1


def run_beside_server() -> int:
    """Runs this program again beside a server of its own, both on one core."""
    script = REPOSITORY / "tests" / "servers" / "with-jackd.sh"
    for program in ("jackd", "taskset", "cc"):
        if shutil.which(program) is None:
            raise Missing(f"{program} is not installed; scripts/setup bench installs it")
    if version("amio") != "0.1.1":
        raise Missing(f"{sys.executable} has amio {version('amio')}, not AMIO 0.1.1")
    core = str(max(os.sched_getaffinity(0)))
    environment = os.environ | {
        INSIDE: "1",
        "T": "900",
        # No client of the server's own, and patience with a machine that is busy.
        "JACKD_OPTS": "-t 5000",
    }
    command: list[str | Path] = [
        "taskset",
        "-c",
        core,
        script,
        str(PERIOD),
        sys.executable,
        *sys.argv,
    ]
    return subprocess.run(command, env=environment, check=False).returncode


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--clips", type=int, default=30, help="how many sound at once")
    parser.add_argument("--cycles", type=int, default=8000, help="in each window, at least")
    parser.add_argument("--windows", type=int, default=3, help="of each client in each round")
    parser.add_argument("--rounds", type=int, default=5, help="of all clients in turns")
    options = parser.parse_args()
    try:
        return run_inside(options) if INSIDE in os.environ else run_beside_server()
    except PackageNotFoundError:
        print(f"cpu.py: {sys.executable} lacks AMIO 0.1.1; see requirements.txt", file=sys.stderr)
    except Missing as missing:
        print(f"cpu.py: {missing}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
