"""Compares what audio in Python costs in each period: callbacks of two packages, and blocks.

A private jackd (dummy device, periods of 64 frames) freewheels, so that periods follow each other
without a pause. It and one client at a time share one core. The client has two inputs and two
outputs. Its callback copies the inputs by ``get_array()``, the same code with both packages. Over
several rounds, the client is in turn one without a callback, JACK-Client 0.5.7 and this package.
Each figure is the median time of a period in microseconds; the cost is that minus the figure
without a callback. A callback of this package may cost at most as much as one of JACK-Client.

Beside them, a thread exchanges blocks of this package, of 64 and of 1024 frames: the same copies,
without Python on the audio thread. While the server freewheels, the audio thread waits for the
blocks, so their cost includes all that the other thread does.

Exits with 0 if the budget is kept, 1 if not, 2 if something is missing.

Usage: ``make bench-python``, or ``python jack_process.py`` by an interpreter that has JACK-Client;
see ``requirements.txt``. This package is the one of the checkout; see ``cpu.py``.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from clients import REPOSITORY, Missing, this_package

PERIOD = 64
NONE, PEER, OURS = "no callback", "JACK-Client 0.5.7", "amio.jack"
MODULES = {NONE: "amio.jack", PEER: "jack", OURS: "amio.jack"}
BLOCKS = {f"blocks of {frames}": frames for frames in (64, 1024)}
"""Lengths of blocks, in frames."""
INSIDE = "AMIO_BENCH_INSIDE"
"""Set in the environment of the process that runs with the server."""


def measure(name: str, windows: int, seconds: float) -> None:
    """Prints the time of a period, in microseconds, for some stretches of time."""
    jack: Any = importlib.import_module(MODULES.get(name, "amio.jack"))
    client = jack.Client("subject")
    inputs = [client.inports.register(f"in_{number}") for number in (1, 2)]
    outputs = [client.outports.register(f"out_{number}") for number in (1, 2)]
    calls = 0

    def process(frames: int) -> None:
        nonlocal calls
        calls += 1
        for source, target in zip(inputs, outputs, strict=True):
            target.get_array()[:] = source.get_array()

    def exchange() -> None:
        nonlocal calls
        for block in blocks:
            calls += BLOCKS[name] // PERIOD
            blocks.write(block.input)

    if name in BLOCKS:
        blocks: Any = client.blocks(BLOCKS[name])
        threading.Thread(target=exchange).start()
    elif name != NONE:
        client.set_process_callback(process)
    client.activate()
    client.set_freewheel(True)
    time.sleep(0.3)
    for _ in range(windows):
        before, begin = client.last_frame_time, time.perf_counter()
        time.sleep(seconds)
        after, end = client.last_frame_time, time.perf_counter()
        periods = (after - before) % (1 << 32) / PERIOD
        print(1e6 * (end - begin) / periods)
    if name != NONE and calls < periods:
        sys.exit(f"the callback was called {calls} times only")
    client.set_freewheel(False)
    client.deactivate()
    client.close()


def compare(rounds: int, windows: int, seconds: float) -> int:
    """Prints the table. Returns the exit code."""
    names = [*MODULES, *BLOCKS]
    figures: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            command = [sys.executable, __file__, "--measure", name]
            command += ["--windows", str(windows), "--seconds", str(seconds)]
            printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            figures[name] += map(float, printed.split())
    medians = {name: statistics.median(measured) for name, measured in figures.items()}
    print(f"{'microseconds per period':24}{'median':>10}{'lowest':>10}{'cost':>10}")
    for name, median in medians.items():
        cost = median - medians[NONE]
        print(f"{name:24}{median:10.2f}{min(figures[name]):10.2f}{cost:10.2f}")
    ratio = (medians[OURS] - medians[NONE]) / (medians[PEER] - medians[NONE])
    verdict = "within" if ratio <= 1 else "ABOVE"
    print(f"callback: {ratio:.3f} of JACK-Client's cost, {verdict} the budget of 1.000")
    return 0 if ratio <= 1 else 1


def run_beside_server() -> int:
    """Runs this program again with its own server, both on one core."""
    for program in ("jackd", "taskset"):
        if shutil.which(program) is None:
            raise Missing(f"{program} is not installed; scripts/setup bench installs it")
    if version("JACK-Client") != "0.5.7":
        raise Missing(f"{sys.executable} has JACK-Client {version('JACK-Client')}, not 0.5.7")
    core = str(max(os.sched_getaffinity(0)))
    environment = os.environ | this_package()
    # No loopback client, and a long timeout for a busy machine.
    environment |= {INSIDE: "1", "T": "600", "JACKD_OPTS": "-t 5000"}
    server = REPOSITORY / "tests" / "servers" / "with-jackd.sh"
    command = ["taskset", "-c", core, str(server), str(PERIOD), sys.executable, *sys.argv]
    return subprocess.run(command, env=environment, check=False).returncode


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--windows", type=int, default=4, help="of each client in each round")
    parser.add_argument("--seconds", type=float, default=0.5, help="of each window")
    parser.add_argument("--rounds", type=int, default=5, help="of all clients in turns")
    parser.add_argument("--measure", choices=[*MODULES, *BLOCKS], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure, options.windows, options.seconds)
        return 0
    try:
        if INSIDE in os.environ:
            return compare(options.rounds, options.windows, options.seconds)
        return run_beside_server()
    except PackageNotFoundError:
        missing = f"{sys.executable} lacks JACK-Client; see requirements.txt"
        print(f"jack_process.py: {missing}", file=sys.stderr)
    except Missing as error:
        print(f"jack_process.py: {error}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
