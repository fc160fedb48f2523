"""Compares the processor time of playing and capturing on JACK with AMIO 0.1.1, in the same run.

A private jackd (dummy device, periods of 128 frames) and its clients share one core. Over several
rounds, the client is in turn an empty one, AMIO and this package. Each figure is a median. The cost
of a client is its figure minus that of the empty client. There are budgets for the processor time
of all threads of the client's process, as the kernel counts it in nanoseconds:

- For 30 stereo clips, while the server freewheels, so that cycles follow each other without a pause
  (see ``playing.py``): this package may need at most a fifth of AMIO's time. The table also has the
  time of JACK's audio thread, and the elapsed time, which includes everything that runs on the
  core; and the same figures for mono clips.
- For input that is passed to a callback, in real time (see ``capturing.py``): this package may need
  at most AMIO's time. The table also has how often the threads of the client were scheduled.

Exits with 0 if both budgets are kept, 1 if not, 2 if something is missing or did not play.

Usage: ``make bench-python``, or ``python cpu.py`` by an interpreter that has AMIO 0.1.1; see
``requirements.txt``. This package is the one of the checkout, with its
``target/release/libamio.so`` or the library that ``AMIO_LIBRARY`` names.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import capturing
import playing
from clients import FRAME_RATE, PERIOD, REPOSITORY, Missing, build_observer

BUDGETS = {"playing": 1 / 5, "capturing": 1.0}
"""The budget, as a part of AMIO's time."""
INSIDE = "AMIO_BENCH_INSIDE"
"""Set in the environment of the process that runs with the server."""


def run_inside(options: argparse.Namespace) -> int:
    """Runs all measurements, with the server."""
    ratios: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        observer = build_observer(Path(folder))
        counts = options.windows, options.rounds
        if options.only in (None, "playing"):
            for channels in (2, 1):
                ratio = playing.compare(observer, options.clips, channels, options.cycles, *counts)
                ratios.setdefault("playing", ratio)
        if options.only in (None, "capturing"):
            cycles = round(options.seconds * FRAME_RATE / PERIOD)
            ratios["capturing"] = capturing.compare(observer, cycles, *counts)
    print()
    for what, ratio in ratios.items():
        budget = BUDGETS[what]
        verdict = "within" if ratio <= budget else "ABOVE"
        print(f"{what}: {ratio:.3f} of AMIO's time, {verdict} the budget of {budget:.3f}")
    return 0 if all(ratio <= BUDGETS[what] for what, ratio in ratios.items()) else 1


def run_beside_server() -> int:
    """Runs this program again with its own server, both on one core."""
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
        # No loopback client, and a long timeout for a busy machine.
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
    parser.add_argument("--only", choices=BUDGETS, help="measure one of the two (default: both)")
    parser.add_argument("--clips", type=int, default=30, help="how many sound at once")
    parser.add_argument("--cycles", type=int, default=8000, help="of playing in each window")
    parser.add_argument("--seconds", type=float, default=4, help="of capturing in each window")
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
